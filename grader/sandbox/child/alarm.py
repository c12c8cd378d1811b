"""Interrupts code that runs too long; what it did until then stays."""

from __future__ import annotations

import contextlib
import signal
from typing import Any, Iterator

REPEAT_SECONDS = 0.25  # the alarm rings again for code that caught the first ring and went on


class Late(BaseException):
    """The alarm rang. Not an ``Exception``: a student's ``except Exception`` must not catch it.

    ``file`` and ``line`` are where the interrupted statement of a module begins, if there is one.
    """

    file = ""
    line = 0


@contextlib.contextmanager
def alarm(seconds: float) -> Iterator[None]:
    """Raise ``Late`` in the code inside, once it has run for some seconds.

    Code that ignores the signal is not stopped; the host's deadline ends its process. Where no
    signal can be received (Windows, a thread that is not the first) nothing rings.
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
        signal.setitimer(signal.ITIMER_REAL, seconds, REPEAT_SECONDS)
        yield
    finally:
        armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
