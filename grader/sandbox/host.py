"""The near side of the wire: starts the zygote, asks for children, exchanges programs with them."""

from __future__ import annotations

import array
import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, Self

from grader.errors import OurFault, SandboxBroken
from grader.model import Limits
from grader.sandbox.machine import Machine
from grader.sandbox.wire import Channel, Late, WireError

Program = Sequence[Sequence[Any]]
Answer = Mapping[str, Any] | None

START_SECONDS = 60.0  # a first start may have matplotlib build its font cache
FORK_SECONDS = 20.0

BOOT = """
import sys
sys.path[:] = [entry for entry in sys.path if entry]
import importlib.util
spec = importlib.util.spec_from_file_location(
    "far_side", {folder!r} + "/__init__.py", submodule_search_locations=[{folder!r}])
sys.modules["far_side"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules["far_side"])
from far_side import zygote
zygote.main({descriptor}, {parent})
"""


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


class Wire(Protocol):
    """A way to one machine: a child's, or one in this process."""

    def exchange(self, program: Program, seconds: float) -> list[Answer]:
        """Run a program there and return an answer for each instruction.

        Raises
        ------
        ChildGone
            If the child did not answer well within ``seconds``; the wire is dead then.
        OurFault
            If the machine itself failed.
        """

    def close(self) -> None:
        """End the machine's life."""


class Sandbox(Protocol):
    """Where machines come from; a context manager."""

    @property
    def official(self) -> bool:
        """Whether a report made here counts."""

    @property
    def layers(self) -> tuple[str, ...]:
        """The names of the walls that stand, after the first wire was opened."""

    def open(self) -> Wire:
        """Return a wire to a new machine."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


class LocalSandbox:
    """Machines in this very process: for tests and for a debugger, never for a score that counts."""

    official = False
    layers: tuple[str, ...] = ()

    def open(self) -> Wire:
        """Return a wire to a new machine in this process."""
        return LocalWire()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None


class LocalWire:
    """A wire without a process: no deadline holds here, and imports last as long as the wire."""

    def __init__(self) -> None:
        self._machine = Machine()
        self._before = set(sys.modules)

    def exchange(self, program: Program, seconds: float) -> list[Answer]:
        """Run a program in this process; ``seconds`` is not enforced."""
        del seconds
        return list(self._machine.run(program))

    def close(self) -> None:
        """Forget the submission's modules."""
        library = self._machine.library
        if library in sys.meta_path:
            sys.meta_path.remove(library)
        for name in set(sys.modules) - self._before:
            if getattr(sys.modules[name].__spec__, "loader", None) is library:
                del sys.modules[name]


class ProcessSandbox:
    """Children forked from one warm zygote.

    Parameters
    ----------
    limits
        What one child may use.
    python
        The interpreter of the far side; the course's choice, this one by default.
    """

    official = True

    def __init__(self, limits: Limits, python: str = sys.executable) -> None:
        self._limits = {"memory_mb": limits.memory_mb, "total_seconds": limits.total_seconds}
        self._python = python
        self._zygote: _Zygote | None = None
        self.layers: tuple[str, ...] = ()

    def open(self) -> Wire:
        """Fork a child and return the wire to it, once it is ready.

        Raises
        ------
        SandboxBroken
            If no child could be made, even by a new zygote.
        """
        try:
            return self._try_open()
        except SandboxBroken:
            self.__exit__()
            return self._try_open()

    def _try_open(self) -> Wire:
        self._zygote = self._zygote or _Zygote(self._python)
        wire = self._zygote.fork(self._limits)
        self.layers = ("process", *wire.walls)
        return wire

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._zygote is not None:
            self._zygote.close()
        self._zygote = None


