"""The detectors: honest programs raise no flag, and each trick raises its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from grader import detect, intake, pipeline, resources, rubric
from grader.lab import Room
from grader.model import Message, Rubric, Submission
from grader.sandbox.host import LocalSandbox

Flags = Callable[[dict[str, bytes]], tuple[Message, ...]]

HONEST = b"""
import numpy as np
class Sigmoid:
    def raw(self, x): return 1 / (1 + np.exp(-x))
    def forward(self, x):
        self.x = x
        return self.raw(x)
    def backward(self, g, lr=0.1): return g * self.raw(self.x) * (1 - self.raw(self.x))
"""
DIFFERENCES = HONEST.replace(
    b"return g * self.raw(self.x) * (1 - self.raw(self.x))",
    b"""
        out = np.zeros_like(self.x)
        for i in np.ndindex(*self.x.shape):
            up, down = self.x.copy(), self.x.copy()
            up[i] += 1e-6
            down[i] -= 1e-6
            out[i] = np.sum(g * (self.raw(up) - self.raw(down))) / 2e-6
        return out
""",
)


@pytest.fixture(scope="module")
def default() -> Rubric:
    """The rubric that is built in."""
    return rubric.load(resources.default_rubric(), pipeline.CHECKS)


@pytest.fixture
def flags(default: Rubric) -> Iterator[Flags]:
    """A function that says what a person should look at in some files."""
    rooms: list[Room] = []

    def flagged(files: dict[str, bytes]) -> tuple[Message, ...]:
        sandbox, submission = LocalSandbox(), Submission("lab", files, "0")
        rooms.append(Room(sandbox, submission, default, 1))
        names = {name for name, places in rooms[-1].imported.found.items() if places}
        return *detect.signs(submission, sandbox), *detect.behaviour(rooms[-1], names)

    yield flagged
    for room in rooms:
        room.close()


def test_the_reference_raises_no_flag(flags: Flags, default: Rubric) -> None:
    """Honest code of every class has nothing that a person needs to look at."""
    reference = intake.read(resources.default_rubric().parent / "reference", default.limits)
    assert flags(dict(reference.files)) == ()


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("import ctypes", "native"), ("from ctypes import CDLL", "native"), ("import sys; sys._getframe()", "frames"),
        ("import inspect", "frames"), ("import gc", "frames"), ("getattr(x, '_getframe')", "frames"),
        ("exec('x = 1')", "exec"), ("y = eval(x)", "exec"), ("compile('1', '', 'eval')", "exec"),
        ("import os; os.fork()", "process"), ("import os; os.system('ls')", "process"), ("import socket", "process"),
        ("import subprocess", "process"), ("import atexit", "process"), ("__import__('x')", "import"),
        ("import importlib", "import"), ("import sys; sys.modules['x'] = 1", "import"),
        ("sys.meta_path.append(x)", "import"), ("Linear.__array_ufunc__ = None", "lies"),
        ("x = '\u202e'", "bidi"), ("# \u2066 a comment", "bidi"), ("().__class__.__base__.__subclasses__()", "frames"),
    ],
)  # fmt: skip
def test_each_sign_is_told_with_its_line(flags: Flags, line: str, kind: str) -> None:
    """A sign is told once a file, by kind, with the line where it stands."""
    found = flags(
        {"layers.py": f"x = 1\n\ndef never():\n    pass\nif x == 2:\n  pass\n  {line}".encode()}
    )
    told = [flag for flag in found if flag.id == f"review_{kind}"]
    assert len(told) == 1
    assert told[0].values["file"] == "layers.py"
    assert told[0].values["line"] >= 7


@pytest.mark.parametrize(
    "line",
    [
        "import re; re.compile('x')", "net.eval()", "np.stack([x])", "x.modules", "import time", "import random",
        "from pathlib import Path", "model.compile()", "import os; os.path.join('a')", "x = 'exec'",
    ],
)  # fmt: skip
def test_what_only_looks_alike_is_no_sign(flags: Flags, line: str) -> None:
    """Names that many honest programs have raise no flag."""
    assert flags({"layers.py": f"def never():\n    {line}".encode()}) == ()


def test_tests_are_not_searched(flags: Flags) -> None:
    """What stands in a student's own tests is nobody's business."""
    assert (
        flags({"layers.py": HONEST, "test_layers.py": b"import subprocess, inspect, ctypes"}) == ()
    )


@pytest.mark.parametrize(
    "line",
    ["import torch", "from tensorflow import keras", "__import__('jax')", "exec('import auto' + 'grad')",
     "import importlib; importlib.import_module('skl' + 'earn')"],
)  # fmt: skip
def test_a_framework_by_any_road(flags: Flags, line: str) -> None:
    """Whoever asks for one while the code runs is told of, whether it is there or not."""
    found = flags({"layers.py": f"try:\n    {line}\nexcept ImportError: pass".encode()})
    assert "review_framework" in [flag.id for flag in found]


def test_differences_take_too_long(flags: Flags) -> None:
    """A backward made of differences is told apart by its time."""
    assert [flag.id for flag in flags({"layers.py": DIFFERENCES})] == ["review_slow"]


def test_a_formula_does_not(flags: Flags) -> None:
    """The same class with its derivative written down raises no flag."""
    assert flags({"layers.py": HONEST}) == ()


def test_a_backward_that_was_wrong_is_not_timed(default: Rubric) -> None:
    """Where no points were given, how long it took does not matter."""
    submission = Submission("lab", {"layers.py": DIFFERENCES}, "0")
    room = Room(LocalSandbox(), submission, default, 1)
    assert room.imported.found
    assert detect.behaviour(room, ()) == ()
    room.close()


@pytest.mark.parametrize("name", detect.SENTENCES)
def test_each_sentence_can_be_filled(name: str) -> None:
    """Every message has a sentence with the values that it is given."""
    values = {"file": "f", "line": 1, "what": "w", "module": "m", "who": "C", "ratio": 50}
    assert "{" not in detect.SENTENCES[name].format(**values)
