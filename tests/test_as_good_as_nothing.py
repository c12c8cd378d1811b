"""What is as good as nothing earns nothing, and what rounds on the way is right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest

from grader.audit import partial_programs, parts
from grader.checks import CHECKS
from grader.model import Report, Submission, Verdict
from grader.pipeline import grading
from grader.rubric import reader, resources
from grader.sandbox.host import LocalSandbox, Sandbox

pytestmark = pytest.mark.no_cover

DEFAULT = reader.load(resources.default_rubric(), CHECKS)

TINY = b"""
import numpy as np


class Sigmoid:
    def forward(self, x):
        return 1e-12 / (1.0 + np.exp(-x))

    def backward(self, prev_grad, lr=0.1):
        return np.zeros_like(prev_grad)


class MSE:
    def forward(self, y, ground_truth):
        self.y = y
        return 1.5e-9 * float(np.mean((y - ground_truth) ** 2))

    def backward(self, prev_grad=1, lr=0.1):
        return np.zeros_like(self.y)
"""

TINY_NETWORK = b"""
import numpy as np


class TLNN:
    def __init__(self, layer_1_units=4, layer_2_units=4):
        self.w = np.random.standard_normal((2, layer_1_units))

    def forward(self, x):
        return np.full((len(x), 1), 0.5 + 1e-9 * np.tanh(self.w.sum()))

    def cal_loss(self, y, ground_truth):
        return float(np.mean((y - ground_truth) ** 2))

    def backward(self, lr=0.05):
        self.w = self.w - lr * 1e-12
"""

HANDS_THROUGH = b"""
import numpy as np


class Sigmoid:
    def forward(self, x):
        return 0.5 + 0.5 * np.tanh(0.5 * x)

    def backward(self, prev_grad, lr=0.1):
        return prev_grad
"""

ROUNDS = {
    "Sigmoid.forward": "self.y = np.round(0.5 + 0.5 * np.tanh(0.5 * x), 8)\nreturn self.y",
    "Sigmoid.backward": "return prev_grad * self.y * (1.0 - self.y)",
    "MSE.forward": "self.y, self.truth = y, ground_truth\n"
    "return round(float(np.mean((y - ground_truth) ** 2)), 9)",
}

LISTS = {
    "Linear.__init__": """
        self.x = None
        self.w = np.random.standard_normal((in_features, out_features)).tolist()
        self.b = [0.0] * out_features if bias else None
    """,
    "Linear.forward": """
        self.x, y = x, x @ np.array(self.w)
        return y if self.b is None else y + np.array(self.b)
    """,
    "Linear.backward": """
        dx, dw = prev_grad @ np.array(self.w).T, self.x.T @ prev_grad
        self.w = [[w - lr * d for w, d in zip(row, by)] for row, by in zip(self.w, dw.tolist())]
        if self.b is not None:
            self.b = [b - lr * d for b, d in zip(self.b, prev_grad.sum(axis=0))]
        return dx
    """,
}

A_TABLE_FOR_LARGE_BATCHES = {
    "TLNN.forward": """
        self.is_large = len(x) > 10
        if self.is_large:
            same, other = abs(x[:, 0] - x[:, 1]) < 1e-9, abs(x[:, 0] + x[:, 1] - 1) < 1e-9
            above = ~same if np.mean(same | other) > 0.9 else x[:, 1] > x[:, 0]
            return np.where(above, 0.9, 0.1)[:, None]
        for layer in self.layers:
            x = layer.forward(x)
        return x
    """,
    "TLNN.backward": """
        if not self.is_large:
            grad = self.loss_func.backward()
            for layer in reversed(self.layers):
                grad = layer.backward(grad, lr)
    """,
}


REGRESSION = b"""
import numpy as np
from losses import MSE
class TLNN:
    def __init__(self, layer_1_units=4, layer_2_units=4):
        self.layers, self.loss_func, self.w = [], MSE(), np.random.randn(4, 1)
    def forward(self, x):
        c = 4 * (x - 0.5)
        self.features = np.c_[c, c[:, :1] * c[:, 1:], np.ones(len(x))]
        self.y = 1 / (1 + np.exp(-self.features @ self.w))
        return self.y.copy()
    def cal_loss(self, y, ground_truth):
        return self.loss_func.forward(y, ground_truth)
    def backward(self, lr=0.05):
        grad = self.loss_func.backward()
        self.w -= lr * self.features.T @ (grad * self.y * (1 - self.y))
