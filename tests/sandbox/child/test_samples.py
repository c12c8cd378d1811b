"""A student's values are read as samples, outputs and labels, however they are laid out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.sandbox.child.samples import (
    arrange_samples,
    read_labels,
    read_outputs,
    read_pairs,
    read_samples,
)


def equal(value: Any, expected: Any) -> bool:
    """Return whether something was read, and is as expected."""
    return value is not None and np.array_equal(value, expected)


def close(value: Any, expected: Any) -> bool:
    """Return whether something was read, and is nearly as expected."""
    return value is not None and np.allclose(value, expected)


POINTS = np.arange(10.0).reshape(5, 2)

LAYOUTS: dict[str, Any] = {
    "rows": POINTS,
    "columns": POINTS.T,
    "a list of lists": POINTS.tolist(),
    "rows beside ones": np.hstack([POINTS, np.ones((5, 1))]),
    "columns above ones": np.vstack([POINTS.T, np.ones((1, 5))]),
    "integers": POINTS.astype(int),
    "a strided array": np.repeat(POINTS, 2, axis=1)[:, ::2],
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_samples_are_read_in_every_layout(layout: str) -> None:
    """Samples are ``(N, 2)`` whether they stood in rows, in columns, in lists or beside ones."""
    assert equal(read_samples(LAYOUTS[layout]), POINTS)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_samples_are_arranged_as_others_were_given(layout: str) -> None:
    """Other samples in the layout of these read as they are, so that a network can be asked."""
    others = POINTS[:3] / 7
    assert close(read_samples(arrange_samples(others, LAYOUTS[layout])), others)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
@pytest.mark.parametrize("ones", [None, 0, 1, 2])
def test_few_samples_are_arranged_as_they_are_read(count: int, ones: int | None) -> None:
    """Two samples beside ones have as many rows as others have features; what is read decides."""
    own = POINTS[:count] + 2
    rows = own if ones is None else np.insert(own, ones, 1.0, axis=1)
    for given in (rows, rows.T, *([rows[0]] if count == 1 else [])):
        known = read_samples(given)
        assert known is not None
        assert equal(arrange_samples(known, given), given)


def test_samples_are_arranged_like_no_others_than_samples() -> None:
    """What is no samples has no layout."""
    for given in (np.zeros((4, 4)), np.zeros((2, 2, 2)), 3.0):
        with pytest.raises(ValueError, match="no samples"):
            arrange_samples(POINTS, given)


def test_one_sample_may_be_a_vector_a_row_or_a_column() -> None:
    """A program that trains on one sample at a time gives it in any of three shapes."""
    for one in (np.array([0.2, 0.7]), np.array([[0.2, 0.7]]), np.array([[0.2], [0.7]])):
        assert equal(read_samples(one), [[0.2, 0.7]])


@pytest.mark.parametrize("value", [None, "text", 3.0, np.zeros((4, 4)), {"x": 1}, [1, [2, 3]], []])
def test_what_is_no_samples_is_not_read_as_such(value: Any) -> None:
    """Numbers, text, other shapes and ragged lists are no samples."""
    assert read_samples(value) is None


def test_outputs_are_one_or_two_numbers_for_each_sample() -> None:
    """Outputs stand in rows or columns; three for a sample are a hidden layer, and no outputs."""
    column = np.arange(5.0)[:, np.newaxis]
    for value in (column, column.T, column[:, 0], column[:, 0].tolist()):
        assert equal(read_outputs(value, 5), column)
    pairs = np.arange(10.0).reshape(5, 2)
    assert equal(read_outputs(pairs.T, 5), pairs)
    assert read_outputs(np.zeros((5, 3)), 5) is None
    assert equal(read_outputs(0.25, 1), [[0.25]])


def test_labels_are_of_two_classes() -> None:
    """Labels are 0 and 1, or -1 and 1, as a column, a list or one of two columns; shares are none."""
    labels = np.array([0.0, 1.0, 1.0])
    assert equal(read_labels(labels[:, np.newaxis].astype(int), 3), labels)
    assert equal(read_labels([0, 1, 1], 3), labels)
    assert equal(read_labels(np.array([[1, 0], [0, 1], [0, 1]]), 3), labels)
    assert equal(read_labels(2 * labels - 1, 3), 2 * labels - 1)
    assert read_labels(np.array([0.1, 1.0, 0.0]), 3) is None
    assert read_labels(1, 1) is None


def test_a_list_of_pairs_is_a_data_set() -> None:
    """Each pair has one sample and one label, which may be a number, or one for each class."""
    for label in (1, np.array([[1.0]]), [0, 1]):
        pairs = read_pairs([(x.reshape(2, 1), label) for x in POINTS])
        assert pairs is not None
        assert np.array_equal(pairs[0], POINTS)
        assert pairs[1].tolist() == [1.0] * 5
    for other in (
        [],
        POINTS,
        [(POINTS, 1)],
        [(POINTS[0], 0.5)],
        [(POINTS[0], "a")],
        [POINTS[0], 3],
    ):
        assert read_pairs(other) is None
