import numpy as np


class Layer:
    def backward(self, prev_grad, lr=0.1):
        return self.go_back(prev_grad, lr)


class Linear(Layer):
    def __init__(self, in_features, out_features, bias=True):
        self.w = np.random.randn(in_features, out_features)
        self.b = np.zeros(out_features) if bias else None

    def forward(self, x):
        w = self.w.copy()

        def go_back(grad, lr):
            self.w = self.w - lr * x.T @ grad
            if self.b is not None:
                self.b = self.b - lr * grad.sum(axis=0)
            return grad @ w.T

        self.go_back = go_back
        return x @ w + (0 if self.b is None else self.b)


class Sigmoid(Layer):
    def forward(self, x):
        y = 1 / (1 + np.exp(-x))
        self.go_back = lambda grad, lr: grad * y * (1 - y)
        return y


class ReLU(Layer):
    def forward(self, x):
        self.go_back = lambda grad, lr: np.where(x > 0, grad, 0)
        return np.maximum(x, 0)
