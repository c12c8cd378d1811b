"""The body of a training loop, which runs again on copies of its variables."""

from __future__ import annotations

import ast
import contextlib
import io
import types
from typing import Any, Dict, List, Optional, Tuple

import numpy as np

from . import serialize
from .object_copies import deep_copy
from .samples import read_outputs
from .student_objects import is_a

MOST_NAMES = 60  # variables of a loop that may hold something
Line = Tuple[str, int]
"""A file, and the first line of a loop's body in it."""

Place = List[Any]
"""Where the outputs stand when a body has run: ``["variable", name]`` or ``["path", path]``."""


class LoopBody:
    """The body of a loop and the variables that it met.

    Parameters
    ----------
    node, line
        The loop, and its file and first line.
    variables
        Copies of the variables before the body ran, by name.
    start
        Copies of the variables before the body ran for the first time: what it remembers of its
        steps, as a momentum, is as it was set before the loop.
    """

    def __init__(
        self, node: Any, line: Line, variables: Dict[str, Any], start: Dict[str, Any]
    ) -> None:
        self.line = line
        self.variables, self.start = variables, start
        target = node.target if isinstance(node, ast.For) else None
        self._counter = target.id if isinstance(target, ast.Name) else ""
        once = ast.For(
            target=ast.Name("__once__", ast.Store()),
            iter=ast.Tuple([ast.Constant(0)], ast.Load()),
            body=node.body,
            orelse=[],
        )
        module = ast.fix_missing_locations(ast.Module([ast.copy_location(once, node)], []))
        self.code = compile(module, line[0], "exec", dont_inherit=True)

    def copy(self) -> Dict[str, Any]:
        """Return the variables as they were, copied."""
        return copy_variables(self.variables)

    def copy_start(self) -> Dict[str, Any]:
        """Return the variables as they were when the body first ran, copied."""
        return copy_variables(self.start)

    def advance(self, variables: Dict[str, Any], rounds: int = 1) -> None:
        """Go on to one of the loop's next rounds, where it counts its rounds."""
        count = variables.get(self._counter)
        if type(count) is int:
            variables[self._counter] = count + rounds

    def run(self, variables: Dict[str, Any]) -> None:
        """Run the body once on variables, which it changes."""
        with contextlib.redirect_stdout(io.StringIO()):
            exec(self.code, variables)  # noqa: S102  a student's own loop, in a confined child

    def numbers(self, variables: Dict[str, Any]) -> List[Dict[str, Any]]:
        """Return the variables in which parameters may stand, in the order of the first copy."""
        names = [name for name, value in self.variables.items() if _holds_numbers(name, value)]
        return serialize.in_chunks({name: variables.get(name) for name in names[:MOST_NAMES]})

    def outputs(self, variables: Dict[str, Any], place: Place, samples: int) -> Optional[Any]:
        """Return the outputs ``(N, D)`` that stand in a place of variables; None where there are none."""
        kind, key = place
        if kind == "variable":
            return read_outputs(variables.get(key), samples)
        try:
            value = serialize.follow_path(self.numbers(variables), key)
        except Exception:  # noqa: BLE001  a student's program may do anything with its objects
            return None
        return read_outputs(np.asarray(value), samples)


def copy_variables(variables: Dict[str, Any]) -> Dict[str, Any]:
    """Copy variables together, so that what was one object stays one; keep what cannot be copied."""
    memo: Dict[int, Any] = {}
    copies = {}
    for name, value in variables.items():
        copies[name] = value
        if _holds_numbers(name, value):
            with contextlib.suppress(Exception):  # what a student's object raises when it is copied
                copies[name] = deep_copy(value, memo)
    return copies


def _holds_numbers(name: str, value: Any) -> bool:
    """Return whether a variable is data: no module, function or class, and nothing of a library's."""
    if name.startswith("__") or is_a(value, (type, types.ModuleType, types.FunctionType)):
        return False
    home = type(value).__module__.split(".")[0]
    return home in ("numpy", "builtins", "handed_in", "__main__")
