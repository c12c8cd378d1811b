"""Long loops of a student's program that end after some seconds, so that what comes after them runs."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Dict, Iterator, List

from .student_objects import is_a

LONG = 1000
"""A range of so many numbers may count epochs; shorter ones count samples and units."""

ROUNDS_BETWEEN_LOOKS = 16
"""Looking at the clock takes as long as a tenth of a step of a small network."""


class TimedRange(Sequence):  # type: ignore[type-arg]  # Python 3.8 has none
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
        self.start, self.stop, self.step = numbers.start, numbers.stop, numbers.step

    def __iter__(self) -> Iterator[int]:
        end = time.monotonic() + self._seconds
        for count, number in enumerate(self._numbers):
            if count % ROUNDS_BETWEEN_LOOKS == 0 and time.monotonic() > end:
                self._cuts.append(len(self._numbers) - count)
                return
            yield number

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, index: Any) -> Any:
        return _timed(self._numbers[index], self._seconds, self._cuts)

    def __reversed__(self) -> Iterator[int]:
        return iter(self[::-1])

    def __contains__(self, number: Any) -> bool:
        return number in self._numbers

    def __eq__(self, other: object) -> bool:
        return self._numbers == (other._numbers if is_a(other, TimedRange) else other)  # type: ignore[attr-defined]

    def __hash__(self) -> int:
        return hash(self._numbers)

    def __repr__(self) -> str:
        return repr(self._numbers)

    def __reduce__(self) -> Any:
        return self._numbers.__reduce__()

    def __copy__(self) -> TimedRange:
        return self

    def __deepcopy__(self, _: Dict[int, Any]) -> TimedRange:
        return self

    def count(self, value: Any) -> int:
        """Return how often a number is in the range."""
        return self._numbers.count(value)

    def index(self, value: Any) -> int:  # type: ignore[override]  # as that of a range
        """Return the place of a number; raise ValueError where it is not in the range."""
        return self._numbers.index(value)


class RangeType(type):
    """The type of a class that stands in the place of ``range``: it is called, compared and asked like it."""

    seconds: float
    cuts: List[int]

    def __call__(cls, *bounds: Any) -> Any:
        """Return a range, which is timed where it is long."""
        return _timed(range(*bounds), cls.seconds, cls.cuts)

    def __instancecheck__(cls, value: Any) -> bool:
        return is_a(value, (range, TimedRange))

    def __subclasscheck__(cls, kind: type) -> bool:
        return issubclass(kind, (range, TimedRange))

    def __eq__(cls, other: object) -> bool:
        return other in (range, TimedRange) or other is cls

    def __hash__(cls) -> int:
        return hash(range)


def timed_range(seconds: float, cuts: List[int]) -> RangeType:
    """Return a class that takes the place of ``range``: its long ones end after some seconds."""
    return RangeType("range", (), {"seconds": seconds, "cuts": cuts})


def _timed(value: Any, seconds: float, cuts: List[int]) -> Any:
    """Return a long range as a timed one; anything else as it is."""
    is_long = is_a(value, range) and len(value) >= LONG
    return TimedRange(value, seconds, cuts) if is_long else value
