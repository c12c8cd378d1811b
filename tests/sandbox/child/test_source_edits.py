"""The edits of a method, listed from its text."""

from __future__ import annotations

import ast
import textwrap

import pytest

from grader.sandbox.child.edit_list import MAX_EDITS, EditList
from grader.sandbox.child.packing import PLAIN_LIMIT, encode
from tests.zoo_rubric import ZOO


def after(body: str, name: str = "f") -> dict[str, str]:
    """Return the text of a statement after each edit, with the edit's kind."""
    return {
        edit[5]: edit[0]
        for edit in EditList(textwrap.dedent(body).encode(), name).listed()["edits"]
    }


CASES = [
    ("def f(x):\n    return -x", "return x", "sign"),
    ("def f(x, y):\n    return x + y", "return x - y", "sign"),
    ("def f(x, y):\n    return x @ y", "return x @ y.T", "transpose"),
    ("def f(x, y):\n    return x.T @ y", "return x @ y", "transpose"),
    ("def f(x):\n    return x.sum(axis=1)", "return x.sum(axis=0)", "axis"),
    ("def f(x):\n    return x.max(axis=1)", "return x.max(axis=1, keepdims=True)", "keepdims"),
    ("def f(x):\n    return x.mean()", "return x.sum()", "mean"),
    ("def f(x):\n    return x / len(x)", "return x", "factor"),
    ("def f(x):\n    return x", "return x / len(x)", "factor"),
    ("def f(x):\n    return x", "return x * 2", "factor"),
    ("def f(x, g):\n    return x", "return g", "name"),
    ("def f(x, y):\n    return x * y", "return x / y", "operator"),
    ("def f(x, g):\n    return x", "return g * x", "upstream"),
    ("def f(x):\n    return x > 0", "return x < 0", "comparison"),
    ("def f(x):\n    y = x\n    return y", "y = x.copy()", "copy"),
    ("def f(x):\n    x -= 1\n    return x", "x = x - 1", "copy"),
    ("def f(x):\n    return x[0]", "return x", "index"),
    ("def f(x):\n    return x[1:]", "return x[:]", "index"),
    ("def f(a, b):\n    return g(a, b)", "return g(b, a)", "argument"),
    ("def f(a, lr):\n    return g(a)", "return g(a, lr)", "argument"),
    ("def f(x):\n    a = x\n    b = a", "b = a\na = x", "order"),
    ("def f(x):\n    a = x\n    return a", "", "statement"),
    ("def f(x):\n    a = x\n    a = a + 1\n    return a", "a = a + 1\na = a + 1", "statement"),
    ("def f(x):\n    for y in x:\n        g(y)", "for y in reversed(x):\n    g(y)", "order"),
    ("def f(x):\n    y = x", "y = x\nreturn y", "result"),
    ("def f(x):\n    return x.reshape(2, 3)", "return x.T", "transpose"),
    ("def f(n):\n    return np.zeros((n, 2))", "return np.random.randn(n, 2)", "function"),
    ("def f(x):\n    return np.exp(x)", "return np.log(x)", "function"),
    ("def f(a, b, c):\n    return g(a, b, c)", "return g(a, c, b)", "argument"),
    ("def f(x):\n    return x.sum(axis=0, keepdims=True)", "return x.sum(axis=0)", "keepdims"),
    ("def f(x):\n    return x.sum(keepdims=True)", "return x.sum(keepdims=False)", "flag"),
    ("def f():\n    return [A(), B()]", "return [A()]", "list"),
    ("def f():\n    return [A(), B()]", "return [B(), A()]", "list"),
    ("def f():\n    return [A(), B()]", "return [A(), A()]", "list"),
    ("def f():\n    return [A(), B()]", "return [A(), B(), A()]", "list"),
    ("def f(x):\n    return x if x > 0 else 0", "return 0 if x > 0 else x", "condition"),
    ("def f(x):\n    return x if x > 0 else 0", "return x", "condition"),
    ("def f(x):\n    return x[1]", "return x[-1]", "index"),
    ("def f(x):\n    return EPS + x", "return 1e-12 + x", "constant"),
    ("def f(x):\n    return x.size", "return len(x)", "factor"),
    ("def f(x, y, z):\n    return x * y - z", "return x * (y - z)", "operator"),
    ("def f(x, y, z):\n    return x * (y - z)", "return x * y - z", "operator"),
    ("def f(x, lr):\n    return 0.1 * x", "return lr * x", "name"),
    (
        "def f(x):\n    if x:\n        return 1\n    else:\n        return 2",
        "if not x:\n    return 1\nelse:\n    return 2",
        "condition",
    ),
    ("def f(x):\n    if x:\n        y = 1\n    z = 2", "if x:\n    y = 1\n    z = 2", "indent"),
    (
        "def f(x):\n    for y in x:\n        a(y)\n        b(y)",
        "for y in x:\n    a(y)\nb(y)",
        "indent",
    ),
    ("def f(x):\n    g(x)", "x = g(x)", "result"),
    ("def f(x):\n    g(x)", "return g(x)", "result"),
    ("def f(x):\n    y = x\n    y[0] = 1", "y = 1", "index"),
    ("def f(x, y):\n    x[0] = y[0]", "x = y", "index"),
    ("def f(x):\n    x += 1", "x -= 1", "sign"),
    ("def f(x, bias):\n    y = x", "y = x if bias else None", "condition"),
    ("def f(x, g):\n    return np.exp(x) + np.exp(g)", "return np.log(x) + np.log(g)", "function"),
    ("def f(x, g):\n    return x - g", "return g - x", "order"),
]

