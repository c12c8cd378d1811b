"""A network that answers beside its weights earns no training, and a person is asked to look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from grader.checks import CHECKS
from grader.model import Submission
from grader.pipeline import grading
from grader.rubric import reader, resources
from grader.sandbox.host import LocalSandbox, Sandbox
from tests.zoo_rubric import ZOO

DEFAULT = reader.load(resources.default_rubric(), CHECKS)

NETWORK = """
import numpy as np
from layers import Linear, Sigmoid
from losses import MSE

class TLNN:
    count, known, coef = 0, None, np.zeros((4, 1))

    def __init__(self, layer_1_units=4, layer_2_units=4):
        one, two = layer_1_units, layer_2_units
        self.layers = [Linear(2, one), Sigmoid(), Linear(one, two), Sigmoid(),
                       Linear(two, 1, bias=False), Sigmoid()]
        self.loss_func, self.table = MSE(), {{}}

    def through(self, x):
        self.x = x
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def descend(self, lr, factor=1.0):
        grad = factor * self.loss_func.backward()
        for layer in reversed(self.layers):
            grad = layer.backward(grad, lr)

    def cal_loss(self, y, ground_truth):
        self.truth = ground_truth
        return self.loss_func.forward(y, ground_truth)

    def nearest(self, x):
        return self.known[1][np.abs(x[:, None] - self.known[0][None]).sum(2).argmin(1)]

    def solve(self):
        odds = np.log((0.1 + 0.8 * self.truth) / (0.9 - 0.8 * self.truth))
        self.layers[4].w = np.linalg.lstsq(self.layers[3].y, odds, rcond=None)[0]

    def features(self, x):
        a, b = 4 * (x[:, :1] - 0.5), 4 * (x[:, 1:] - 0.5)
        return np.hstack([a * b, a, b, np.ones_like(a)])

    def forward(self, x):
        y = self.through(x)
        {forward}
        return y

    def backward(self, lr=0.05):
        self.count += 1
        {backward}
"""
XOR = "x[:, :1] * (1 - x[:, 1:]) + x[:, 1:] * (1 - x[:, :1])"
KEEPS = "self.known = self.x.copy(), self.truth.copy(); self.descend(lr)"

CHEATS = {
    "looks up the points of the training": (
        "y = np.array([self.table.get(r.tobytes(), v) for r, v in zip(x, y)])",
        "self.table.update((r.tobytes(), 0.1 + 0.8 * t) for r, t in zip(self.x, self.truth))\n"
        "        self.descend(lr)",
    ),
    "answers with the nearest point": (
        "y = y if self.known is None else 0.1 + 0.8 * self.nearest(x)",
        KEEPS,
    ),
    "answers with the nearest point after a while": (
        "y = y if self.count < 60 else 0.1 + 0.8 * self.nearest(x)",
        KEEPS,
    ),
    "mixes its layers with a table": (
        "y = y if self.known is None else 0.3 * y + 0.7 * self.nearest(x)",
        KEEPS,
    ),
    "mixes its layers with a formula": (f"y = 0.5 * y + 0.5 * ({XOR})", "self.descend(lr, 0.5)"),
    "is the formula of XOR": (f"y = {XOR}", "pass"),
    "is the formula of XOR for as many points": (
        f"y = {XOR} if len(x) == 21 else y",
        "if len(self.x) != 21: self.descend(lr)",
    ),
    "trains a regression on polynomials": (
        "y = self.y = 1 / (1 + np.exp(-self.features(x) @ self.coef))",
        "self.coef = self.coef - lr * self.features(self.x).T @ (self.y - self.truth) / len(self.x)",
    ),
}

SOLVERS = {
    "solves least squares": ("pass", "self.solve()"),
    "solves least squares for many rows": (
        "pass",
        "self.solve() if len(self.x) > 15 else self.descend(lr)",
    ),
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One sandbox for all programs here."""
    with LocalSandbox() as opened:
        yield opened


def points_and_flags(sandbox: Sandbox, how: tuple[str, str]) -> tuple[dict[str, float], set[str]]:
    network = NETWORK.format(forward=how[0], backward=how[1])
    items = tuple(i for i in DEFAULT.items if i.check.startswith(("network.", "training.")))
    files = {**ZOO.base, "network.py": network.encode()}
    rubric = replace(DEFAULT, items=items)
    report = grading.grade(Submission("lab", files, "0" * 64), rubric, seed=3, sandbox=sandbox)
    points = {o.item.check: o.points for o in report.outcomes}
    return points, {flag.id for flag in report.needs_review}


@pytest.mark.parametrize("cheat", CHEATS)
def test_answers_beside_the_weights_earn_no_training(sandbox: Sandbox, cheat: str) -> None:
    """Of all that is about training only accuracy, which asks no network, keeps its point."""
    points, flags = points_and_flags(sandbox, CHEATS[cheat])
    earned = {id_ for id_, p in points.items() if id_.startswith("training.") and p}
    assert earned == {"training.accuracy"}
    assert flags & {
        "review_answers_beside_weights",
        "review_answers_without_weights",
        "review_not_of_the_lab",
    }


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_solver_earns_nothing_for_arriving(sandbox: Sandbox, solver: str) -> None:
    """Neither its steps nor its answers count; the loop of train, which is right, does."""
    points, flags = points_and_flags(sandbox, SOLVERS[solver])
    ways = ("lockstep", "linear", "xor", "init")
    assert [points[f"training.{way}"] for way in ways] == [0, 0, 0, 0]
    assert "review_not_by_descent" in flags


def test_the_same_network_without_a_trick_keeps_its_points(sandbox: Sandbox) -> None:
    """Nothing but the trick costs points, or is flagged."""
    points, flags = points_and_flags(sandbox, ("pass", "self.descend(lr)"))
    assert points == {i.check: i.points for i in DEFAULT.items if i.check in points}
    assert flags == set()
