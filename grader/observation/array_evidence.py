"""Two arrays that should agree, as evidence that a page can draw: small, rounded, plain lists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from grader import files
from grader.model import Comparison, Failure, Values, frozen
from grader.numeric import Array

MAX_PAIRS = 2
"""Pairs of arrays that one check may show."""

SIDE = 12
"""Rows and columns of what is shown of an array, at most: those around its worst entry."""

GRADIENTS = ("wrong_gradient", "wrong_step")
"""Messages about an array that was held against differences."""


def evidence(failures: Iterable[Failure]) -> Values:
    """Return ``arrays`` of the first failures that are about gradients; nothing where none is."""
    gradient_failures = [failure for failure in failures if failure.message.id in GRADIENTS]
    pairs = [(f.values, f.comparison) for f in gradient_failures if f.comparison is not None][
        :MAX_PAIRS
    ]
    if not pairs:
        return frozen()
    return frozen(arrays=[_pair(values, comparison) for values, comparison in pairs])


def _pair(values: Values, comparison: Comparison) -> dict[str, Any]:
    """Two arrays cut around the worst entry; ``worst`` is its row and column in the cut."""
    shape = _flat(comparison.expected).shape
    place = (
        np.ravel_multi_index(comparison.worst, comparison.expected.shape) if comparison.worst else 0
    )
    worst = [int(index) for index in np.unravel_index(int(place), shape)]
    starts = [
        min(max(k - SIDE // 2, 0), max(n - SIDE, 0)) for k, n in zip(worst, shape, strict=True)
    ]
    rows, columns = (slice(start, start + SIDE) for start in starts)
    return {
        "name": _name(str(values.get("array", ""))),
        "trial": files.clean_name(str(values.get("trial", ""))),
        "given": rounded_lists(_flat(comparison.actual)[rows, columns]),
        "numeric": rounded_lists(_flat(comparison.expected)[rows, columns]),
        "worst": [k - start for k, start in zip(worst, starts, strict=True)],
    }


def _name(array: str) -> str:
    """What an array is called beside its numbers: messages say "the gradient of layers[0].w"."""
    return files.clean_name(f"gradient {array}" if array.startswith("of ") else array)


def _flat(values: Array) -> Array:
    """An array as a table: a vector is one row, and what has more axes keeps its first."""
    return values.reshape(len(values), -1) if values.ndim > 1 else values.reshape(1, -1)


def rounded_lists(table: Array, digits: int = 6) -> list[list[float | None]]:
    """A table as lists of numbers with so many significant digits; None for NaN and infinity."""
    return [
        [float(f"{value:.{digits}g}") if np.isfinite(value) else None for value in row]
        for row in table
    ]
