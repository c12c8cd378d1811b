import numpy as np
from . import functional as F


class Network:
    def __init__(self, hidden1=5, hidden2=5):
        self.W = [np.random.randn(2, hidden1), np.random.randn(hidden1, hidden2), np.random.randn(hidden2, 1)]
        self.b = [np.zeros(hidden1), np.zeros(hidden2), np.zeros(1)]

    def forward(self, x):
        self.outputs = [x]
        for W, b in zip(self.W, self.b):
            self.outputs.append(F.sigmoid(self.outputs[-1] @ W + b))
        return self.outputs[-1]

    def backward(self, t, lr=0.1):
        grad = F.mse_grad(self.outputs[-1], t)
        for i in (2, 1, 0):
            grad = grad * F.sigmoid_grad(self.outputs[i + 1])
            dW, db = self.outputs[i].T @ grad, grad.sum(axis=0)
            grad = grad @ self.W[i].T
            self._update(i, dW, db, lr)

    def _update(self, i, dW, db, lr=0.1):
        self.W[i] = self.W[i] - lr * dW
        self.b[i] = self.b[i] - lr * db
