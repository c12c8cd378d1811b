"""The reference's network: its structure, its gradient, and that it learns both sets."""

from __future__ import annotations

import numpy as np
import pytest

from reference.data import generate_linear, generate_XOR_easy
from reference.layers import FloatArray, Layer, Linear, ReLU, Sigmoid
from reference.losses import MSE, BinaryCrossEntropy, Loss
from reference.network import TLNN
from reference.training import accuracy, train

STEP = 2.0**-17


def parameters(net: TLNN) -> list[tuple[Linear, str]]:
    """Return (layer, name) of every parameter."""
    linears = [layer for layer in net.layers if isinstance(layer, Linear)]
    return [(one, name) for one in linears for name in ("w", "b") if getattr(one, name) is not None]


def weights(net: TLNN) -> list[FloatArray]:
    return [layer.w for layer in net.layers if isinstance(layer, Linear)]


def test_structure() -> None:
    """TLNN is three Linear and Sigmoid in turn, 2 to 4 to 4 to 1, the last without bias."""
    net = TLNN()
    assert [type(layer) for layer in net.layers] == [Linear, Sigmoid] * 3
    shapes = [getattr(layer, name).shape for layer, name in parameters(net)]
    assert shapes == [(2, 4), (4,), (4, 4), (4,), (4, 1)]
    assert isinstance(net.loss_func, MSE)


def test_same_generator_same_network() -> None:
    """A network follows from its generator, and without one no two are alike."""
    first, second = (weights(TLNN(5, 3, rng=np.random.default_rng(0))) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)
    assert not np.array_equal(weights(TLNN())[0], weights(TLNN())[0])


@pytest.mark.parametrize("loss", [MSE(), BinaryCrossEntropy()])
@pytest.mark.parametrize("hidden", [Sigmoid, ReLU])
def test_gradient(loss: Loss, hidden: type[Layer]) -> None:
    """Every parameter moves by lr times the slope of cal_loss."""
    rng = np.random.default_rng(1)
    x, y = rng.random((7, 2)), rng.integers(0, 2, (7, 1)).astype(np.float64)
    net = TLNN(5, 3, loss_func=loss, rng=rng)
    net.layers[1], net.layers[3] = hidden(), hidden()
    before = [getattr(layer, name) for layer, name in parameters(net)]
    numeric = [slope(net, x, y, array) for array in before]
    net.cal_loss(net.forward(x), y)
    net.backward(2.0**-3)
    for (layer, name), old, wanted in zip(parameters(net), before, numeric, strict=True):
        # The loss, of size 1, is rounded at 1e-16; over 2h = 1.5e-5 that is 1e-11.
        taken = (old - getattr(layer, name)) / 2.0**-3
        np.testing.assert_allclose(taken, wanted, rtol=1e-6, atol=1e-9)


def slope(net: TLNN, x: FloatArray, y: FloatArray, array: FloatArray) -> FloatArray:
    """Return the slope of the loss at every entry of one parameter."""
    result = np.zeros_like(array)
    for index in np.ndindex(array.shape):
        kept = array[index]
        array[index] = kept + STEP
        above = net.cal_loss(net.forward(x), y)
        array[index] = kept - STEP
        result[index] = (above - net.cal_loss(net.forward(x), y)) / (2 * STEP)
        array[index] = kept
    return result


def test_forward_range() -> None:
    """TLNN.forward turns (N, 2) into (N, 1) between 0 and 1, for one sample too."""
    for n in (1, 7):
        y = TLNN().forward(np.random.default_rng(2).random((n, 2)))
        assert y.shape == (n, 1)
        assert np.all((y > 0) & (y < 1))


def test_learns_linear() -> None:
    """From a known start, full-batch training separates the linear data completely."""
    rng = np.random.default_rng(0)
    x, y = generate_linear(rng=rng)
    net = TLNN(rng=rng)
    train(net, x, y, lr=1.0, epochs=3000)
    assert accuracy(y, net.forward(x)) == 1.0


@pytest.mark.parametrize(("loss", "epochs"), [(MSE(), 6000), (BinaryCrossEntropy(), 2500)])
def test_learns_xor(loss: Loss, epochs: int) -> None:
    """From a known start, full-batch training gets all 21 points of XOR right."""
    x, y = generate_XOR_easy()
    net = TLNN(loss_func=loss, rng=np.random.default_rng(0))
    train(net, x, y, lr=1.0, epochs=epochs)
    assert accuracy(y, net.forward(x)) == 1.0


def test_train_returns_the_loss_before_each_step() -> None:
    """Training returns a float an epoch, the first of them that of the untrained network."""
    x, y = generate_XOR_easy()
    net, same = (TLNN(rng=np.random.default_rng(3)) for _ in range(2))
    losses = train(net, x, y, epochs=5)
    assert [type(loss) for loss in losses] == [float] * 5
    for loss in losses:
        assert loss == same.cal_loss(same.forward(x), y)
        same.backward(0.1)


def test_train_draws_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """With batch_size, each epoch sees that many rows, repeatably, and x stays as it was."""
    x, y = generate_XOR_easy()
    x_was = x.copy()
    seen: list[FloatArray] = []
    net = TLNN(rng=np.random.default_rng(4))
    forward = net.forward

    def note_and_forward(rows: FloatArray) -> FloatArray:
        seen.append(rows)
        return forward(rows)

    monkeypatch.setattr(net, "forward", note_and_forward)
    train(net, x, y, epochs=30, batch_size=20, rng=np.random.default_rng(5))
    assert {rows.shape for rows in seen} == {(20, 2)}
    # With replacement: 20 of 21 without a double happens once in 10^7 draws.
    assert all(len(np.unique(rows, axis=0)) < 20 for rows in seen)
    np.testing.assert_array_equal(x, x_was)


def test_accuracy() -> None:
    """Accuracy is a share; 0.5 itself counts as 0, and shapes need not agree."""
    truth = np.array([[0.0], [1.0], [1.0], [0.0]])
    y = np.array([[0.5], [0.6], [0.4], [0.1]])
    assert accuracy(truth, y) == accuracy(truth.ravel(), y) == 0.75
    np.testing.assert_array_equal(y, [[0.5], [0.6], [0.4], [0.1]])
