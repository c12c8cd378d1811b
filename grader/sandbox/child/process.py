"""The process that runs one student's code: it raises the walls, then runs the host's programs."""

from __future__ import annotations

import os
import pdb
import socket
import sys
import traceback
from typing import Any, Dict

from . import probes
from .interpreter import Interpreter
from .packing import LIMIT, PLAIN_LIMIT, WireError
from .walls import may_draw, raise_walls
from .wire import Channel, Gone

TOO_LARGE = {
    "error": {"type": "MemoryError", "text": "what this holds is too much to be looked at"}
}


def serve(sock: socket.socket, request: Dict[str, Any]) -> None:
    """Confine this process, report that it is ready, and answer programs until the wire ends.

    With ``probe`` in the request the answer is the results of the probes, and nothing else runs.
    """
    channel = Channel(sock, accepts=LIMIT, sends=PLAIN_LIMIT)  # sources come as they are
    _redirect_streams()
    _clear_environment()
    sys.breakpointhook = pdb.set_trace = _refuse_debugger
    plan = {**request, "wire": sock.fileno()}
    walls = raise_walls(plan, request.get("walls"))
    channel.send({"ready": walls, "draws": may_draw(plan)})
    if request.get("probe"):
        channel.send(probes.run())
        return
    interpreter = Interpreter(draws=may_draw(plan))
    interpreter.ask = lambda question: _ask(channel, question)  # type: ignore[method-assign]
    while True:
        try:
            program = channel.receive()
        except WireError:
            return
        try:
            answers: Any = interpreter.run(program)
        except Exception:  # noqa: BLE001  a student's errors are data already: this is a fault of the grader
            answers = {"internal": traceback.format_exc()[-2000:]}
        try:
            channel.send(answers)
        except Gone:  # the host has ended
            raise
        except WireError:  # together too large for a frame: a student's objects may be of any size
            has_value = [answer is not None and "value" in answer for answer in answers]
            channel.send([TOO_LARGE if b else a for a, b in zip(answers, has_value)])


def _ask(channel: Channel, question: Any) -> Any:
    """Ask the host something while a program runs; it answers only where it expects that."""
    try:
        channel.send({"ask": question})
    except Gone:
        raise
    except WireError as error:  # nothing was sent yet
        raise ValueError(str(error)) from None
    return channel.receive()


def _redirect_streams() -> None:
    """Redirect the three standard streams to the null device."""
    null_device = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null_device, descriptor)
    os.close(null_device)
    sys.stdin = open(0, encoding="utf-8", errors="replace", closefd=False)
    sys.stdout = open(1, "w", encoding="utf-8", errors="replace", closefd=False)
    sys.stderr = open(2, "w", encoding="utf-8", errors="replace", closefd=False)


def _refuse_debugger(*_: Any, **__: Any) -> None:
    """Raise where a debugger would start: it would end in our frames, not in the student's line."""
    raise EOFError("breakpoint() waits for a person")


def _clear_environment() -> None:
    """Remove what would tell where this runs: environment, command line, folder."""
    os.environ.clear()
    sys.argv[:] = ["main.py"]
    if hasattr(sys, "orig_argv"):
        sys.orig_argv[:] = []
    os.chdir("/")