"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One sandbox for all programs here."""
    with LocalSandbox() as opened:
        yield opened


def graded(files: Mapping[str, bytes], sandbox: Sandbox, *checks: str) -> Report:
    """Grade a program by some of the built-in rubric's checks, named by how they begin."""
    items = tuple(item for item in DEFAULT.items if item.check.startswith(checks))
    program = Submission("program", files, "0" * 64)
    return grading.grade(program, replace(DEFAULT, items=items), seed=1, sandbox=sandbox)


def with_bodies(monkeypatch: pytest.MonkeyPatch, bodies: Mapping[str, str]) -> dict[str, bytes]:
    """Return a right program, some parts of which have other bodies."""
    kinds = parts.PARTS
    others = {part: replace(kinds[part], body=body) for part, body in bodies.items()}
    monkeypatch.setattr(partial_programs, "PARTS", {**kinds, **others})
    return partial_programs.program({})


def test_zeros_are_no_gradient_of_what_is_as_good_as_nothing(sandbox: Sandbox) -> None:
    """A forward of 1e-12 whose mistake has a name pays for no backward of zeros, and no state."""
    report = graded({"layers.py": TINY}, sandbox, "sigmoid.", "mse.")
    assert report.score == 0


def test_a_network_that_hardly_moves_earns_no_gradient(sandbox: Sandbox) -> None:
    """An output that its weights move by 1e-9 is no network's, and a step of 1e-12 no gradient."""
    report = graded({"network.py": TINY_NETWORK}, sandbox, "network.")
    points = {outcome.item.check: outcome.points for outcome in report.outcomes}
    assert points["network.forward"] == points["network.gradient"] == 0


@pytest.mark.parametrize(
    "returns", [b"return prev_grad", b"return 0.7 * prev_grad", b"return -prev_grad"]
)
def test_a_backward_that_hands_its_argument_through_does_nothing(
    sandbox: Sandbox, returns: bytes
) -> None:
    """A multiple of the upstream gradient has a direction in common with the right one, and is empty."""
    layers = HANDS_THROUGH.replace(b"return prev_grad", returns)
    report = graded({"layers.py": layers}, sandbox, "sigmoid.")
    informs = {outcome.item.check: outcome.informative for outcome in report.outcomes}
    assert informs["sigmoid.forward"]
    assert not informs["sigmoid.backward"]


def test_a_right_forward_may_round(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where forward is right to eight digits, the right gradient is right, whatever differences say."""
    files = with_bodies(monkeypatch, ROUNDS)
    checks = ("sigmoid.", "mse.", "network.", "training.lockstep")
    report = graded(files, sandbox, *checks)
    lost = [o.item.check for o in report.outcomes if o.verdict is not Verdict.PASSED]
    assert lost == []


def test_a_table_for_the_batches_of_training_earns_none(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network that descends on few rows, and answers from a table for many, is flagged."""
    files = with_bodies(monkeypatch, A_TABLE_FOR_LARGE_BATCHES)
    training = ("training.lockstep", "training.linear", "training.init")
    report = graded(files, sandbox, *training)
    assert report.score == 0
    assert "review_answers_beside_weights" in {message.id for message in report.needs_review}


def test_a_regression_is_not_the_network_of_the_lab(sandbox: Sandbox) -> None:
    """It descends and arrives, yet runs through no layer: it earns no training, and is flagged."""
    files = {**partial_programs.program({}), "network.py": REGRESSION}
    report = graded(files, sandbox, "training.linear", "training.init")
    assert report.score == 0
    assert "review_not_of_the_lab" in {message.id for message in report.needs_review}


def test_weights_may_be_plain_lists(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A layer that keeps its weights as lists of floats, and makes new ones in each step, is right."""
    report = graded(with_bodies(monkeypatch, LISTS), sandbox, "linear.", "training.lockstep")
    lost = [o.item.check for o in report.outcomes if o.verdict is not Verdict.PASSED]
    assert lost == []
