"""Reads a student's values as samples, outputs or labels, in whichever way they are laid out."""

from __future__ import annotations

from typing import Any, Optional, Tuple

import numpy as np

from . import serialize
from .student_objects import is_a

FEATURES = 2  # the lab's data have two
MAX_OUTPUTS = 2  # one output, or one for each of two classes
MAX_SAMPLES = 2000  # the lab's data have 100 and 21
LABELS = ({0.0, 1.0}, {-1.0, 1.0})
LEAST_SAMPLES = 5  # of a data set that is trained on: fewer are a batch
MOST_LABELS = 6  # arrays that may be the labels of a batch
MOST_AXES = 4  # of nested lists: a list of samples, each a column, has three


def read_numbers(value: Any) -> Optional[Any]:
    """Return an array of float64 for an array, a number or a list of numbers; None for anything else."""
    if is_a(value, np.ndarray):
        array = serialize.plain_view(value)
    elif _has_only_numbers(value, MOST_AXES):
        try:
            array = np.asarray(value)
        except Exception:  # noqa: BLE001  rows differ, or a list's own class raised what numpy asked
            return None
    else:
        return None
    if array.dtype.kind not in "fiub" or not 0 < array.size <= FEATURES * MAX_SAMPLES:
        return None
    return np.array(array, np.float64)


def _has_only_numbers(value: Any, axes: int) -> bool:
    """Return whether a value is a number, or lists of numbers and arrays: numpy asks other objects."""
    if is_a(value, (list, tuple)):
        is_small = axes > 0 and len(value) <= FEATURES * MAX_SAMPLES
        return is_small and all(_has_only_numbers(one, axes - 1) for one in value)
    return is_a(value, (int, float, np.generic, np.ndarray))


def read_samples(value: Any) -> Optional[Any]:
    """Return ``(N, 2)`` samples that stand in rows, in columns, or alone; None where there are none.

    A third feature that is one everywhere belongs to a bias.
    """
    array = read_numbers(value)
    if array is None or array.ndim not in (1, 2):
        return None
    layout = _layout(array)
    if layout is None:
        return None
    stands_in_columns, ones = layout
    rows = np.atleast_2d(array)
    oriented = rows.T if stands_in_columns else rows
    return oriented if ones is None else np.delete(oriented, ones, axis=1)


def _layout(array: Any) -> Optional[Tuple[bool, Optional[int]]]:
    """Return whether samples stand in columns, and which feature is one everywhere; None where there are none."""
    rows = np.atleast_2d(array)
    for stands_in_columns, oriented in ((False, rows), (True, rows.T)):
        if oriented.shape[1] == FEATURES + 1:
            ones = [k for k in range(FEATURES + 1) if np.all(oriented[:, k] == 1.0)]
            if len(ones) == 1:
                return stands_in_columns, ones[0]
        if oriented.shape[1] == FEATURES:
            return stands_in_columns, None
    return None


def read_outputs(value: Any, samples: int) -> Optional[Any]:
    """Return ``(N, D)`` outputs of so many samples, in rows or columns; None where there are none."""
    array = read_numbers(value)
    if array is None or array.ndim > MAX_OUTPUTS or array.size % samples:
        return None
    count = array.size // samples
    if count == 1:
        return array.reshape(samples, 1)
    if count != MAX_OUTPUTS or (array.ndim != 2 and samples != 1):
        return None
    if array.ndim == 2 and array.shape == (count, samples) and samples != count:
        return array.T
    return array.reshape(samples, count)


def read_labels(value: Any, samples: int) -> Optional[Any]:
    """Return ``(N,)`` labels of so many samples, of two classes; None where a value holds none."""
    if not is_a(value, (np.ndarray, list, tuple)):
        return None
    array = read_numbers(value)
    if array is None or array.size not in (samples, 2 * samples):
        return None
    values = set(array.ravel().tolist())
    if not any(values <= labels for labels in LABELS):
        return None
    if array.size == samples:
        return array.ravel()
    pairs = read_outputs(value, samples)
    if pairs is None or not np.all(np.sum(pairs == np.max(pairs), axis=1) == 1):
        return None
    return np.argmax(pairs, axis=1).astype(np.float64)


def read_pairs(value: Any) -> Optional[Tuple[Any, Any]]:
    """Return samples ``(N, 2)`` and labels ``(N,)`` of a list of pairs ``(x, y)``; None for anything else."""
    if not is_a(value, (list, tuple)) or not 0 < len(value) <= MAX_SAMPLES:
        return None
    if not all(is_a(one, (list, tuple)) and len(one) == 2 for one in value):
        return None
    pairs = [
        (read_samples(x), read_labels(np.atleast_1d(y), 1)) for x, y in value if _are_numbers(x, y)
    ]
    known = [(x, y) for x, y in pairs if x is not None and y is not None and len(x) == 1]
    if len(known) < len(value):
        return None
    return np.concatenate([x for x, _ in known]), np.concatenate([y for _, y in known])


def _are_numbers(*values: Any) -> bool:
    return all(read_numbers(value) is not None for value in values)


def arrange_samples(samples: Any, given: Any) -> Any:
    """Arrange ``(N, 2)`` samples as others were given: in rows or columns, alone, beside ones.

    Raises
    ------
    ValueError
        If the others are no samples.
    """
    array = np.asarray(given, np.float64)
    layout = _layout(array) if array.ndim in (1, 2) else None
    if layout is None:
        raise ValueError(f"no samples: {array.shape}")
    stands_in_columns, ones = layout
    if ones is not None:
        samples = np.insert(samples, ones, 1.0, axis=1)
    if array.ndim == 1:
        return samples[0]
    return np.array(samples.T if stands_in_columns else samples)


def may_be_data(samples: Any) -> bool:
    """Return whether samples that an object holds may be the lab's data: many, in the unit square."""
    return len(samples) > FEATURES and bool(np.all((samples >= 0) & (samples <= 1)))


def is_data(values: Any, samples: Optional[Any]) -> bool:
    """Return whether an array is what the network was given, not what it learns."""
    if samples is None:
        return False
    given = read_samples(values)
    return (
        given is not None and given.shape == samples.shape and bool(np.array_equal(given, samples))
    )


def is_bare(value: Any) -> bool:
    """Return whether a value is no array of floats, nor a number that one gives."""
    if is_a(value, np.ndarray):
        return bool(value.dtype.kind != "f")
    if is_a(value, list):
        return not serialize.is_float_list(value)
    return not is_a(value, (float, np.floating))
