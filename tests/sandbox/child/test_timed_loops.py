"""A long loop of a student's program ends after some seconds, and is the range that it was otherwise."""

from __future__ import annotations

from grader.sandbox.child.timed_loops import LONG, timed_range


def test_a_short_range_is_the_range_itself() -> None:
    """What counts samples and units is not touched."""
    assert timed_range(0.0, [])(3, LONG) == range(3, LONG)


def test_a_long_range_that_has_time_gives_every_number() -> None:
    """Nothing is left out, and no cut is noted."""
    cuts: list[int] = []
    assert list(timed_range(60.0, cuts)(0, 2 * LONG, 2)) == list(range(0, 2 * LONG, 2))
    assert cuts == []


def test_a_long_range_without_time_ends_at_once_and_notes_what_is_left() -> None:
    """The loop ends, so that what stands below it runs."""
    cuts: list[int] = []
    assert list(timed_range(-1.0, cuts)(LONG)) == []
    assert cuts == [LONG]


def test_a_long_range_answers_as_a_range() -> None:
    """Its length, entries, order and bounds are those of the range."""
    numbers = timed_range(60.0, [])(LONG)
    assert (len(numbers), numbers[-1], numbers.stop, 5 in numbers) == (LONG, LONG - 1, LONG, True)
    assert list(reversed(numbers)) == list(reversed(range(LONG)))
