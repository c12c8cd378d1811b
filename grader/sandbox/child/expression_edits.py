"""The edits of an expression: what may stand in its place."""

from __future__ import annotations

import ast
from typing import Any, Callable, Dict, Iterator, Tuple, Type

from .call_edits import of_call
from .edit_scope import (
    Scope,
    Variant,
    call,
    clipped,
    method,
    name_of,
    negative,
    number,
    times_complement,
    transposed,
)
from .larger_edits import formulas

MAX_FACTORS = 12  # names that may be missing in a product or a sum
MAX_PARTS = 12  # of an expression, that may stand alone
SIGNS: Dict[Type[ast.operator], Type[ast.operator]] = {ast.Add: ast.Sub, ast.Sub: ast.Add}
OPERATORS: Dict[Type[ast.operator], Tuple[Type[ast.operator], ...]] = {
    ast.Mult: (ast.Div, ast.MatMult, ast.Add, ast.Pow),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.MatMult: (ast.Mult,),
    ast.Pow: (ast.Mult,),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.Div, ast.FloorDiv),
    ast.Add: (ast.Mult,),
    ast.Sub: (ast.Mult,),
}
COMPARISONS: Dict[Type[ast.cmpop], Tuple[Type[ast.cmpop], ...]] = {
    ast.Gt: (ast.GtE, ast.Lt, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt, ast.LtE),
    ast.Lt: (ast.LtE, ast.Gt, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt, ast.GtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}


def of_value(value: ast.expr, scope: Scope, *, is_result: bool) -> Iterator[Variant]:
    """Yield what may stand in the place of the whole value of an assignment or a return."""
    extra = 0.0 if is_result else 0.1
    yield Variant("sign", 2 + extra, negative(value))
    yield Variant("copy", 2 + extra, method(value, "copy"))
    for factor in _factors(scope):
        yield Variant("factor", 2.5 + extra, ast.BinOp(value, ast.Div(), factor))
        yield Variant("factor", 2.5 + extra, ast.BinOp(value, ast.Mult(), factor))
    for other in scope.values()[:MAX_FACTORS]:
        yield Variant("upstream", 2.6 + extra, ast.BinOp(other, ast.Mult(), value))
        yield Variant("upstream", 3 + extra, ast.BinOp(value, ast.Div(), other))
        yield Variant("term", 3 + extra, ast.BinOp(value, ast.Add(), other))
        yield Variant("term", 3 + extra, ast.BinOp(value, ast.Sub(), other))
    yield Variant("transpose", 2.5 + extra, transposed(value))
    for axis in (0, 1):
        yield Variant("sum", 3 + extra, method(value, "sum", axis=axis))
        yield Variant("sum", 3 + extra, method(value, "sum", axis=axis, keepdims=True))
    yield Variant("mean", 3 + extra, method(value, "mean"))
    yield Variant("sum", 3 + extra, method(value, "sum"))
    yield Variant("kind", 3 + extra, call(name_of("float"), value))
    yield Variant("clip", 2.8 + extra, clipped(value))
    yield Variant("complement", 3 + extra, times_complement(value))
    for own in scope.own_values():
        yield Variant("complement", 3.1 + extra, times_complement(own))
        square = ast.BinOp(own, ast.Pow(), number(2))
        yield Variant("complement", 3.1 + extra, ast.BinOp(number(1), ast.Sub(), square))
    yield from formulas(scope)
    for batch in scope.batches():
        size = ast.Attribute(batch, "size", ast.Load())
        double = ast.BinOp(number(2), ast.Mult(), value)
        yield Variant("factor", 3.2 + extra, ast.BinOp(double, ast.Div(), size))


def _factors(scope: Scope) -> Iterator[ast.expr]:
    yield number(2)
    for batch in scope.batches():
        yield call(name_of("len"), batch)
        yield ast.Attribute(batch, "size", ast.Load())
    for rate in scope.rates:
        yield name_of(rate)


def of_expression(node: Any, parent: ast.AST, scope: Scope) -> Iterator[Variant]:
    """Yield what may stand in the place of an expression."""
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield Variant("transpose", 1, node.value)
    elif isinstance(node, (ast.Name, ast.Attribute)) and not _is_called(node, parent):
        yield from _of_name(node, parent, scope)
    elif isinstance(node, ast.Constant):
        yield from _of_constant(node, parent, scope)
    elif isinstance(node, ast.Call):
        yield from of_call(node, scope)
    elif type(node) in _OF_TYPE:
        yield from _OF_TYPE[type(node)](node)
    if isinstance(node, (ast.Call, ast.BinOp, ast.Tuple, ast.Attribute, ast.Subscript)):
        yield from _parts(node)
    if isinstance(node, (ast.Call, ast.BinOp, ast.Subscript)):
        for other in scope.values():
            yield Variant("name", 2.7, other)


def _parts(node: ast.expr) -> Iterator[Variant]:
    """What stands somewhere within an expression, alone."""
    for part in [*ast.walk(node)][1:MAX_PARTS]:
        is_value = isinstance(part, (ast.Call, ast.BinOp, ast.Name, ast.Attribute, ast.Compare))
        if is_value and ast.unparse(part) not in ("np", "self"):
            yield Variant("call", 2.3, part)  # type: ignore[arg-type]


def _of_list(node: ast.List) -> Iterator[Variant]:
    """An entry less; one more like another; two exchanged; another class in an entry's place."""
    entries = node.elts
    kinds = {
        ast.unparse(entry): entry
        for entry in entries
        if isinstance(entry, ast.Call) and not entry.args
    }
    for place, entry in enumerate(entries):
        yield Variant("list", 1.7, ast.List(entries[:place] + entries[place + 1 :], node.ctx))
        yield Variant("list", 2, ast.List(entries[:place] + entries[place + 2 :], node.ctx))
        swapped = [*entries[:place], *reversed(entries[place : place + 2]), *entries[place + 2 :]]
        yield Variant("list", 1.9, ast.List(swapped, node.ctx))
        for text, other in kinds.items():
            if text != ast.unparse(entry) and ast.unparse(entry) in kinds:
                changed = [*entries[:place], other, *entries[place + 1 :]]
                yield Variant("list", 1.6, ast.List(changed, node.ctx))
    for text in kinds:
        for other in kinds.values():
            every = [other if ast.unparse(entry) == text else entry for entry in entries]
            if every.count(other) > entries.count(other) + 1:
                yield Variant("list", 1.8, ast.List(every, node.ctx))
    for place in range(1, len(entries) + 1):
        for other in kinds.values():
            more = [*entries[:place], other, *entries[place:]]
            yield Variant("list", 1.8, ast.List(more, node.ctx))
            for second in range(place + 2, len(more) + 1):
                twice = [*more[:second], other, *more[second:]]
                yield Variant("list", 2.3, ast.List(twice, node.ctx))


def _of_comparison(node: ast.Compare) -> Iterator[Variant]:
    for twin in COMPARISONS.get(type(node.ops[0]), ()) if len(node.ops) == 1 else ():
        yield Variant("comparison", 1, ast.Compare(node.left, [twin()], node.comparators))


def _of_choice(node: ast.IfExp) -> Iterator[Variant]:
    yield Variant("condition", 1.5, ast.IfExp(node.test, node.orelse, node.body))
    yield Variant("condition", 2, node.body)
    yield Variant("condition", 2, node.orelse)


def _of_entry(node: ast.Subscript) -> Iterator[Variant]:
    """The whole array; a slice without its ends; an entry counted from the other end."""
    yield Variant("index", 2, node.value)
    if isinstance(node.slice, ast.Slice):
        whole = ast.Slice(None, None, None)
        yield Variant("index", 2, ast.Subscript(node.value, whole, ast.Load()))
    else:
        yield Variant("index", 2, ast.Subscript(node.value, negative(node.slice), ast.Load()))
    yield Variant("sum", 2.4, method(node.value, "sum", axis=0))
    yield Variant("mean", 2.4, method(node.value, "mean"))


def _of_sign(node: ast.UnaryOp) -> Iterator[Variant]:
    yield Variant("sign", 1, node.operand)


def _is_called(node: ast.AST, parent: ast.AST) -> bool:
    return (isinstance(parent, ast.Call) and parent.func is node) or (
        isinstance(parent, ast.Attribute) and isinstance(node, ast.Name)
    )


def _of_name(node: ast.expr, parent: ast.AST, scope: Scope) -> Iterator[Variant]:
    """Another name; its copy, its negative, its square, its transpose where a product takes it."""
    own = ast.unparse(node)
    for other in scope.values():
        if ast.unparse(other) != own:
            yield Variant("name", scope.name_cost, other)
    yield Variant("copy", 2.2, method(node, "copy"))
    yield Variant("sign", 2.2, negative(node))
    yield Variant("power", 2.8, ast.BinOp(node, ast.Pow(), number(2)))
    yield Variant("complement", 3, ast.BinOp(number(1), ast.Sub(), node))
    yield Variant("transpose", 2, transposed(node))
    yield Variant("clip", 2.9, clipped(node))
    if own.isupper():
        yield Variant("constant", 2, number(1e-12))
    if isinstance(node, ast.Attribute) and node.attr == "size":
        yield Variant("factor", 1.5, call(name_of("len"), node.value))
    if isinstance(parent, ast.Call):
        yield Variant("order", 2, call(name_of("reversed"), node))
    for other in scope.values()[:6]:
        for operator in (ast.Mult(), ast.Sub(), ast.Add()):
            if ast.unparse(other) != own:
                yield Variant("upstream", 3.2, ast.BinOp(node, operator, other))
    for other in scope.sizes:
        yield Variant("factor", 2.6, ast.BinOp(node, ast.Div(), other))


def _of_operation(node: ast.BinOp) -> Iterator[Variant]:
    """Another operator; one side alone; the sides exchanged; a transpose more or less."""
    sign = SIGNS.get(type(node.op))
    if sign is not None:
        yield Variant("sign", 1, ast.BinOp(node.left, sign(), node.right))
    for twin in OPERATORS.get(type(node.op), ()):
        yield Variant("operator", 1.5, ast.BinOp(node.left, twin(), node.right))
    yield from _regrouped(node)
    kind = "term" if sign is not None else "factor"
    yield Variant(kind, 1.2, node.left)
    yield Variant(kind, 1.2, node.right)
    if not isinstance(node.op, (ast.Add, ast.Mult)):
        yield Variant("order", 1.5, ast.BinOp(node.right, node.op, node.left))
    if isinstance(node.op, ast.MatMult):
        left, right = transposed(node.left), transposed(node.right)
        yield Variant("transpose", 1.4, ast.BinOp(left, node.op, node.right))
        yield Variant("transpose", 1.4, ast.BinOp(node.left, node.op, right))
        yield Variant("transpose", 2, ast.BinOp(left, node.op, right))
        yield Variant("transpose", 1.6, ast.BinOp(right, node.op, left))
        yield Variant("transpose", 2.2, ast.BinOp(right, node.op, node.left))
        yield Variant("transpose", 2.2, ast.BinOp(node.right, node.op, left))
    else:
        yield Variant("copy", 3, method(node, "copy"))
        yield Variant("complement", 3, ast.BinOp(number(1), ast.Sub(), node))
    if isinstance(node.op, ast.Mult):
        yield Variant(
            "complement",
            2.6,
            ast.BinOp(node.left, node.op, ast.BinOp(number(1), ast.Sub(), node.right)),
        )


def _regrouped(node: ast.BinOp) -> Iterator[Variant]:
    """The same signs with other brackets: ``a * (b - c)`` for ``a * b - c``, and back."""
    left, right = node.left, node.right
    if isinstance(left, ast.BinOp):
        inner = ast.BinOp(left.right, node.op, right)
        yield Variant("operator", 1.5, ast.BinOp(left.left, left.op, inner))
    if isinstance(right, ast.BinOp):
        inner = ast.BinOp(left, node.op, right.left)
        yield Variant("operator", 1.5, ast.BinOp(inner, right.op, right.right))


_OF_TYPE: Dict[type, Callable[[Any], Iterator[Variant]]] = {
    ast.BinOp: _of_operation, ast.UnaryOp: _of_sign, ast.Compare: _of_comparison, ast.IfExp: _of_choice,
    ast.Subscript: _of_entry, ast.List: _of_list,
}  # fmt: skip


def _of_constant(node: ast.Constant, parent: ast.AST, scope: Scope) -> Iterator[Variant]:
    value, is_axis = node.value, isinstance(parent, ast.keyword) and parent.arg == "axis"
    if isinstance(value, bool):
        yield Variant("flag", 1, number(not value))
    elif is_axis:
        for axis in [axis for axis in (0, 1, -1, None) if axis != value]:
            yield Variant("axis", 1 if axis in (0, 1) else 1.3, number(axis))
    elif isinstance(value, (int, float)):
        yield from (Variant("name", 1.6, name_of(rate)) for rate in scope.rates)
        one = type(value)(1)
        near = (value + one, value - one, one)
        others = (*near, -value, 2 * value, value / 2, 0 * one, 2 * one, 0.5, 1e-12, 0.01)
        if value > 1:
            names = [*map(name_of, scope.arrays), *scope.sizes]
            yield from (Variant("name", 1.9, name) for name in names)
        for other in [other for other in dict.fromkeys(others) if other != value]:
            yield Variant("constant", 1.8 if other in near else 2.1, number(other))
