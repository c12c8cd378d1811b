import numpy as np


class Parameter:
    """An array and its gradient."""

    def __init__(self, data):
        self.data = data
        self.grad = None


class Linear:
    def __init__(self, in_features, out_features, bias=True):
        self.w = Parameter(np.random.randn(in_features, out_features))
        self.b = Parameter(np.random.randn(out_features)) if bias else None

    def forward(self, x):
        self.x = x
        out = x @ self.w.data
        if self.b is not None:
            out = out + self.b.data
        return out

    def backward(self, prev_grad, lr=0.1):
        self.w.grad = self.x.T @ prev_grad
        if self.b is not None:
            self.b.grad = prev_grad.sum(axis=0)
        return prev_grad @ self.w.data.T

    def update(self, lr):
        for p in (self.w, self.b):
            if p is not None and p.grad is not None:
                p.data = p.data - lr * p.grad
                p.grad = None


class Sigmoid:
    def forward(self, x):
        self.y = 1 / (1 + np.exp(-x))
        return self.y

    def backward(self, prev_grad, lr=0.1):
        return prev_grad * self.y * (1 - self.y)

    def update(self, lr):
        pass


class ReLU:
    def forward(self, x):
        self.x = x
        return np.maximum(x, 0.0)

    def backward(self, prev_grad, lr=0.1):
        return prev_grad * (self.x > 0)

    def update(self, lr):
        pass
