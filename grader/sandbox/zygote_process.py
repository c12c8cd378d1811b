"""Starts the process of a zygote: early, so that it becomes warm while this process does other things.

For that reason nothing is imported here that takes long, numpy above all.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Self, cast

from grader import import_path
from grader.errors import SandboxBroken
from grader.sandbox.zygote_folder import ZygoteFolder, font_cache

BOOT = """
import sys
if sys.version_info < (3, 9):
    sys.exit("Python %d.%d is too old" % sys.version_info[:2])
sys.path[:] = [entry for entry in sys.path if entry]
sys.path += [entry for entry in {packages!r} if entry not in sys.path]
import importlib.util
def load(name, folder):
    spec = importlib.util.spec_from_file_location(
        name, folder + "/__init__.py", submodule_search_locations=[folder])
    sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(sys.modules[name])
try:
    import msgpack
    if msgpack.version < (1, 0):
        raise ImportError
except ImportError:  # a course's own Python need not have it: load ours, in pure Python
    for name in [name for name in sys.modules if name.split(".")[0] == "msgpack"]:
        del sys.modules[name]
    load("msgpack", {packer!r})
load("child_side", {folder!r})
from child_side import zygote
zygote.main({descriptor}, {parent}, {draws})
"""


class ZygoteProcess:
    """The process of a zygote, with its end of the wire and a folder of its own.

    Parameters
    ----------
    python
        The path of the interpreter that it runs under.
    draws
        Whether it loads what draws at once, and not only when a child needs it.

    Raises
    ------
    SandboxBroken
        If it cannot be started.
    TheirFault
        Where no folder for temporary files can be written to.
    """

    def __init__(self, python: str = sys.executable, *, draws: bool = True) -> None:
        self.python = python
        self._home = ZygoteFolder()
        self.socket, child_socket = socket.socketpair()
        try:
            with child_socket:
                self._process = _start(python, child_socket.fileno(), self._home.path, draws=draws)
        except OSError as error:
            self.socket.close()
            self._home.remove()
            raise SandboxBroken(f"the zygote did not start: {error}") from None
        self._stderr = cast("IO[bytes]", self._process.stderr)

    def last_error_line(self) -> str:
        """End the process, and return the last line of what it wrote."""
        self._process.kill()
        text = self._stderr.read().decode("utf-8", "replace").strip()
        self.close()
        return text.rpartition("\n")[2] or "it printed nothing"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process and remove its folder; twice does no harm."""
        self.socket.close()
        self._process.kill()
        self._process.wait()
        self._stderr.close()
        self._home.remove()


def _start(python: str, descriptor: int, home: str, *, draws: bool) -> subprocess.Popen[bytes]:
    """Start the process with its end of the wire, and no other descriptor of this process."""
    packer = cast("ModuleSpec", find_spec("msgpack"))  # a dependency: it is installed
    # Another Python has packages of its own. This one may have them in the user's site only.
    path = import_path.trusted(sys.path) if python == sys.executable else []
    boot = BOOT.format(
        folder=str(Path(__file__).parent / "child"), packer=str(Path(str(packer.origin)).parent),
        descriptor=descriptor, parent=os.getpid(), draws=draws,
        packages=import_path.with_packages(path),
    )  # fmt: skip
    return subprocess.Popen(  # noqa: S603  a constant command, no shell
        [python, "-s", *_bytecode_option(), "-c", boot],
        pass_fds=[descriptor],
        cwd=home,
        env=_environment(home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def _bytecode_option() -> list[str]:
    """Have the zygote keep the bytecode of its modules where this process does: the next starts sooner."""
    return ["-B"] if sys.dont_write_bytecode else []


def _environment(home: str) -> dict[str, str]:
    """Return the whole environment of the child side: one thread for BLAS, a fixed hash seed."""
    threads = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
    return {
        **dict.fromkeys(threads, "1"),
        "HOME": home,
        "LC_ALL": "C.UTF-8",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": font_cache(home),
        "PATH": "/usr/bin:/bin",
        "PYTHONHASHSEED": "0",
        "TMPDIR": home,
    }
