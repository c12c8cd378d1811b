"""The reference's layers: gradients against differences, extremes, and no side effects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from reference.layers import FloatArray, Layer, Linear, ReLU, Sigmoid, Softmax, Tanh

# Central differences err by about eps^(2/3) = 4e-11 at h = eps^(1/3); 1e-8 leaves room
# for third derivatives, and a wrong formula is off by 1e-3 or more.
STEP = 2.0**-17
CLOSE: dict[str, Any] = {"rtol": 1e-7, "atol": 1e-8}

SHAPES = [(5, 3, 2), (1, 3, 2), (4, 4, 4), (3, 5, 1)]
ELEMENTWISE = [Sigmoid, ReLU, Tanh, Softmax]


def differences(f: Callable[[], float], x: FloatArray) -> FloatArray:
    """Return df/dx by central differences; f looks at x itself."""
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        kept = x[index]
        x[index] = kept + STEP
        above = f()
        x[index] = kept - STEP
        gradient[index] = (above - f()) / (2 * STEP)
        x[index] = kept
    return gradient


def linear(seed: int, n_in: int, n_out: int) -> Linear:
    layer = Linear(n_in, n_out, rng=np.random.default_rng(seed))
    layer.b = np.random.default_rng(seed + 1).standard_normal(n_out)
    return layer


def away_from_the_kink(rng: np.random.Generator, shape: tuple[int, ...]) -> FloatArray:
    x = rng.standard_normal(shape)
    return x + np.copysign(0.03, x)


@pytest.mark.parametrize("shape", SHAPES)
def test_linear_input_gradient(shape: tuple[int, int, int]) -> None:
    """Linear.backward's dL/dx is the slope of its own forward, whatever the step."""
    n, n_in, n_out = shape
    rng = np.random.default_rng(0)
    x, g = rng.standard_normal((n, n_in)), rng.standard_normal((n, n_out))
    for lr in (0.0, 2.0**-6, 2.0**-3, 10.0):
        layer = linear(1, n_in, n_out)
        numeric = differences(lambda: float(np.sum(layer.forward(x) * g)), x)  # noqa: B023
        layer.forward(x)
        np.testing.assert_allclose(layer.backward(g, lr), numeric, **CLOSE)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", ["w", "b"])
def test_linear_parameter_gradients(shape: tuple[int, int, int], name: str) -> None:
    """Linear.backward moves w and b by lr times the slope of its own forward."""
    n, n_in, n_out = shape
    rng = np.random.default_rng(2)
    x, g = rng.standard_normal((n, n_in)), rng.standard_normal((n, n_out))
    layer = linear(3, n_in, n_out)
    before = getattr(layer, name)
    numeric = differences(lambda: float(np.sum(layer.forward(x) * g)), before)
    layer.forward(x)
    layer.backward(g, 2.0**-3)
    np.testing.assert_allclose((before - getattr(layer, name)) / 2.0**-3, numeric, **CLOSE)


@pytest.mark.parametrize("kind", ELEMENTWISE)
@pytest.mark.parametrize("shape", [(5, 3), (1, 4), (3, 1)])
def test_gradient_without_parameters(kind: type[Layer], shape: tuple[int, ...]) -> None:
    """Sigmoid, ReLU, Tanh and Softmax return the slope of their own forward."""
    rng = np.random.default_rng(4)
    layer, x, g = kind(), away_from_the_kink(rng, shape), rng.standard_normal(shape)
    numeric = differences(lambda: float(np.sum(layer.forward(x) * g)), x)
    layer.forward(x)
    np.testing.assert_allclose(layer.backward(g), numeric, **CLOSE)


def test_linear_start() -> None:
    """Linear draws N(0, 1) weights from its generator, and starts b at zero or without."""
    layer = Linear(50, 40, rng=np.random.default_rng(5))
    np.testing.assert_array_equal(layer.w, np.random.default_rng(5).standard_normal((50, 40)))
    np.testing.assert_array_equal(layer.b, np.zeros(40))
    assert Linear(3, 2, bias=False).b is None
    assert not np.array_equal(Linear(3, 2).w, Linear(3, 2).w)


