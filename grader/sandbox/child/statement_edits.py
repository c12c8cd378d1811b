"""The edits of statements: their order, their number, and what they do with a value."""

from __future__ import annotations

import ast
import copy
from typing import Any, Callable, Dict, Iterator, List, Tuple

from .call_edits import FUNCTIONS
from .edit_scope import Scope, call, method, name_of, negative
from .expression_edits import SIGNS
from .larger_edits import (
    as_local,
    earlier,
    guarded,
    later_names,
    missing_step,
    taken_out,
    without_wrappers,
)

MAX_LOCALS = 4  # of a method in which one of them may be a parameter
BodyChange = Tuple[List[ast.stmt], str, float, List[ast.stmt]]


def of_bodies(function: Any, scope: Scope) -> Iterator[BodyChange]:
    """Yield changes of a body: the body, kind and cost, and the statements after it."""
    waiting: List[List[ast.stmt]] = [function.body]
    while waiting:
        body = waiting.pop(0)
        for place, statement in enumerate(body):
            if not isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
                fields = vars(statement)
                inner = [fields.get(name) for name in ("body", "orelse", "finalbody")]
                waiting += [part for part in inner if isinstance(part, list) and part]
            for kind, cost, new in _of_place(body, place, scope):
                yield body, kind, cost, new or [ast.Pass()]
        yield from _unused(body, function, scope)
        if body is function.body:
            yield from _returned(body, scope)
            yield from _everywhere(body, scope)


def _everywhere(body: List[ast.stmt], scope: Scope) -> Iterator[BodyChange]:
    """The same exchange in every statement: one function for another, two names; a copy to begin with."""
    names = sorted(
        {n.attr for part in body for n in ast.walk(part) if isinstance(n, ast.Attribute)}
    )
    for name in names:
        for other in FUNCTIONS.get(name, ()):
            yield body, "function", 1.9, _exchanged(body, {name: other}, "attr", ast.Attribute)
    yield from _renamed(body, scope)
    for k, name in enumerate(scope.arrays):
        for other in scope.arrays[k + 1 :]:
            pair = {name: other, other: name}
            yield body, "exchange", 2.2, _exchanged(body, pair, "id", ast.Name)
        value = method(name_of(name), "copy")
        first = _assign(body[0], [ast.Name(name, ast.Store())], value)
        yield body, "copy", 2.1, [first, *body]


def _renamed(body: List[ast.stmt], scope: Scope) -> Iterator[BodyChange]:
    """A local that is a parameter; an attribute that is not set, and should hold a parameter."""
    for name in scope.locals if len(scope.locals) <= MAX_LOCALS else ():
        for other in scope.arrays:
            yield body, "name", 2.3, _exchanged(body, {name: other}, "id", ast.Name)
    text = "\n".join(map(ast.unparse, body))
    for own in scope.own_values() if scope.method == "forward" else ():
        stored: Any = copy.copy(own)
        stored.ctx = ast.Store()
        for name in scope.arrays if ast.unparse(own) + " =" not in text else ():
            yield body, "stored", 2.4, [_assign(body[0], [stored], name_of(name)), *body]


def _exchanged(
    body: List[ast.stmt], names: Dict[str, str], field: str, kind: type
) -> List[ast.stmt]:
    """Return statements with names exchanged; those without them are the same objects."""
    new = []
    for statement in body:
        changed = copy.deepcopy(statement) if _named(statement, names, field, kind) else statement
        for node in _named(changed, names, field, kind):
            setattr(node, field, names[getattr(node, field)])
        new.append(changed)
    return new


def _named(statement: ast.stmt, names: Dict[str, str], field: str, kind: type) -> List[ast.AST]:
    """Return the nodes of a kind within a statement that have one of some names."""
    nodes = ast.walk(statement)
    return [n for n in nodes if isinstance(n, kind) and getattr(n, field) in names]


