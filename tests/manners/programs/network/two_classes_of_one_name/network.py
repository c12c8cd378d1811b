import numpy as np

class NeuralNetwork:
    def __init__(self, size=(2, 6, 6, 1)):
        self.weights = [np.random.randn(i, o) for i, o in zip(size[:-1], size[1:])]

    def forward(self, x):
        self.values = [x]
        for w in self.weights:
            x = 1 / (1 + np.exp(-x @ w))
            self.values.append(x)
        return x

    def backward(self, t, lr):
        d = self.values[-1] - t
        for i in range(len(self.weights))[::-1]:
            d = d * self.values[i + 1] * (1 - self.values[i + 1])
            step = lr * self.values[i].T @ d
            d = d @ self.weights[i].T
            self.weights[i] -= step
