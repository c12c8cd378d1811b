import numpy as np

import functional as F


class Layer:
    pass


class Linear(Layer):
    def __init__(self, in_features, out_features, bias=True):
        self.w = np.random.standard_normal((in_features, out_features))
        self.b = np.random.standard_normal(out_features) if bias else None

    def forward(self, x):
        self.cache = x
        return F.affine(x, self.w, self.b)

    def backward(self, prev_grad, lr=0.1):
        dx, dw, db = F.affine_gradients(self.cache, self.w, prev_grad)
        self.w = self.w - lr * dw
        if self.b is not None:
            self.b = self.b - lr * db
        return dx


class Sigmoid(Layer):
    def forward(self, x):
        self.cache = F.sigmoid(x)
        return self.cache

    def backward(self, prev_grad, lr=0.1):
        return prev_grad * F.sigmoid_prime(self.cache)


class ReLU(Layer):
    def forward(self, x):
        self.cache = x
        return F.relu(x)

    def backward(self, prev_grad, lr=0.1):
        return prev_grad * F.relu_prime(self.cache)
