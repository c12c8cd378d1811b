import numpy as np


class Linear:
    def __init__(self, in_features, out_features, bias=True):
        self.parameters = [np.random.randn(in_features, out_features)]
        if bias:
            self.parameters.append(np.zeros(out_features))

    def forward(self, x):
        self.inputs = x
        y = x @ self.parameters[0]
        for b in self.parameters[1:]:
            y = y + b
        return y

    def backward(self, prev_grad, lr=0.1):
        result = prev_grad @ self.parameters[0].T
        gradients = [self.inputs.T @ prev_grad, np.sum(prev_grad, 0)]
        for i, (p, g) in enumerate(zip(self.parameters, gradients)):
            self.parameters[i] = p - lr * g
        return result


class Sigmoid:
    def forward(self, x):
        self.outputs = 1 / (1 + np.exp(-x))
        return self.outputs

    def backward(self, prev_grad, lr=0.1):
        return prev_grad * (self.outputs - self.outputs ** 2)


class ReLU:
    def forward(self, x):
        self.inputs = x
        return np.maximum(x, np.zeros_like(x))

    def backward(self, prev_grad, lr=0.1):
        return np.where(self.inputs > 0, 1, 0) * prev_grad
