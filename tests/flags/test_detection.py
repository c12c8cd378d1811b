"""The detectors: honest programs raise no flag, and each trick raises its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from grader import intake
from grader.checks import CHECKS
from grader.contract import Row
from grader.flags import detection, two_steps
from grader.model import Message, Rubric, Submission
from grader.pipeline import grading
from grader.pipeline.examination import Examination
from grader.remote import Clock, Connection, FileRecords
from grader.reports.messages import fill
from grader.rubric import reader, resources
from grader.sandbox.host import (
    Answer,
    ChildGone,
    Ending,
    LocalSandbox,
    ProcessSandbox,
    Program,
    Wire,
)
from tests.zoo_rubric import ZOO

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
    return reader.load(resources.default_rubric(), CHECKS)


@pytest.fixture
def flags(default: Rubric) -> Iterator[Flags]:
    """A function that says what a person should look at in some files."""
    connections: list[Connection] = []

    def flagged(files: dict[str, bytes]) -> tuple[Message, ...]:
        sandbox, submission = LocalSandbox(), Submission("lab", files, "0")
        records = FileRecords()
        connections.append(Connection(sandbox, submission, default, 1, files=records))
        names = {
            name for name, places in connections[-1].import_result.definitions.items() if places
        }
        return *detection.signs(files, records.scans), *detection.behaviour(
            connections[-1], names, 1
        )

    yield flagged
    for connection in connections:
        connection.close()


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
        ("y = f(x + 1e-20j)", "complex"), ("y = complex(0, h)", "complex"), ("y = np.imag(x)", "complex"),
        ("y = x.astype('complex128').imag", "complex"), ("np.emath.sqrt(-1)", "complex"),
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


@pytest.mark.parametrize(
    ("line", "is_told"),
    [
        ("from sklearn.metrics import accuracy_score", False),
        ("import sklearn.metrics as m", False),
        ("from sklearn.datasets import make_moons\nfrom sklearn.metrics import f1_score", False),
        ("from sklearn.metrics import f1_score\nfrom sklearn.neural_network import MLPClassifier", True),
        ("import sklearn", True),
    ],
)  # fmt: skip
def test_a_metric_is_no_framework(flags: Flags, line: str, is_told: bool) -> None:
    """Who takes only a metric or data from a package that trains models needs no person."""
    found = flags({"layers.py": f"{line}\n".encode() + HONEST})
    assert ("review_framework" in [flag.id for flag in found]) == is_told


def test_differences_take_too_long(flags: Flags) -> None:
    """A backward made of differences is told apart by its time."""
    assert [flag.id for flag in flags({"layers.py": DIFFERENCES})] == ["review_slow"]


QUOTIENTS = {
    "two sides, a step of 1e-3": "(self.raw(self.x + 1e-3) - self.raw(self.x - 1e-3)) / 2e-3",
    "two sides, a step of 1e-5": "(self.raw(self.x + 1e-5) - self.raw(self.x - 1e-5)) / 2e-5",
    "one side, a step of 1e-7": "(self.raw(self.x + 1e-7) - self.raw(self.x)) / 1e-7",
    "four points": "(8 * (self.raw(self.x + 1e-3) - self.raw(self.x - 1e-3))"
    " - self.raw(self.x + 2e-3) + self.raw(self.x - 2e-3)) / 12e-3",
}
FORMULA = b"self.raw(self.x) * (1 - self.raw(self.x))"
FORMULAS = {
    "in float32 inside": "self.raw(self.x.astype('f4')) * (1 - self.raw(self.x.astype('f4')))",
    "by exp": "np.exp(-self.x) / (1 + np.exp(-self.x)) ** 2",
    "rounded": "np.round(self.raw(self.x) * (1 - self.raw(self.x)), 7)",
    "with a guard": "(self.raw(self.x) + 1e-9) * (1 - self.raw(self.x) + 1e-9)",
}


@pytest.mark.parametrize("name", QUOTIENTS)
def test_differences_are_seen_in_the_numbers(flags: Flags, name: str) -> None:
    """Differences of the whole array at once, as quick as a formula, are told apart by their rounding."""
    made = HONEST.replace(FORMULA, f"({QUOTIENTS[name]})".encode())
    assert [flag.id for flag in flags({"layers.py": made})] == ["review_differences"]


@pytest.mark.parametrize("name", FORMULAS)
def test_formulas_that_are_less_exact_are_no_differences(flags: Flags, name: str) -> None:
    """A formula in float32, with a guard or rounded is as far from the truth, and follows smoothly."""
    made = HONEST.replace(FORMULA, f"({FORMULAS[name]})".encode())
    assert flags({"layers.py": made}) == ()


@pytest.mark.parametrize(
    "drawn",
    [
        b"np.zeros((in_features, out_features))",
        b"1e-9 * np.random.randn(in_features, out_features)",
    ],
)
def test_weights_of_zero_are_a_mistake_and_no_sign(flags: Flags, drawn: bytes) -> None:
    """The steps that timing takes move weights of zero more than a little: that is no recognised input."""
    layers = ZOO.base["layers.py"]
    usual = b"np.random.randn(in_features, out_features)"
    assert usual in layers
    assert flags({**ZOO.base, "layers.py": layers.replace(usual, drawn)}) == ()


def test_a_fixed_shape_hides_nothing(flags: Flags) -> None:
    """Who answers quickly, but wrongly, for the shapes that it takes for those of the timing is told of."""
    tells = b"    def backward(self, g, lr=0.1):\n        if self.x.shape[1] > 10: return g\n        return"
    hidden = DIFFERENCES.replace(
        b"    def backward(self, g, lr=0.1):", tells.removesuffix(b"return")
    )
    assert [flag.id for flag in flags({"layers.py": hidden})] == ["review_other"]


def test_a_derivative_that_was_kept_hides_nothing(flags: Flags) -> None:
    """Every input that is timed is new: differences that are kept for an input are slow all the same."""
    keeps = b"""
    kept = {}
    def backward(self, g, lr=0.1):
        key = self.x.tobytes() + g.tobytes()
        if key not in self.kept: self.kept[key] = self.by_differences(g)
        return self.kept[key]
    def by_differences(self, g):"""
    hidden = DIFFERENCES.replace(b"    def backward(self, g, lr=0.1):", keeps.lstrip(b"\n"))
    assert [flag.id for flag in flags({"layers.py": hidden})] == ["review_slow"]


@pytest.mark.parametrize("deed", [b"raise ValueError", b"import os; os._exit(0)"])
def test_a_backward_that_cannot_be_timed_is_told_of(default: Rubric, deed: bytes) -> None:
    """A backward that was right in its checks, and raises or ends when it is timed, is one for a person."""
    ends = b"    def backward(self, g, lr=0.1):\n        if self.x.shape[1] > 10: " + deed
    files = {
        "layers.py": HONEST.replace(b"    def backward(self, g, lr=0.1):", ends + b"\n       ")
    }
    with ProcessSandbox(default.limits) as sandbox:
        submission = Submission("lab", files, "0")
        connection = Connection(sandbox, submission, default, 1)
        found = detection.behaviour(connection, {"Sigmoid"}, 1)
        connection.close()
    assert "review_not_timed" in [flag.id for flag in found]


def test_time_that_is_used_up_hides_nothing(default: Rubric) -> None:
    """Where the time is used up nothing is timed, and that is said."""
    submission = Submission("lab", {"layers.py": HONEST}, "0")
    connection = Connection(LocalSandbox(), submission, default, 1, clock=Clock(0.0))
    found = detection.behaviour(connection, {"Sigmoid"}, 1)
    assert [flag.id for flag in found] == ["review_not_timed"]


def test_a_formula_does_not(flags: Flags) -> None:
    """The same class with its derivative written down raises no flag."""
    assert flags({"layers.py": HONEST}) == ()


def test_a_backward_that_was_wrong_is_not_timed(default: Rubric) -> None:
    """Where no points were given, how long it took does not matter."""
    submission = Submission("lab", {"layers.py": DIFFERENCES}, "0")
    connection = Connection(LocalSandbox(), submission, default, 1)
    assert connection.import_result.definitions
    assert detection.behaviour(connection, (), 1) == ()
    connection.close()


@pytest.mark.parametrize("name", detection.SENTENCES)
def test_each_sentence_can_be_filled(name: str) -> None:
    """Every message has a sentence with the values that it is given."""
    values = {
        "file": "f",
        "line": 1,
        "what": "w",
        "module": "m",
        "who": "C",
        "ratio": 50,
        "jump": 1,
        "large": 1,
        "small": 1,
        "rows": 7,
        "columns": 9,
    }
    assert "{" not in fill(detection.SENTENCES[name], values)


class Gone(LocalSandbox):
    """Its children end as soon as they are asked."""

    def open(self, kind: str = "contract") -> Wire:
        """Return the wire to such a child."""
        del kind
        return self

    def exchange(self, program: Program, seconds: float) -> list[Answer]:
        """End instead of an answer."""
        raise ChildGone(Ending.LATE)

    def close(self) -> None:
        """Nothing is left."""


def test_a_source_that_cannot_be_searched_is_flagged(default: Rubric) -> None:
    """Who keeps the search from ending is looked at by a person, and not passed over in silence."""
    submission = Submission("lab", {"layers.py": HONEST}, "0")
    examination = Examination(submission, default, 1, Gone(), detects=True)
    examination.run()
    assert "review_not_searched" in [flag.id for flag in examination.flags()]


def test_a_source_that_hides_behind_a_limit_is_flagged(default: Rubric) -> None:
    """A file that Python reads only because another raised a limit was not searched, and says so."""
    files = {
        "a.py": b"import sys\nsys.setrecursionlimit(100_000)\n",
        "b.py": b"x = 1" + b" + 1" * 4000 + b"\nexec('y = 1')\n",
        "layers.py": HONEST,
    }
    with ProcessSandbox(default.limits) as sandbox:
        report = grading.grade(Submission("lab", files, "0"), default, seed=1, sandbox=sandbox)
    assert "review_not_searched" in [flag.id for flag in report.needs_review]


def test_a_source_that_is_no_python_is_not_flagged() -> None:
    """A file that cannot be parsed was searched: its import says what is wrong with it."""
    assert detection.signs({"layers.py": b"def"}, {"layers.py": None}) == ()


@pytest.mark.parametrize("bug", ["returns_tuple", "lr_ignored", "forward_loss_per_sample"])
def test_a_mistake_is_no_recognised_input(default: Rubric, bug: str) -> None:
    """Where a half is wrong and loses its points, the other contradicts it; nobody is suspected for that."""
    [wrong] = [one for one in ZOO.wrongs if one.bug == bug]
    submission = Submission("lab", wrong.files, "0" * 64)
    with ProcessSandbox(default.limits) as sandbox:
        report = grading.grade(submission, default, seed=3, sandbox=sandbox)
    assert report.needs_review == ()


def test_a_child_that_ends_in_the_second_look_hides_no_other_class(
    default: Rubric, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A forward that ends the process is flagged, and the classes after it are looked at as well."""

    def disagreement(_: Connection, row: Row, __: object) -> float:
        if row.name == "Linear":
            raise ChildGone(Ending.DIED, 0)
        return 1.0

    monkeypatch.setattr(two_steps, "disagreement", disagreement)
    connection = Connection(
        LocalSandbox(), Submission("lab", {"layers.py": HONEST}, "0"), default, 1
    )
    messages = detection.behaviour(connection, (), 1, ["Linear", "Sigmoid"])
    connection.close()
    assert [(message.id, message.values["who"]) for message in messages] == [
        ("review_steps_unknown", "Linear"),
        ("review_steps", "Sigmoid"),
    ]
