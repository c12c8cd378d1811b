"""The classes and functions that a submission defines, and which of them a name means."""

from __future__ import annotations

import ast
import re
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Set, Tuple

from .absent_packages import Absent
from .notebooks import CELL_START
from .source_text import first_line
from .student_objects import is_a

BACK_PROPAGATION = re.compile(r"back_?(ward|prop|word)|^bp$|^train$|^fit$", re.IGNORECASE)
"""Names of methods and functions that do back-propagation in a student's own structure."""

ROUTINES = (FunctionType, BuiltinFunctionType, MethodType)
MAX_NAMES = 10  # of classes and functions in a student's own structure: a message names a few
Modules = Mapping[str, ModuleType]
"""The imported modules of a submission by path."""


def is_unfinished(node: ast.stmt) -> bool:
    """Return whether a class or function does nothing yet: ``pass``, or ``raise NotImplementedError``."""
    if isinstance(node, ast.ClassDef):
        methods = [part for part in node.body if isinstance(part, ast.FunctionDef)]
        methods = [method for method in methods if method.name != "__init__"] or methods
        return all(map(is_unfinished, methods or node.body)) and bool(methods or not node.bases)
    if isinstance(node, ast.FunctionDef):
        return all(map(_does_nothing, node.body))
    return _does_nothing(node)


def _does_nothing(node: ast.stmt) -> bool:
    if isinstance(node, ast.Raise):
        names = [part.id for part in ast.walk(node) if isinstance(part, ast.Name)]
        return "NotImplementedError" in names
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return isinstance(node, ast.Pass) or is_text


def _nobody(path: str, name: str) -> Tuple[int, int]:
    """Say that no file imports a name, or any other of its file."""
    del path, name
    return 0, 0


class Definition:
    """A class or function as one statement of a file defined it."""

    def __init__(self, node: ast.stmt, value: Any) -> None:
        self.line, self.unfinished, self.value = first_line(node), is_unfinished(node), value


class Definitions:
    """All definitions of a submission: a later one may give the name of an earlier one away."""

    def __init__(self) -> None:
        self._by_file: Dict[str, Dict[str, List[Definition]]] = {}
        self._notebooks: Set[str] = set()

    def add(self, file: str, node: ast.stmt, names: Mapping[str, Any]) -> None:
        """Record what a statement has just defined among the names of its module."""
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            definition = Definition(node, names.get(node.name))
            self._by_file.setdefault(file, {}).setdefault(node.name, []).append(definition)

    def add_source(self, file: str, text: str) -> None:
        """Record whether a file is made of a notebook's cells."""
        if CELL_START.search(text):
            self._notebooks.add(file)

    def find(
        self,
        modules: Modules,
        names: Sequence[str],
        file: Optional[str],
        users: Callable[[str, str], Tuple[int, int]] = _nobody,
    ) -> List[Dict[str, Any]]:
        """List what the submission defines under any of some names, the preferred one first.

        A finished definition comes before an unfinished one; then the one that more other files
        import (``users``); then the conventional ``file`` comes first, then the order of ``names``,
        then, of two copies of a notebook, the one that defines more. Each entry has ``name``,
        ``file`` and the ``object`` itself.
        """
        candidates: List[Tuple[Tuple[Any, ...], Dict[str, Any]]] = []
        for path, module in modules.items():
            defined = self._by_file.get(path, {})
            finished = sum(not definitions[-1].unfinished for definitions in defined.values())
            for rank, name in enumerate(names):
                value = self._value(path, module, name)
                if callable(value) and is_defined_in(value, module):
                    unfinished = name in defined and defined[name][-1].unfinished
                    is_elsewhere = path.rpartition("/")[2] != file
                    size = finished if path in self._notebooks else 0
                    order = (unfinished, is_elsewhere, rank, -size, path)
                    candidates.append((order, {"name": name, "file": path, "object": value}))
        if len(candidates) > 1:  # only then is it asked who imports what, which takes a while
            candidates = [
                ((order[0], *(-n for n in users(entry["file"], entry["name"])), *order[1:]), entry)
                for order, entry in candidates
            ]
        return [entry for _, entry in sorted(candidates, key=lambda candidate: candidate[0])]

    def _value(self, path: str, module: ModuleType, name: str) -> Any:
        """Return what a name means in a module, and restore a class that lost its name.

        In a notebook ``Sigmoid = Sigmoid()`` is harmless: no later cell needs the class again.
        """
        value = vars(module).get(name)
        definitions = self._by_file.get(path, {}).get(name)
        if not definitions or name not in vars(module):
            return value
        defined = definitions[-1].value
        if value is not defined and (not callable(value) or type(value) is defined):
            setattr(module, name, defined)
            return defined
        return value

    def list_emptied(self, names: Sequence[str]) -> List[Dict[str, Any]]:
        """List the finished definitions that a later one of the same file replaces by nothing."""
        emptied = []
        for path, defined in sorted(self._by_file.items()):
            for name in [name for name in names if name in defined]:
                *earlier, last = defined[name]
                finished = [definition for definition in earlier if not definition.unfinished]
                if last.unfinished and finished:
                    lines = {"line": last.line, "earlier": finished[-1].line}
                    emptied.append({"who": name, "file": path, **lines})
        return emptied


def list_other_names(modules: Modules, bound: Sequence[Any]) -> List[str]:
    """Name the classes and functions that look like a network's, yet are none of those bound."""
    bases = [base for value in bound for base in getattr(value, "__mro__", (value,))]
    others = []
    for module in modules.values():
        for name, value in sorted(vars(module).items()):
            names = list(vars(value)) if is_a(value, type) else [name]
            if (
                callable(value)
                and all(value is not base for base in bases)
                and is_defined_in(value, module)
                and any(map(BACK_PROPAGATION.search, names))
            ):
                others.append(name[:100])
    return others[:MAX_NAMES]


def is_defined_in(value: Any, module: ModuleType) -> bool:
    """Return whether a class or function was defined in a module, not imported into it."""
    if is_a(value, Absent):
        return False
    kind = type(value)
    is_routine = is_a(value, ROUTINES) or (
        hasattr(kind, "__get__") and not hasattr(kind, "__set__")
    )
    is_plain_object = not is_routine and not is_a(value, type)
    return is_plain_object or getattr(value, "__module__", None) == getattr(
        module, "__name__", None
    )
