import numpy as np


class Layer:
    def __init__(self):
        self.params = {}
        self.grads = {}

    def update(self, lr):
        for name in self.params:
            self.params[name] = self.params[name] - lr * self.grads[name]


class Linear(Layer):
    def __init__(self, in_features, out_features, bias=True):
        super().__init__()
        self.params["w"] = np.random.randn(in_features, out_features)
        if bias:
            self.params["b"] = np.zeros(out_features)

    def forward(self, x):
        self.x = x
        return x @ self.params["w"] + self.params.get("b", 0.0)

    def backward(self, prev_grad, lr=0.1):
        self.grads["w"] = self.x.T @ prev_grad
        if "b" in self.params:
            self.grads["b"] = prev_grad.sum(axis=0)
        return prev_grad @ self.params["w"].T


class Sigmoid(Layer):
    def forward(self, x):
        self.y = 1 / (1 + np.exp(-x))
        return self.y

    def backward(self, prev_grad, lr=0.1):
        return prev_grad * self.y * (1 - self.y)


class ReLU(Layer):
    def forward(self, x):
        self.x = x
        return np.maximum(x, 0)

    def backward(self, prev_grad, lr=0.1):
        return np.where(self.x > 0, prev_grad, 0)