def test_linear_forward() -> None:
    """Linear.forward is x w + b, and x w without a bias."""
    layer = linear(6, 2, 3)
    x = np.array([[1.0, 0.0], [0.0, 2.0]])
    assert layer.b is not None
    expected = np.array([layer.w[0] + layer.b, 2 * layer.w[1] + layer.b])
    # A sum of three terms of size 1 rounds three times: 1e-15.
    np.testing.assert_allclose(layer.forward(x), expected, rtol=0, atol=4e-15)
    layer.b = None
    np.testing.assert_array_equal(layer.forward(np.eye(2)), layer.w)


def test_sigmoid_extremes() -> None:
    """Sigmoid neither overflows nor loses digits, from -1000 to 1000, and says so quietly."""
    x = np.array([[-1000.0, -700.0, -40.0, -1e-9, 0.0, 40.0, 1000.0]])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        y = Sigmoid().forward(x)
    # For x < -36, 1 + exp(x) rounds to 1 and the sigmoid is exp(x) itself.
    expected = [[0.0, np.exp(-700.0), np.exp(-40.0), 0.5 - 0.25e-9, 0.5, 1.0, 1.0]]
    np.testing.assert_allclose(y, expected, rtol=4e-16, atol=0)


def test_softmax_extremes() -> None:
    """Softmax keeps rows that sum to 1 and do not overflow, however large the inputs."""
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        y = Softmax().forward(np.array([[1000.0, 1000.0], [-1000.0, 1000.0], [-1e300, -1e300]]))
    np.testing.assert_array_equal(y, [[0.5, 0.5], [0.0, 1.0], [0.5, 0.5]])


def test_relu_values() -> None:
    """ReLU keeps positive numbers to the last bit, and its slope at zero is zero."""
    layer = ReLU()
    x = np.array([[-1000.0, -0.01, 0.0, 0.01, 1000.0]])
    np.testing.assert_array_equal(layer.forward(x), [[0.0, 0.0, 0.0, 0.01, 1000.0]])
    np.testing.assert_array_equal(layer.backward(np.full((1, 5), 3.0)), [[0.0, 0.0, 0.0, 3.0, 3.0]])


@pytest.mark.parametrize("kind", ELEMENTWISE)
def test_nan_is_not_hidden(kind: type[Layer]) -> None:
    """A NaN goes in and a NaN comes out: no layer turns it into a number."""
    assert np.isnan(kind().forward(np.array([[np.nan]]))).all()


@pytest.mark.parametrize("make", [lambda: linear(7, 3, 3), *ELEMENTWISE])
def test_nothing_is_written_into(make: Callable[[], Layer]) -> None:
    """No call changes its arguments, the parameters it found, or an earlier result."""
    rng = np.random.default_rng(8)
    layer, x, g = make(), rng.standard_normal((4, 3)), rng.standard_normal((4, 3))
    watched = [x, g, layer.forward(x), layer.backward(g, 0.0)]
    watched += [getattr(layer, name) for name in ("w", "b") if hasattr(layer, name)]
    copies = [array.copy() for array in watched]
    layer.backward(g, 0.5)
    layer.forward(x + 1.0)
    layer.backward(2.0 * g, 0.5)
    for array, copy in zip(watched, copies, strict=True):
        np.testing.assert_array_equal(array, copy)


@pytest.mark.parametrize("make", [lambda: linear(9, 3, 3), *ELEMENTWISE])
def test_backward_repeats_itself(make: Callable[[], Layer]) -> None:
    """A second backward at lr = 0 gives the same, and a batch of another size is fine."""
    rng = np.random.default_rng(10)
    layer, g = make(), rng.standard_normal((4, 3))
    layer.forward(rng.standard_normal((4, 3)))
    np.testing.assert_array_equal(layer.backward(g, 0.0), layer.backward(g, 0.0))
    assert layer.forward(rng.standard_normal((2, 3))).shape == (2, 3)
    assert layer.backward(rng.standard_normal((2, 3))).shape == (2, 3)


def test_layer_is_an_outline() -> None:
    """Layer itself can do nothing: it says what the others must."""
    for call in (Layer().forward, Layer().backward):
        with pytest.raises(NotImplementedError):
            call(np.zeros((1, 1)))
