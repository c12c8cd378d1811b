"""Values of a message as JSON has them: finite, cleaned, sorted, and not too many."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from grader.errors import ReportBroken
from grader.reports.sanitize import clean

MAX_ENTRIES = 50
_WIDEST = 2**63


def plain(value: Any) -> Any:
    """Turn a value of a message into what JSON can hold, the same for equal values.

    Numbers that JSON lacks become the words ``nan``, ``inf`` and ``-inf``; keys are
    sorted; a list of more than fifty entries ends in an ellipsis.

    Raises
    ------
    ReportBroken
        If a check put something into a message that is no value.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (int, float, complex)):
        return _number(value)
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, (Mapping, list, tuple, set, frozenset)):
        return _container(value)
    if hasattr(value, "tolist"):  # an array or a scalar of numpy
        return plain(value.tolist())
    raise ReportBroken(f"A message holds a {type(value).__name__}, which is no value of a report.")


def _number(value: complex) -> Any:
    """Return a number of JSON, or the words for one that it lacks."""
    if isinstance(value, int):
        return int(value) if abs(value) < _WIDEST else f"an integer of {value.bit_length()} bits"
    if isinstance(value, float) and math.isfinite(value):
        return float(value)
    return str(value.item() if hasattr(value, "item") else value)


def _container(value: Mapping[Any, Any] | Iterable[Any]) -> Any:
    """Return a dictionary with sorted keys, or a list."""
    if isinstance(value, Mapping):
        by_name = {clean(str(key)): entry for key, entry in value.items()}
        return {key: plain(by_name[key]) for key in sorted(by_name)}
    entries = sorted(value, key=str) if isinstance(value, (set, frozenset)) else list(value)
    entries_kept = [plain(entry) for entry in entries[:MAX_ENTRIES]]
    return [*entries_kept, "…"] if len(entries) > MAX_ENTRIES else entries_kept
