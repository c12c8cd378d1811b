"""Worker processes of this machine, each with one warm sandbox, on a leash.

The leash is a pipe whose other end only this process holds: when this process ends,
however it ends, the workers end, and their zygotes and children with them.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from concurrent.futures import Executor, ProcessPoolExecutor
from multiprocessing.connection import Connection

_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


class LocalEngine:
    """So many processes.

    Parameters
    ----------
    jobs
        How many.
    """

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._leashes: dict[Executor, tuple[Connection, Connection]] = {}

    def hire(self) -> Executor:
        """Return a pool of new processes; they start with the first task."""
        context = multiprocessing.get_context("spawn")
        theirs, ours = context.Pipe(duplex=False)
        pool = ProcessPoolExecutor(
            self._jobs, mp_context=context, initializer=begin, initargs=(theirs,)
        )
        self._leashes[pool] = theirs, ours
        return pool

    def dismiss(self, executor: Executor) -> None:
        """Let go of the leash: idle or not, the workers end."""
        for end in self._leashes.pop(executor):
            end.close()
        executor.shutdown(wait=True, cancel_futures=True)

    def window(self) -> int:
        """Return two tasks a process: one that runs and one that waits."""
        return 2 * self._jobs

    def close(self) -> None:
        """Do nothing: each pool was dismissed by itself."""


def begin(leash: Connection) -> None:
    """Make this process a worker: single-threaded algebra, Ctrl-C is the parent's, a leash."""
    for name in _THREADS:
        os.environ[name] = "1"
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(leash,), daemon=True).start()


def _end_with(leash: Connection) -> None:
    """Wait until nobody holds the other end; then end at once, in the middle of whatever."""
    with contextlib.suppress(EOFError, OSError):
        leash.recv()
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
