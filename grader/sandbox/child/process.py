"""The process that runs one student's code: walls, then a machine behind a wire."""

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

HUGE = {"error": {"type": "MemoryError", "text": "what this holds is too much to be looked at"}}


def serve(sock: socket.socket, request: Dict[str, Any]) -> None:
    """Confine this process, say that it is ready, and answer programs until the wire ends.

    With ``probe`` in the request the answer is what the probes found, and nothing else runs.
    """
    channel = Channel(sock, accepts=LIMIT, sends=PLAIN_LIMIT)  # sources come as they are
    _silence()
    _forget()
    sys.breakpointhook = pdb.set_trace = _no_debugger
    plan = {**request, "wire": sock.fileno()}
    walls = raise_walls(plan, request.get("walls"))
    channel.send({"ready": walls, "draws": may_draw(plan)})
    if request.get("probe"):
        channel.send(probes.run())
        return
    interpreter = Interpreter(draws=may_draw(plan))
    while True:
        try:
            program = channel.receive()
        except WireError:
            return
        answers = _answers(interpreter, program)
        try:
            channel.send(answers)
        except Gone:  # nobody is left who could be told
            raise
        except WireError:  # together too much to travel: a student's objects may be of any size
            channel.send(
                [each if each is None or "value" not in each else HUGE for each in answers]
            )


def _answers(interpreter: Interpreter, program: Any) -> Any:
    try:
        return interpreter.run(program)
    except Exception:  # noqa: BLE001  what a student's code raises is data already: this is ours, and says so
        return {"internal": traceback.format_exc()[-2000:]}


def _silence() -> None:
    """Point the three standard streams at nothing."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.close(nothing)
    sys.stdin = open(0, encoding="utf-8", errors="replace", closefd=False)
    sys.stdout = open(1, "w", encoding="utf-8", errors="replace", closefd=False)
    sys.stderr = open(2, "w", encoding="utf-8", errors="replace", closefd=False)


def _no_debugger(*_: Any, **__: Any) -> None:
    """Take the place of a debugger: it would end in our frames, where nobody sees the line."""
    raise EOFError("breakpoint() waits for a person")


def _forget() -> None:
    """Leave behind what would tell where this runs: environment, command line, folder."""
    os.environ.clear()
    sys.argv[:] = ["main.py"]
    if hasattr(sys, "orig_argv"):
        sys.orig_argv[:] = []
    os.chdir("/")
