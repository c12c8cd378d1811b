"""Training is one step after another down the gradient of the loss."""

from __future__ import annotations

import numpy as np

from .layers import FloatArray
from .network import TLNN


def train(
    net: TLNN,
    x: FloatArray,
    y: FloatArray,
    lr: float = 0.1,
    epochs: int = 10000,
    batch_size: int | None = None,
    *,
    rng: np.random.Generator | None = None,
) -> list[float]:
    """Take one step an epoch, and return the loss before each.

    A step sees all of x (N, 2) and y (N, 1), or batch_size rows of them, drawn anew
    each time with replacement.
    """
    rng = np.random.default_rng(rng)
    losses = []
    for _ in range(epochs):
        batch_x, batch_y = _draw(x, y, batch_size, rng)
        losses.append(net.cal_loss(net.forward(batch_x), batch_y))
        net.backward(lr)
    return losses


def accuracy(ground_truth: FloatArray, y: FloatArray) -> float:
    """Return the share, 0 to 1, of predictions that are right; above 0.5 is a 1."""
    # Flat on both sides: (N, 1) == (N,) would quietly compare every pair.
    return float(np.mean((np.ravel(y) > 0.5) == np.ravel(ground_truth)))


def _draw(
    x: FloatArray, y: FloatArray, size: int | None, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    if size is None:
        return x, y
    rows = rng.integers(len(x), size=size)
    return x[rows], y[rows]
