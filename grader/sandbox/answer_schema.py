"""What an answer of the machine looks like; whatever else a child sends breaks the rules.

A child runs a student's code, which may write to the wire itself. So an answer is
looked at as a whole before any check reads in it: a check then never meets a key
that is missing, or text where an array should be.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

Fits = Callable[[Any], bool]


def text(value: Any) -> bool:
    """Whether it is text."""
    return isinstance(value, str)


def whole(value: Any) -> bool:
    """Whether it is a whole number of 64 bits."""
    return isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63


def truth(value: Any) -> bool:
    """Whether it is True or False."""
    return isinstance(value, bool)


def numbers(value: Any) -> bool:
    """Whether it is an array of floats."""
    return isinstance(value, np.ndarray) and value.dtype == np.float64


def rows(columns: int) -> Fits:
    """Make what fits a table of floats with so many columns."""
    return lambda value: numbers(value) and value.ndim == 2 and value.shape[1] == columns


def row_of_numbers(value: Any) -> bool:
    """Whether it is an array of floats with one axis."""
    return numbers(value) and value.ndim == 1


def shaped(*shape: int) -> Fits:
    """Make what fits an array of floats of this very shape."""
    return lambda value: numbers(value) and value.shape == shape


def raw(value: Any) -> bool:
    """Whether it is bytes, as an array."""
    return isinstance(value, np.ndarray) and value.dtype == np.uint8 and value.ndim == 1


def nothing(value: Any) -> bool:
    """Whether it is None."""
    return value is None


def maybe(fits: Fits) -> Fits:
    """Make what fits None as well."""
    return lambda value: value is None or fits(value)


def listed(fits: Fits) -> Fits:
    """Make what fits a list whose entries all fit."""
    return lambda value: isinstance(value, list) and all(map(fits, value))


def headed(first: Fits, others: Fits) -> Fits:
    """Make what fits a list whose first entry fits the one, and all others the other."""
    return lambda value: (
        isinstance(value, list) and bool(value) and first(value[0]) and all(map(others, value[1:]))
    )


def row(*columns: Fits) -> Fits:
    """Make what fits a list with one entry a column."""
    return lambda value: (
        isinstance(value, list)
        and len(value) == len(columns)
        and all(fits(entry) for fits, entry in zip(columns, value, strict=True))
    )


def keyed(fits: Fits) -> Fits:
    """Make what fits a dictionary whose values all fit."""
    return lambda value: (
        isinstance(value, dict) and all(map(text, value)) and all(map(fits, value.values()))
    )


def record(needed: Mapping[str, Fits], also: Mapping[str, Fits] | None = None) -> Fits:
    """Make what fits a dictionary that has the needed keys, perhaps the others, and no more."""
    known = {**needed, **(also or {})}
    return lambda value: (
        isinstance(value, dict)
        and needed.keys() <= value.keys() <= known.keys()
        and all(known[key](entry) for key, entry in value.items())
    )


def anything(_: Any) -> bool:
    """Whether it is."""
    return True


def either(*kinds: Fits) -> Fits:
    """Make what fits any of these."""
    return lambda value: any(fits(value) for fits in kinds)


SAID, MORE = {"type": text, "text": text}, {"function": text, "stopped": whole}
DESCRIPTION = record({"kind": text, "type": text}, {"value": anything, "dtype": text})
ERROR = either(record(SAID, MORE), record({**SAID, "file": text, "line": whole}, MORE))
"""An exception; a file comes with a line."""


def described(value: Any) -> bool:
    """Whether it is a description of a value: an array where its kind says so, and none elsewhere."""
    if not DESCRIPTION(value):
        return False
    if value["kind"] in ("array", "number", "list"):
        return isinstance(value.get("value"), np.ndarray)
    return text(value.get("value")) if value["kind"] == "text" else "value" not in value


PATH = listed(either(row(text, text), row(text, whole)))
SERIES = record(
    {
        "kind": text,
        "marker": text,
        "label": text,
        "points": rows(2),
        "colors": rows(4),
        "edges": rows(4),
        "sizes": row_of_numbers,
        "clip_on": truth,
        "visible": truth,
    }
)
AXES = record(
    {
        "title": text,
        "xlabel": text,
        "ylabel": text,
        "box": shaped(4),
        "limits": shaped(2, 2),
        "background": shaped(1, 4),
        "backdrop": truth,
        "series": listed(SERIES),
    }
)
ENTRY = record({"label": text, "color": shaped(1, 4)})
FIGURE = record({"heading": text, "legend": listed(ENTRY), "axes": listed(AXES), "png": maybe(raw)})
PARAMETERS = listed(row(text, truth, truth))
STIRRED = {"array": numbers, "dtype": text, "out": numbers}
REST = record({"path": nothing, **STIRRED})
VALUES: Mapping[str, Fits] = {
    "read": described,
    "arrays": listed(record({"path": PATH, "array": numbers, "dtype": text})),
    "perturb_arrays": headed(REST, record({"path": PATH, **STIRRED})),
    "kind": record({"type": text, "is": listed(text), "size": maybe(whole)}),
    "signature": PARAMETERS,
    "methods": listed(row(text, PARAMETERS)),
    "bind": keyed(listed(row(text, text))),
    "other_names": listed(text),
    "redefinitions": listed(record({"who": text, "file": text, "line": whole, "earlier": whole})),
    "draw": listed(FIGURE),
    "run_main": record(
        {
            "figures": listed(FIGURE),
            "error": maybe(ERROR),
            "late": truth,
            "cut": truth,
        }
    ),
    "decode_image": maybe(raw),
    "notebook": record(
        {
            "trouble": maybe(text),
            "files": listed(row(text, raw)),
            "texts": listed(row(whole, text, text)),
            "starts": listed(row(whole, whole)),
        }
    ),
    "list_imports": listed(record({"module": text, "line": whole})),
    "scan_source": listed(record({"kind": text, "what": text, "line": whole})),
    "foreign_modules": listed(text),
    "warnings": listed(text),
}
"""What the value of each instruction's answer looks like; those not named here answer none."""

FIRST = {
    "load",
    "list_imports",
    "scan_source",
    "import",
    "foreign_modules",
    "bind",
    "other_names",
    "redefinitions",
    "patch_methods",
    "seed",
    "run_main",
    "decode_image",
}
"""Instructions that need no register, and so are never skipped."""


def fits(instruction: Sequence[Any], answer: Any) -> bool:
    """Whether an answer is one that the machine gives to this instruction."""
    if answer is None:
        return instruction[0] not in VALUES
    if not isinstance(answer, dict) or len(answer) != 1:
        return False
    [(key, content)] = answer.items()
    name = instruction[0]
    if key == "value":
        named = name != "bind" or (
            isinstance(content, dict) and content.keys() <= instruction[2].keys()
        )
        return named and name in VALUES and VALUES[name](content)
    return (
        ERROR(content)
        if key == "error"
        else key == "skipped" and name not in FIRST and text(content)
    )
