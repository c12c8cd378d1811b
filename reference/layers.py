"""A layer turns a batch into another batch, and a gradient back into a gradient."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


class Layer:
    """What every layer can do; a batch has one sample in each row.

    Nothing that a layer is given or has returned is ever changed afterwards.
    """

    def forward(self, x: FloatArray) -> FloatArray:
        """Turn x (N, in) into y (N, out), and remember what backward needs."""
        raise NotImplementedError

    def backward(self, prev_grad: FloatArray, lr: float = 0.1) -> FloatArray:
        """Turn prev_grad = dL/dy (N, out) into dL/dx (N, in).

        A layer with parameters also takes one step of gradient descent of length lr.
        """
        raise NotImplementedError


class Linear(Layer):
    """Weigh the inputs, add a bias: y = x w + b."""

    x: FloatArray

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        *,
        rng: np.random.Generator | None = None,
    ) -> None:
        """Draw w (in, out) from N(0, 1); start b (out,) at zero, or have none."""
        rng = np.random.default_rng(rng)
        self.w: FloatArray = rng.standard_normal((in_features, out_features))
        self.b: FloatArray | None = np.zeros(out_features) if bias else None

    def forward(self, x: FloatArray) -> FloatArray:
        """Return x (N, in) times w (in, out), plus b (out,) in every row."""
        self.x = x
        y: FloatArray = x @ self.w
        return y if self.b is None else y + self.b

    def backward(self, prev_grad: FloatArray, lr: float = 0.1) -> FloatArray:
        """Return dL/dx and step down the gradients of w and b.

        With g = prev_grad = dL/dy, and entry by entry

            y[n, j] = sum_i x[n, i] w[i, j] + b[j],

        an input x[n, i] reaches the loss through all outputs of its own row n:

            dL/dx[n, i] = sum_j g[n, j] w[i, j]    dx = g w^T    (N, out)(out, in)

        A weight w[i, j] reaches it through output j of every row, a bias likewise:

            dL/dw[i, j] = sum_n x[n, i] g[n, j]    dw = x^T g    (in, N)(N, out)
            dL/db[j]    = sum_n g[n, j]            db = column sums of g    (out,)

        dx belongs to the weights that made y, so it is taken before the step.
        """
        dx: FloatArray = prev_grad @ self.w.T
        # New arrays, not -=: whoever handed w in, or kept it, still has the old values.
        self.w = self.w - lr * (self.x.T @ prev_grad)
        if self.b is not None:
            self.b = self.b - lr * prev_grad.sum(axis=0)
        return dx


class Sigmoid(Layer):
    """Squash every entry into (0, 1): y = 1 / (1 + exp(-x))."""

    y: FloatArray

    def forward(self, x: FloatArray) -> FloatArray:
        """Return the sigmoid of every entry of x (N, D)."""
        # exp of a negative number cannot overflow, and for x < 0 the fraction
        # expanded by exp(x) is exp(x) / (1 + exp(x)): one formula serves both signs.
        z = np.exp(-np.abs(x))
        self.y = np.where(x >= 0, 1.0, z) / (1.0 + z)
        return self.y

    def backward(self, prev_grad: FloatArray, lr: float = 0.1) -> FloatArray:
        """Return dL/dx (N, D).

        With u = exp(-x), y = 1 / (1 + u) and du/dx = -u:

            dy/dx = u / (1 + u)^2 = 1 / (1 + u) * u / (1 + u) = y (1 - y)

        Every entry has its own x, so the chain rule is a product of entries:

            dL/dx = prev_grad * y * (1 - y)
        """
        return prev_grad * self.y * (1.0 - self.y)


class ReLU(Layer):
    """Let positive entries pass, and no others: y = max(x, 0)."""

    x: FloatArray

    def forward(self, x: FloatArray) -> FloatArray:
        """Return x (N, D) with zero in place of every negative entry."""
        self.x = x
        return np.maximum(x, 0.0)

    def backward(self, prev_grad: FloatArray, lr: float = 0.1) -> FloatArray:
        """Return dL/dx (N, D).

        y is x where x > 0, so dy/dx = 1 there, and constant where x < 0, so dy/dx = 0.
        At the kink x = 0 any slope from 0 to 1 would do; we take 0.

            dL/dx = prev_grad where x > 0, else 0
        """
        return np.where(self.x > 0, prev_grad, 0.0)


class Tanh(Layer):
    """Squash every entry into (-1, 1): y = tanh(x)."""

    y: FloatArray

    def forward(self, x: FloatArray) -> FloatArray:
        """Return the hyperbolic tangent of every entry of x (N, D)."""
        self.y = np.tanh(x)
        return self.y

    def backward(self, prev_grad: FloatArray, lr: float = 0.1) -> FloatArray:
        """Return dL/dx (N, D).

        y = sinh(x) / cosh(x), and each of the two is the other's derivative:

            dy/dx = (cosh(x)^2 - sinh(x)^2) / cosh(x)^2 = 1 - y^2

            dL/dx = prev_grad * (1 - y^2)
        """
        return prev_grad * (1.0 - self.y**2)


class LeakyReLU(Layer):
    """Let positive entries through, and a hundredth of the others: y = x or 0.01 x."""

    slope: FloatArray

    def forward(self, x: FloatArray) -> FloatArray:
        """Return x (N, D) where it is positive, and 0.01 x elsewhere."""
        self.slope = np.where(x > 0, 1.0, 0.01)
        return x * self.slope

    def backward(self, prev_grad: FloatArray, lr: float = 0.1) -> FloatArray:
        """Return dL/dx (N, D).

        y is linear on either side of zero, so dy/dx is the slope of that side:

            dL/dx = prev_grad where x > 0, else 0.01 prev_grad
        """
        return prev_grad * self.slope


class Softmax(Layer):
    """Turn every row into probabilities: y = exp(x) / sum of exp(x) over the row."""

    y: FloatArray

    def forward(self, x: FloatArray) -> FloatArray:
        """Return for every row of x (N, K) K positive numbers whose sum is 1."""
        # A constant added to a row cancels in the fraction; with the row's maximum
        # taken away no exp can overflow and no sum can be zero.
        z = np.exp(x - x.max(axis=1, keepdims=True))
        self.y = z / z.sum(axis=1, keepdims=True)
        return self.y

    def backward(self, prev_grad: FloatArray, lr: float = 0.1) -> FloatArray:
        """Return dL/dx (N, K).

        Within a row, with s = sum_k exp(x[k]) and y[k] = exp(x[k]) / s,

            dy[k]/dx[i] = y[k] ([k = i] - y[i])

        so that, g being the row of prev_grad,

            dL/dx[i] = sum_k g[k] y[k] ([k = i] - y[i])
                     = y[i] (g[i] - sum_k g[k] y[k])
        """
        shared: FloatArray = (prev_grad * self.y).sum(axis=1, keepdims=True)
        return self.y * (prev_grad - shared)
