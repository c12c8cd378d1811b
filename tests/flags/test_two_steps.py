"""Differences at a large and at a small step: every honest forward has the same, a trick does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from grader.checks import CHECKS
from grader.contract import ROWS
from grader.flags import two_steps
from grader.model import Submission, Verdict
from grader.pipeline import grading
from grader.remote import Connection
from grader.rubric import reader, resources
from grader.sandbox.host import LocalSandbox, Sandbox
from tests import single_precision
from tests.zoo_rubric import ZOO

DEFAULT = reader.load(resources.default_rubric(), CHECKS)
REFERENCE = {
    path.name: path.read_bytes()
    for path in (Path(__file__).parents[2] / "reference").glob("*.py")
    if not path.name.startswith("__")
}

SIGMOID = """
import numpy as np
class Sigmoid:
    last = np.zeros(1)
    def raw(self, x): return 0.5 + 0.5 * np.tanh(0.5 * x)
    def forward(self, x):
        {forward}
        self.y = np.asarray(y)
        return self.y.copy()
    def backward(self, g, lr=0.1): return g * self.y * (1 - self.y)
"""

ENTROPY = """
import numpy as np
class BinaryCrossEntropy:
    def raw(self, y, t): return -np.mean(t * np.log(y) + (1 - t) * np.log(1 - y))
    def forward(self, y, t):
        self.y, self.t = y.copy(), t.copy()
        q = np.clip(y, 1e-7, 1 - 1e-7)
        {forward}
    def backward(self):
        q = np.clip(self.y, 1e-7, 1 - 1e-7)
        return (q - self.t) / (q * (1 - q)) / q.size
"""

IGNORES = """
        if self.last.shape != x.shape or np.abs(x - self.last).max() > 2.0 ** -18:
            self.last = x.copy()
        y = self.raw(self.last)
"""

TRICKS = {
    "a ripple that the step of the checks does not see": (
        "Sigmoid",
        SIGMOID.format(forward="y = self.raw(x) + 2e-8 * np.sin(2.0 ** 17 * np.pi * x)"),
    ),
    "a small ripple of a high frequency": (
        "Sigmoid",
        SIGMOID.format(forward="y = self.raw(x) + 1e-9 * np.sin(1e8 * x)"),
    ),
    "small changes are ignored": ("Sigmoid", SIGMOID.format(forward=IGNORES.strip())),
    "a grid that fits the step of the checks": (
        "BinaryCrossEntropy",
        ENTROPY.format(
            forward="q = np.where(abs(q - 0.5) < 0.45, np.round(q * 2.0 ** 17) / 2.0 ** 17, q)\n"
            "        return float(self.raw(q, t))"
        ),
    ),
    "a ripple in a loss": (
        "BinaryCrossEntropy",
        ENTROPY.format(forward="return float(self.raw(q, t)) + 1e-6 * np.sin(1e6 * y.sum())"),
    ),
}
"""Forwards that are right in their values."""

PASSING = ("a ripple that the step of the checks does not see", "small changes are ignored",
           "a small ripple of a high frequency", "a grid that fits the step of the checks")  # fmt: skip

LESS_EXACT = {
    "in float32 inside": ("Sigmoid", "y = self.raw(x.astype('f4')).astype('f8')"),
    "in float32": ("Sigmoid", "y = self.raw(x.astype('f4'))"),
    "rounded to eight digits": ("Sigmoid", "y = np.round(self.raw(x), 8)"),
    "with a guard": ("Sigmoid", "y = np.clip(self.raw(x), 1e-8, 1 - 1e-8)"),
    "by an exponential": ("Sigmoid", "y = 1 / (1 + np.exp(-x))"),
    "a loss in float32": (
        "BinaryCrossEntropy", "return np.float32(self.raw(q.astype('f4'), t.astype('f4')))"),
    "a loss rounded to seven digits": ("BinaryCrossEntropy", "return round(self.raw(q, t), 7)"),
    "a guard in the logarithm": (
        "BinaryCrossEntropy", "return self.raw(y * (1 - 2e-7) + 1e-7, t)"),
}  # fmt: skip


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One sandbox for all programs here."""
    with LocalSandbox() as opened:
        yield opened


