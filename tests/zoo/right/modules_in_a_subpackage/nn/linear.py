import numpy as np

from .module import Module


class Linear(Module):
    def __init__(self, in_features, out_features, bias=True):
        bound = 1.0 / np.sqrt(in_features)
        self.w = np.random.uniform(-bound, bound, (in_features, out_features))
        self.b = np.random.uniform(-bound, bound, out_features) if bias else None

    def forward(self, x):
        self.saved = x
        return x @ self.w if self.b is None else x @ self.w + self.b

    def backward(self, prev_grad, lr=0.1):
        w_before = self.w
        self.w = w_before - lr * (self.saved.T @ prev_grad)
        if self.b is not None:
            self.b = self.b - lr * prev_grad.sum(0)
        return prev_grad @ w_before.T
