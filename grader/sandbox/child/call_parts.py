"""Parts of a call that is taken from its frame: its function, its object, its variables and their spelling."""

from __future__ import annotations

import types
from typing import Any, Dict

import numpy as np

from . import serialize
from .serialize import Path
from .student_objects import has_attributes, is_a


def function_of(frame: Any, values: Dict[str, Any]) -> Any:
    """Make a function of a frame's code, which is called with all its arguments."""
    code = frame.f_code
    cells = tuple(types.CellType(values.get(name)) for name in code.co_freevars)
    return types.FunctionType(code, frame.f_globals, code.co_name, None, cells)


def spell_path(name: str, node: Any, path: Path) -> str:
    """Return how a student would write what stands at the end of a path from a variable."""
    for kind, key in path:
        if kind == "item":
            label = list(node)[key] if is_a(node, dict) else key
            name += f"[{label!r}]"
        else:
            name += f".{key}"
        node = serialize.follow_path(node, [[kind, key]])
    return name[: serialize.TEXT]


def is_owner(value: Any) -> bool:
    """Return whether a first argument is an object of a student's class."""
    return has_attributes(value) and not is_a(value, (np.ndarray, type, types.ModuleType))


def holds_numbers(name: str, value: Any) -> bool:
    """Return whether a global variable may hold parameters, or objects that do."""
    if name.startswith("__"):
        return False
    is_own = type(value).__module__.split(".")[0] in ("handed_in", "__main__")
    return is_a(value, (np.ndarray, list, dict)) or is_own
