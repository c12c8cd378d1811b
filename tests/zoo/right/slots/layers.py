import numpy as np


class Layer:
    __slots__ = ()


class Linear(Layer):
    __slots__ = ("w", "b", "x")

    def __init__(self, in_features, out_features, bias=True):
        self.w = np.random.randn(in_features, out_features)
        self.b = np.zeros(out_features) if bias else None
        self.x = None

    def forward(self, x):
        self.x = x
        return x @ self.w if self.b is None else x @ self.w + self.b

    def backward(self, prev_grad, lr=0.1):
        dx = prev_grad @ self.w.T
        self.w -= lr * self.x.T @ prev_grad
        if self.b is not None:
            self.b -= lr * prev_grad.sum(axis=0)
        return dx


class Sigmoid(Layer):
    __slots__ = ("y",)

    def forward(self, x):
        self.y = 1 / (1 + np.exp(-x))
        return self.y

    def backward(self, prev_grad, lr=0.1):
        return prev_grad * self.y * (1 - self.y)


class ReLU(Layer):
    __slots__ = ("mask",)

    def forward(self, x):
        self.mask = x > 0
        return x * self.mask

    def backward(self, prev_grad, lr=0.1):
        return prev_grad * self.mask
