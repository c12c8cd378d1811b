"""The reference's losses: values by hand, gradients by differences, and the two ends."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from reference.layers import FloatArray
from reference.losses import MSE, BinaryCrossEntropy, CrossEntropy, Loss

# See test_reference_layers.py: differences err by about 4e-11 relative to third derivatives,
# which for log at y = 0.1 are 2 / y^3 = 2000; times h^2 / 6 that is 2e-8, on slopes of 10.
STEP = 2.0**-17
CLOSE: dict[str, Any] = {"rtol": 1e-7, "atol": 3e-8}

LOSSES = [MSE, BinaryCrossEntropy, CrossEntropy]


def batch(seed: int, shape: tuple[int, ...]) -> tuple[FloatArray, FloatArray]:
    rng = np.random.default_rng(seed)
    return rng.uniform(0.1, 0.9, shape), rng.integers(0, 2, shape).astype(np.float64)


@pytest.mark.parametrize("kind", LOSSES)
@pytest.mark.parametrize("shape", [(1, 1), (5, 1), (4, 3), (3, 4)])
def test_gradient(kind: type[Loss], shape: tuple[int, ...]) -> None:
    """Backward is the slope of the loss's own forward, times prev_grad."""
    loss, (y, t) = kind(), batch(0, shape)
    numeric = np.zeros(shape)
    for index in np.ndindex(shape):
        nudge = np.zeros(shape)
        nudge[index] = STEP
        numeric[index] = (loss.forward(y + nudge, t) - loss.forward(y - nudge, t)) / (2 * STEP)
    loss.forward(y, t)
    np.testing.assert_allclose(loss.backward(), numeric, **CLOSE)
    np.testing.assert_array_equal(loss.backward(-4.0), -4.0 * loss.backward())


def test_mse_value() -> None:
    """MSE is the mean over all entries, not over rows."""
    value = MSE().forward(np.array([[1.0, 2.0], [3.0, 5.0]]), np.array([[0.0, 2.0], [1.0, 1.0]]))
    assert isinstance(value, float)
    assert value == (1 + 0 + 4 + 16) / 4


def test_bce_value() -> None:
    """BinaryCrossEntropy is the mean of -log, natural, of the probability of the truth."""
    value = BinaryCrossEntropy().forward(np.array([[0.25], [0.25]]), np.array([[1.0], [0.0]]))
    assert isinstance(value, float)
    assert value == pytest.approx(-(math.log(0.25) + math.log(0.75)) / 2, rel=1e-15)


def test_cross_entropy_value() -> None:
    """CrossEntropy is the mean over rows of -log of the probability of the right class."""
    y = np.array([[0.5, 0.25, 0.25], [0.1, 0.2, 0.7]])
    t = np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    value = CrossEntropy().forward(y, t)
    assert isinstance(value, float)
    assert value == pytest.approx(-(math.log(0.25) + math.log(0.7)) / 2, rel=1e-15)


def test_bce_gradient_is_exact_inside() -> None:
    """Keeping away from log 0 does not touch the gradient between 0.1 and 0.9."""
    loss, (y, t) = BinaryCrossEntropy(), batch(1, (50, 2))
    loss.forward(y, t)
    exact = (y - t) / (y * (1 - y)) / y.size
    # A handful of roundings of 1e-16 each, magnified at most tenfold by 1 - y.
    np.testing.assert_allclose(loss.backward(), exact, rtol=1e-14, atol=0)


def test_bce_ends() -> None:
    """At y = 0 and 1 the loss is finite, nil if right, large if wrong, the same at both ends."""
    loss = BinaryCrossEntropy()
    zero, one = np.zeros((1, 1)), np.ones((1, 1))
    with np.errstate(all="raise"):
        assert loss.forward(zero, zero) == loss.forward(one, one) == 0.0
        high = loss.forward(zero, one)
        pull_up = loss.backward()
        assert high == loss.forward(one, zero)
        pull_down = loss.backward()
    assert 20.0 < high < 40.0
    assert np.isfinite(pull_up).all()
    assert pull_up == -pull_down
    assert pull_up < 0, "a step downhill must raise a y that is 0 and should be 1"


def test_cross_entropy_ends() -> None:
    """A right class of probability zero costs much, not infinitely."""
    loss = CrossEntropy()
    with np.errstate(all="raise"):
        assert 20.0 < loss.forward(np.array([[0.0, 1.0]]), np.array([[1.0, 0.0]])) < 40.0
        assert np.isfinite(loss.backward()).all()


@pytest.mark.parametrize("kind", LOSSES)
def test_nothing_is_written_into(kind: type[Loss]) -> None:
    """No call changes its arguments or an earlier gradient, and a repeated one agrees."""
    loss, (y, t) = kind(), batch(2, (4, 3))
    y_was, t_was = y.copy(), t.copy()
    loss.forward(y, t)
    first = loss.backward()
    first_was = first.copy()
    np.testing.assert_array_equal(loss.backward(), first_was)
    loss.forward(1.0 - y, t)
    loss.backward()
    for now, was in ((y, y_was), (t, t_was), (first, first_was)):
        np.testing.assert_array_equal(now, was)


def test_loss_is_an_outline() -> None:
    """Loss itself can do nothing: it says what the others must."""
    with pytest.raises(NotImplementedError):
        Loss().forward(np.zeros((1, 1)), np.zeros((1, 1)))
    with pytest.raises(NotImplementedError):
        Loss().backward()
