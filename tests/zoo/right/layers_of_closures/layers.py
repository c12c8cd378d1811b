"""The layers: a linear one and the activations."""

import numpy as np


class Layer:
    """What every layer offers."""

    def forward(self, x):
        raise NotImplementedError

    def backward(self, prev_grad, lr=0.1):
        raise NotImplementedError


class Linear(Layer):
    """A layer made of two functions that share what they know; the object holds nothing else."""

    def __init__(self, in_features, out_features, bias=True):
        w = np.random.randn(in_features, out_features)
        b = np.zeros(out_features) if bias else None
        seen = None

        def forward(x):
            nonlocal seen
            seen = x
            return x @ w if b is None else x @ w + b

        def backward(prev_grad, lr=0.1):
            nonlocal w, b
            dx = prev_grad @ w.T
            w = w - lr * (seen.T @ prev_grad)
            if bias:
                b = b - lr * prev_grad.sum(axis=0)
            return dx

        self.forward, self.backward = forward, backward


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
