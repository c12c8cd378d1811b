"""Long loops of a student's program that end after some seconds, so that what comes after them runs."""

from __future__ import annotations

import time
from typing import Any, Callable, Iterator, List

LONG = 1000
"""A range of so many numbers may count epochs; shorter ones count samples and units."""

ROUNDS_BETWEEN_LOOKS = 16
"""Looking at the clock takes as long as a tenth of a step of a small network."""


class TimedRange:
    """A range that iterates no longer than some seconds; in all else it is the range itself.

    Parameters
    ----------
    numbers
        The range.
    seconds
        How long it may iterate.
    cuts
        Gets the count of numbers that were left, where there were any.
    """

    def __init__(self, numbers: range, seconds: float, cuts: List[int]) -> None:
        self._numbers, self._seconds, self._cuts = numbers, seconds, cuts

    def __iter__(self) -> Iterator[int]:
        end = time.monotonic() + self._seconds
        for count, number in enumerate(self._numbers):
            if count % ROUNDS_BETWEEN_LOOKS == 0 and time.monotonic() > end:
                self._cuts.append(len(self._numbers) - count)
                return
            yield number

    def __len__(self) -> int:
        return len(self._numbers)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._numbers, name)

    def __getitem__(self, index: Any) -> Any:
        return self._numbers[index]

    def __reversed__(self) -> Iterator[int]:
        return reversed(self._numbers)

    def __contains__(self, number: Any) -> bool:
        return number in self._numbers


def timed_range(seconds: float, cuts: List[int]) -> Callable[..., Any]:
    """Return a function that takes the place of ``range``: its long ones end after some seconds."""

    def make(*bounds: Any) -> Any:
        numbers = range(*bounds)
        return TimedRange(numbers, seconds, cuts) if len(numbers) >= LONG else numbers

    return make