LAYER = """\
class Layer:
    count = 0

    def __init__(self, n):
        self.w = np.zeros(n)
        Layer.b = np.zeros(1)

    def forward(self, x):
        self.x = x
        y = x @ self.w
        return y

    def backward(self, g, lr):
        "Gives dx."
        dw = self.x.T @ g
        self.w = self.w - dw
        self.x = -g

    def step(self, g, lr):
        dw = self.x.T @ g
        return self.x * np.floor(*g)
"""
METHODS = [
    ("__init__", "self.b = np.zeros(1)", "name"),
    ("__init__", "self.w = np.random.randn(n)", "function"),
    ("forward", "if self.w is not None:\n    y = y + self.w\nreturn y", "term"),
    ("forward", "self.w = x", "name"),
    ("forward", "self.x[:] = x", "copy"),
    ("forward", "x = x.copy()\nself.x = x", "copy"),
    ("backward", "self.w = self.w - lr * dw", "factor"),
    ("backward", "self.x -= g", "sign"),
    ("step", "self.w = self.w - lr * dw", "statement"),
    ("backward", "self.x = -g\nreturn dw", "result"),
]


@pytest.mark.parametrize(("body", "text", "kind"), CASES)
def test_each_kind_of_edit_is_listed(body: str, text: str, kind: str) -> None:
    """The statement is told as it is after the edit."""
    edits = after(body)
    matching = [
        t for t in edits if t == text or t.startswith(text + "\n") or t.endswith("\n" + text)
    ]
    assert matching
    assert text not in edits or edits[text] == kind or kind == "statement"


@pytest.mark.parametrize(("method", "text", "kind"), METHODS)
def test_edits_of_a_method_know_its_object(method: str, text: str, kind: str) -> None:
    """Attributes are set, used and returned; a step takes the learning rate; a parameter is the object's own."""
    edits = EditList(LAYER.encode(), f"Layer.{method}").listed()["edits"]
    matching = [edit for edit in edits if edit[5] == text or text in edit[5]]
    assert kind in {edit[0] for edit in matching}


def test_every_edit_of_the_zoo_is_python_and_another_text() -> None:
    """Each whole text compiles, none is listed twice, and the cheapest comes first."""
    for file, name in (
        ("layers.py", "Linear.backward"),
        ("losses.py", "MSE.backward"),
        ("network.py", "TLNN.forward"),
        ("training.py", "train"),
    ):
        answer = EditList(ZOO.base[file], name).listed()
        edits, lines = answer["edits"], answer["text"].split("\n")
        texts = ["\n".join([*lines[:first], new, *lines[end:]]) for *_, first, end, new in edits]
        assert 50 < len(texts) <= MAX_EDITS
        assert len(set(texts)) == len(texts)
        assert [edit[1] for edit in edits] == sorted(edit[1] for edit in edits)
        for text in texts:
            ast.parse(text)


def test_a_head_is_edited_where_it_stands() -> None:
    """The second condition of a chain keeps its ``elif``, and what follows stays below it."""
    body = "def f(x):\n    if x > 1:\n        y = 1\n    elif x > 0:\n        y = 2\n    return y"
    answer = EditList(body.encode(), "f").listed()
    lines = answer["text"].split("\n")
    texts = ["\n".join([*lines[:a], new, *lines[b:]]) for *_, a, b, new in answer["edits"]]
    assert body.replace("elif x > 0", "elif x < 0") in texts


def test_the_edits_of_a_long_method_fit_into_an_answer() -> None:
    """Those of ``train``, and of one as long as any, are small enough to cross over."""
    long = (
        "def f(x, y, lr):\n" + "    z = x[:, 1:] * lr + (y - x.T @ y).sum(axis=0) / len(x)\n" * 39
    )
    for raw, name in ((ZOO.base["training.py"], "train"), (long.encode(), "f")):
        answer = EditList(raw, name).listed()
        assert len(answer["edits"]) > 300
        assert len(encode(answer)) < PLAIN_LIMIT


def test_what_is_not_there_has_no_edits() -> None:
    """A name that no function has, and a method that is far too long."""
    assert EditList(b"x = 1\n", "f").listed()["edits"] == []
    long = "def f(x):\n" + "    x = x + 1\n" * 100
    assert EditList(long.encode(), "f").listed()["edits"] == []
