"""The edits of an expression: what may stand in its place."""

from __future__ import annotations

import ast
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Set, Tuple, Type

MAX_PARTS = 12  # of an expression, that may stand alone
MAX_NAMES = 12  # that an operand is exchanged for
RATES = ("lr", "learning_rate", "eta", "alpha", "rate", "step_size")
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
MEANS = {
    "sum": "mean",
    "mean": "sum",
    "nansum": "sum",
    "nanmean": "mean",
    "median": "mean",
    "average": "mean",
}
FUNCTIONS: Dict[str, Tuple[str, ...]] = {
    "exp": ("log", "expm1"), "log": ("exp", "log1p"), "log2": ("log",), "log10": ("log",), "log1p": ("log",),
    "expm1": ("exp",), "maximum": ("minimum", "multiply"), "minimum": ("maximum",), "max": ("sum", "min"),
    "min": ("max",), "abs": ("square",), "absolute": ("square",), "sinh": ("tanh",), "tan": ("tanh",),
    "tanh": ("sinh",), "argmax": ("max",), "rand": ("randn",), "random": ("randn",), "multiply": ("dot",),
    "dot": ("multiply",), "subtract": ("add",), "add": ("subtract",), "divide": ("multiply",),
    "floor": ("round",), "ceil": ("round",), "zeros": ("ones",), "ones": ("zeros",), "std": ("mean",),
    "var": ("mean",), "cumsum": ("sum",), "prod": ("sum",), "inner": ("dot",), "outer": ("dot",),
}  # fmt: skip
REDUCING = ("sum", "mean", "max", "min", "argmax", "std", "var")


class Variant(NamedTuple):
    """What may stand in the place of an expression."""

    kind: str
    cost: float
    node: ast.expr