def _of_place(
    body: List[ast.stmt], place: int, scope: Scope
) -> Iterator[Tuple[str, float, List[ast.stmt]]]:
    statement: Any = body[place]
    before, after = body[:place], body[place + 1 :]
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return
    for kind, cost, others in _instead(statement, scope):
        yield kind, cost, [*before, *others, *after]
    yield "statement", 2, [*before, *after]
    for target in range(len(body)):
        if target != place:
            rest = [*before, *after]
            cost = 1.6 if target == place + 1 else 2 + 0.1 * abs(target - place)
            yield "order", cost, [*rest[:target], statement, *rest[target:]]
    yield from earlier(body, place)
    yield from taken_out(body, place)
    yield from as_local(body, place)
    yield from guarded(body, place, scope)
    yield from missing_step(body, place, scope)
    if isinstance(statement, (ast.Assign, ast.Return)) and statement.value is not None:
        for kind, cost, others in (*without_wrappers(statement), *later_names(statement, scope)):
            yield kind, cost, [*before, *others, *after]
    if after and isinstance(statement, (ast.For, ast.If)):
        wider = copy.copy(statement)
        wider.body = [*statement.body, after[0]]
        yield "indent", 2.4, [*before, wider, *after[1:]]
    if not isinstance(statement, (ast.Return, ast.For, ast.While)):
        yield "statement", 3, [*before, copy.copy(statement), statement, *after]


Instead = Iterator[Tuple[str, float, List[ast.stmt]]]
"""What may stand in the place of one statement: kind, cost and statements."""


def _instead(statement: Any, scope: Scope) -> Instead:
    of_type = _INSTEAD.get(type(statement))
    return iter(()) if of_type is None else of_type(statement, scope)


def _of_update(statement: Any, scope: Scope) -> Instead:
    """Another sign; an assignment, which leaves other names of the array alone."""
    del scope
    sign = SIGNS.get(type(statement.op))
    read = copy.copy(statement.target)
    read.ctx = ast.Load()
    plain = ast.BinOp(read, statement.op, statement.value)
    yield "copy", 1.4, [_assign(statement, [statement.target], plain)]
    yield "statement", 2, [_assign(statement, [statement.target], statement.value)]
    if sign is not None:
        other = copy.copy(statement)
        other.op = sign()
        yield "sign", 1, [other]


def _of_assignment(statement: Any, scope: Scope) -> Instead:
    """An update in its place; another attribute that is set; a whole array, a copy, the negative."""
    if len(statement.targets) != 1:
        return
    target = statement.targets[0]
    for operator in (ast.Add(), ast.Sub()):
        more = ast.AugAssign(target, operator, statement.value)
        yield "statement", 2, [ast.copy_location(more, statement)]
    for other in scope.own_values():
        if ast.unparse(other) != ast.unparse(target):
            stored: Any = copy.copy(other)
            stored.ctx = ast.Store()
            yield "name", 2.2, [_assign(statement, [stored], statement.value)]
    if isinstance(target, ast.Attribute) and ast.unparse(target.value) == scope.owner:
        own = ast.Attribute(name_of(scope.own), target.attr, ast.Store())
        yield "name", 1.2, [_assign(statement, [own], statement.value)]
    yield from _in_full(statement, target)
    yield from _as_step(statement, target, scope)


def _as_step(statement: Any, target: Any, scope: Scope) -> Instead:
    """A step: what is subtracted takes the learning rate; what is assigned is subtracted; a choice."""
    value = statement.value
    if isinstance(value, ast.BinOp) and isinstance(value.op, (ast.Sub, ast.Add)):
        for rate in scope.rates:
            scaled = ast.BinOp(name_of(rate), ast.Mult(), value.right)
            yield (
                "factor",
                1.9,
                [_assign(statement, [target], ast.BinOp(value.left, value.op, scaled))],
            )
    negated = [part for part in ast.walk(value) if isinstance(part, ast.UnaryOp)]
    if negated and isinstance(target, ast.Attribute):
        positive = copy.deepcopy(value)
        for part in ast.walk(positive):
            for field, inner in ast.iter_fields(part):
                if isinstance(inner, ast.UnaryOp) and isinstance(inner.op, ast.USub):
                    setattr(part, field, inner.operand)
        positive = positive.operand if isinstance(positive, ast.UnaryOp) else positive
        yield (
            "sign",
            1.5,
            [ast.copy_location(ast.AugAssign(target, ast.Sub(), positive), statement)],
        )
    for name in scope.optional:
        is_left_out = ast.Compare(name_of(name), [ast.Is()], [ast.Constant(None, None)])
        choice = ast.IfExp(is_left_out, value, name_of(name))
        yield "condition", 2.3, [_assign(statement, [target], choice)]
    for name in [name for name in scope.arrays if "bias" in name]:
        choice = ast.IfExp(name_of(name), value, ast.Constant(None, None))
        yield "condition", 2.6, [_assign(statement, [target], choice)]