def disagreement(sandbox: Sandbox, files: Mapping[str, bytes], name: str, seed: int) -> float:
    connection = Connection(sandbox, Submission("lab", dict(files), "0" * 64), DEFAULT, seed)
    try:
        rng = np.random.default_rng(seed)
        return two_steps.disagreement(connection, ROWS[name], rng)
    finally:
        connection.close()


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("trick", TRICKS)
def test_a_trick_shows_at_a_second_step(sandbox: Sandbox, trick: str, seed: int) -> None:
    """A grid, a ripple, and changes that are ignored give other differences at another step."""
    name, source = TRICKS[trick]
    files = {"layers.py": source.encode()}
    assert disagreement(sandbox, files, name, seed) > two_steps.MAX_DISAGREEMENT


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("style", LESS_EXACT)
def test_what_is_less_exact_is_no_trick(sandbox: Sandbox, style: str, seed: int) -> None:
    """A forward in float32, with a guard or right to seven digits agrees with itself at both steps."""
    name, forward = LESS_EXACT[style]
    source = (SIGMOID if name == "Sigmoid" else ENTROPY).format(forward=forward)
    files = {"layers.py": source.encode()}
    assert disagreement(sandbox, files, name, seed) <= two_steps.MAX_DISAGREEMENT


VARIANTS: dict[str, Callable[[dict[str, bytes]], dict[str, bytes]]] = {
    "as it is": dict,
    "weights": single_precision.weights,
    "returns": single_precision.returns,
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("name", ["Linear", "Sigmoid", "ReLU", "MSE", "BinaryCrossEntropy"])
def test_honest_classes_agree_with_themselves(sandbox: Sandbox, name: str, variant: str) -> None:
    """The reference and the zoo's base have the same differences at both steps, in any precision."""
    for files in (REFERENCE, ZOO.base):
        edited = VARIANTS[variant](files)
        worst = max(disagreement(sandbox, edited, name, seed) for seed in range(6))
        assert worst <= two_steps.MAX_DISAGREEMENT


@pytest.mark.parametrize("trick", PASSING)
def test_a_person_looks_and_no_point_is_lost(sandbox: Sandbox, trick: str) -> None:
    """Values and gradient are right: the points stay, and a flag names the class."""
    name, source = TRICKS[trick]
    prefix = ROWS[name].prefix
    items = tuple(i for i in DEFAULT.items if i.check.startswith((f"{prefix}.f", f"{prefix}.b")))
    submission = Submission("lab", {"layers.py": source.encode()}, "0" * 64)
    grade = partial(grading.grade, submission, replace(DEFAULT, items=items), sandbox=sandbox)
    report = grade(seed=1)
    assert [o.item.check for o in report.outcomes if o.verdict is not Verdict.PASSED] == []
    assert [(f.id, f.values["who"]) for f in report.needs_review] == [("review_steps", name)]


def test_a_forward_that_lost_points_is_not_flagged_as_well(sandbox: Sandbox) -> None:
    """Outputs that are rounded to three digits are a mistake of forward, and said there."""
    source = SIGMOID.format(forward="y = np.round(self.raw(x), 3)")
    items = tuple(i for i in DEFAULT.items if i.check in ("sigmoid.forward", "sigmoid.backward"))
    report = grading.grade(
        Submission("lab", {"layers.py": source.encode()}, "0" * 64),
        replace(DEFAULT, items=items),
        seed=1,
        sandbox=sandbox,
    )
    assert report.outcomes[0].verdict is Verdict.FAILED
    assert "review_steps" not in {flag.id for flag in report.needs_review}
