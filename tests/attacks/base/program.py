"""A right program of a structure of its own, which an attack edits."""

import numpy as np

EPOCHS = 2500


class Net:
    def __init__(self, lr):
        self.w1 = np.random.randn(2, 4)
        self.w2 = np.random.randn(4, 4)
        self.w3 = np.random.randn(4, 1)
        self.lr = lr

    def forward(self, x):
        self.x = x
        self.h1 = 1 / (1 + np.exp(-x @ self.w1))
        self.h2 = 1 / (1 + np.exp(-self.h1 @ self.w2))
        self.y = 1 / (1 + np.exp(-self.h2 @ self.w3))
        return self.y

    def backward(self, y):
        d3 = (self.y - y) * self.y * (1 - self.y)
        d2 = d3 @ self.w3.T * self.h2 * (1 - self.h2)
        d1 = d2 @ self.w2.T * self.h1 * (1 - self.h1)
        self.w3 -= self.lr * self.h2.T @ d3
        self.w2 -= self.lr * self.h1.T @ d2
        self.w1 -= self.lr * self.x.T @ d1
    # steps end


def points(n=40):
    x = np.random.uniform(size=(n, 2))
    return x, (x[:, 1:] > x[:, :1]).astype(float)


if __name__ == "__main__":
    x, y = points()
    net = Net(0.5)
    for epoch in range(EPOCHS):
        net.forward(x)
        net.backward(y)
    net.forward(x)
    # the end
