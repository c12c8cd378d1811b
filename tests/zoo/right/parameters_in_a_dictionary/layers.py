import numpy as np


class Layer:
    params = None

    def descend(self, lr, **gradients):
        for name, gradient in gradients.items():
            if name in self.params:
                self.params[name] = self.params[name] - lr * gradient


class Linear(Layer):
    def __init__(self, in_features, out_features, bias=True):
        self.params = {"w": np.random.randn(in_features, out_features)}
        if bias:
            self.params["b"] = np.random.randn(out_features)
        self.cache = {}

    def forward(self, x):
        self.cache["x"] = x
        z = np.matmul(x, self.params["w"])
        return z + self.params["b"] if "b" in self.params else z

    def backward(self, prev_grad, lr=0.1):
        dx = np.matmul(prev_grad, self.params["w"].T)
        self.descend(lr, w=np.matmul(self.cache["x"].T, prev_grad), b=prev_grad.sum(axis=0))
        return dx


class Sigmoid(Layer):
    def __init__(self):
        self.cache = {}

    def forward(self, x):
        self.cache["a"] = 1.0 / (1.0 + np.exp(-x))
        return self.cache["a"]

    def backward(self, prev_grad, lr=0.1):
        a = self.cache["a"]
        return prev_grad * a * (1.0 - a)


class ReLU(Layer):
    def __init__(self):
        self.cache = {}

    def forward(self, x):
        self.cache["z"] = x
        return np.where(x < 0, 0.0, x)

    def backward(self, prev_grad, lr=0.1):
        return np.where(self.cache["z"] < 0, 0.0, prev_grad)
