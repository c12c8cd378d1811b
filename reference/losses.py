"""A loss says in one number how wrong a batch of predictions is."""

from __future__ import annotations

import numpy as np

from .layers import FloatArray

# The nearest that a probability comes to zero inside a logarithm or a denominator.
# Small enough to leave every value above it untouched; -log of it is 27.6.
TINY = 1e-12


class Loss:
    """What every loss can do; y and ground_truth are both (N, D)."""

    y: FloatArray
    ground_truth: FloatArray

    def forward(self, y: FloatArray, ground_truth: FloatArray) -> float:
        """Return the loss of the batch, and remember both arrays for backward."""
        raise NotImplementedError

    def backward(self, prev_grad: float = 1, lr: float = 0.1) -> FloatArray:
        """Return dL/dy (N, D), times prev_grad: 1, unless the loss feeds something."""
        raise NotImplementedError


class MSE(Loss):
    """The mean squared error."""

    def forward(self, y: FloatArray, ground_truth: FloatArray) -> float:
        """Return the mean of (y - t)^2 over all N * D entries."""
        self.y, self.ground_truth = y, ground_truth
        return float(np.mean((y - ground_truth) ** 2))

    def backward(self, prev_grad: float = 1, lr: float = 0.1) -> FloatArray:
        """Return dL/dy (N, D).

        L = 1/(N D) sum (y - t)^2, and each entry of y appears in one term only:

            dL/dy = 2 (y - t) / (N D)
        """
        return prev_grad * 2.0 * (self.y - self.ground_truth) / self.y.size


class BinaryCrossEntropy(Loss):
    """The mean surprise at the truth, where y is the probability given to a 1."""

    def forward(self, y: FloatArray, ground_truth: FloatArray) -> float:
        """Return the mean of -(t log y + (1 - t) log(1 - y)) over all N * D entries."""
        self.y, self.ground_truth = y, ground_truth
        # y and 1 - y are kept from zero one by one: clipping y at 1 - TINY instead
        # would round, and would make the two ends differ.
        surprise_at_1 = -np.log(np.maximum(y, TINY))
        surprise_at_0 = -np.log(np.maximum(1.0 - y, TINY))
        t = ground_truth
        return float(np.mean(t * surprise_at_1 + (1.0 - t) * surprise_at_0))

    def backward(self, prev_grad: float = 1, lr: float = 0.1) -> FloatArray:
        """Return dL/dy (N, D).

        L = -1/(N D) sum (t log y + (1 - t) log(1 - y)), with log'(y) = 1/y:

            dL/dy = (-t / y + (1 - t) / (1 - y)) / (N D)

        At the ends, where forward is cut off, the slope is that of the cut: a
        prediction that is wholly wrong must still be told which way to go.
        """
        y, t = self.y, self.ground_truth
        slope = -t / np.maximum(y, TINY) + (1.0 - t) / np.maximum(1.0 - y, TINY)
        return prev_grad * slope / y.size


class CrossEntropy(Loss):
    """The mean surprise at the right one of K classes; rows of y are probabilities."""

    def forward(self, y: FloatArray, ground_truth: FloatArray) -> float:
        """Return the mean over the N rows of -sum_k t[k] log y[k], t being one-hot."""
        self.y, self.ground_truth = y, ground_truth
        return float(-np.sum(ground_truth * np.log(np.maximum(y, TINY))) / len(y))

    def backward(self, prev_grad: float = 1, lr: float = 0.1) -> FloatArray:
        """Return dL/dy (N, K).

        L = -1/N sum_n sum_k t[n, k] log y[n, k], with log'(y) = 1/y:

            dL/dy = -t / y / N
        """
        slope = -self.ground_truth / np.maximum(self.y, TINY)
        return prev_grad * slope / len(self.y)
