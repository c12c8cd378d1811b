"""A loss says in one number how wrong a batch of predictions is."""

import numpy as np


class Loss:
    """What every loss can do; y and ground_truth are both (N, D). Nothing to write here."""

    def forward(self, y, ground_truth):
        """Return the loss of the batch, one float, and remember both arrays."""
        raise NotImplementedError(f"{type(self).__name__} has no forward")

    def backward(self, prev_grad=1, lr=0.1):
        """Return dL/dy (N, D), times prev_grad; lr is there because layers have it."""
        raise NotImplementedError(f"{type(self).__name__} has no backward")


class MSE(Loss):
    """The mean squared error, over all N * D entries."""

    def forward(self, y, ground_truth):
        """Return the loss of y (N, D) against ground_truth (N, D), one float."""
        raise NotImplementedError(
            "MSE.forward: return the mean of the squared errors as a float, "
            "and remember both arrays"
        )

    def backward(self, prev_grad=1, lr=0.1):
        """Return dL/dy (N, D)."""
        raise NotImplementedError(
            "MSE.backward: return the derivative of the loss at every entry of y; "
            "mind what the square and the mean leave behind"
        )


class BinaryCrossEntropy(Loss):
    """The mean of -(t log y + (1 - t) log(1 - y)) over all N * D entries."""

    def forward(self, y, ground_truth):
        """Return the loss of y (N, D), entries in [0, 1], one float.

        log is the natural one; at y = 0 and y = 1 the loss must stay finite.
        """
        raise NotImplementedError(
            "BinaryCrossEntropy.forward: return the mean cross-entropy as a float, "
            "finite at y = 0 and y = 1 too, and remember both arrays"
        )

    def backward(self, prev_grad=1, lr=0.1):
        """Return dL/dy (N, D), finite at y = 0 and y = 1 too."""
        raise NotImplementedError(
            "BinaryCrossEntropy.backward: return the derivative of the loss at every "
            "entry of y, without dividing by zero"
        )


# The loss below is extra: write it only where your course asks for it.


class CrossEntropy(Loss):
    """The mean over the N rows of -sum_k t[k] log y[k]; rows of y are probabilities."""

    def forward(self, y, ground_truth):
        """Return the loss of y (N, K) against one-hot rows ground_truth (N, K)."""
        raise NotImplementedError(
            "CrossEntropy.forward: return the mean over rows of minus the logarithm of "
            "the probability given to the right class, and remember both arrays"
        )

    def backward(self, prev_grad=1, lr=0.1):
        """Return dL/dy (N, K)."""
        raise NotImplementedError(
            "CrossEntropy.backward: return the derivative of the loss at every entry of y"
        )
