"""Edits that change more than one place of a statement, or write a value anew: tried after all small ones."""

from __future__ import annotations

import ast
import copy
from typing import Any, Iterator, List, Tuple

from .edit_scope import Scope, Variant, call, method, name_of, number, transposed

MAX_FORMULAS = 5  # names that a value is written of anew
WRAPPERS = ("astype", "clip", "round", "copy", "ravel", "flatten", "abs", "squeeze", "mean", "sum")
"""Methods without which a value may be right."""

Replaced = Iterator[Tuple[str, float, List[ast.stmt]]]


def formulas(scope: Scope) -> Iterator[Variant]:
    """Yield what a value may be: a product of two names, a sum of one over the batch, a slope.

    Only of what multiplies matrices, and of a gradient: elsewhere that would be another function.
    """
    if not scope.owner or not (scope.multiplies or scope.method == "backward"):
        return
    names = [*map(name_of, scope.arrays), *scope.own_values()][:MAX_FORMULAS]
    for one in names:
        for value in (method(one, "sum", axis=0), one):
            yield Variant("formula", 2.75, value)
        for other in names:
            if ast.unparse(one) != ast.unparse(other):
                yield from _products(one, other, scope)


def _products(one: ast.expr, other: ast.expr, scope: Scope) -> Iterator[Variant]:
    if "loss" in ast.unparse(other):
        yield Variant("formula", 2.8, method(other, "backward"))
    yield Variant("formula", 2.8, ast.BinOp(one, ast.Mult(), other))
    if scope.multiplies:
        for left, right in ((one, other), (transposed(one), other), (one, transposed(other))):
            yield Variant("formula", 2.8, ast.BinOp(left, ast.MatMult(), right))
        return
    rest = ast.BinOp(number(1), ast.Sub(), other)
    slope = ast.BinOp(ast.BinOp(one, ast.Mult(), other), ast.Mult(), rest)
    yield Variant("formula", 2.85, slope)
    square = ast.BinOp(number(1), ast.Sub(), ast.BinOp(other, ast.Pow(), number(2)))
    yield Variant("formula", 2.85, ast.BinOp(one, ast.Mult(), square))
    is_positive = ast.Compare(other, [ast.Gt()], [number(0)])
    yield Variant("formula", 2.85, ast.BinOp(one, ast.Mult(), is_positive))


def without_wrappers(statement: Any) -> Replaced:
    """Yield a statement without any entry or slice, and without any call of one method."""
    nodes = list(ast.walk(statement.value))
    functions = [getattr(node.func, "attr", "") for node in nodes if isinstance(node, ast.Call)]
    names = [name for name in WRAPPERS if functions.count(name) > 1]
    if sum(isinstance(node, ast.Subscript) for node in nodes) > 1:
        names.insert(0, "")
    for name in names:  # one alone is taken away where it stands
        new = copy.copy(statement)
        new.value = _Stripped(name).visit(copy.deepcopy(statement.value))
        yield "call" if name else "index", 2.2, [new]


class _Stripped(ast.NodeTransformer):
    """Takes every entry or slice away ("" is given), or every call of a method."""

    def __init__(self, name: str) -> None:
        self.name = name

    def visit_Subscript(self, node: ast.Subscript) -> Any:
        self.generic_visit(node)
        return node.value if self.name == "" else node

    def visit_Call(self, node: ast.Call) -> Any:
        self.generic_visit(node)
        is_wrapper = isinstance(node.func, ast.Attribute) and node.func.attr == self.name
        return node.func.value if is_wrapper else node  # type: ignore[attr-defined]


def later_names(statement: Any, scope: Scope) -> Replaced:
    """Yield a statement in which a parameter gives way to another from its second use on, or later."""
    uses = [n.id for n in ast.walk(statement.value) if isinstance(n, ast.Name)]
    for name in scope.arrays:
        for first in range(1, uses.count(name)):
            for other in scope.arrays:
                if other != name and uses.count(name) < 8:
                    new = copy.copy(statement)
                    new.value = copy.deepcopy(statement.value)
                    same = [n for n in _in_order(new.value) if getattr(n, "id", "") == name]
                    for node in same[first:]:
                        node.id = other
                    yield "name", 2.3, [new]


