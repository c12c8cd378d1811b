"""A gradient that is stored instead of a step earns points only where it is one, and always the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.checks import CHECKS
from grader.model import Outcome, Submission
from grader.pipeline import grading
from grader.rubric import reader, resources
from grader.sandbox.host import LocalSandbox

DEFAULT = reader.load(resources.default_rubric(), CHECKS)
LINEAR = b"""
import numpy as np
class Linear:
    def __init__(self, n, m, bias=True):
        self.w = np.random.standard_normal((n, m))
        self.b = np.zeros(m)
        if not bias:
            self.b = None
    def forward(self, x):
        self.x = np.array(x)
        return x @ self.w if self.b is None else x @ self.w + self.b
    def backward(self, g, lr=0.1):
        STORE
        return g @ self.w.T
"""
GUESSES = b"""
        for k in range(72):
            setattr(self, "dw%d" % k, WHICH)
            setattr(self, "db%d" % k, g.sum(axis=0) * (0.1 + k / 70))
"""
NEAREST = b"(self.x.T @ g) * (1 if k == (len(self.x) + int(99 * self.x[0, 0])) % 72 else 3)"
CHEATS = {
    "noise": b"np.random.standard_normal(self.w.shape)",
    "one that fits, another for each trial": NEAREST,
    "one that fits, beside many others": b"(self.x.T @ g) * (0.5 + k / 20)",
}


def graded(store: bytes) -> list[Outcome]:
    """Grade a linear layer that stores something and takes no step."""
    items = tuple(i for i in DEFAULT.items if i.check.startswith("linear.backward."))
    submission = Submission("lab", {"layers.py": LINEAR.replace(b"STORE", store.strip())}, "0" * 64)
    with LocalSandbox() as sandbox:
        report = grading.grade(submission, replace(DEFAULT, items=items), seed=2, sandbox=sandbox)
    return [o for o in report.outcomes if o.item.check != "linear.backward.input"]


@pytest.mark.parametrize("name", CHEATS)
def test_guesses_are_not_believed(name: str) -> None:
    """Of many arrays stored under names of gradients, none is picked because it happens to fit."""
    told = [outcome.share for outcome in graded(GUESSES.replace(b"WHICH", CHEATS[name]))]
    empty = [outcome.share for outcome in graded(b"pass")]
    assert told == empty


def test_one_stored_gradient_is_taken_for_the_step() -> None:
    """A layer that stores its gradients, some sums beside them, and leaves the step to others is right."""
    store = b"self.dw = self.x.T @ g; self.grad = {'w': self.dw, 'b': g.sum(axis=0)}; self.dsum = 2 * self.dw"
    assert [outcome.points for outcome in graded(store)] == [10, 6]


def test_a_step_that_comes_one_call_late_is_no_stored_gradient() -> None:
    """A layer that does take steps leaves none to others: each goes along the gradient of its own call."""
    store = b"self.w = self.w - lr * getattr(self, 'last_dw', 0.0); self.last_dw = self.x.T @ g"
    assert [outcome.points for outcome in graded(store)] == [0, 0]
