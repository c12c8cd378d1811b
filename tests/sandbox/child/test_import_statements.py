"""What of a file runs when it is imported for its classes: all, or only what defines something."""

from __future__ import annotations

import textwrap
from typing import Any

import pytest

from grader.sandbox.child.import_statements import names_of_submission, statements_left_out
from grader.sandbox.host import LocalSandbox

LINEAR = """
class Linear:
    def forward(self, x):
        return x
    def backward(self, grad):
        return grad
class Net:
    def __init__(self, sizes):
        self.layers = [Linear() for _ in sizes]
    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x
    def train(self, x, y, epochs=100000):
        for epoch in range(epochs):
            self.forward(x)
            for layer in self.layers[::-1]:
                y = layer.backward(y)
def generate_linear(n=100):
    points = []
    for i in range(n):
        points.append((i, i))
    return points
"""


def left_out(text: str) -> list[int]:
    """The lines of the statements that are left out of a text."""
    import ast

    text = textwrap.dedent(text)
    body = ast.parse(text).body
    return [
        body[n].lineno
        for n in sorted(statements_left_out(text, lambda: names_of_submission([text])))
    ]


def import_file(text: str, others: dict[str, bytes] | None = None) -> tuple[Any, Any, Any]:
    """Import ``lab.py`` in this process: its error, what is bound, and what was left out."""
    wire = LocalSandbox().open()
    files = {"lab.py": text.encode(), **(others or {})}
    lines: list[list[Any]] = [["load", "_", files, "lab1"], ["import", "_", "lab.py", 2.0]]
    lines += [["bind", "_", {"Linear": [], "MSE": [], "train": []}, {}], ["left_out", "_"]]
    _, error, bound, left = wire.exchange(lines, 9)
    wire.close()
    return error, (bound or {})["value"], (left or {})["value"]


@pytest.mark.parametrize(
    "text",
    [
        LINEAR,
        LINEAR + "if __name__ == '__main__':\n    while True: pass\n",
        LINEAR + "layer = Linear()\nout = layer.forward(3)\nprint(out)\n",
        LINEAR + "x = generate_linear(100)\nnet = Net([2, 4, 4, 1])\nnet.forward(x)\n",
        LINEAR + "table = {}\nfor name in ('a', 'b'): table[name] = len(name)\n",
        "import numpy as np\nnp.random.seed(0)\nfor i in range(10): np.random.rand()\n",
    ],
)
def test_a_file_that_does_not_train_runs_whole(text: str) -> None:
    """Definitions, constants, a try of a layer: nothing of it is left out."""
    assert left_out(text) == []


END = LINEAR.count("\n") + 1


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("net = Net([2, 1])\nnet.train(1, 1)\n", [END + 1]),
        ("net = Net([2, 1])\nfor epoch in range(100000):\n    net.forward(1)\n", [END + 1]),
        ("while True:\n    pass\nprint('done')\n", [END, END + 2]),
        ("def main():\n    Net([2]).train(1, 1)\nmain()\n", [END + 2]),
        ("name = input('which? ')\n", [END]),
        ("x = 1\nnet = Net([2])\nlosses = net.train(1, 1)\nprint(losses)\nlr = 0.1\n", [END + 2, END + 3]),
        ("epochs = 100000\nfor i in range(epochs):\n    x = i\nplt.plot(x)\n", [END + 1, END + 3]),
    ],
)  # fmt: skip
def test_what_trains_is_left_out(text: str, lines: list[int]) -> None:
    """Training and questions are left out, with what follows of them; constants and classes stay."""
    assert left_out(LINEAR + text) == lines


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("for i in range(10**6):\n    pass\nbase = Linear\nclass MSE(base): pass\n", [END]),
        ("input()\nrate = float('0.1')\nother = float('0.2')\ndef f(x, r=rate): pass\n", [END, END + 2]),
        ("input()\nkinds = dict(a=1)\ndef f(): return kinds\n", [END]),
        ("input()\nkinds = dict(a=1)\nmore = list(kinds)\ndef f(): return more\n", [END]),
        ("input()\nwrap = lambda f: f\n@wrap\ndef f(): pass\n", [END]),
        ("w = 1\nfor i in range(10**6):\n    w -= i\ndef f(): return w\n", [END + 1]),
    ],
)  # fmt: skip
def test_what_a_definition_needs_is_run(text: str, lines: list[int]) -> None:
    """Bases, defaults, decorators and what a function reads from its file are run, wherever they stand."""
    assert left_out(LINEAR + text) == lines


@pytest.mark.parametrize(
    "middle",
    [
        "while True: pass\n", "for epoch in range(10**9): x = epoch\n", "input('Press Enter')\n",
        "n = int(input())\n", "1 / 0\n", "raise SystemExit(2)\n", "exit()\n", "open('data.txt')\n",
        "import argparse\np = argparse.ArgumentParser()\np.add_argument('x')\na = p.parse_args()\n",
        "import sys\nn = int(sys.argv[7])\n", "from nowhere_x import y\nz = y()\n", "assert 0\n",
        "import this_is_not\n",
    ],
)  # fmt: skip
def test_nothing_below_is_lost(middle: str) -> None:
    """A class below what trains, asks, fails or ends the program is found, and so is one above it."""
    text = "class Linear: pass\n" + middle + "class MSE: pass\ndef train(): pass\n"
    _, bound, _ = import_file(text)
    assert set(bound) == {"Linear", "MSE", "train"}


def test_a_statement_that_takes_too_long_is_interrupted_and_the_rest_is_defined() -> None:
    """Where nothing shows that a call trains, it is interrupted; the definitions below it are used."""
    error, bound, left = import_file(
        "import time\nclass Linear: pass\ntime.sleep(60)\nclass MSE: pass\ntime.sleep(60)\n"
    )
    assert (error["error"]["type"], error["error"]["line"]) == ("Late", 3)
    assert set(bound) == {"Linear", "MSE"}
    assert left == {}


def test_a_name_that_another_file_imports_is_defined() -> None:
    """Below a training, what other files import from this one is run all the same."""
    others = {"use.py": b"from lab import data\nimport lab\nprint(lab.size)\n"}
    text = "class Linear: pass\nfor i in range(10**6): pass\ndata = list('ab')\nsize = len(data)\nx = len(data)\n"
    wire = LocalSandbox().open()
    lines: list[list[Any]] = [["load", "_", {"lab.py": text.encode(), **others}, ""]]
    assert wire.exchange([*lines, ["import", "_", "use.py", 2.0]], 9)[1] is None
    wire.close()
