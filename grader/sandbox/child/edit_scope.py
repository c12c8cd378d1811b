"""The names that a method may use, and expressions that are made of them."""

from __future__ import annotations

import ast
from typing import Any, FrozenSet, List, NamedTuple, Optional, Set

MAX_NAMES = 18  # that an operand is exchanged for
SIZES = ("n", "N", "m", "size", "count", "batch_size", "n_samples", "num_samples", "samples")
RATES = ("lr", "learning_rate", "eta", "alpha", "rate", "step_size")


OF_GRADIENTS = frozenset({"upstream", "formula", "complement"})
"""Kinds of edits that make what a layer computes; a third of all, and of no use in a method that computes nothing."""


class Variant(NamedTuple):
    """What may stand in the place of an expression."""

    kind: str
    cost: float
    node: ast.expr


class Scope:
    """The names that a method may use: its parameters, its locals, the attributes of its object."""

    def __init__(self, owner: Optional[ast.ClassDef], function: Any) -> None:
        names = [argument.arg for argument in (*function.args.args, *function.args.kwonlyargs)]
        self.method = function.name
        plain, defaults = function.args.args, function.args.defaults
        self.optional = [
            argument.arg
            for argument, default in zip(plain[len(plain) - len(defaults) :], defaults)
            if getattr(default, "value", "") is None
        ]
        self.owner = owner.name if owner is not None else ""
        self.own = names.pop(0) if owner is not None and names else ""
        self.rates = [name for name in names if name in RATES]
        self.arrays = [name for name in names if name not in RATES]
        nodes = list(ast.walk(function))
        stored = [n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
        has_loop = any(isinstance(node, (ast.For, ast.While)) for node in nodes)
        # A training has so many names that their exchange is two thirds of all edits.
        self.name_cost = 2.75 if owner is None and has_loop else 2.0
        computes = function.name != "__init__" and (owner is not None or not has_loop)
        self.left_out: FrozenSet[str] = frozenset() if computes else OF_GRADIENTS
        self.locals = [name for name in dict.fromkeys(stored) if name not in names]
        around = list(ast.walk(owner)) if owner is not None else nodes
        self.multiplies = any(
            isinstance(n, ast.MatMult) or getattr(n, "attr", "") in ("dot", "matmul")
            for n in around
        )
        self.attributes = sorted(_attributes(owner, self.own)) if owner is not None else []

    @property
    def sizes(self) -> List[ast.expr]:
        """Return the locals that may be a number of samples, by their names."""
        return [name_of(name) for name in self.locals if name in SIZES]

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
