"""A layer turns a batch into another batch, and a gradient back into a gradient.

A batch is an array with one sample in each row: (N, in) holds N samples. `prev_grad`
is the gradient of the loss at the layer's output, dL/dy; `backward` returns the one at
its input, dL/dx. Never change an array that you were given or have returned: make a
new one.
"""

import numpy as np


class Layer:
    """What every layer can do. Nothing to write here."""

    def forward(self, x):
        """Turn x (N, in) into y (N, out), and remember what backward needs."""
        raise NotImplementedError(f"{type(self).__name__} has no forward")

    def backward(self, prev_grad, lr=0.1):
        """Turn prev_grad = dL/dy (N, out) into dL/dx (N, in).

        A layer with parameters also takes one step of gradient descent of length lr.
        """
        raise NotImplementedError(f"{type(self).__name__} has no backward")


class Linear(Layer):
    """Weigh the inputs, add a bias: y = x w + b."""

    def __init__(self, in_features, out_features, bias=True):
        """Make the parameters.

        self.w: (in_features, out_features), random, with mean zero
        self.b: (out_features,), zero or random; None when bias is False
        """
        raise NotImplementedError(
            "Linear.__init__: draw self.w at random with mean zero, and make self.b, "
            "which is None when bias is False"
        )

    def forward(self, x):
        """Turn x (N, in) into y (N, out)."""
        raise NotImplementedError(
            "Linear.forward: return the batch times the weights plus the bias, "
            "and remember the batch for backward"
        )

    def backward(self, prev_grad, lr=0.1):
        """Turn prev_grad = dL/dy (N, out) into dL/dx (N, in); update w and b.

        Write y[n, j] as a sum first, and ask through which outputs one x[n, i], one
        w[i, j] and one b[j] reach the loss. The shapes of the results are known:
        dL/dx (N, in), dL/dw (in, out), dL/db (out,). Each parameter then moves by lr
        times its gradient, downhill.
        """
        raise NotImplementedError(
            "Linear.backward: find the gradients at x, w and b, take the step of "
            "length lr, and return the one at x, "
            "which goes through the weights as they were before the step"
        )


class Sigmoid(Layer):
    """Squash every entry into (0, 1): y = 1 / (1 + exp(-x))."""

    def forward(self, x):
        """Turn x (N, D) into y (N, D)."""
        raise NotImplementedError(
            "Sigmoid.forward: return the sigmoid of every entry, and remember what backward needs"
        )

    def backward(self, prev_grad, lr=0.1):
        """Turn prev_grad = dL/dy (N, D) into dL/dx (N, D); nothing to update.

        The slope of the sigmoid is easily written in terms of its own value y.
        """
        raise NotImplementedError(
            "Sigmoid.backward: return prev_grad times the slope of the sigmoid, entry by entry"
        )


class ReLU(Layer):
    """Let positive entries pass, and no others: y = max(x, 0)."""

    def forward(self, x):
        """Turn x (N, D) into y (N, D)."""
        raise NotImplementedError(
            "ReLU.forward: return a new array with zero in place of negative entries, "
            "and remember where they were"
        )

    def backward(self, prev_grad, lr=0.1):
        """Turn prev_grad = dL/dy (N, D) into dL/dx (N, D); nothing to update."""
        raise NotImplementedError(
            "ReLU.backward: return a new array that lets the gradient pass where the "
            "input was positive, and is zero elsewhere"
        )


# The three layers below are extra: write them only where your course asks for them.


class Tanh(Layer):
    """Squash every entry into (-1, 1): y = tanh(x)."""

    def forward(self, x):
        """Turn x (N, D) into y (N, D)."""
        raise NotImplementedError(
            "Tanh.forward: return the hyperbolic tangent of every entry, "
            "and remember what backward needs"
        )

    def backward(self, prev_grad, lr=0.1):
        """Turn prev_grad = dL/dy (N, D) into dL/dx (N, D); nothing to update."""
        raise NotImplementedError(
            "Tanh.backward: return prev_grad times the slope of tanh, entry by entry"
        )


class LeakyReLU(Layer):
    """Let positive entries through, and a hundredth of the others: y = x or 0.01 x."""

    def forward(self, x):
        """Turn x (N, D) into y (N, D)."""
        raise NotImplementedError(
            "LeakyReLU.forward: return x where it is positive, and 0.01 x elsewhere; "
            "remember where it was positive"
        )

    def backward(self, prev_grad, lr=0.1):
        """Turn prev_grad = dL/dy (N, D) into dL/dx (N, D); nothing to update."""
        raise NotImplementedError(
            "LeakyReLU.backward: return prev_grad times the slope of the side on which "
            "the input was, entry by entry"
        )


class Softmax(Layer):
    """Turn every row into probabilities: y = exp(x) / sum of exp(x) over the row."""

    def forward(self, x):
        """Turn x (N, K) into y (N, K), the rows of which sum to 1."""
        raise NotImplementedError(
            "Softmax.forward: return the softmax of every row; take the row's maximum "
            "away first, so that no exp overflows"
        )

    def backward(self, prev_grad, lr=0.1):
        """Turn prev_grad = dL/dy (N, K) into dL/dx (N, K); nothing to update.

        Every output of a row depends on every input of it.
        """
        raise NotImplementedError(
            "Softmax.backward: return the gradient at x; "
            "an input reaches the loss through all outputs of its row"
        )
