"""The form of every answer of the interpreter; whatever else a child sends breaks the rules.

A child runs a student's code, which may write to the wire itself. So every answer is validated as
a whole before a check reads in it: a check never meets a key that is missing, or text where an
array should be. A ``Form`` is a function that returns whether a value has a form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

Form = Callable[[Any], bool]


def text(value: Any) -> bool:
    """Return whether a value is text."""
    return isinstance(value, str)


def integer(value: Any) -> bool:
    """Return whether a value is a whole number of 64 bits."""
    return isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63


def number(value: Any) -> bool:
    """Return whether a value is a number with a fraction."""
    return isinstance(value, float)


def boolean(value: Any) -> bool:
    """Return whether a value is True or False."""
    return isinstance(value, bool)


def anything(_: Any) -> bool:
    """Accept any value."""
    return True


def array(ndim: int | None = None, *, dtype: type = np.float64, columns: int | None = None) -> Form:
    """Make the form of an array with a dtype, and perhaps with so many axes or last entries."""
    return lambda value: (
        isinstance(value, np.ndarray)
        and value.dtype == dtype
        and (ndim is None or value.ndim == ndim)
        and (columns is None or value.shape[-1] == columns)
    )


def any_array(value: Any) -> bool:
    """Return whether a value is an array, of whatever dtype and shape."""
    return isinstance(value, np.ndarray)


def shaped(*shape: int) -> Form:
    """Make the form of an array of floats with one shape."""
    return lambda value: array()(value) and value.shape == shape


def optional(form: Form) -> Form:
    """Make a form that accepts None as well."""
    return lambda value: value is None or form(value)


def either(*forms: Form) -> Form:
    """Make a form that accepts what one of some forms accepts."""
    return lambda value: any(form(value) for form in forms)


def list_of(form: Form) -> Form:
    """Make the form of a list whose entries all have one form."""
    return lambda value: isinstance(value, list) and all(map(form, value))


def row(*columns: Form) -> Form:
    """Make the form of a list that has one entry for each of some forms."""
    return lambda value: (
        isinstance(value, list)
        and len(value) == len(columns)
        and all(form(entry) for form, entry in zip(columns, value, strict=True))
    )


def dict_of(form: Form) -> Form:
    """Make the form of a dictionary from text to values of one form."""
    return lambda value: (
        isinstance(value, dict) and all(map(text, value)) and all(map(form, value.values()))
    )


def record(required: Mapping[str, Form], optional_keys: Mapping[str, Form] | None = None) -> Form:
    """Make the form of a dictionary with the required keys, perhaps the optional ones, and no more."""
    forms = {**required, **(optional_keys or {})}
    return lambda value: (
        isinstance(value, dict)
        and required.keys() <= value.keys() <= forms.keys()
        and all(forms[key](entry) for key, entry in value.items())
    )


_ERROR, _ERROR_OPTIONS = (
    {"type": text, "text": text},
    {"function": text, "stopped": integer, "package": text},
)
ERROR = either(
    record(_ERROR, _ERROR_OPTIONS),
    record({**_ERROR, "file": text, "line": integer}, _ERROR_OPTIONS),
)
"""An exception; a file comes with a line."""

_DESCRIPTION = record({"kind": text, "type": text}, {"value": anything, "dtype": text})


def description(value: Any) -> bool:
    """Return whether a value is a description: with an array where its kind demands one."""
    if not _DESCRIPTION(value):
        return False
    if value["kind"] in ("array", "number", "list"):
        return isinstance(value.get("value"), np.ndarray)
    return text(value.get("value")) if value["kind"] == "text" else "value" not in value


PATH = list_of(either(row(text, text), row(text, integer)))
BYTES = array(1, dtype=np.uint8)
SERIES = record({
    "kind": text, "marker": text, "style": text, "label": text, "points": array(2, columns=2),
    "colors": array(2, columns=4), "edges": array(2, columns=4), "sizes": array(1),
    "clip_on": boolean, "visible": boolean,
})  # fmt: skip
AXES = record({
    "title": text, "xlabel": text, "ylabel": text, "box": shaped(4), "limits": shaped(2, 2),
    "background": shaped(1, 4), "backdrop": boolean, "series": list_of(SERIES),
    "text_sizes": shaped(3), "frame": shaped(4), "numbers": shaped(2), "grid": shaped(2), "grid_color": shaped(1, 4),
    "aspect": shaped(1),
})  # fmt: skip
LEGEND = list_of(
    record({"label": text, "color": shaped(1, 4), "marker": text, "style": text, "panel": integer})
)
FIGURE = record({
    "heading": text, "legend": LEGEND, "axes": list_of(AXES), "size": shaped(3), "paper": shaped(1, 4),
    "complete": boolean, "png": optional(BYTES),
})  # fmt: skip
FIGURES = list_of(FIGURE)
NAMES = list_of(text)
LINES = {"line": integer, "end_line": integer}
STATEMENT = record({
    **LINES, "kind": text, "sets": NAMES, "uses": NAMES, "within": list_of(integer), "text": text,
})  # fmt: skip
BLOCK = record({
    **LINES, "name": text, "bases": NAMES, "parameters": NAMES, "statements": optional(list_of(STATEMENT)),
})  # fmt: skip
OUTLINE = record({
    "blocks": list_of(BLOCK), "names": list_of(record({**LINES, "name": text, "module": text, "value": text})),
})  # fmt: skip
PARAMETERS = list_of(row(text, boolean, boolean))
ARRAY = {"path": PATH, "array": array(), "dtype": text}
ARRAYS = list_of(record(ARRAY))
PERTURBED_ARRAY = record({**ARRAY, "out": array()})
OBJECT_AT_REST = record({**ARRAY, "path": lambda path: path is None, "out": array()})


PLACE = either(row(text, text), row(text, integer), row(text, PATH))
SAMPLES = array(2, columns=2)
LABELS = array(1)
PROGRAM_END = {"error": optional(ERROR), "late": boolean}
CANDIDATE = record({
    "file": text, "name": text, "line": integer, "owner": text, "calls": integer, "samples": integer,
    "kind": text, "trainer": text, "x": PLACE, "y": PLACE, "arrays": list_of(record({**ARRAY, "name": text})),
})  # fmt: skip
real: Form = lambda value: isinstance(value, float)  # noqa: E731  a form as the others
FORWARD = record({
    "x": SAMPLES, "y": array(2), "steady": boolean, "jacobians": list_of(array(3)), "labels": list_of(LABELS),
    "rates": list_of(row(text, real)), "seconds": row(real, real),
})  # fmt: skip
PROGRAM_STEP = record({
    "forwards": list_of(FORWARD), "before": list_of(array()), "after": list_of(array()),
})  # fmt: skip
HISTORY = record({
    "starts": list_of(row(array(1), array(1))), "jumps": list_of(row(array(1), array(1))),
    "steps": list_of(record({"x": SAMPLES, "before": array(1), "after": array(1)})),
})  # fmt: skip
ANSWER_OF_NETWORK = record({"dataset": integer, "outputs": array(2), "arrays": list_of(array())})
DATASETS = list_of(record({"x": SAMPLES, "labels": LABELS, "lost": boolean}))


def edit(value: Any) -> bool:
    """Return whether a value is an edit of a method, written out: a thousand of them are in one answer."""
    if not isinstance(value, list) or len(value) != 9:
        return False
    kind, cost, line, end_line, before, after, first, end, new = value
    has_texts = all(map(text, (kind, before, after, new)))
    return (
        has_texts
        and all(map(integer, (line, end_line, first, end)))
        and (number(cost) or integer(cost))
    )


def perturbed_arrays(value: Any) -> bool:
    """Return whether a value lists an object at rest, then its arrays."""
    is_list = isinstance(value, list) and bool(value)
    return is_list and OBJECT_AT_REST(value[0]) and all(map(PERTURBED_ARRAY, value[1:]))


VALUES: Mapping[str, Form] = {
    "read": description,
    "arrays": ARRAYS,
    "perturb_arrays": perturbed_arrays,
    "kind": record({"type": text, "is": list_of(text), "size": optional(integer)}),
    "signature": PARAMETERS,
    "methods": list_of(row(text, PARAMETERS)),
    "bind": dict_of(list_of(row(text, text))),
    "other_names": list_of(text),
    "inventory": record({
        "definitions": list_of(record({
            "name": text, "file": text, "kind": text, "parameters": optional(PARAMETERS),
            "methods": list_of(row(text, PARAMETERS)), "uses": list_of(row(text, text)),
        })),
        "rates": list_of(row(text, text)),
    }),
    "replaced_packages": list_of(text),
    "left_out": dict_of(integer),
    "redefinitions": list_of(
        record({"who": text, "file": text, "line": integer, "earlier": integer})
    ),
    "draw": FIGURES,
    "run_main": record(
        {
            "figures": FIGURES, "error": optional(ERROR), "late": boolean, "cut": boolean,
            "asked": list_of(row(text, integer)), "given": list_of(text),
        }
    ),
    "survey_program": record({**PROGRAM_END, "candidates": list_of(CANDIDATE)}),
    "watch_steps": record({**PROGRAM_END, "steps": list_of(PROGRAM_STEP), "datasets": DATASETS, "idle": integer}),
    "run_program": record({
        **PROGRAM_END, "figures": FIGURES, "cut": boolean, "asked": list_of(row(text, integer)), "printed": text,
        "datasets": DATASETS, "answers": list_of(ANSWER_OF_NETWORK), "history": HISTORY,
    }),
    "decode_image": optional(BYTES),
    "notebook": record({
        "trouble": optional(text), "files": list_of(row(text, BYTES)),
        "texts": list_of(row(integer, text, text)), "starts": list_of(row(integer, integer)),
        "written": list_of(row(text, integer)),
    }),
    "scan_source": record({
        "imports": list_of(record({"module": text, "line": integer})),
        "signs": list_of(record({"kind": text, "what": text, "line": integer})),
        "definitions": list_of(record({"name": text, "written": boolean})), "statements": integer,
        "outline": OUTLINE,
    }),
    "list_edits": record({
        "line": integer, "end_line": integer, "text": text,
        "edits": list_of(edit),
    }),
    "look_at_edits": list_of(anything),
    "foreign_modules": list_of(text),
    "run_tests": list_of(row(text, text, NAMES)),
    "warnings": list_of(text),
}  # fmt: skip
"""The form of the value of each instruction's answer; those not named here answer with none."""

