"""A warm parent of children: everything imported once, then a fork a child.

It never runs a student's code and never hears of a rubric. The host tells it, over
its own wire, to ``fork`` (the child's end of a socket comes along) and to ``reap``.
"""

from __future__ import annotations

import array
import contextlib
import gc
import importlib
import os
import signal
import socket
import sys
from typing import Any, Dict, List, Optional

from . import child
from .walls import death_with_parent
from .wire import Channel, WireError

WARM = (
    "numpy", "numpy.random", "numpy.fft", "numpy.ma", "numpy.polynomial", "numpy.linalg", "numpy.testing",
    "abc", "argparse", "ast", "asyncio", "bisect", "cmath", "collections", "collections.abc", "colorsys",
    "concurrent.futures", "contextlib", "copy", "csv", "dataclasses", "datetime", "decimal", "enum",
    "fractions", "functools", "glob", "heapq", "inspect", "io", "itertools", "json", "logging", "math",
    "numbers", "operator", "os", "pathlib", "pickle", "platform", "pprint", "random", "re", "secrets",
    "shutil", "statistics", "string", "struct", "sys", "tempfile", "textwrap", "threading", "time",
    "timeit", "traceback", "types", "typing", "unittest", "uuid", "warnings", "weakref",
    "encodings.idna", "encodings.latin_1", "encodings.utf_8_sig", "encodings.utf_16", "encodings.big5",
    "matplotlib", "matplotlib.pyplot", "matplotlib.animation", "matplotlib.colors", "matplotlib.cm",
    "matplotlib.backends.backend_agg", "mpl_toolkits.mplot3d",
)  # fmt: skip


def main(descriptor: int, parent: int) -> None:
    """Import what students use, say ready, then fork and reap until the host is gone."""
    death_with_parent({})
    if os.getppid() != parent:
        return
    control = socket.socket(fileno=descriptor)
    channel = Channel(control)
    missing = _warm()
    gc.freeze()
    channel.send({"ready": True, "missing": missing, "python": list(sys.version_info[:3])})
    while True:
        try:
            request = channel.receive()
        except WireError:
            return
        channel.send(_fork(control, channel, request) if request["do"] == "fork" else _reap(request))


def _warm() -> List[str]:
    missing = []
    for name in WARM:
        try:
            importlib.import_module(name)
        except ImportError:
            missing.append(name)
    if "matplotlib" in sys.modules:
        sys.modules["matplotlib"].use("Agg")
    return missing


def _fork(control: socket.socket, channel: Channel, request: Dict[str, Any]) -> Dict[str, Any]:
    sock = _socket_from(control)
    if sock is None:
        return {"pid": 0}
    pid = os.fork()
    if pid == 0:
        _be_a_child(control, sock, request)
    sock.close()
    return {"pid": pid}


def _be_a_child(control: socket.socket, sock: socket.socket, request: Dict[str, Any]) -> None:
    """Never returns: nothing of the zygote's own loop may run in a child."""
    status = 1
    try:
        control.close()
        child.serve(sock, request["limits"])
        status = 0
    finally:
        os._exit(status)


def _socket_from(control: socket.socket) -> Optional[socket.socket]:
    """Receive the child's end of a socket, which follows a fork request."""
    size = array.array("i").itemsize
    _, ancillary, _, _ = control.recvmsg(1, socket.CMSG_SPACE(size))
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            return socket.socket(fileno=array.array("i", data[:size])[0])
    return None


def _reap(request: Dict[str, Any]) -> Dict[str, Any]:
    """Kill a child and all of its group, and return the status that it left (negative: a signal)."""
    pid = request["pid"]
    # Only looked at, not yet waited for: until then its number cannot become another process's.
    ended = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)
    status = os.waitpid(pid, 0)[1]
    code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
    return {"status": code, "ended": ended}