def _in_order(value: ast.expr) -> List[Any]:
    """Return the names within a value in the order of the text."""
    names = [n for n in ast.walk(value) if isinstance(n, ast.Name)]
    return sorted(names, key=lambda n: (n.lineno, n.col_offset))


def guarded(body: List[ast.stmt], place: int, scope: Scope) -> Replaced:
    """Yield a statement, or two, that run only where something of the object is there."""
    for own in scope.own_values():
        for end in (place + 1, place + 2):
            part = body[place:end]
            text = "\n".join(map(ast.unparse, part))
            if ast.unparse(own) in text and end <= len(body) and "return" not in text:
                is_there = ast.Compare(own, [ast.IsNot()], [ast.Constant(None, None)])
                inside = ast.copy_location(ast.If(is_there, list(part), []), body[place])
                yield "condition", 2.5, [*body[:place], inside, *body[end:]]


def taken_out(body: List[ast.stmt], place: int) -> Replaced:
    """Yield the first or the last statement of a condition outside of it."""
    statement: Any = body[place]
    if isinstance(statement, ast.If) and not statement.orelse:
        first, *rest = statement.body
        *most, last = statement.body
        for before, inside, after in (([first], rest, []), ([], most, [last])):
            shorter = copy.copy(statement)
            shorter.body = inside or [ast.Pass()]
            yield "indent", 2, [*body[:place], *before, shorter, *after, *body[place + 1 :]]


def earlier(body: List[ast.stmt], place: int) -> Replaced:
    """Yield what is returned computed before something else changes what it is computed from."""
    statement: Any = body[place]
    if not isinstance(statement, ast.Return) or not isinstance(
        statement.value, (ast.BinOp, ast.Call)
    ):
        return
    returned = ast.copy_location(ast.Return(name_of("result")), statement)
    for target in range(place):
        first = ast.Assign([ast.Name("result", ast.Store())], statement.value)
        ast.copy_location(first, body[target])
        new = [*body[:target], first, *body[target:place], returned]
        yield "order", 1.9 + 0.1 * (place - target), new


def as_local(body: List[ast.stmt], place: int) -> Replaced:
    """Yield an update of an attribute whose result only what follows uses, under a name of its own."""
    statement: Any = body[place]
    if not isinstance(statement, ast.AugAssign) or not isinstance(statement.target, ast.Attribute):
        return
    read = copy.copy(statement.target)
    read.ctx = ast.Load()
    value = ast.BinOp(read, statement.op, statement.value)
    local = ast.Assign([ast.Name("result", ast.Store())], value)
    renamed = [_Renamed(ast.unparse(read)).visit(copy.deepcopy(part)) for part in body[place + 1 :]]
    yield "copy", 1.5, [*body[:place], ast.copy_location(local, statement), *renamed]


class _Renamed(ast.NodeTransformer):
    """Reads a local in the place of an attribute."""

    def __init__(self, text: str) -> None:
        self.text = text

    def visit_Attribute(self, node: ast.Attribute) -> Any:
        is_read = isinstance(node.ctx, ast.Load) and ast.unparse(node) == self.text
        return name_of("result") if is_read else self.generic_visit(node)


def missing_step(body: List[ast.stmt], place: int, scope: Scope) -> Replaced:
    """Yield the step of a network after its loss, where it takes none."""
    for node in ast.walk(body[place]) if not hasattr(body[place], "body") else ():
        if isinstance(node, ast.Attribute) and node.attr == "cal_loss":
            for rate in scope.rates:
                step = call(ast.Attribute(node.value, "backward", ast.Load()), name_of(rate))
                more = ast.copy_location(ast.Expr(step), body[place])
                yield "step", 2.1, [*body[: place + 1], more, *body[place + 1 :]]
