"""Two sets of labelled points in the unit square: an easy one, and exclusive or."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Dataset = tuple[NDArray[np.float64], NDArray[np.float64]]


def generate_linear(n: int = 100, *, rng: np.random.Generator | None = None) -> Dataset:
    """Return n uniform points (n, 2), and labels (n, 1): 1 above the diagonal."""
    x = np.random.default_rng(rng).random((n, 2))
    y = (x[:, 1:] > x[:, :1]).astype(np.float64)
    return x, y


def generate_XOR_easy() -> Dataset:
    """Return 21 points (21, 2) on the two diagonals, and labels (21, 1).

    The rising diagonal is 0 and the falling one 1; the centre, on both, is 0.
    """
    t = 0.1 * np.arange(11)
    rising = np.column_stack([t, t])
    falling = np.delete(np.column_stack([t, 1.0 - t]), 5, axis=0)
    y = np.concatenate([np.zeros((11, 1)), np.ones((10, 1))])
    return np.concatenate([rising, falling]), y
