"""A class whose own methods are wrong computes what a correct one does, and keeps all else of its own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.sandbox.child.method_patching import compile_class, patch_methods

LINEAR = """
class Linear:
    def __init__(self, in_features, out_features, bias=True):
        self.w = np.ones((in_features, out_features))
        self.b = np.zeros(out_features) if bias else None
    def forward(self, x):
        self.x = x
        return x @ self.w + (0 if self.b is None else self.b)
    def backward(self, grad, lr):
        dx = grad @ self.w.T
        self.w = self.w - lr * self.x.T @ grad
        if self.b is not None:
            self.b = self.b - lr * grad.sum(axis=0)
        return dx
"""
LOSS = """
class MSE:
    def forward(self, y, ground_truth):
        self.y, self.t = y, ground_truth
        return float(np.mean((y - ground_truth) ** 2))
    def backward(self, prev_grad=1):
        return prev_grad * 2 * (self.y - self.t) / self.y.size
"""
X, G = np.arange(6.0).reshape(2, 3), np.ones((2, 2))


class Own:
    """A student's layer, in which everything is wrong."""

    def __init__(self, rows: int, columns: int, *rest: Any, bias: bool = True, **more: Any) -> None:
        self.size = (rows, columns)
        if more:
            raise ValueError

    def forward(self, x: Any) -> Any:
        """Return the wrong values."""
        return x * 0

    def backward(self, grad: Any, learning_rate: float = 0.5) -> Any:
        """Return the wrong gradient."""
        return grad * 0

    def half(self) -> int:
        """Return something that only this class has."""
        return self.size[0] // 2

    __call__ = forward


def patched(own: type[Any] = Own, text: str = LINEAR, name: str = "Linear") -> Any:
    """Return a copy of a class that computes what a correct one does."""
    copy = type(own.__name__, own.__bases__, dict(vars(own)))
    patch_methods(copy, compile_class(name, text))
    return copy


def test_a_layer_computes_what_the_correct_one_does() -> None:
    """Values, gradients and steps are right, by every name of the method; its own methods stay."""
    layer = patched()(3, 2)
    assert np.array_equal(layer.forward(X), X @ np.ones((3, 2)))
    assert np.array_equal(layer(X), layer.forward(X))
    assert np.array_equal(layer.backward(G, 0.25), np.full((2, 3), 2.0))
    assert np.allclose(layer.correct_version.w, 1 - 0.25 * X.T @ G)
    assert layer.half() == 1


def test_a_rate_comes_by_its_name_or_as_the_first_number() -> None:
    """A default is the student's own; a method that takes anything gets the first number."""
    layer = patched()(3, 2)
    layer.forward(X)
    layer.backward(G)
    assert np.allclose(layer.correct_version.w, 1 - 0.5 * X.T @ G)

    class Anything(Own):
        def backward(self, grad: Any, *rest: Any, **more: Any) -> Any:
            return grad

    Anything.forward = Own.forward  # type: ignore[method-assign]
    for args, kwargs in (((True, 0.25), {}), ((), {"lr": 0.25, "quick": 1})):
        layer = patched(Anything)(3, 2)
        layer.forward(X)
        layer.backward(G, *args, **kwargs)
        assert np.allclose(layer.correct_version.w, 1 - 0.25 * X.T @ G)


@pytest.mark.parametrize(
    ("args", "kwargs", "has_bias"),
    [((3, 2), {}, True), ((3, 2, False), {}, False), ((3, 2), {"bias": False}, False), ((3, 2), {"odd": 1}, True)],
)  # fmt: skip
def test_the_correct_layer_has_the_sizes_that_were_asked_for(
    args: tuple[Any, ...], kwargs: dict[str, Any], has_bias: bool
) -> None:
    """A flag leaves the bias out; that the own constructor raises was reported already."""
    layer = patched()(*args, **kwargs)
    assert layer.correct_version.w.shape == (3, 2)
    assert (layer.correct_version.b is not None) == has_bias


@pytest.mark.parametrize("args", [(3, 2, "relu"), (3, 2, np.tanh)])
def test_a_layer_that_does_more_stays_as_it_is(args: tuple[Any, ...]) -> None:
    """With an activation inside, the correct layer would compute something else."""
    layer = patched()(*args)
    assert layer.correct_version is None
    assert np.array_equal(layer.forward(X), X * 0)
    assert np.array_equal(layer.backward(G), G * 0)


def test_an_object_that_was_never_constructed_stays_as_it_is() -> None:
    """A class that is derived without its base's constructor has no correct layer."""
    layer = patched().__new__(patched())
    layer.__class__ = patched()
    assert np.array_equal(layer.forward(X), X * 0)


def test_a_step_in_a_method_of_its_own_applies_what_is_pending() -> None:
    """Backward alone moves nothing; the step does, with its own rate, and once."""

    class Stepping(Own):
        def backward(self, grad: Any) -> Any:  # type: ignore[override]
            return grad

        def step(self, lr: float) -> str:
            raise ValueError

        def update(self) -> str:
            return "own"

    Stepping.forward = Own.forward  # type: ignore[method-assign]
    layer = patched(Stepping)(3, 2)
    layer.forward(X)
    assert np.array_equal(layer.backward(G), np.full((2, 3), 2.0))
    assert np.array_equal(layer.correct_version.w, np.ones((3, 2)))
    layer.step(0.25)
    assert np.allclose(layer.correct_version.w, 1 - 0.25 * X.T @ G)
    assert layer.step(0.25) is None
    assert layer.update() == "own"
    assert np.allclose(layer.correct_version.w, 1 - 0.25 * X.T @ G)


def test_a_loss_computes_what_the_correct_one_does_and_remembers_as_its_own() -> None:
    """Its own forward still sees copies of the arrays, for a network may read what it kept."""

    class Loss:
        def forward(self, y: Any, ground_truth: Any) -> Any:
            self.kept = y
            y *= 0
            return 7

        def backward(self, prev_grad: Any = 1) -> Any:
            return 7

    loss = patched(Loss, LOSS, "MSE")()
    y, t = np.array([[0.5], [1.0]]), np.array([[1.0], [1.0]])
    assert loss.forward(y, ground_truth=t) == 0.125
    assert loss.kept.shape == (2, 1)
    assert y[0, 0] == 0.5
    assert np.array_equal(loss.backward(), [[-0.5], [0.0]])
    assert np.array_equal(loss.backward(2), [[-1.0], [0.0]])
