"""A warm parent of children: it imports everything once, then forks for each child.

It never runs a student's code and never receives a rubric. The host asks it, over a wire of its
own, to ``fork`` (the child's end of a socket follows) and to ``reap``.
"""

from __future__ import annotations

import array
import contextlib
import encodings
import functools
import gc
import importlib
import importlib.util
import os
import pkgutil
import platform
import shutil
import signal
import socket
import sys
import time
from typing import Any, Dict, List, NoReturn, Optional, Sequence

import numpy

from . import fonts, kernel, process
from .packing import WireError
from .walls import PR_SET_PDEATHSIG, forbid_dumping
from .wire import Channel

MODULES = (
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
)  # fmt: skip
"""Behind the walls no file can be read, so whatever a student may import is imported before."""

DRAWING_MODULES = (
    "matplotlib", "matplotlib.pyplot", "matplotlib.animation", "matplotlib.colors", "matplotlib.cm",
    "matplotlib.backends.backend_agg", "mpl_toolkits.mplot3d", "mpl_toolkits.axes_grid1", "PIL.PngImagePlugin",
    "pylab", "matplotlib.patheffects", "mpl_toolkits.axes_grid1.inset_locator", "PIL.ImageDraw", "PIL.ImageFilter",
    "contourpy", "matplotlib._tri", "matplotlib._qhull",  # contours, when they are first drawn
    "PIL.JpegImagePlugin", "PIL.MpoImagePlugin", "PIL.BmpImagePlugin", "PIL.GifImagePlugin", "PIL.PpmImagePlugin",
)  # fmt: skip
"""Loaded for the first child whose submission mentions one of them: that takes longer than all the others."""


def main(descriptor: int, parent: int, draws: bool) -> None:
    """Import what students use, report ready, then fork and reap until the host is gone.

    With ``draws`` what draws is loaded at once, while the host does something else.
    """
    _end_with_host(parent)
    forbid_dumping({})
    sys.dont_write_bytecode = (
        True  # the grader's modules are loaded; what follows changes no folder
    )
    control = socket.socket(fileno=descriptor)
    channel = Channel(control)
    # The two codecs that are left out exist on Windows alone.
    codecs = {"encodings." + codec.name for codec in pkgutil.iter_modules(encodings.__path__)}
    _import([*MODULES, *sorted(codecs - {"encodings.mbcs", "encodings.oem"})])
    gc.freeze()
    channel.send(
        {"python": platform.python_version(), "numpy": numpy.__version__, "draws": _can_draw()}
    )
    if draws:
        _load_drawing()
    while True:
        try:
            request = channel.receive()
        except WireError:
            _exit()
        if request["do"] == "fork":
            channel.send({"pid": _fork(control, _prepare(request))})
        else:
            channel.send(_reap(request))


def _can_draw() -> bool:
    return importlib.util.find_spec("matplotlib") is not None


def _prepare(request: Dict[str, Any]) -> Dict[str, Any]:
    """Load what a kind of child needs before it is forked; return the plan of its walls."""
    readable = [] if request["kind"] == "plain" else _load_drawing()
    if request["kind"] == "figures":
        _draw_once()
    return {**request, "readable": readable, "parent": os.getpid()}


@functools.lru_cache(maxsize=None)
def _load_drawing() -> List[str]:
    """Import what draws, and make a figure, so that each child finds warm what that loads.

    Returns the folders of the fonts, see ``fonts``: they are settled before any text asks for one.
    """
    _import(DRAWING_MODULES)
    folders = fonts.prepare_fonts(os.environ["HOME"])
    fonts.make_figure()
    gc.freeze()
    return folders


@functools.lru_cache(maxsize=None)
def _draw_once() -> None:
    """Draw a figure, so that each child that draws finds warm what that loads."""
    fonts.make_figure(draws=True)
    gc.freeze()


def _end_with_host(parent: int) -> None:
    """End, and leave no folder behind, when the thread that made this process dies."""
    signal.signal(signal.SIGTERM, _exit)
    if sys.platform == "linux":
        kernel.prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))
    if os.getppid() != parent:  # the host died before this process asked for the signal
        _exit()


def _exit(*_: object) -> NoReturn:
    """Remove the home that was made for this process, and end; the children end with it."""
    shutil.rmtree(os.environ["HOME"], ignore_errors=True)
    os._exit(0)


def _import(names: Sequence[str]) -> None:
    """Import modules as far as they are there: a course's own Python may lack some."""
    for name in names:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def _fork(control: socket.socket, request: Dict[str, Any]) -> int:
    sock = _receive_socket(control)
    if sock is None:
        return 0
    pid = os.fork()
    if pid == 0:
        _run_child(control, sock, request)
    sock.close()
    return pid


def _run_child(control: socket.socket, sock: socket.socket, request: Dict[str, Any]) -> None:
    """Serve and never return: nothing of the zygote's own loop may run in a child."""
    status = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # a child must not remove the zygote's folder
        control.close()
        process.serve(sock, request)
        status = 0
    finally:
        os._exit(status)


def _receive_socket(control: socket.socket) -> Optional[socket.socket]:
    """Receive the child's end of a socket, which follows a fork request."""
    size = array.array("i").itemsize
    _, ancillary, _, _ = control.recvmsg(1, socket.CMSG_SPACE(size))
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            return socket.socket(fileno=array.array("i", data[:size])[0])
    return None


def _has_ended(pid: int, patience: float) -> bool:
    """Return whether a child ends by itself: its end of the wire closes a moment earlier."""
    if not hasattr(os, "waitid"):  # macOS before Python 3.13: nobody can say, so it is killed
        return False
    deadline = time.monotonic() + patience
    while True:
        # WNOWAIT: as long as nobody has waited for it, its number cannot become another process's.
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.002)


def _reap(request: Dict[str, Any]) -> Dict[str, Any]:
    """Kill a child and all of its group, and return the status that it left (negative: a signal)."""
    pid = request["pid"]
    has_ended = _has_ended(pid, request["patience"])
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)
    status = os.waitpid(pid, 0)[1]
    code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
    return {"status": code, "ended": has_ended}
