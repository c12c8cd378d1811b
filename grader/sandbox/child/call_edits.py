"""The edits of a call: its function, its arguments, its options, or no call at all."""

from __future__ import annotations

import ast
from typing import Any, Dict, Iterator, List, Tuple

from .edit_scope import Scope, Variant, name_of, negative, number, transposed

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
STEPS = ("backward", "step", "update")
"""Methods that take a learning rate."""
REDUCING = ("sum", "mean", "max", "min", "argmax", "std", "var")


def of_call(node: ast.Call, scope: Scope) -> Iterator[Variant]:
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
        yield from _other_receivers(node, scope)
    elif getattr(node.func, "id", "") == "len" and node.args:
        yield Variant("factor", 1.5, ast.Attribute(node.args[0], "size", ast.Load()))
    for name in (*scope.rates, *scope.arrays):
        is_missing_rate = name in scope.rates and getattr(node.func, "attr", "") in STEPS
        more = ast.Call(node.func, [*node.args, name_of(name)], node.keywords)
        yield Variant("argument", 1.4 if is_missing_rate else 2.4, more)
    yield Variant("sign", 2.3, negative(node))


def _other_receivers(node: Any, scope: Scope) -> Iterator[Variant]:
    """The same method of something else, where the name of that is known here."""
    own = ast.unparse(node.func.value)
    names = scope.values()
    if own in map(ast.unparse, names):
        for other in names:
            function = ast.Attribute(other, node.func.attr, ast.Load())
            if ast.unparse(other) != own:
                yield Variant("name", 2, ast.Call(function, node.args, node.keywords))
                product = ast.BinOp(node.func.value, ast.Mult(), other)
                function = ast.Attribute(product, node.func.attr, ast.Load())
                yield Variant("upstream", 2.6, ast.Call(function, node.args, node.keywords))


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
    if name in ("zeros", "ones", "empty", "full", "eye", "identity") and node.args:
        size = node.args[0].elts if isinstance(node.args[0], ast.Tuple) else node.args[:1]
        random = ast.Attribute(ast.Attribute(owner, "random", ast.Load()), "randn", ast.Load())
        yield Variant("function", 1.7, ast.Call(random, list(size), []))


def _other_options(node: ast.Call) -> Iterator[Variant]:
    """An option left out; an axis, keepdims, or no bias more; an axis given by its place changed."""
    given = {keyword.arg for keyword in node.keywords}
    if getattr(node.func, "id", "")[:1].isupper() and len(node.args) == 2 and "bias" not in given:
        without = ast.keyword("bias", number(False))
        yield Variant("argument", 1.7, ast.Call(node.func, node.args, [*node.keywords, without]))
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
