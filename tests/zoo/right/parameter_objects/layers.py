import numpy as np


class Parameter:
    def __init__(self, value):
        self.value = value
        self.grad = np.zeros_like(value)

    def descend(self, lr):
        self.value = self.value - lr * self.grad
        self.grad = np.zeros_like(self.value)


class Linear:
    def __init__(self, in_features, out_features, bias=True):
        self.weight = Parameter(np.random.randn(in_features, out_features))
        self.bias = Parameter(np.zeros(out_features)) if bias else None

    def parameters(self):
        return [p for p in (self.weight, self.bias) if p is not None]

    def forward(self, x):
        self.x = x
        y = x @ self.weight.value
        return y if self.bias is None else y + self.bias.value

    def backward(self, prev_grad, lr=0.1):
        dx = prev_grad @ self.weight.value.T
        self.weight.grad = self.weight.grad + self.x.T @ prev_grad
        if self.bias is not None:
            self.bias.grad = self.bias.grad + prev_grad.sum(axis=0)
        for p in self.parameters():
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
        return np.maximum(x, 0.0)

    def backward(self, prev_grad, lr=0.1):
        return prev_grad * (self.x > 0)
