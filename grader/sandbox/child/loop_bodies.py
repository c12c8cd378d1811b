"""The body of a training loop, which runs again on copies of its variables."""

from __future__ import annotations

import ast
import contextlib
import copy
import io
import types
from typing import Any, Dict, List, Tuple

from . import serialize

MOST_NAMES = 60  # variables of a loop that may hold something
Line = Tuple[str, int]
"""A file, and the first line of a loop's body in it."""


class LoopBody:
    """The body of a loop and the variables that it met.

    Parameters
    ----------
    node, line
        The loop, and its file and first line.
    variables
        Copies of the variables before the body ran, by name.
    """

    def __init__(self, node: Any, line: Line, variables: Dict[str, Any]) -> None:
        self.line = line
        self.variables = variables
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

    def run(self, variables: Dict[str, Any]) -> None:
        """Run the body once on variables, which it changes."""
        with contextlib.redirect_stdout(io.StringIO()):
            exec(self.code, variables)  # noqa: S102  a student's own loop, in a confined child

    def numbers(self, variables: Dict[str, Any]) -> List[Dict[str, Any]]:
        """Return the variables in which parameters may stand, in the order of the first copy."""
        names = [name for name, value in self.variables.items() if _holds_numbers(name, value)]
        return serialize.in_chunks({name: variables.get(name) for name in names[:MOST_NAMES]})


def copy_variables(variables: Dict[str, Any]) -> Dict[str, Any]:
    """Copy variables together, so that what was one object stays one; keep what cannot be copied."""
    memo: Dict[int, Any] = {}
    copies = {}
    for name, value in variables.items():
        copies[name] = value
        if _holds_numbers(name, value):
            with contextlib.suppress(Exception):  # what a student's object raises when it is copied
                copies[name] = copy.deepcopy(value, memo)
    return copies


def _holds_numbers(name: str, value: Any) -> bool:
    """Return whether a variable is data: no module, function or class, and nothing of a library's."""
    if name.startswith("__") or isinstance(value, (type, types.ModuleType, types.FunctionType)):
        return False
    home = type(value).__module__.split(".")[0]
    return home in ("numpy", "builtins", "handed_in", "__main__")
