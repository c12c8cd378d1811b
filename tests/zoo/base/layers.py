"""The layers: a linear one and the activations."""

import numpy as np


class Layer:
    """What every layer offers."""

    def forward(self, x):
        raise NotImplementedError

    def backward(self, prev_grad, lr=0.1):
        raise NotImplementedError


class Linear(Layer):
    """y = xw + b, one sample a row."""

    def __init__(self, in_features, out_features, bias=True):
        self.w = np.random.randn(in_features, out_features)
        self.b = np.zeros(out_features) if bias else None
        self.x = None

    def forward(self, x):
        self.x = x
        out = x @ self.w
        if self.b is not None:
            out = out + self.b
        return out

    def backward(self, prev_grad, lr=0.1):
        dx = prev_grad @ self.w.T
        dw = self.x.T @ prev_grad
        self.w = self.w - lr * dw
        if self.b is not None:
            db = prev_grad.sum(axis=0)
            self.b = self.b - lr * db
        return dx


class Sigmoid(Layer):
    """y = 1 / (1 + exp(-x)); only non-positive numbers are ever exponentiated."""

    def forward(self, x):
        e = np.exp(-np.abs(x))
        self.y = np.where(x >= 0, 1.0, e) / (1.0 + e)
        return self.y

    def backward(self, prev_grad, lr=0.1):
        slope = self.y * (1.0 - self.y)
        return prev_grad * slope


class ReLU(Layer):
    """y = max(x, 0)."""

    def forward(self, x):
        self.positive = x > 0
        return np.where(self.positive, x, 0.0)

    def backward(self, prev_grad, lr=0.1):
        return np.where(self.positive, prev_grad, 0.0)


class Tanh(Layer):
    """y = tanh(x)."""

    def forward(self, x):
        self.t = np.tanh(x)
        return self.t

    def backward(self, prev_grad, lr=0.1):
        return prev_grad * (1.0 - self.t ** 2)


class LeakyReLU(Layer):
    """y = x where x > 0, else 0.01 x."""

    def forward(self, x):
        self.side = np.where(x > 0, 1.0, 0.01)
        return x * self.side

    def backward(self, prev_grad, lr=0.1):
        return prev_grad * self.side


class Softmax(Layer):
    """Every row becomes a distribution."""

    def forward(self, x):
        shifted = x - x.max(axis=1, keepdims=True)
        powers = np.exp(shifted)
        self.p = powers / powers.sum(axis=1, keepdims=True)
        return self.p

    def backward(self, prev_grad, lr=0.1):
        inner = (prev_grad * self.p).sum(axis=1, keepdims=True)
        return self.p * (prev_grad - inner)
