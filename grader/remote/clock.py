"""How long the student's code has run, over all children of one submission, and how long it may still."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from grader.errors import OurFault
from grader.model import Message, frozen
from grader.sandbox.host import ChildGone, Ending

OWN_SECONDS = 300.0
"""What the examiner itself may need for one submission, beside what it waits for: it needs some three
seconds. Nothing of it is charged to the student, and yet an examination that does not end must end."""


class OutOfTime(ChildGone):
    """There is no time for what was to be asked.

    Parameters
    ----------
    message
        Why, as the student reads it.
    """

    def __init__(self, message: Message) -> None:
        super().__init__(Ending.LATE)
        self.message = message


class Clock:
    """The time of one submission, one object which all its rooms share; or the time of one check.

    Parameters
    ----------
    total
        The seconds that the student's code may take for everything.
    says
        The id of the message for when they are used up; its value is ``seconds``.
    """

    def __init__(self, total: float, says: str = "total_time") -> None:
        self._total, self._says, self._spent = total, says, 0.0
        self._start = time.monotonic()

    @property
    def left(self) -> float:
        """The seconds that are left."""
        return self._total - self._spent

    def require(self) -> None:
        """Raise where no time is left.

        Raises
        ------
        OutOfTime
            If the student's code used up its time.
        OurFault
            If the examiner itself did not come to an end.
        """
        if self.left <= 0:
            raise self.used_up()
        if time.monotonic() - self._start - self._spent > OWN_SECONDS:
            raise OurFault(f"the examiner itself needed more than {OWN_SECONDS:.0f} seconds")

    @contextmanager
    def charged(self, seconds: float) -> Iterator[float]:
        """Charge what runs inside to the student; it gets the seconds that it may take.

        Those are ``seconds``, or what is left of the total where that is less. Then a child that
        was late has used up the total, which is what ``OutOfTime`` says; ``require`` raises too.
        """
        self.require()
        capped = min(seconds, self.left)
        start = time.monotonic()
        try:
            yield capped
        except ChildGone as gone:
            if gone.ending is Ending.LATE and capped < seconds:
                raise self.used_up() from gone
            raise
        finally:
            self._spent += time.monotonic() - start

    def used_up(self) -> OutOfTime:
        """What is raised where no time is left."""
        return OutOfTime(Message(self._says, frozen(seconds=self._total)))
