"""Minimal sound classes, put in the place of a student's own that were judged wrong already.

They let the network, training and figures be examined for what the student did there.
A child that judges a layer never holds one of them in that layer's place.
"""

from __future__ import annotations

from typing import Any

import numpy as np


class Linear:
    """y = x w + b; backward takes one step of gradient descent."""

    def __init__(self, in_features: int, out_features: int, bias: bool = True, **_: Any) -> None:
        self.w = np.random.standard_normal((in_features, out_features))  # noqa: NPY002
        self.b: Any = np.zeros(out_features) if bias else None
        self.x: Any = None

    def forward(self, x: Any) -> Any:
        """Shape (N, in) to (N, out)."""
        self.x = np.array(x, np.float64)
        return self.x @ self.w if self.b is None else self.x @ self.w + self.b

    def backward(self, prev_grad: Any, lr: float = 0.1) -> Any:
        """Shape (N, out) to (N, in)."""
        dx = prev_grad @ self.w.T
        self.w = self.w - lr * (self.x.T @ prev_grad)
        if self.b is not None:
            self.b = self.b - lr * np.sum(prev_grad, axis=0)
        return dx


class Sigmoid:
    """1 / (1 + exp(-x)), entry by entry."""

    def forward(self, x: Any) -> Any:
        """Any shape to the same."""
        self.y = 0.5 * (1.0 + np.tanh(0.5 * np.asarray(x, np.float64)))
        return self.y.copy()

    def backward(self, prev_grad: Any, lr: float = 0.1) -> Any:
        """Any shape to the same."""
        return prev_grad * self.y * (1.0 - self.y)


class ReLU:
    """max(0, x), entry by entry."""

    def forward(self, x: Any) -> Any:
        """Any shape to the same."""
        self.on = np.asarray(x) > 0
        return np.where(self.on, x, 0.0)

    def backward(self, prev_grad: Any, lr: float = 0.1) -> Any:
        """Any shape to the same."""
        return np.where(self.on, prev_grad, 0.0)


class Tanh:
    """tanh(x), entry by entry."""

    def forward(self, x: Any) -> Any:
        """Any shape to the same."""
        self.y = np.tanh(x)
        return self.y.copy()

    def backward(self, prev_grad: Any, lr: float = 0.1) -> Any:
        """Any shape to the same."""
        return prev_grad * (1.0 - self.y * self.y)


class Softmax:
    """exp(x) over its sum in each row."""

    def forward(self, x: Any) -> Any:
        """Shape (N, K) to the same."""
        powers = np.exp(x - np.max(x, axis=-1, keepdims=True))
        self.y = powers / np.sum(powers, axis=-1, keepdims=True)
        return self.y.copy()

    def backward(self, prev_grad: Any, lr: float = 0.1) -> Any:
        """Shape (N, K) to the same."""
        return self.y * (prev_grad - np.sum(prev_grad * self.y, axis=-1, keepdims=True))


class MSE:
    """The mean squared error over all entries."""

    def forward(self, y: Any, ground_truth: Any) -> float:
        """Two arrays of one shape to a float."""
        self.difference = np.asarray(y, np.float64) - ground_truth
        return float(np.mean(self.difference**2))

    def backward(self, prev_grad: float = 1, lr: float = 0.1) -> Any:
        """The gradient at y, shape of y."""
        return prev_grad * 2.0 * self.difference / self.difference.size


class BinaryCrossEntropy:
    """The mean cross-entropy of probabilities with labels."""

    def forward(self, y: Any, ground_truth: Any) -> float:
        """Two arrays of one shape to a float."""
        self.y, self.truth = np.clip(y, 1e-12, 1 - 1e-12), np.asarray(ground_truth, np.float64)
        return float(-np.mean(self.truth * np.log(self.y) + (1 - self.truth) * np.log(1 - self.y)))

    def backward(self, prev_grad: float = 1, lr: float = 0.1) -> Any:
        """The gradient at y, shape of y."""
        return prev_grad * (self.y - self.truth) / (self.y * (1 - self.y)) / self.y.size


class CrossEntropy:
    """The mean over rows of the cross-entropy of probabilities with one-hot labels."""

    def forward(self, y: Any, ground_truth: Any) -> float:
        """Two arrays of shape (N, K) to a float."""
        self.y, self.truth = np.clip(y, 1e-12, 1.0), np.asarray(ground_truth, np.float64)
        return float(-np.sum(self.truth * np.log(self.y)) / len(self.y))

    def backward(self, prev_grad: float = 1, lr: float = 0.1) -> Any:
        """The gradient at y, shape of y."""
        return -prev_grad * self.truth / self.y / len(self.y)
