"""The edits of a method, listed from its text."""

from __future__ import annotations

import ast
import textwrap

import pytest

from grader.sandbox.child.source_edits import MAX_EDITS, list_edits
from tests.zoo_rubric import ZOO


def after(body: str, name: str = "f") -> dict[str, str]:
    """Return the text of a statement after each edit, with the edit's kind."""
    return {edit[5]: edit[0] for edit in list_edits(textwrap.dedent(body).encode(), name)["edits"]}


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


def test_every_edit_of_the_zoo_is_python_and_another_text() -> None:
    """Each whole text compiles, none is listed twice, and the cheapest comes first."""
    for file, name in (
        ("layers.py", "Linear.backward"),
        ("losses.py", "MSE.backward"),
        ("network.py", "TLNN.forward"),
    ):
        edits = list_edits(ZOO.base[file], name)["edits"]
        texts = [edit[6] for edit in edits]
        assert 50 < len(texts) <= MAX_EDITS
        assert len(set(texts)) == len(texts)
        assert [edit[1] for edit in edits] == sorted(edit[1] for edit in edits)
        for text in texts:
            ast.parse(text)


def test_what_is_not_there_has_no_edits() -> None:
    """A name that no function has, and a method that is far too long."""
    assert list_edits(b"x = 1\n", "f")["edits"] == []
    long = "def f(x):\n" + "    x = x + 1\n" * 100
    assert list_edits(long.encode(), "f")["edits"] == []
