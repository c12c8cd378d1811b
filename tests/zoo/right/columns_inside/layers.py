import numpy as np


class Linear:
    def __init__(self, in_features, out_features, bias=True):
        self.W = np.random.randn(out_features, in_features)
        self.b = np.zeros((out_features, 1)) if bias else None

    def forward(self, x):
        self.columns = x.T
        z = self.W @ self.columns
        if self.b is not None:
            z = z + self.b
        return z.T

    def backward(self, prev_grad, lr=0.1):
        delta = prev_grad.T
        back = self.W.T @ delta
        self.W = self.W - lr * (delta @ self.columns.T)
        if self.b is not None:
            self.b = self.b - lr * delta.sum(axis=1, keepdims=True)
        return back.T


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