class Scope:
    """The names that a method may use: its parameters, its locals, the attributes of its object."""

    def __init__(self, owner: Optional[ast.ClassDef], function: Any) -> None:
        names = [argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)]
        self.owner = owner.name if owner is not None else ""
        self.own = names.pop(0) if owner is not None and names else ""
        self.rates = [name for name in names if name in RATES]
        self.arrays = [name for name in names if name not in RATES]
        nodes = list(ast.walk(function))
        stored = [n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
        self.locals = [name for name in dict.fromkeys(stored) if name not in names]
        self.attributes = sorted(_attributes(owner, self.own)) if owner is not None else []

    def values(self) -> List[ast.expr]:
        """Return everything that has a name: what is nearest first."""
        names: List[ast.expr] = [name_of(n) for n in (*self.arrays, *self.locals, *self.rates)]
        return (names + self.own_values())[:MAX_NAMES]

    def own_values(self) -> List[ast.expr]:
        """Return the attributes of the object."""
        return [ast.Attribute(name_of(self.own), name, ast.Load()) for name in self.attributes]

    def batches(self) -> List[ast.expr]:
        """Return what may be a batch: its length is the number of samples."""
        return [*map(name_of, self.arrays), *self.own_values()][:4]


def _attributes(owner: ast.ClassDef, own: str) -> Set[str]:
    """Return the attributes that a class gives its objects."""
    methods = {part.name for part in owner.body if isinstance(part, ast.FunctionDef)}
    names = {
        node.attr
        for node in ast.walk(owner)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id == own
    }
    return names - methods


def name_of(name: str) -> ast.expr:
    """Return the expression that is a name."""
    return ast.Name(name, ast.Load())


def number(value: Any) -> ast.expr:
    """Return the expression that is a constant."""
    return ast.Constant(value, None)


def call(function: ast.expr, *args: ast.expr, **options: Any) -> ast.expr:
    """Return the call of a function."""
    return ast.Call(function, list(args), [ast.keyword(k, number(v)) for k, v in options.items()])


def method(value: ast.expr, name: str, **options: Any) -> ast.expr:
    """Return the call of a method of a value."""
    return call(ast.Attribute(value, name, ast.Load()), **options)


def transposed(value: ast.expr) -> ast.expr:
    """Return a value transposed; of a transposed one, what it was before."""
    is_transposed = isinstance(value, ast.Attribute) and value.attr == "T"
    return value.value if is_transposed else ast.Attribute(value, "T", ast.Load())  # type: ignore[attr-defined]


def negative(value: ast.expr) -> ast.expr:
    """Return the negative of a value."""
    return ast.UnaryOp(ast.USub(), value)


def clipped(value: ast.expr) -> ast.expr:
    """Return a probability kept away from 0 and 1."""
    clip = ast.Attribute(name_of("np"), "clip", ast.Load())
    return call(clip, value, number(1e-12), ast.BinOp(number(1), ast.Sub(), number(1e-12)))


def times_complement(value: ast.expr) -> ast.expr:
    """Return the slope of a sigmoid whose value is given."""
    return ast.BinOp(value, ast.Mult(), ast.BinOp(number(1), ast.Sub(), value))


def of_value(value: ast.expr, scope: Scope, *, is_result: bool) -> Iterator[Variant]:
    """Yield what may stand in the place of the whole value of an assignment or a return."""
    extra = 0.0 if is_result else 0.1
    yield Variant("sign", 2 + extra, negative(value))
    yield Variant("copy", 2 + extra, method(value, "copy"))
    for factor in _factors(scope):
        yield Variant("factor", 2.5 + extra, ast.BinOp(value, ast.Div(), factor))
        yield Variant("factor", 2.5 + extra, ast.BinOp(value, ast.Mult(), factor))
    for other in scope.values():
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
        yield from _of_call(node, scope)
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
        yield Variant("index", 2.5, ast.Subscript(node.value, negative(node.slice), ast.Load()))


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
            yield Variant("name", 2, other)
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
    ast.Subscript: _of_entry,
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
        for other in [other for other in dict.fromkeys(others) if other != value]:
            yield Variant("constant", 1.8 if other in near else 2.1, number(other))


def _of_call(node: ast.Call, scope: Scope) -> Iterator[Variant]:
    """The arguments exchanged, an option changed, another function, no call at all."""
    if any(isinstance(argument, ast.Starred) for argument in node.args):
        return
    yield from _other_functions(node)
    yield from _other_options(node)
    if len(node.args) >= 2:
        a, b, *rest = node.args
        yield Variant("argument", 1.5, ast.Call(node.func, [b, a, *rest], node.keywords))
        yield Variant("argument", 2.2, ast.Call(node.func, node.args[:-1], node.keywords))
        for k, value in enumerate(node.args[:2]):
            args = [*node.args[:k], transposed(value), *node.args[k + 1 :]]
            yield Variant("transpose", 1.6, ast.Call(node.func, args, node.keywords))
        if len(node.args) == 3:
            yield Variant("argument", 1.5, ast.Call(node.func, [a, node.args[2], b], node.keywords))
    for k, value in enumerate(node.args[:1]):
        yield Variant("call", 2, value)
        yield Variant(
            "sign", 2, ast.Call(node.func, [negative(value), *node.args[k + 1 :]], node.keywords)
        )
    if isinstance(node.func, ast.Attribute):
        yield Variant("call", 2, node.func.value)
    elif getattr(node.func, "id", "") == "len" and node.args:
        yield Variant("factor", 1.5, ast.Attribute(node.args[0], "size", ast.Load()))
    for name in (*scope.rates, *scope.arrays):
        yield Variant(
            "argument", 2.4, ast.Call(node.func, [*node.args, name_of(name)], node.keywords)
        )
    yield Variant("sign", 2.3, negative(node))


def _other_functions(node: ast.Call) -> Iterator[Variant]:
    if not isinstance(node.func, ast.Attribute):
        return
    name, owner = node.func.attr, node.func.value
    others = [("mean", MEANS[name])] if name in MEANS else []
    others += [("function", other) for other in FUNCTIONS.get(name, ())]
    for kind, other in others:
        function = ast.Attribute(owner, other, ast.Load())
        yield Variant(
            kind, 1 if kind == "mean" else 1.8, ast.Call(function, node.args, node.keywords)
        )
    if name == "reshape":
        yield Variant("transpose", 2, transposed(owner))
    if name in ("zeros", "ones", "empty", "full") and node.args:
        size = node.args[0].elts if isinstance(node.args[0], ast.Tuple) else node.args[:1]
        random = ast.Attribute(ast.Attribute(owner, "random", ast.Load()), "randn", ast.Load())
        yield Variant("function", 1.7, ast.Call(random, list(size), []))


def _other_options(node: ast.Call) -> Iterator[Variant]:
    """An option left out; an axis or keepdims more; an axis given by its place changed."""
    given = {keyword.arg for keyword in node.keywords}
    for k in range(len(node.keywords)):
        rest = node.keywords[:k] + node.keywords[k + 1 :]
        kind = node.keywords[k].arg if node.keywords[k].arg in ("axis", "keepdims") else "argument"
        yield Variant(str(kind), 1.2, ast.Call(node.func, node.args, rest))
    if getattr(node.func, "attr", "") not in REDUCING:
        return
    added: List[Dict[str, Any]] = []
    if "axis" not in given:
        added += [
            {"axis": 0},
            {"axis": 1},
            {"axis": 1, "keepdims": True},
            {"axis": 0, "keepdims": True},
        ]
    if "keepdims" not in given:
        added.append({"keepdims": True})
    for options in added:
        more = [ast.keyword(name, number(value)) for name, value in options.items()]
        kind = next(iter(options))
        yield Variant(kind, 1.4, ast.Call(node.func, node.args, [*node.keywords, *more]))
