"""How long one ``forward`` takes, and whether many of them come in time.

Differences call ``forward`` twice for each entry of each array. Where one call is slow, the time of
the first calls says that they cannot come, and nobody needs to wait for them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from grader.model import Message, frozen
from grader.remote import Lab, OutOfTime
from grader.sandbox.host import ChildGone

QUICK = 3.0
"""Calls that need less than this part of their seconds are not worth a frame of their own."""

PROBED = 2
"""Calls whose time is measured at once."""

MOST_PROBES, FAR = 5, 10.0
"""A busy machine makes calls slower, never quicker: where they seem too slow they are measured so
many times. Twice is enough where they are so many times too slow: at a second a step that takes
four seconds."""


def least_seconds(measure: Callable[[], float], limit: float) -> float:
    """Return the least of several measurements, in seconds.

    They end with the first that is at most ``limit``.
    """
    least = math.inf
    for count in range(MOST_PROBES):
        if least <= limit or (count == 2 and least > FAR * limit):
            break
        least = min(least, measure())
    return least


@dataclass(frozen=True, slots=True)
class ForwardTime:
    """The seconds that one call of a ``forward`` takes, and those that all calls of a frame may take."""

    who: str
    seconds_per_call: float
    available: float

    def is_quick(self, calls: int) -> bool:
        """Whether so many calls need a small part of the time."""
        return QUICK * calls * self.seconds_per_call <= self.available

    def late(self, calls: int) -> OutOfTime | None:
        """The exception that says why so many calls cannot come in time, or None where they can."""
        return self.out_of_time(calls) if calls * self.seconds_per_call > self.available else None

    def out_of_time(self, calls: int) -> OutOfTime:
        """Make the exception that says what so many calls need, and what was measured."""
        return OutOfTime(
            Message(
                "forward_slow",
                frozen(
                    who=self.who,
                    measured=f"{self.seconds_per_call:.2g}",
                    calls=calls,
                    needed=f"{calls * self.seconds_per_call:.3g}",
                    seconds=self.available,
                ),
            )
        )


def forward_time(
    lab: Lab, who: str, first: float, calls: int, measure: Callable[[], float]
) -> ForwardTime:
    """Find out how long one call of a ``forward`` takes.

    Parameters
    ----------
    lab
        The check's; a frame may take its item's seconds, but leaves half of its clock to the others.
    who
        What is called: ``Linear.forward``.
    first
        The seconds of a call as they seemed in the first frame.
    calls
        How many are wanted.
    measure
        Returns the seconds of a call, measured by itself; used where ``first`` seems too slow.
    """
    available = min(lab.item.seconds, lab.clock.seconds_left / 2)
    quick_limit = available / (QUICK * max(calls, 1))
    return ForwardTime(
        who, first if first <= quick_limit else least_seconds(measure, quick_limit), available
    )


def slow_remarks(gone: ChildGone | None) -> tuple[Message, ...]:
    """Say that a gradient was compared with the closed form alone; nothing where it was not."""
    if isinstance(gone, OutOfTime) and gone.message.id == "forward_slow":
        return (Message("slow_forward", gone.message.values),)
    return ()
