"""Deep copies of a student's objects, also of those whose class raises for the names that copying asks for.

``copy.deepcopy`` asks an object for ``__deepcopy__`` and ``__setstate__``. A dictionary whose keys are read
as attributes, and an object that passes every name on to another one, raise KeyError there.
"""

from __future__ import annotations

import copy
import types
from typing import Any, Dict, Iterator, List, Optional, Set

import numpy as np

from .student_objects import attributes_of, is_a

MOST_OBJECTS = 10_000  # that are looked at for their classes
LEAVES = (int, float, str, bytes, complex, type(None), np.generic, np.ndarray, type, types.ModuleType)  # fmt: skip


def deep_copy(value: Any, memo: Optional[Dict[int, Any]] = None) -> Any:
    """Copy an object and all that it holds; ``memo`` is that of ``copy.deepcopy``, and shared by some calls.

    Raises whatever a student's class raises, where its objects cannot be made without it.
    """
    memo = {} if memo is None else memo
    known = dict(memo)
    try:
        return copy.deepcopy(value, memo)
    except Exception:  # noqa: BLE001  what a student's class raises for a name
        memo.clear()
        memo.update(known)
    originals = [one for one in _reachable(value) if id(one) not in memo and _refuses(one)]
    for one in originals:
        kind: Any = type(one)
        memo[id(one)] = kind.__new__(kind)
    for one in originals:
        _fill(memo[id(one)], one, memo)
    return copy.deepcopy(value, memo)


def _refuses(value: Any) -> bool:
    """Return whether an object's class may raise for a name that copying asks for, also while it is empty."""
    if hasattr(type(value), "__getattr__"):
        return not hasattr(type(value), "__deepcopy__")
    try:
        getattr(value, "__deepcopy__", None)
    except Exception:  # noqa: BLE001  what a student's class raises for a name
        return True
    return False


def _fill(twin: Any, original: Any, memo: Dict[int, Any]) -> None:
    """Fill an empty object of a class with copies of what another one has: entries and attributes."""
    if is_a(original, dict):
        for key, entry in dict.items(original):
            dict.__setitem__(twin, copy.deepcopy(key, memo), copy.deepcopy(entry, memo))
    if is_a(original, list):
        list.extend(twin, copy.deepcopy(list.copy(original), memo))
    attributes_of(twin).update(copy.deepcopy(attributes_of(original), memo))


def _reachable(value: Any) -> Iterator[Any]:
    """Yield an object, and what stands in its containers and attributes, each once."""
    waiting: List[Any] = [value]
    visited: Set[int] = set()
    while waiting and len(visited) < MOST_OBJECTS:
        node = waiting.pop()
        if id(node) in visited or is_a(node, LEAVES):
            continue
        visited.add(id(node))
        yield node
        if is_a(node, dict):
            waiting += dict.values(node)
        elif is_a(node, (list, tuple)):
            waiting += node
        waiting += attributes_of(node).values()
