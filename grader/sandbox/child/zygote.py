"""A warm parent of children: everything imported once, then a fork a child.

It never runs a student's code and never hears of a rubric. The host tells it, over
its own wire, to ``fork`` (the child's end of a socket comes along) and to ``reap``.
"""

from __future__ import annotations

import array
import contextlib
import encodings
import gc
import importlib
import os
import pkgutil
import shutil
import signal
import socket
import sys
import time
from typing import Any, Dict, List, NoReturn, Optional

from . import fonts, kernel, process
from .packing import WireError
from .walls import PR_SET_PDEATHSIG, not_dumpable
from .wire import Channel

WARM = (
    "numpy", "numpy.random", "numpy.fft", "numpy.ma", "numpy.ma.mrecords", "numpy.polynomial", "numpy.linalg",
    "numpy.testing", "numpy.typing", "numpy.lib.stride_tricks", "numpy.lib.recfunctions", "numpy.rec",
    "numpy.char", "numpy.strings", "numpy.exceptions", "numpy.dtypes", "numpy.ctypeslib", "numpy._core._dtype",
    "abc", "argparse", "array", "ast", "asyncio", "atexit", "base64", "bisect", "calendar", "cmath", "code",
    "codecs", "collections.abc", "colorsys", "concurrent.futures", "configparser", "contextlib", "contextvars",
    "copy", "csv", "ctypes", "dataclasses", "datetime", "decimal", "difflib", "dis", "doctest", "enum",
    "errno", "fractions", "functools", "gc", "getpass", "glob", "graphlib", "gzip", "hashlib", "heapq", "html",
    "importlib.metadata", "inspect", "io", "itertools", "json", "keyword", "locale", "logging.handlers", "math",
    "multiprocessing", "numbers", "operator", "optparse", "os", "pathlib", "pdb", "pickle", "pkgutil",
    "platform", "pprint", "profile", "cProfile", "pstats", "queue", "random", "re", "reprlib", "resource",
    "sched", "secrets", "select", "selectors", "shlex", "shutil", "signal", "socket", "statistics", "string",
    "struct", "subprocess", "sys", "tempfile", "textwrap", "threading", "time", "timeit", "tokenize",
    "traceback", "tracemalloc", "types", "typing", "unicodedata", "unittest.mock", "urllib.parse",
    "urllib.request", "uuid", "warnings", "weakref", "zipfile", "zlib", "zoneinfo",
    "matplotlib", "matplotlib.pyplot", "matplotlib.animation", "matplotlib.colors", "matplotlib.cm",
    "matplotlib.backends.backend_agg", "mpl_toolkits.mplot3d", "mpl_toolkits.axes_grid1", "PIL.PngImagePlugin",
    "contourpy", "matplotlib._tri", "matplotlib._qhull",  # contours, when they are first drawn
    "PIL.JpegImagePlugin", "PIL.MpoImagePlugin", "PIL.BmpImagePlugin", "PIL.GifImagePlugin", "PIL.PpmImagePlugin",
)  # fmt: skip


def main(descriptor: int, parent: int) -> None:
    """Import what students use, say ready, then fork and reap until the host is gone."""
    _end_with_host(parent)
    not_dumpable({})
    control = socket.socket(fileno=descriptor)
    channel = Channel(control)
    missing = _warm()
    readable = fonts.prepare(os.environ["HOME"])
    gc.freeze()
    channel.send({"ready": True, "missing": missing, "python": list(sys.version_info[:3])})
    while True:
        try:
            request = channel.receive()
        except WireError:
            _leave()
        if request["do"] == "fork":
            told = {**request, "readable": readable, "parent": os.getpid()}
            channel.send(_fork(control, told))
        else:
            channel.send(_reap(request))


def _end_with_host(parent: int) -> None:
    """End, and leave no folder behind, when the thread that made this process dies."""
    signal.signal(signal.SIGTERM, _leave)
    if sys.platform == "linux":
        kernel.prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))
    if os.getppid() != parent:  # it died before it could be asked for
        _leave()


def _leave(*_: object) -> NoReturn:
    """Remove the home that was made for this process, and end; the children end with it."""
    shutil.rmtree(os.environ["HOME"], ignore_errors=True)
    os._exit(0)


def _warm() -> List[str]:
    missing = []
    codecs = ["encodings." + codec.name for codec in pkgutil.iter_modules(encodings.__path__)]
    # The last two exist on Windows alone.
    for name in [*WARM, *sorted(set(codecs) - {"encodings.mbcs", "encodings.oem"})]:
        try:
            importlib.import_module(name)
        except ImportError:
            missing.append(name)
    return missing


def _fork(control: socket.socket, request: Dict[str, Any]) -> Dict[str, Any]:
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
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # the zygote's home is no concern of a child
        control.close()
        process.serve(sock, request)
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


def _has_ended(pid: int, patience: float) -> bool:
    """Whether a child ended by itself; its end of the wire closes a moment before it has."""
    until = time.monotonic() + patience
    while True:
        # Only looked at, not yet waited for: until then its number cannot become another process's.
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            return True
        if time.monotonic() >= until:
            return False
        time.sleep(0.002)


def _reap(request: Dict[str, Any]) -> Dict[str, Any]:
    """Kill a child and all of its group, and return the status that it left (negative: a signal)."""
    pid = request["pid"]
    ended = _has_ended(pid, request["patience"])
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)
    status = os.waitpid(pid, 0)[1]
    code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
    return {"status": code, "ended": ended}
