"""A network written inline, with arrays and formulas of its own in place of layers, is right as well."""

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

ROWS = """
import numpy as np

class TLNN:
    def __init__(self, layer_1_units=4, layer_2_units=4):
        one, two = layer_1_units, layer_2_units
        {made}

    @staticmethod
    def sigmoid(z):
        return 0.5 + 0.5 * np.tanh(0.5 * z)

    def forward(self, x):
        self.x = x.copy()
        self.h1 = self.sigmoid(x @ self.w1 + self.b1)
        self.h2 = self.sigmoid(self.h1 @ self.w2 + self.b2)
        self.y = self.sigmoid(self.h2 @ self.w3)
        return self.y.copy()

    def cal_loss(self, y, ground_truth):
        self.t = ground_truth.copy()
        return float(np.mean((y - ground_truth) ** 2))

    def backward(self, lr=0.05):
        d3 = 2 * (self.y - self.t) / self.y.size * self.y * (1 - self.y)
        d2 = d3 @ self.w3.T * self.h2 * (1 - self.h2)
        d1 = d2 @ self.w2.T * self.h1 * (1 - self.h1)
        self.w3 = self.w3 - lr * self.h2.T @ d3
        self.w2 = self.w2 - lr * self.h1.T @ d2
        self.b2 = self.b2 - lr * d2.sum(axis=0).reshape(self.b2.shape)
        self.w1 = self.w1 - lr * self.x.T @ d1
        self.b1 = self.b1 - lr * d1.sum(axis=0).reshape(self.b1.shape)
"""

COLUMNS = """
import numpy as np

class TLNN:
    def __init__(self, layer_1_units=4, layer_2_units=4):
        one, two = layer_1_units, layer_2_units
        {made}

    @staticmethod
    def sigmoid(z):
        return 0.5 + 0.5 * np.tanh(0.5 * z)

    def forward(self, x):
        self.x = x.T.copy()
        self.h1 = self.sigmoid(self.w1 @ self.x + self.b1)
        self.h2 = self.sigmoid(self.w2 @ self.h1 + self.b2)
        self.y = self.sigmoid(self.w3 @ self.h2)
        return self.y.T.copy()

    def cal_loss(self, y, ground_truth):
        self.t = ground_truth.T.copy()
        return float(np.mean((y - ground_truth) ** 2))

    def backward(self, lr=0.05):
        d3 = 2 * (self.y - self.t) / self.y.size * self.y * (1 - self.y)
        d2 = self.w3.T @ d3 * self.h2 * (1 - self.h2)
        d1 = self.w2.T @ d2 * self.h1 * (1 - self.h1)
        self.w3 = self.w3 - lr * d3 @ self.h2.T
        self.w2 = self.w2 - lr * d2 @ self.h1.T
        self.b2 = self.b2 - lr * d2.sum(axis=1, keepdims=True)
        self.w1 = self.w1 - lr * d1 @ self.x.T
        self.b1 = self.b1 - lr * d1.sum(axis=1, keepdims=True)
"""

WEIGHTS = (
    "self.w1, self.w2, self.w3 = (np.random.randn(*s) for s in ((2, one), (one, two), (two, 1)))"
)
TURNED = (
    "self.w1, self.w2, self.w3 = (np.random.randn(*s) for s in ((one, 2), (two, one), (1, two)))"
)
STYLES = {
    "layer by layer": ROWS.format(
        made="self.w1, self.b1 = np.random.randn(2, one), np.zeros(one)\n"
        "        self.w2, self.b2 = np.random.randn(one, two), np.zeros(two)\n"
        "        self.w3 = np.random.randn(two, 1)"
    ),
    "the weights before the biases": ROWS.format(
        made=f"{WEIGHTS}\n        self.b1, self.b2 = np.zeros(one), np.zeros(two)"
    ),
    "biases that are rows": ROWS.format(
        made=f"{WEIGHTS}\n        self.b1, self.b2 = np.zeros((1, one)), np.zeros((1, two))"
    ),
    "samples that are columns": COLUMNS.format(
        made=f"{TURNED}\n        self.b1, self.b2 = np.zeros((one, 1)), np.zeros((two, 1))"
    ),
    "columns, the biases first": COLUMNS.format(
        made=f"self.b1, self.b2 = np.zeros((one, 1)), np.zeros((two, 1))\n        {TURNED}"
    ),
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One sandbox for all programs here."""
    with LocalSandbox() as opened:
        yield opened


@pytest.mark.parametrize("style", STYLES)
def test_an_inline_network_keeps_its_points(sandbox: Sandbox, style: str) -> None:
    """Arrays of its own are known by what the network computes, in any order and orientation."""
    items = tuple(i for i in DEFAULT.items if i.check.startswith(("network.", "training.")))
    files = {**ZOO.base, "network.py": STYLES[style].encode()}
    rubric = replace(DEFAULT, items=items)
    report = grading.grade(Submission("lab", files, "0" * 64), rubric, seed=3, sandbox=sandbox)
    assert [o.item.check for o in report.outcomes if o.share < 1] == []
    assert report.needs_review == ()
