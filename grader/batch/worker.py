"""A process that examines: tasks come by its standard input, answers go by its standard output.

It never runs a student's code. Both ways are pickles: its parent is this program, too.
When its standard input ends, it ends, and with it its zygote and the children.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import IO, Any

from grader.batch import work

Request = tuple[Callable[..., Any], tuple[Any, ...]]


def main() -> None:
    """Answer each task until there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    _hide_streams()
    tasks: SimpleQueue[Request | None] = SimpleQueue()
    is_busy = threading.Event()
    threading.Thread(target=_listen, args=(requests, tasks, is_busy), daemon=True).start()
    while (task := tasks.get()) is not None:
        answer = pickle.dumps(_answer(*task))
        is_busy.clear()
        with contextlib.suppress(BrokenPipeError):  # nobody waits any more; no task will follow
            answers.write(answer)
            answers.flush()
    work.close_sandbox()


def _hide_streams() -> None:
    """Let nothing that is printed here get into an answer."""
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)


def _listen(
    requests: IO[bytes], tasks: SimpleQueue[Request | None], is_busy: threading.Event
) -> None:
    """Pass on what comes; when the parent is gone, end at once, in the middle of whatever."""
    try:
        # A parent that was killed while it wrote leaves half a pickle.
        with contextlib.suppress(EOFError, pickle.UnpicklingError):
            while True:
                task = pickle.load(requests)  # noqa: S301 - from the process that started this one
                is_busy.set()
                tasks.put(task)
        if is_busy.is_set():
            os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    finally:
        tasks.put(None)


def _answer(function: Callable[..., Any], arguments: tuple[Any, ...]) -> tuple[bool, Any]:
    """Return whether a function returned, and what; else the exception, which the parent raises."""
    try:
        return True, function(*arguments)
    except Exception as error:  # noqa: BLE001 - the parent raises it again
        return False, error