WITHOUT_REGISTERS = {
    "load", "scan_source", "import", "foreign_modules", "bind", "other_names",
    "inventory", "adapt", "redefinitions", "replaced_packages", "left_out", "patch_methods", "seed", "run_main",
    "decode_image", "list_edits", "use_method", "look_at_edits",
    "survey_program", "watch_steps", "run_program", "define", "run_tests",
}  # fmt: skip
"""Instructions that need no register, and so are never skipped."""


def fits(instruction: Sequence[Any], answer: Any) -> bool:
    """Return whether an answer is one that the interpreter gives to an instruction."""
    name = instruction[0]
    if answer is None:
        return name not in VALUES
    if not isinstance(answer, dict) or len(answer) != 1:
        return False
    [(key, content)] = answer.items()
    if key == "error":
        return ERROR(content)
    if key == "skipped":
        return name not in WITHOUT_REGISTERS and text(content)
    if key != "value" or name not in VALUES or not VALUES[name](content):
        return False
    return _is_of(instruction, content)


def _is_of(instruction: Sequence[Any], content: Any) -> bool:
    """Return whether content of the right form answers this very instruction."""
    if instruction[0] == "look_at_edits":
        program, reads = instruction[5:7]
        forms = [ARRAYS if program[place][0] == "arrays" else any_array for place in reads]
        return list_of(optional(row(*map(optional, forms))))(content)
    return instruction[0] != "bind" or bool(content.keys() <= instruction[2].keys())
