"""An alarm: code that runs too long is interrupted where it is, and what it did until then stays."""

from __future__ import annotations

import contextlib
import signal
from typing import Any, Iterator

AGAIN = 0.25  # seconds until it rings again, for code that caught the first ring and went on


class Late(BaseException):
    """The alarm rang. Not an ``Exception``: a student's ``except Exception`` must not catch it.

    ``file`` and ``line`` tell where the statement of a module begins that was interrupted, if
    one was.
    """

    file = ""
    line = 0


@contextlib.contextmanager
def alarm(seconds: float) -> Iterator[None]:
    """Raise ``Late`` in what runs inside, once it has run for some seconds.

    Code that ignores the signal is not stopped; the examiner's deadline ends its process.
    Where no signal can be had (Windows, a thread that is not the first) nothing rings.
    """
    armed = True

    def ring(*_: Any) -> None:
        if armed:
            raise Late

    try:
        before = signal.signal(signal.SIGALRM, ring)
    except (AttributeError, ValueError):
        yield
        return
    try:
        signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
        yield
    finally:
        armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
