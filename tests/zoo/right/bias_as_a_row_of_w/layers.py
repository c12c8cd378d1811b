import numpy as np


class Layer:
    def forward(self, x):
        raise NotImplementedError

    def backward(self, prev_grad, lr=0.1):
        raise NotImplementedError


class Linear(Layer):
    def __init__(self, in_features, out_features, bias=True):
        self.bias = bias
        rows = in_features + 1 if bias else in_features
        self.w = np.random.randn(rows, out_features)
        if bias:
            self.w[-1] = 0

    def forward(self, x):
        if self.bias:
            x = np.concatenate([x, np.ones((x.shape[0], 1))], axis=1)
        self.x = x
        return x.dot(self.w)

    def backward(self, prev_grad, lr=0.1):
        dx = prev_grad.dot(self.w.T)
        self.w = self.w - lr * self.x.T.dot(prev_grad)
        return dx[:, :-1] if self.bias else dx


class Sigmoid(Layer):
    def forward(self, x):
        self.s = 1.0 / (1.0 + np.exp(-x))
        return self.s

    def backward(self, prev_grad, lr=0.1):
        return prev_grad * self.s * (1.0 - self.s)


class ReLU(Layer):
    def forward(self, x):
        self.on = x > 0
        return self.on * x

    def backward(self, prev_grad, lr=0.1):
        return self.on * prev_grad
