"""Worker processes of this machine, each with one warm sandbox.

A worker's standard input is held open by this process alone: when this process ends,
however it ends, the workers end, and their zygotes and children with them.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, cast

from grader import import_path

BOOT = """
import sys
sys.path[:] = {path!r}
from grader.batch import worker
worker.main()
"""
_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")
_LAST_SECONDS = 5.0
"""How long a worker may take to end once its input has ended; an idle one needs 0.05 s."""


class WorkerLost(BrokenExecutor):
    """A worker process ended before it had answered."""


class Worker:
    """One worker process, which answers one task at a time.

    Started with ``-I``: neither the current folder nor ``PYTHONPATH`` nor the user's own
    site is on its path when it imports its first module; then it gets our own path.
    """

    def __init__(self) -> None:
        path = import_path.trusted(sys.path)
        self._process = subprocess.Popen(  # noqa: S603 - our own boot line, no shell
            [
                sys.executable,
                "-I",
                *(["-B"] if sys.dont_write_bytecode else []),
                "-c",
                BOOT.format(path=path),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(sys.executable).anchor,  # no relative name leads to a submission
            env={**os.environ, **dict.fromkeys(_THREADS, "1")},
        )
        self._requests = cast("IO[bytes]", self._process.stdin)
        self._answers = cast("IO[bytes]", self._process.stdout)

    def ask(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        """Have the process call a function, and return or raise what that does.

        Raise `WorkerLost` if the process ended instead.
        """
        try:
            pickle.dump((function, arguments), self._requests)
            self._requests.flush()
            has_returned, value = pickle.load(self._answers)  # noqa: S301 - it runs our code alone
        except (
            EOFError,
            OSError,
            ValueError,
            pickle.UnpicklingError,
        ):  # ended, or end() was called
            raise WorkerLost(f"worker {self._process.pid} ended") from None
        if has_returned:
            return value
        raise value

    def stop(self) -> None:
        """Close its input: idle, it tidies up and ends; busy, it is gone at once."""
        with contextlib.suppress(OSError):
            self._requests.close()

    def wait(self) -> None:
        """Wait for its end, which `stop` or its own death has brought about."""
        try:
            self._process.wait(_LAST_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._answers.close()


class Workers(Executor):
    """An executor with a thread for each worker process; a process starts with its first task."""

    def __init__(self, jobs: int) -> None:
        self._threads = ThreadPoolExecutor(jobs)
        self._own = threading.local()
        self._workers: list[Worker] = []
        self._is_shut_down, self._lock = False, threading.Lock()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """See ``concurrent.futures``; arguments by name are not taken."""
        if kwargs:
            raise TypeError("arguments go by their order")
        return self._threads.submit(self._ask, fn, args)

    def _ask(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        worker: Worker | None = getattr(self._own, "worker", None)
        with self._lock:
            if self._is_shut_down:
                raise WorkerLost("no worker is started any more")
            if worker is None:
                worker = self._own.worker = Worker()
                self._workers.append(worker)
        return worker.ask(function, arguments)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End every process, whatever it is doing, and then its thread."""
        with self._lock:
            self._is_shut_down = True
        self._threads.shutdown(wait=False, cancel_futures=cancel_futures)
        for worker in self._workers:
            worker.stop()
        for worker in self._workers:
            worker.wait()
        self._threads.shutdown(wait=wait)


class LocalEngine:
    """So many processes.

    Parameters
    ----------
    jobs
        How many.
    """

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs

    def start(self) -> Executor:
        """Return a pool of new processes; they start with the first tasks."""
        return Workers(self._jobs)

    def stop(self, executor: Executor) -> None:
        """End the processes, whatever they are doing."""
        executor.shutdown(wait=True, cancel_futures=True)

    def window(self) -> int:
        """Return two tasks a process: one that runs and one that waits."""
        return 2 * self._jobs

    def close(self) -> None:
        """Do nothing: each pool was stopped by itself."""
