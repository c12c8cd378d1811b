"""Formulas: the expression that a student reads is the one that is evaluated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import CodeType
from typing import Any

import numpy as np

from grader.contract import sigmoid, softmax
from grader.diagnosis.case import Case
from grader.numeric import Array

CONSTANT = "k"
"""The name of the constant in a formula that has one; ``{k}`` stands for it in the text."""

VARIABLES: Mapping[str, Callable[[Case], Any]] = {
    "x": lambda case: case.x,
    "w": lambda case: case.w,
    "b": lambda case: case.b,
    "y": lambda case: case.y,
    "t": lambda case: case.t,
    "ground_truth": lambda case: case.t,
    "prev_grad": lambda case: case.g,
    "w_new": lambda case: case.w_after,
    "lr": lambda case: case.lr,
    "N": lambda case: case.n,
    "D": lambda case: case.columns,
    "size": lambda case: case.y.size,
    "calls": lambda case: case.call_index,
    "right": lambda case: case.right,
    "actual": lambda case: case.numbers,
    "ones": lambda case: np.ones_like(case.g if case.g.size else case.y),
    "zeros": lambda case: np.zeros_like(case.right),
    "rows": lambda case: np.arange(case.n)[:, None],
}
"""The names of a formula that stand for something of a case."""

FUNCTIONS: dict[str, Any] = {
    "sigmoid": sigmoid,
    "softmax": softmax,
    "max": np.maximum,
    "min": np.minimum,
    "norm": np.linalg.norm,
    "int": np.trunc,
    "inf": np.inf,
    **{
        name: getattr(np, name)
        for name in (
            "abs", "all", "any", "arctanh", "clip", "cosh", "diag", "exp", "expm1", "float16",
            "log", "log1p", "log2", "log10", "logaddexp", "mean", "ones_like", "outer", "round",
            "sign", "sqrt", "sum", "tan", "tanh", "where",
        )
    },
}  # fmt: skip
"""The functions of a formula: numpy's own, so ``max`` and ``min`` take two arrays entry by entry."""


@dataclass(frozen=True, slots=True)
class Formula:
    """What a mistake gives, as an expression.

    Parameters
    ----------
    expression
        An expression of ``VARIABLES`` and ``FUNCTIONS``, such as ``prev_grad @ w``. It may end in
        ``with s = sigmoid(y)``, and ``{k}`` is its constant.
    prose
        What is shown instead, where code reads badly; it may name ``{k}`` as well.
    constants
        The values of the names that stand for no part of a case.
    """

    expression: str
    prose: str = ""
    constants: Mapping[str, Any] | None = None

    @property
    def text(self) -> str:
        """What a student reads, in English and with the constant's name in the place of its value."""
        return self.prose or self.expression.replace("right", "the right one")

    def with_constants(self, **constants: Any) -> Formula:
        """The same formula with values for its constants."""
        return replace(self, constants=constants)

    def unknown_names(self) -> list[str]:
        """Return the names that stand for nothing; raises SyntaxError where it is no expression."""
        body, name, value = _compile(self.expression)
        used = [*body.co_names, *(value.co_names if value else ())]
        known = {*VARIABLES, *FUNCTIONS, CONSTANT, name, *(self.constants or {})}
        return [one for one in used if one not in known and not hasattr(np.ndarray, one)]

    def __call__(self, case: Case) -> Array:
        """Evaluate the formula for a case; raises ValueError or IndexError where numpy does."""
        body, name, value = _compile(self.expression)
        names = dict(self.constants or {})
        if value is not None:
            names[name] = _evaluate(value, case, names)
        return np.asarray(_evaluate(body, case, names))


def _evaluate(code: CodeType, case: Case, names: Mapping[str, Any]) -> Any:
    variables = {name: VARIABLES[name](case) for name in code.co_names if name in VARIABLES}
    return eval(code, FUNCTIONS, {**variables, **names})  # noqa: S307 - our own text, from a table of mistakes


@cache
def _compile(expression: str) -> tuple[CodeType, str, CodeType | None]:
    """Compile an expression, and what it names after ``with``: the name, and its value."""
    body, _, definition = expression.replace("{k}", CONSTANT).partition(" with ")
    name, _, value = definition.partition(" = ")
    value_code = compile(value, expression, "eval") if definition else None
    return compile(body, expression, "eval"), name, value_code
