"""Recognises in a syntax tree what trains, or waits for a person: statements, loops and functions."""

from __future__ import annotations

import ast
import re
from typing import Dict, FrozenSet, Iterable, Iterator, List, Sequence, Set

from .parameter_names import EPOCHS

BACK_PROPAGATION = re.compile(
    r"back_?(ward|prop|word)|^bp$|^train|^fit$|^update|^step$", re.IGNORECASE
)
"""Names of methods and functions that a loop calls which trains."""
ASKING = frozenset({"input", "raw_input"})
"""Functions that wait for a person."""
SMALL = 100
"""So many turns of a loop take no time that matters, unless it calls what trains."""

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
DEFINITIONS = (*FUNCTIONS, ast.ClassDef)
IMPORTS = (ast.Import, ast.ImportFrom)
LOOPS = (ast.For, ast.AsyncFor, ast.While)
PRODUCTS = (ast.Mult, ast.Pow)
MULTIPLIES = frozenset({"dot", "matmul", "einsum"})


def is_main_guard(node: ast.stmt) -> bool:
    """Return whether a statement is ``if __name__ == "__main__":``."""
    return isinstance(node, ast.If) and any(
        isinstance(part, ast.Name) and part.id == "__name__" for part in ast.walk(node.test)
    )


def training_names(trees: Sequence[ast.Module]) -> FrozenSet[str]:
    """Return the names of the functions and methods in some files that train, or call what trains."""
    functions = [node for tree in trees for node in ast.walk(tree) if isinstance(node, FUNCTIONS)]
    calls: Dict[str, Set[str]] = {}
    training: Set[str] = set()
    for function in functions:
        parts = [part for statement in function.body for part in ast.walk(statement)]
        calls.setdefault(function.name, set()).update(_called_names(parts))
        loops = [part for part in parts if isinstance(part, LOOPS)]
        if any(_is_training_loop(loop) for loop in loops) or ASKING & set(_called_names(parts)):
            training.add(function.name)
    while True:
        more = {name for name, called in calls.items() if called & training} - training
        if not more:
            return frozenset(training)
        training |= more


def _is_training_loop(loop: ast.stmt) -> bool:
    """Return whether a loop in a function seems to train: by its head, or by what it calls."""
    if isinstance(loop, ast.While):
        return True
    head = [*ast.walk(loop.iter), *ast.walk(loop.target)]  # type: ignore[attr-defined]
    if any(EPOCHS.search(name) for name in names_in(head)):
        return True
    return any(map(BACK_PROPAGATION.search, _called_names(ast.walk(loop))))


def trains(node: ast.stmt, training: FrozenSet[str]) -> bool:
    """Return whether a top-level statement trains, or asks for input, when it is run."""
    if isinstance(node, (*DEFINITIONS, *IMPORTS)) or is_main_guard(node):
        return False
    parts = list(outside_scopes(node))
    called = set(_called_names(parts))
    if called & (training | ASKING):
        return True
    return any(isinstance(part, LOOPS) and not _is_small(part) for part in parts)


def _is_small(loop: ast.stmt) -> bool:
    """Return whether a loop seems to prepare something, and not to train.

    What trains calls a function of that name, counts epochs, or multiplies matrices in many turns.
    """
    if isinstance(loop, ast.While):
        return False
    head = list(ast.walk(loop.iter))  # type: ignore[attr-defined]
    body = [part for statement in loop.body for part in ast.walk(statement)]  # type: ignore[attr-defined]
    if any(map(BACK_PROPAGATION.search, _called_names([*head, *body]))):
        return False
    if any(map(EPOCHS.search, names_in([*head, *ast.walk(loop.target)]))):  # type: ignore[attr-defined]
        return False
    if any(isinstance(part, ast.BinOp) and isinstance(part.op, PRODUCTS) for part in head):
        return False
    numbers = [part.value for part in head if isinstance(part, ast.Constant)]
    if any(isinstance(number, (int, float)) and number > SMALL for number in numbers):
        return False
    is_counted = "range" in set(_called_names(head))
    return not (is_counted and any(map(_multiplies, body)))


def _multiplies(part: ast.AST) -> bool:
    """Return whether a node multiplies matrices, as every pass through a network does."""
    if isinstance(part, ast.BinOp):
        return isinstance(part.op, ast.MatMult)
    return isinstance(part, ast.Call) and not MULTIPLIES.isdisjoint(names_in([part.func]))


def outside_scopes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a statement that are evaluated with it, not when a function is called later.

    Of a definition these are its decorators, bases and defaults, and the body of a class.
    """
    waiting: List[ast.AST] = [node]
    while waiting:
        part = waiting.pop()
        yield part
        if isinstance(part, (*FUNCTIONS, ast.Lambda)):
            defaults = [*part.args.defaults, *filter(None, part.args.kw_defaults)]
            waiting += [*defaults, *getattr(part, "decorator_list", [])]
        else:
            waiting += ast.iter_child_nodes(part)


def _called_names(parts: Iterable[ast.AST]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, ast.Call):
            yield from names_in([part.func])


def names_in(parts: Iterable[ast.AST]) -> Iterator[str]:
    """Yield the variables and attributes among some nodes."""
    for part in parts:
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Attribute):
            yield part.attr
