"""The clock of one submission: how long its code has run, over all its children, and how long it may still."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from grader.errors import OurFault
from grader.model import Message, frozen
from grader.sandbox.host import ChildGone, Ending

OWN_SECONDS = 300.0
"""The most that the grader itself may need for one submission, beside waiting for the student's code. It
needs some three seconds. None of it is charged to the student, but an endless examination must end."""


class OutOfTime(ChildGone):
    """The time of the submission, or of the check, is used up.

    Parameters
    ----------
    message
        Why, as the student reads it.
    """

    def __init__(self, message: Message) -> None:
        super().__init__(Ending.LATE)
        self.message = message


class Clock:
    """The time of one submission, which all its connections share; or the time of one check.

    Parameters
    ----------
    total
        The seconds that the student's code may take for everything.
    message_id
        The message of ``OutOfTime``; its value is ``seconds``.
    """

    def __init__(self, total: float, message_id: str = "total_time") -> None:
        self._total, self._message_id, self._spent = total, message_id, 0.0
        self._start = time.monotonic()

    @property
    def seconds_left(self) -> float:
        """The seconds that are left."""
        return self._total - self._spent

    def require(self) -> None:
        """Raise where no time is left.

        Raises
        ------
        OutOfTime
            If the student's code used up its time.
        OurFault
            If the grader itself did not come to an end.
        """
        if self.seconds_left <= 0:
            raise self.time_error()
        if time.monotonic() - self._start - self._spent > OWN_SECONDS:
            raise OurFault(f"the examiner itself needed more than {OWN_SECONDS:.0f} seconds")

    @contextmanager
    def charge(self, seconds: float) -> Iterator[float]:
        """Charge the time of the ``with`` block to the student; yield the seconds that it may take.

        Those are ``seconds``, or what is left of the total where that is less. A child that was late
        in the second case has used up the total: that raises ``OutOfTime``. Raises as ``require``.
        """
        self.require()
        limit = min(seconds, self.seconds_left)
        start = time.monotonic()
        try:
            yield limit
        except ChildGone as gone:
            if gone.ending is Ending.LATE and limit < seconds:
                raise self.time_error() from gone
            raise
        finally:
            self._spent += time.monotonic() - start

    def time_error(self) -> OutOfTime:
        """Make the exception that says that no time is left."""
        return OutOfTime(Message(self._message_id, frozen(seconds=self._total)))
