"""Interrupts code that runs too long; what it did until then stays."""

from __future__ import annotations

import contextlib
import signal
from typing import Any, Iterator, List

_SET: List[
    float
] = []  # the seconds of the alarms that are set: a confined child may not ask the kernel
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
        _SET.append(seconds)
        signal.setitimer(signal.ITIMER_REAL, seconds, REPEAT_SECONDS)
        yield
    finally:
        armed = False
        _SET.pop()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def ring_later(seconds: float) -> None:
    """Give code that was interrupted some seconds more, where an alarm is set."""
    if _SET:
        signal.setitimer(signal.ITIMER_REAL, seconds, REPEAT_SECONDS)