class _Zygote:
    """The host's hold on the warm parent."""

    def __init__(self, python: str) -> None:
        self._home = tempfile.TemporaryDirectory(prefix="grade-")
        ours, theirs = socket.socketpair()
        boot = BOOT.format(
            folder=str(Path(__file__).parent), descriptor=theirs.fileno(), parent=os.getpid()
        )
        self._process = subprocess.Popen(  # noqa: S603  our own boot line, no shell
            [python, "-s", "-B", "-c", boot],
            pass_fds=[theirs.fileno()],
            cwd=self._home.name,
            env=_environment(self._home.name),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        theirs.close()
        self._socket, self._channel = ours, Channel(ours)
        try:
            self._channel.receive(time.monotonic() + START_SECONDS)
        except WireError:
            raise SandboxBroken(f"the zygote did not start: {self._last_words()}") from None

    def _last_words(self) -> str:
        self._process.kill()
        text = self._process.communicate()[1].decode("utf-8", "replace").strip()
        self.close()
        return text.rpartition("\n")[2] or "it said nothing"

    def fork(self, limits: Mapping[str, Any]) -> ProcessWire:
        """Fork a child and wait until it says that it is ready."""
        ours, theirs = socket.socketpair()
        with theirs:
            answer = self._ask({"do": "fork", "limits": dict(limits)}, theirs)
        channel = Channel(ours)
        try:
            ready = channel.receive(time.monotonic() + FORK_SECONDS)
        except WireError:
            self.reap(answer["pid"])
            raise SandboxBroken("a child did not become ready") from None
        return ProcessWire(self, answer["pid"], channel, tuple(ready["ready"]))

    def reap(self, pid: int) -> Mapping[str, Any]:
        """Kill a child, if it still lives, and return its ``status`` and whether it had ``ended``."""
        return self._ask({"do": "reap", "pid": pid})

    def _ask(self, request: Mapping[str, Any], passed: socket.socket | None = None) -> Any:
        deadline = time.monotonic() + FORK_SECONDS
        try:
            self._channel.send(dict(request), deadline)
            if passed is not None:
                rights = array.array("i", [passed.fileno()])
                self._socket.sendmsg([b"."], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
            return self._channel.receive(deadline)
        except (WireError, OSError):
            raise SandboxBroken("the zygote is gone") from None

    def close(self) -> None:
        """End the zygote; its children die with it."""
        self._channel.close()
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGKILL)
        self._process.communicate()
        self._home.cleanup()


class ProcessWire:
    """The wire to one child."""

    def __init__(
        self, zygote: _Zygote, pid: int, channel: Channel, walls: tuple[str, ...]
    ) -> None:
        self._zygote, self._pid, self._channel, self.walls = zygote, pid, channel, walls

    def exchange(self, program: Program, seconds: float) -> list[Answer]:
        """Run a program in the child; any violation kills it. See ``Wire``."""
        deadline = time.monotonic() + seconds
        try:
            self._channel.send([list(instruction) for instruction in program], deadline)
            answers = self._channel.receive(deadline)
        except Late:
            self.close()
            raise ChildGone(Ending.LATE) from None
        except WireError:
            raise self._gone() from None
        return self._checked(answers, len(program))

    def _checked(self, answers: Any, count: int) -> list[Answer]:
        if isinstance(answers, dict) and isinstance(answers.get("internal"), str):
            self.close()
            raise OurFault(f"the machine failed: {answers['internal']}")
        entries = answers if isinstance(answers, list) else [answers]
        if len(entries) != count or not all(e is None or isinstance(e, dict) for e in entries):
            self.close()
            raise ChildGone(Ending.BROKE_RULES)
        return entries

    def _gone(self) -> ChildGone:
        reaped = self._zygote.reap(self._pid)
        self._pid = 0
        self.close()
        if reaped["ended"]:
            return ChildGone(Ending.DIED, reaped["status"])
        return ChildGone(Ending.BROKE_RULES)

    def close(self) -> None:
        """Kill the child and wait for its end."""
        self._channel.close()
        if self._pid:
            self._zygote.reap(self._pid)
        self._pid = 0


def _environment(home: str) -> dict[str, str]:
    """All that the far side gets to see of an environment; one thread for BLAS, a fixed hash seed."""
    threads = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
    return {
        **dict.fromkeys(threads, "1"),
        "HOME": home,
        "LC_ALL": "C.UTF-8",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": _font_cache(home),
        "PATH": "/usr/bin:/bin",
        "PYTHONHASHSEED": "0",
        "TMPDIR": home,
    }


def _font_cache(home: str) -> str:
    """A folder where matplotlib's list of fonts outlives this run, or one that does not."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = base / "backprop-grader" / "matplotlib"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return home
    return str(folder) if os.access(folder, os.W_OK) else home