def _of_condition(statement: Any, scope: Scope) -> Instead:
    """The condition turned round, or its body alone."""
    del scope
    turned = copy.copy(statement)
    turned.test = ast.UnaryOp(ast.Not(), statement.test)
    yield "condition", 1.5, [turned]
    yield "condition", 2, list(statement.body)
    if statement.orelse:
        yield "condition", 2, list(statement.orelse)


def _of_loop(statement: Any, scope: Scope) -> Instead:
    """The other way round; the last statement below the loop."""
    del scope
    turned = copy.copy(statement)
    turned.iter = call(name_of("reversed"), statement.iter)
    yield "order", 1.8, [turned]
    *rest, last = statement.body
    shorter = copy.copy(statement)
    shorter.body = rest or [ast.Pass()]
    yield "indent", 2, [shorter, last]


def _of_call_alone(statement: Any, scope: Scope) -> Instead:
    """What a call returns is kept, or returned."""
    if not isinstance(statement.value, ast.Call):
        return
    for name in (*scope.arrays, *scope.locals):
        target = ast.Name(name, ast.Store())
        yield "result", 2, [_assign(statement, [target], statement.value)]
    yield "result", 2.2, [ast.copy_location(ast.Return(statement.value), statement)]


_INSTEAD: Dict[type, Callable[[Any, Scope], Instead]] = {
    ast.AugAssign: _of_update, ast.Assign: _of_assignment, ast.If: _of_condition, ast.For: _of_loop,
    ast.Expr: _of_call_alone,
}  # fmt: skip


def _in_full(statement: Any, target: Any) -> Iterator[Tuple[str, float, List[ast.stmt]]]:
    """An entry or a slice that is set; the whole array, in its place."""
    if isinstance(target, ast.Subscript):
        yield "index", 2, [_assign(statement, [target.value], statement.value)]
        value = _whole(statement.value, target)
        yield "index", 1.9, [_assign(statement, [target.value], value)]
    else:
        whole = ast.Subscript(target, ast.Slice(None, None, None), ast.Store())
        yield "copy", 3, [_assign(statement, [whole], statement.value)]
        yield "copy", 3, [_assign(statement, [target], method(statement.value, "copy"))]
    yield "sign", 2.1, [_assign(statement, [target], negative(statement.value))]


def _whole(value: ast.expr, entry: Any) -> ast.expr:
    """Return a value with whole arrays in the place of an entry of theirs."""

    class Whole(ast.NodeTransformer):
        def visit_Subscript(self, node: ast.Subscript) -> Any:
            return node.value if ast.unparse(node.slice) == ast.unparse(entry.slice) else node

    return Whole().visit(copy.deepcopy(value))  # type: ignore[no-any-return]


def _assign(place: ast.stmt, targets: List[Any], value: ast.expr) -> ast.stmt:
    return ast.copy_location(ast.Assign(targets, value), place)


def _returned(body: List[ast.stmt], scope: Scope) -> Iterator[BodyChange]:
    """What a method may return at its end, where it returns nothing there."""
    if isinstance(body[-1], ast.Return):
        return
    names = [*map(name_of, (*scope.locals, *scope.arrays)), *scope.own_values()]
    for value in names:
        returned = ast.copy_location(ast.Return(value), body[-1])
        yield body, "result", 1.9, [*body, returned]


def _unused(body: List[ast.stmt], function: Any, scope: Scope) -> Iterator[BodyChange]:
    """What a method computes and does not use: a step of a parameter with it; a term that may be missing."""
    read = {
        n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)
    }
    for place, statement in enumerate(body):
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            name = statement.targets[0].id
            for own in scope.own_values() if name not in read else ():
                for rate in scope.rates:
                    step = ast.BinOp(name_of(rate), ast.Mult(), name_of(name))
                    stored: Any = copy.copy(own)
                    stored.ctx = ast.Store()
                    more = _assign(statement, [stored], ast.BinOp(own, ast.Sub(), step))
                    yield body, "statement", 2.2, [*body[: place + 1], more, *body[place + 1 :]]
        elif isinstance(statement, ast.Return) and isinstance(statement.value, ast.Name):
            name = statement.value.id
            for own in scope.own_values():
                is_there = ast.Compare(own, [ast.IsNot()], [ast.Constant(None, None)])
                term = ast.BinOp(name_of(name), ast.Add(), own)
                added = _assign(statement, [ast.Name(name, ast.Store())], term)
                guarded = ast.copy_location(ast.If(is_there, [added], []), statement)
                yield body, "term", 2.9, [*body[:place], guarded, *body[place:]]
