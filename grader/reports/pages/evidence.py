"""Numbers that a stranger's code gave, taken only where they have the shape that a picture needs.

Each function returns None instead of failing: a picture that cannot be drawn is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

Row = tuple[float | None, ...]
Matrix = tuple[Row, ...]

WIDEST = 12
LONGEST = 400
_MOST_STEPS = 10**9
_LARGEST = 1e300
"""The difference of two such numbers is finite. NaN and infinity are not below it either."""


def numbers(value: Any, most: int = LONGEST) -> Row | None:
    """Return a list of finite numbers, in which null stands for one that was not; at least one."""
    if not isinstance(value, list) or not 0 < len(value) <= most:
        return None
    return None if any(not _is_number(entry) for entry in value) else tuple(value)


def matrix(value: Any) -> Matrix | None:
    """Return a matrix of at most 12 by 12 numbers, every row as long as the first."""
    if not isinstance(value, list) or not 0 < len(value) <= WIDEST:
        return None
    rows = [numbers(row, WIDEST) for row in value]
    whole = tuple(row for row in rows if row is not None and len(row) == len(rows[0] or ()))
    return whole if len(whole) == len(rows) else None


def place(value: Any, rows: int, columns: int) -> tuple[int, int] | None:
    """Return a row and a column that lie within a matrix."""
    if not isinstance(value, list) or len(value) != 2 or not all(_is_index(v) for v in value):
        return None
    row, column = value
    return (row, column) if row < rows and column < columns else None


def steps(evidence: Mapping[str, Any], key: str) -> int | None:
    """Return a number of steps of training, at least one."""
    value = evidence.get(key)
    return value if _is_index(value) and 0 < value <= _MOST_STEPS else None


def points(value: Any) -> tuple[tuple[float, float, bool], ...]:
    """Return the points ``(x1, x2, whether the label is 1)`` of the unit square; those that are sound."""
    if not isinstance(value, list):
        return ()
    sound = (numbers(entry, 3) for entry in value[:LONGEST])
    return tuple(
        (x1, x2, label > 0.5)
        for x1, x2, label in (entry for entry in sound if entry and len(entry) == 3)
        if x1 is not None and x2 is not None and label is not None
        if 0 <= x1 <= 1 and 0 <= x2 <= 1
    )


def _is_number(value: Any) -> bool:
    if value is None:
        return True
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and abs(value) <= _LARGEST


def _is_index(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
