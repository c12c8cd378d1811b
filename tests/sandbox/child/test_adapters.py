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


class Columns:
    """A layer that takes samples as columns, makes its weights late, and keeps its gradient."""

    rate = 0.0

    def __init__(self, n_out: int) -> None:
        self.n_out = n_out

    def forward(self, x: Any) -> Any:
        """Multiply columns."""
        if not hasattr(self, "W"):
            self.W, self.dW = np.ones((self.n_out, len(x))), np.zeros((self.n_out, len(x)))
        self.x = x
        return self.W @ x

    def backward(self, grad: Any) -> Any:
        """Add to the gradient."""
        self.dW += grad @ self.x.T
        return self.W.T @ grad

    def weights(self) -> Any:
        """Return what may be called in place of an attribute."""
        return self.W


class SquaredError:
    """A loss that gives one number a sample."""

    def __call__(self, y: Any, truth: Any) -> Any:
        """Return the squares."""
        self.error = y - truth
        return self.error**2

    def gradient(self) -> Any:
        """Return the gradient."""
        return 2 * self.error


def softplus_slope(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def columns_plan(**changes: Any) -> dict[str, Any]:
    """The plan of the second layer: its step is taken here, from the gradient that it keeps."""
    made = ["layer", {"definition": ["nn.py", "Columns"]}, "", [{"$": "of"}], {}]
    forward = ["out", {"$": "layer"}, "forward", [{"$": "x"}], {}]
    backward = [
        ["out", {"$": "layer"}, "backward", [{"$": "grad"}], {}],
        ["weights", {"operation": "get"}, "", [{"$": "layer"}, "weights"], {}],
        ["gradient w", {"operation": "get"}, "", [{"$": "layer"}, "dW"], {}],
        ["step", {"operation": "multiply"}, "", [{"$": "rate"}, {"$": "gradient w"}], {}],
        ["after", {"$": "weights"}, "__sub__", [{"$": "step"}], {}],
        ["done", {"operation": "set"}, "", [{"$": "layer"}, "W", {"$": "after"}], {}],
    ]
    zero = [[["attr", "layer"], ["attr", "dW"]], [["attr", "gone"]]]
    parts = {"make": [made], "zero": zero, "forward": [forward], "backward": backward}
    plan = {"kind": "linear", "layout": "columns", "warm": True, **parts}
    return {**plan, **changes}


def test_samples_are_handed_over_as_columns(module: ModuleType) -> None:
    """They come back as rows; what keeps gradients begins each step at zero, and is found."""
    layer = adapters.make_class("Linear", columns_plan(), lambda: {"nn.py": module})(3, 2)
    x, grad = np.arange(12.0).reshape(4, 3), np.ones((4, 2))
    assert layer.layer.W.shape == (2, 3), "its weights are there from the start"
    for _ in range(2):
        weights = layer.layer.W.copy()
        np.testing.assert_allclose(layer.forward(x), x @ weights.T)
        np.testing.assert_allclose(layer.backward(grad, 0.5), grad @ weights)
        np.testing.assert_allclose(layer.layer.W, weights - 0.5 * grad.T @ x)
    assert np.array_equal(vars(layer)["gradient w"], layer.layer.dW)


def test_an_activation_may_be_two_functions(module: ModuleType) -> None:
    """Its slope is a function of the input, and the product is made here."""
    slope = ["slope", {"definition": ["nn.py", "softplus_slope"]}, "", [{"$": "x"}], {}]
    out = ["out", {"operation": "multiply"}, "", [{"$": "grad"}, {"$": "slope"}], {}]
    forward = ["out", {"definition": ["nn.py", "softplus_slope"]}, "", [], {"x": {"$": "x"}}]
    parts = {"make": [], "forward": [forward], "backward": [slope, out]}
    plan = {"kind": "activation", "layout": "rows", "zero": [], **parts}
    layer = adapters.make_class("Sigmoid", plan, lambda: {"nn.py": module})()
    x = np.linspace(-1, 1, 6).reshape(2, 3)
    np.testing.assert_allclose(layer.forward(x), softplus_slope(x))
    np.testing.assert_allclose(layer.backward(x), x * softplus_slope(x))


@pytest.mark.parametrize("layout", ["rows", "columns"])
def test_a_loss_is_the_sum_of_what_it_gives(module: ModuleType, layout: str) -> None:
    """Whichever way its samples lie, the gradient has a row for each."""
    made = ["loss", {"definition": ["nn.py", "SquaredError"]}, "", [], {}]
    forward = ["out", {"$": "loss"}, "", [{"$": "y"}, {"$": "truth"}], {}]
    backward = ["out", {"$": "loss"}, "gradient", [], {}]
    parts = {"make": [made], "forward": [forward], "backward": [backward]}
    plan = {"kind": "loss", "layout": layout, "zero": [], **parts}
    loss = adapters.make_class("MSE", plan, lambda: {"nn.py": module})()
    y, truth = np.arange(3.0)[:, np.newaxis], np.ones((3, 1))
    assert loss.forward(y, truth) == 2.0
    np.testing.assert_allclose(loss.backward(), 2 * (y - truth))


def test_a_plan_may_keep_lists_entries_and_global_variables(
    module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A class may take its sizes as a list, and its rate from the module."""
    monkeypatch.setattr(sys.modules[__name__], "RATE", 0.0, raising=False)
    calls = [
        ["list", {"operation": "list"}, "", [{"$": "in"}, {"$": "of"}], {}],
        ["entry", {"operation": "item"}, "", [{"$": "list"}, 1], {}],
        ["drawn", {"operation": "normal"}, "", [{"$": "shape"}], {}],
        ["class", {"operation": "list"}, "", [{"definition": ["nn.py", "Columns"]}], {}],
        ["own", {"operation": "item"}, "", [{"$": "class"}, 0], {}],
        ["set", {"operation": "set_global"}, "", [{"$": "own"}, "RATE", {"$": "rate"}], {}],
        ["layer", {"$": "own"}, "", [{"$": "entry"}], {}],
    ]
    plan = columns_plan(make=calls, warm=False)
    layer = adapters.make_class("Linear", plan, lambda: {"nn.py": module})(3, 2)
    assert layer.layer.n_out == 2
    assert vars(sys.modules[__name__])["RATE"] == 0.1


def test_the_class_behind_an_adapter_is_the_students(module: ModuleType) -> None:
    """What is no adapter is itself; one without a layer of the student's is the adapter."""

    def adapter(**changes: Any) -> Any:
        return adapters.make_class("Linear", columns_plan(**changes), lambda: {"nn.py": module})

    assert adapters.own_class(Columns) is Columns
    assert adapters.own_class(None) is None
    assert adapters.own_class(adapter()).__name__ == "Columns"
    none = adapter(make=[])
    assert adapters.own_class(none) is none
    assert not adapters.takes_gradient_first(adapter())
    assert adapters.takes_gradient_first(adapter(layout="rows"))
    later = [["out", {"$": "layer"}, "backward", [{"$": "rate"}, {"$": "grad"}], {}]]
    assert not adapters.takes_gradient_first(adapter(layout="rows", backward=later))
