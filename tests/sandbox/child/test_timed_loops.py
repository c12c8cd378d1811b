"""A long loop of a student's program ends after some seconds, and is the range that it was otherwise."""

from __future__ import annotations

import copy
import pickle
import random

import numpy as np
import pytest

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
    assert (numbers.start, numbers.step, numbers.count(5), numbers.index(7)) == (0, 1, 1, 7)
    assert repr(numbers) == f"range(0, {LONG})"
    with pytest.raises(AttributeError):
        _ = numbers.epochs


def test_a_long_range_is_a_sequence() -> None:
    """Samples are drawn from it and arrays are made of it, and it is copied and kept."""
    numbers = timed_range(60.0, [])(LONG)
    assert set(random.Random(0).sample(numbers, 50)) <= set(range(LONG))
    assert np.array_equal(np.array(numbers), np.arange(LONG))
    assert copy.copy(numbers) is copy.deepcopy(numbers) is numbers
    assert pickle.loads(pickle.dumps(numbers)) == range(LONG)


def test_long_ranges_are_equal_where_ranges_are() -> None:
    """They are compared and hashed by their numbers, with each other and with a range."""
    make = timed_range(60.0, [])
    assert make(LONG) == make(LONG) == range(LONG)
    assert range(LONG) == make(LONG)
    assert make(LONG) != make(LONG + 1)
    assert make(LONG) != list(range(LONG))
    assert len({make(LONG), make(LONG), range(LONG)}) == 1


def test_a_slice_of_a_long_range_is_timed_where_it_is_long() -> None:
    """Epochs that are counted from one, or backwards, are cut as well."""
    cuts: list[int] = []
    numbers = timed_range(-1.0, cuts)(LONG + 5)
    assert numbers[1:] == range(1, LONG + 5)
    assert list(numbers[1:]) == []
    assert list(reversed(numbers)) == []
    assert numbers[LONG:] == range(LONG, LONG + 5)
    assert isinstance(numbers[LONG:], range)
    assert cuts == [LONG + 4, LONG + 5]


def test_the_name_range_is_that_of_a_class() -> None:
    """A program asks whether something is a range, and what its type is."""
    make = timed_range(60.0, [])
    ranges = [make(3), make(LONG)]
    assert all(isinstance(one, make) for one in ranges)
    assert [type(one) for one in ranges] == [make, make]
    assert all(issubclass(type(one), make) for one in ranges)
    assert isinstance(range(3), make)
    assert not isinstance([1, 2], make)
    assert make not in (list, int)
    assert make.__name__ == "range"
    assert make | None
    with pytest.raises(TypeError):
        make("3")
