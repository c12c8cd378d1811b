"""Central differences: exact where they must be, and close enough to notice small mistakes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.expect import DOUBLE
from grader.numeric import STEP, STEP_SINGLE, Array, jacobian, pulled_back, real_width


def shifts(function: Callable[[Array], Array], base: Array, step: float = STEP) -> Array:
    """Do here what the child side does: move each entry up and down, and keep what comes out."""
    rows = []
    for place in np.ndindex(base.shape):
        pair = []
        for sign in (1, -1):
            moved = base.copy()
            moved[place] += sign * step
            pair.append(function(moved))
        rows.append(pair)
    return np.array(rows)


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


@settings(max_examples=60)
@given(st.integers(0, 2**32), st.tuples(*[st.integers(1, 5)] * 3))
def test_gradients_of_a_linear_layer(seed: int, sides: tuple[int, int, int]) -> None:
    """For any shape the differences give x's, w's and b's gradient of a right layer."""
    rng = np.random.default_rng(seed)
    n, rows, columns = sides
    x, w = rng.standard_normal((n, rows)), rng.standard_normal((rows, columns))
    b, g = rng.standard_normal(columns), rng.standard_normal((n, columns))
    ways = [
        (x, lambda x: x @ w + b, g @ w.T),
        (w, lambda w: x @ w + b, x.T @ g),
        (b, lambda b: x @ w + b, g.sum(axis=0)),
    ]
    for base, forward, right in ways:
        numeric = pulled_back(jacobian(shifts(forward, base), base, STEP), g, base.shape)
        scale = float(np.abs(g).max() * max(1.0, np.abs(w).max(), np.abs(x).max()))
        assert DOUBLE.holds(numeric, right, scale).all()


@settings(max_examples=100)
@given(st.integers(0, 2**32), st.integers(0, 11), st.sampled_from([-5e-4, 5e-4]))
def test_planted_error_is_noticed(seed: int, at: int, error: float) -> None:
    """A gradient that is 0.05 % off in one entry disagrees with the differences in that one."""
    rng = np.random.default_rng(seed)
    x, g = rng.standard_normal((4, 3)), rng.standard_normal((4, 3))
    right = g * sigmoid(x) * (1 - sigmoid(x))
    numeric = pulled_back(jacobian(shifts(sigmoid, x), x, STEP), g, x.shape)
    assert DOUBLE.holds(numeric, right).all()
    place = np.unravel_index(at, x.shape)
    if abs(right[place]) >= 1e-3 * np.abs(right).max():
        wrong = right.copy()
        wrong[place] *= 1 + error
        holds = DOUBLE.holds(numeric, wrong)
        assert not holds[place]
        assert holds.sum() == holds.size - 1


@pytest.mark.parametrize("step", [STEP, STEP_SINGLE])
def test_realised_step_is_what_the_floats_allow(step: float) -> None:
    """The distance that is divided by is that of the two points, after rounding."""
    base = np.array([0.0, 1.0, 1e9, 0.1])
    distance = real_width(base, step)
    assert distance[:2].tolist() == [2 * step, 2 * step]
    assert (distance == (base + step) - (base - step)).all()


def test_derivative_has_the_shapes_that_it_says() -> None:
    """The derivatives are ``(entries, *out)``, the gradient has the shape of what was moved."""
    x = np.arange(6.0).reshape(2, 3)
    derivatives = jacobian(shifts(lambda x: x.sum(axis=1), x), x, STEP)
    assert derivatives.shape == (6, 2)
    assert pulled_back(derivatives, np.array([1.0, 10.0]), x.shape) == pytest.approx(
        np.array([[1.0] * 3, [10.0] * 3])
    )


def test_nan_stays_nan_without_a_warning() -> None:
    """A forward that gives NaN or infinity gives a NaN derivative, in silence (warnings fail)."""
    values = np.array([[[np.inf], [np.inf]], [[np.nan], [1.0]]])
    derivatives = jacobian(values, np.zeros(2), STEP)
    assert np.isnan(derivatives).all()
    assert np.isnan(pulled_back(derivatives, np.ones(1), (2,))).all()
