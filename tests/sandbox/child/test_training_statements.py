"""Which statements train, and which names look like a network's, is read in the text alone."""

from __future__ import annotations

import ast
from types import ModuleType

import pytest

from grader.sandbox.child.definitions import is_unfinished, list_other_names
from grader.sandbox.child.training_statements import outside_scopes, training_names, trains


def first(text: str) -> ast.stmt:
    return ast.parse(text).body[0]


@pytest.mark.parametrize(
    "text",
    [
        "while True:\n    pass",
        "for epoch in range(10):\n    pass",
        "for k in range(5):\n    net.backward(x)",
        "for k in range(101):\n    pass",
        "for k in range(10 ** 2):\n    pass",
        "for k in range(9):\n    y = x @ w",
        "for k in range(9):\n    y = np.dot(x, w)",
        "for x in data.fit():\n    pass",
        "answer = input()",
        "run()",
    ],
)
def test_a_statement_that_trains_is_left_out_of_an_import(text: str) -> None:
    """It loops without end, for epochs, many times or through products, calls what trains, or asks."""
    assert trains(first(text), frozenset({"run"}))


@pytest.mark.parametrize(
    "text",
    [
        "for k in range(5):\n    rows.append(k)",
        "for x in rows:\n    y = x @ w",
        "def train():\n    while True: pass",
        "import numpy",
        "if __name__ == '__main__':\n    run()",
        "x = [k for k in range(1000)]",
        "f = lambda: run()",
    ],
)
def test_a_statement_that_prepares_something_runs(text: str) -> None:
    """Short loops, definitions, imports and what only a main program runs are no training."""
    assert not trains(first(text), frozenset({"run"}))


def test_a_function_trains_where_it_calls_one_that_does() -> None:
    """Over any number of steps, and also where it waits for a person."""
    text = """
def endless():
    while True: pass
def steps(net):
    for x in data: net.backward(x)
def counted():
    for epoch in range(3): pass
def asks():
    return input()
def calls(): return endless()
def calls_again(): return calls()
def harmless():
    for x in data: print(x)
"""
    names = training_names([ast.parse(text)])
    assert names == {"endless", "steps", "counted", "asks", "calls", "calls_again"}


def test_what_a_definition_evaluates_at_once_is_outside_its_scope() -> None:
    """Its decorators and defaults, and the body of a class; not the body of a function."""
    text = "@mark(1)\nclass A(base()):\n    x = two()\n    def f(self, y=three(), *, z=four()):\n        five()"
    names = {
        part.func.id
        for part in outside_scopes(first(text))
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Name)
    }
    assert names == {"mark", "base", "two", "three", "four"}


@pytest.mark.parametrize(
    ("text", "is_empty"),
    [
        ("def f():\n    pass", True),
        ("def f():\n    'text'\n    raise NotImplementedError", True),
        ("def f():\n    raise ValueError", False),
        ("class A:\n    def __init__(self): self.x = 1\n    def f(self): ...", True),
        ("class A:\n    def __init__(self): self.x = 1", False),
        ("class A(B):\n    pass", False),
        ("class A:\n    pass", True),
        ("x = 1", False),
    ],
)
def test_a_definition_that_does_nothing_yet_is_unfinished(text: str, is_empty: bool) -> None:
    """``pass``, a text, or ``raise NotImplementedError``: in all methods but the constructor."""
    assert is_unfinished(first(text)) == is_empty


def test_what_looks_like_a_network_and_is_bound_to_nothing_is_named() -> None:
    """What is bound, its bases, and what has no name of training are left out."""
    module = ModuleType("handed_in.own")
    text = """
class Base:
    def backward(self): pass
class Bound(Base): pass
class Other:
    def backprop(self): pass
class Plain:
    def forward(self): pass
def back_prop(): pass
number = 3
"""
    exec(text, vars(module))
    names = list_other_names({"own.py": module}, [vars(module)["Bound"]])
    assert names == ["Other", "back_prop"]
