"""Controls the warm parent of children, and exchanges programs with each child."""

from __future__ import annotations

import array
import contextlib
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Self

from grader.errors import OurFault, SandboxBroken
from grader.model import Interpreter
from grader.sandbox.answer_schema import fits
from grader.sandbox.child.packing import WireError
from grader.sandbox.child.wire import Channel, DeadlinePassed, Gone
from grader.sandbox.zygote_process import ZygoteProcess

Program = Sequence[Sequence[Any]]
Answer = Mapping[str, Any] | None
Respond = Callable[[Any], Mapping[str, Any]]
"""Answers what a child asks while it runs a program, whatever it asks."""

START_SECONDS = 60.0  # a first start may have matplotlib build its font cache
FORK_SECONDS = 20.0
MAX_RECEIVED = (
    256 * 1024 * 1024
)  # bytes from one child: its answers stay in memory; an honest one sends 20 MB
EXIT_SECONDS = 1.0  # from the end of a child's wire to the end of the child


class Ending(StrEnum):
    """How a child came to its end before it had answered."""

    LATE = "late"
    DIED = "died"
    BROKE_RULES = "broke_rules"


class ChildGone(Exception):
    """A child did not answer: it was late, died, or broke the rules of the wire.

    Parameters
    ----------
    ending
        Which of the three.
    status
        Its exit code, or minus the number of the signal that ended it; None where
        it was killed from here.
    """

    def __init__(self, ending: Ending, status: int | None = None) -> None:
        super().__init__(ending.value)
        self.ending, self.status = ending, status


class Zygote:
    """The warm parent of children.

    Parameters
    ----------
    process
        The process that it runs in, which need not be warm yet; it is closed with this object.

    Attributes
    ----------
    interpreter
        Which Python and which numpy its children have.

    Raises
    ------
    SandboxBroken
        If it did not become ready; the last line of its errors is in the text.
    """

    def __init__(self, process: ZygoteProcess) -> None:
        self._process, self._socket = process, process.socket
        self._channel = Channel(self._socket)
        try:
            ready = self._channel.receive(time.monotonic() + START_SECONDS)
            self.interpreter = Interpreter(ready["python"], ready["numpy"], ready["draws"])
        except WireError:
            last_line = process.last_error_line()
            raise SandboxBroken(f"the zygote did not start: {last_line}") from None

    def fork(self, request: Mapping[str, Any]) -> ProcessWire:
        """Fork a child and wait until it is ready; ``request`` configures its walls."""
        host_socket, child_socket = socket.socketpair()
        channel = Channel(host_socket)
        try:
            with child_socket:
                # The zygote may have to load what draws first, which takes as long as a start.
                seconds = START_SECONDS + FORK_SECONDS
                pid = self._ask({**request, "do": "fork"}, child_socket, seconds)["pid"]
            greeting = channel.receive(time.monotonic() + FORK_SECONDS)
        except SandboxBroken:
            channel.close()
            raise
        except WireError:
            channel.close()
            self.reap(pid)
            raise SandboxBroken("a child did not become ready") from None
        return ProcessWire(self, pid, channel, greeting)

    def reap(self, pid: int, patience: float = 0.0) -> Mapping[str, Any]:
        """Kill a child, if it still lives after ``patience`` seconds.

        Returns
        -------
        mapping
            The ``status`` that it left, and whether it had ``ended`` by itself.
        """
        answer: Mapping[str, Any] = self._ask({"do": "reap", "pid": pid, "patience": patience})
        return answer

    def _ask(
        self,
        request: Mapping[str, Any],
        child_socket: socket.socket | None = None,
        seconds: float = FORK_SECONDS,
    ) -> Any:
        deadline = time.monotonic() + seconds
        try:
            self._channel.send(dict(request), deadline)
            if child_socket is not None:
                rights = array.array("i", [child_socket.fileno()])
                self._socket.sendmsg([b"."], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
            return self._channel.receive(deadline)
        except (WireError, OSError):
            raise SandboxBroken("the zygote is gone") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the zygote; its children die with it."""
        self._channel.close()
        self._process.close()


class ProcessWire:
    """The wire to one child.

    Parameters
    ----------
    zygote, pid, channel
        The parent of the child, its process number, and the wire to it.
    greeting
        Its first message, before it has any code of a student's.

    Attributes
    ----------
    respond
        What answers the child's questions; None where it may ask none.
    """

    respond: Respond | None = None

    def __init__(
        self, zygote: Zygote, pid: int, channel: Channel, greeting: Mapping[str, Any]
    ) -> None:
        self._zygote, self._pid, self._channel = zygote, pid, channel
        self.walls: tuple[str, ...] = tuple(greeting["ready"])
        self.draws: bool = greeting["draws"]

    def probe_results(self) -> list[Mapping[str, Any]]:
        """Return the results of the probes, from a child that was forked to make them."""
        try:
            results: list[Mapping[str, Any]] = self._channel.receive(
                time.monotonic() + FORK_SECONDS
            )
        except WireError:
            raise SandboxBroken("a child did not survive the probes") from None
        finally:
            self.close()
        return results

    def exchange(self, program: Program, seconds: float) -> list[Answer]:
        """Run a program in the child; any violation kills it. See ``host.Wire``."""
        deadline = time.monotonic() + seconds
        try:
            self._channel.send([list(instruction) for instruction in program], deadline)
            answers = self._receive_answers(deadline)
        except DeadlinePassed:
            self.close()
            raise ChildGone(Ending.LATE) from None
        except Gone:
            raise self._end_of_child() from None
        except WireError:  # whether or not it has ended since: it sees that its wire is closed
            self.close()
            raise ChildGone(Ending.BROKE_RULES) from None
        if self._channel.bytes_received > MAX_RECEIVED:
            self.close()
            raise ChildGone(Ending.BROKE_RULES)
        return self._validate(answers, program)

    def _receive_answers(self, deadline: float) -> Any:
        """Receive the answers to a program, and answer what the child asks before it has them."""
        answers = self._channel.receive(deadline)
        while self.respond and isinstance(answers, dict) and answers.keys() == {"ask"}:
            if self._channel.bytes_received > MAX_RECEIVED:
                break
            self._channel.send(self.respond(answers["ask"]), deadline)
            answers = self._channel.receive(deadline)
        return answers

    def _validate(self, answers: Any, program: Program) -> list[Answer]:
        if isinstance(answers, dict) and isinstance(answers.get("internal"), str):
            self.close()
            raise OurFault(f"the interpreter failed: {answers['internal']}")
        entries = answers if isinstance(answers, list) else [answers]
        if len(entries) != len(program) or not all(map(fits, program, entries)):
            self.close()
            raise ChildGone(Ending.BROKE_RULES)
        return entries

    def _end_of_child(self) -> ChildGone:
        self._channel.close()
        pid, self._pid = self._pid, 0
        if not pid:
            return ChildGone(Ending.BROKE_RULES)  # it was killed for that already
        end = self._zygote.reap(pid, EXIT_SECONDS)
        if end["ended"]:
            return ChildGone(Ending.DIED, end["status"])
        return ChildGone(Ending.BROKE_RULES)

    def close(self) -> None:
        """Kill the child and wait for its end."""
        self._channel.close()
        pid, self._pid = self._pid, 0
        if pid:
            with contextlib.suppress(SandboxBroken):  # its children have died with the zygote
                self._zygote.reap(pid)
