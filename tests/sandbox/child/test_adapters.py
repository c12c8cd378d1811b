"""Adapters call a student's objects by a plan, and leave what those hold in reach."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from grader.sandbox.child import adapters, serialize


class OneSample:
    """A layer that takes one sample at a time, and steps in backward."""

    def __init__(self, n_in: int, n_out: int) -> None:
        self.W = np.arange(1.0, 1.0 + n_in * n_out).reshape(n_out, n_in)

    def forward(self, x: Any) -> Any:
        """Multiply a vector."""
        self.x = x
        return self.W @ x

    def backward(self, grad: Any, lr: float) -> Any:
        """Take a step along the gradient of one sample."""
        dx = self.W.T @ grad
        self.W = self.W - lr * np.outer(grad, self.x)
        return dx


@pytest.fixture
def module() -> ModuleType:
    """A module in which the layer is defined."""
    return sys.modules[__name__]


def plan(layout: str) -> dict[str, Any]:
    """The plan of the layer above."""
    made = ["layer", {"definition": ["nn.py", "OneSample"]}, "", [{"$": "in"}, {"$": "of"}], {}]
    forward = ["out", {"$": "layer"}, "forward", [{"$": "x"}], {}]
    backward = ["out", {"$": "layer"}, "backward", [{"$": "grad"}, {"$": "rate"}], {}]
    parts = {"make": [made], "forward": [forward], "backward": [backward]}
    return {"kind": "linear", "layout": layout, "warm": False, "zero": [], **parts}


def test_samples_are_handed_over_one_at_a_time(module: ModuleType) -> None:
    """The step for a batch is the sum of the samples' steps, all taken at the same weights."""
    layer = adapters.make_class("Linear", plan("vector"), lambda: {"nn.py": module})(3, 2)
    x, grad = np.array([[1.0, 2.0, 3.0], [0.0, 1.0, -1.0]]), np.array([[1.0, 0.0], [2.0, 1.0]])
    weights = layer.layer.W.copy()
    np.testing.assert_allclose(layer.forward(x), x @ weights.T)
    np.testing.assert_allclose(layer.backward(grad, 0.5), grad @ weights)
    np.testing.assert_allclose(layer.layer.W, weights - 0.5 * grad.T @ x)
    np.testing.assert_array_equal(x, [[1.0, 2.0, 3.0], [0.0, 1.0, -1.0]])


def test_only_a_students_arrays_are_found(module: ModuleType) -> None:
    """What the adapter itself keeps is in the reach of no search for parameters."""
    layer = adapters.make_class("Linear", plan("vector"), lambda: {"nn.py": module})(3, 2)
    layer.forward(np.ones((4, 3)))
    paths = [path for path, _ in serialize.find_arrays(layer)]
    assert [["attr", "layer"], ["attr", "W"]] in paths
    assert all(path[0] == ["attr", "layer"] for path in paths)
