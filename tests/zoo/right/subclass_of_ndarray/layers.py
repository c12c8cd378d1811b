import numpy as np


class Param(np.ndarray):
    """An array with a gradient."""

    grad = None

    def descend(self, lr):
        np.subtract(self, lr * self.grad, out=self)


def param(values):
    return np.asarray(values, dtype=float).view(Param)


class Linear:
    def __init__(self, in_features, out_features, bias=True):
        self.w = param(np.random.randn(in_features, out_features))
        self.b = param(np.zeros(out_features)) if bias else None

    def forward(self, x):
        self.x = x
        y = x @ np.asarray(self.w)
        return y if self.b is None else y + np.asarray(self.b)

    def backward(self, prev_grad, lr=0.1):
        dx = prev_grad @ np.asarray(self.w).T
        for p, grad in ((self.w, self.x.T @ prev_grad), (self.b, prev_grad.sum(axis=0))):
            if p is not None:
                p.grad = grad
                p.descend(lr)
        return dx


class Sigmoid:
    def forward(self, x):
        self.y = 1 / (1 + np.exp(-x))
        return self.y

    def backward(self, prev_grad, lr=0.1):
        return prev_grad * self.y * (1 - self.y)


class ReLU:
    def forward(self, x):
        self.x = x
        return np.maximum(x, 0)

    def backward(self, prev_grad, lr=0.1):
        return prev_grad * (self.x > 0)
