"""What a check may demand, and how it says that a demand was not met.

Every comparison is written so that NaN loses: ``not (error <= bound)``, never
``error > bound``. Shape and kind come before values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.model import Comparison, Failure
from grader.numeric import Array


@dataclass(frozen=True, slots=True)
class Tolerance:
    """How far a gradient may be from its differences: ``of_largest * max|n| + relative * |n|``.

    An error is compared with the largest entry, never with each entry alone: an
    entry that is tiny beside its neighbours carries their rounding.
    """

    of_largest: float
    relative: float

    def holds(self, numeric: Array, actual: Array, scale: float = 0.0) -> Any:
        """Return an array of bools, shape of ``numeric``: which entries agree.

        ``scale`` is the largest entry to compare with where ``numeric`` has none as large:
        that of what it was computed from.
        """
        largest = max(scale, float(np.max(np.abs(numeric))) if numeric.size else 0.0)
        with np.errstate(invalid="ignore"):
            bound = self.of_largest * largest + self.relative * np.abs(numeric) + TINY
            return (np.abs(numeric - actual) <= bound) & np.isfinite(bound)


def is_single(description: Mapping[str, Any]) -> bool:
    """Whether a value was computed in float32: its differences are noise, so the formula must judge.

    It may have been turned into float64 since: then every number is one of float32's. Of random
    numbers in float64 one in 2^29 is, and numbers with few digits prove nothing.
    """
    value = description.get("value")
    if (
        not isinstance(value, np.ndarray)
        or value.dtype.kind != "f"
        or not np.all(np.isfinite(value))
    ):
        return False
    few = np.all(value * 1024 == np.round(value * 1024))
    with np.errstate(over="ignore"):
        return value.dtype == np.float32 or bool(not few and np.all(value == np.float32(value)))


TINY = 1e-10
"""Below this everything is zero: inputs and upstream gradients are of order one, and differences
of values of order one are uncertain by epsilon over step, 3e-11."""

DOUBLE = Tolerance(2e-7, 2e-6)
"""A hundred times the noise of central differences in float64, far below every known mistake."""

SINGLE = Tolerance(1e-3, 1e-3)
"""For differences of programs that compute in float32: ten times what is left of a step of 2^-6
(see ``numeric.STEP_SINGLE``), and a fifth of the smallest mistake that a factor may make, 1 %."""

EXACT = Tolerance(1e-9, 1e-9)
"""For values that both sides compute in closed form in float64: thousands of roundings, no more."""

EXACT_SINGLE = Tolerance(1e-5, 1e-5)
"""The same for float32: a hundred roundings of 2^-24, and what an exponential adds to them."""


def array(
    description: Any, who: str, shape: Sequence[int] | None = None, *, finite: bool = True
) -> Array:
    """Return a described value as a float array, or fail.

    Parameters
    ----------
    description
        What came from the child side (``kind``, ``type``, ``value``).
    who
        What returned it, as a student names it: ``Linear.forward``.
    shape
        The shape that it must have, or None for any.
    finite
        Whether NaN and infinities fail.

    Raises
    ------
    Failure
        ``returned_none``, ``returned_kind``, ``returned_shape`` or ``returned_nan``.
    """
    kind = description["kind"]
    if kind == "none":
        raise Failure("returned_none", who=who, usable=False)
    if kind not in ("array", "number", "list") or description["value"].dtype.kind in "cb":
        raise Failure("returned_kind", who=who, kind=description["type"], usable=False)
    value = np.asarray(description["value"], np.float64)
    if shape is not None and value.shape != tuple(shape):
        raise wrong_shape(who, shape, value.shape)
    if finite:
        _demand_finite(value, who)
    return value


def stacked(description: Any, who: str, counts: Sequence[int], shape: Sequence[int]) -> Array:
    """Return the described answers of so many calls, or fail.

    Parameters
    ----------
    description, who
        As for `array`.
    counts, shape
        How many answers there are along each axis, and the shape that each answer must have:
        ``(*counts, *shape)`` together.

    Raises
    ------
    Failure
        As `array`, about a single answer: a student's method never returned the stack.
    """
    values = array(description, who, finite=False)
    axes = len(counts)
    if values.shape[axes:] != tuple(shape):
        raise wrong_shape(who, shape, values.shape[axes:])
    if values.shape[:axes] != tuple(counts):  # no child of ours answers so
        raise wrong_shape(who, (*counts, *shape), values.shape)
    if not np.all(np.isfinite(values)):
        for value in values.reshape(-1, *shape):
            _demand_finite(value, who)
    return values


def _demand_finite(value: Array, who: str) -> None:
    bad = int(np.sum(~np.isfinite(value)))
    if bad:
        raise Failure("returned_nan", who=who, count=bad, of=value.size)


def shifts(description: Any, who: str, entries: int) -> Array:
    """Return the described values while each of so many entries was moved: shape ``(entries, 2, *out)``, or fail."""
    value = array(description, who, finite=False)
    if value.shape[:2] != (entries, 2):
        raise wrong_shape(who, (entries, 2), value.shape)
    return value


def wrong_shape(who: str, expected: Sequence[int], actual: Sequence[int]) -> Failure:
    """Make the failure that tells of a wrong shape; a number has none, and is called a number."""
    one, other = text_of_shape(expected), text_of_shape(actual)
    if not tuple(expected):
        return Failure("returned_not_scalar", who=who, got=other, usable=False)
    if not tuple(actual):
        return Failure("returned_number", who=who, wanted=one, usable=False)
    return Failure(
        "returned_shape", who=who, expected=one, actual=other, wanted=one, got=other, usable=False
    )


def scalar(description: Any, who: str) -> float:
    """Return a described value as one float (0-d and one-entry arrays count), or fail."""
    value = array(description, who, finite=False)
    if value.size != 1:
        raise Failure("returned_not_scalar", who=who, got=text_of_shape(value.shape), usable=False)
    if not np.isfinite(value).all():
        raise Failure("returned_nan", who=who, count=1, of=1)
    return float(value.reshape(()))


def same(
    expected: Array,
    actual: Array,
    tolerance: Tolerance,
    id: str,  # noqa: A002
    *,
    scale: float = 0.0,
    **values: Any,
) -> None:
    """Fail with a message about the worst entry unless two arrays agree.

    The message gets ``where``, ``wanted``, ``got`` (of the worst entry), ``wrong``
    and ``of`` (counts) beside ``values``.
    """
    holds = tolerance.holds(expected, actual, scale)
    if not np.all(holds):
        raise mismatch(expected, actual, holds, id, **values)


def mismatch(
    expected: Array,
    actual: Array,
    holds: Any,
    id: str,  # noqa: A002
    *,
    compares: bool = True,
    **values: Any,
) -> Failure:
    """Make the failure that tells where two arrays differ most.

    ``compares`` is false where ``expected`` only bounds what is right: it is not shown beside
    ``actual`` then.
    """
    with np.errstate(invalid="ignore"):
        errors = np.where(np.isnan(actual), np.inf, np.abs(expected - actual))
    errors = np.where(holds, -1.0, errors)
    index = np.unravel_index(int(np.argmax(errors)), errors.shape) if errors.ndim else ()
    worst = tuple(int(k) for k in index)
    expected_text, actual_text = texts_of_arrays(expected, actual)
    one, other = pair(expected[worst], actual[worst])
    return Failure(
        id,
        comparison=Comparison(expected, actual, worst) if compares else None,
        expected=expected_text,
        actual=actual_text,
        where=text_of_place(worst),
        wanted=one,
        got=other,
        wrong=int(np.sum(~holds)),
        of=int(holds.size),
        **values,
    )


def number(value: Any, digits: int = 6) -> str:
    """A number for a reader, with so many significant digits."""
    return f"{float(value):.{digits}g}"


def pair(expected: Any, actual: Any) -> tuple[str, str]:
    """Two numbers that a reader compares: six significant digits, or as many as tell them apart."""
    for digits in range(6, 17):
        if number(expected, digits) != number(actual, digits):
            return number(expected, digits), number(actual, digits)
    return number(expected, 17), number(actual, 17)


def text_of_shape(shape: Sequence[int]) -> str:
    """A shape for a reader, as numpy writes it."""
    return str(tuple(int(side) for side in shape))


def text_of_place(place: Sequence[int]) -> str:
    """The place of an entry for a reader: ``(2, 0)`` in a matrix, ``[8]`` in a row of numbers."""
    return f"[{int(place[0])}]" if len(place) == 1 else text_of_shape(place)


def texts_of_arrays(expected: Array, actual: Array) -> tuple[str, str]:
    """Two arrays that a reader compares: five decimals, or as many as tell the first entries apart."""
    short = text_of_array(expected), text_of_array(actual)
    for decimals in range(5, 17):
        one, other = text_of_array(expected, decimals), text_of_array(actual, decimals)
        if one != other:
            return one, other
    return short


def text_of_array(values: Array, decimals: int = 5, max_entries: int = 12) -> str:
    """An array for a reader: nested lists of short numbers, cut after ``max_entries`` a side."""
    with np.printoptions(
        precision=decimals, suppress=True, threshold=40, edgeitems=2, linewidth=100
    ):
        rows = np.asarray(values)
        return np.array2string(rows[:max_entries] if rows.ndim else rows, separator=", ")


def holds(demand: Callable[[], object]) -> bool:
    """Whether a demand holds: it raises no failure."""
    try:
        demand()
    except Failure:
        return False
    return True
