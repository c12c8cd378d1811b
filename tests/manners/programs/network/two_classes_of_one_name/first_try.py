import numpy as np

# old version, not used any more. one hidden layer, did not learn XOR
class NeuralNetwork:
    def __init__(self):
        self.w1 = np.random.rand(2, 3)
        self.w2 = np.random.rand(3, 1)

    def forward(self, x):
        self.x = x
        self.h = 1 / (1 + np.exp(-x @ self.w1))
        self.y = 1 / (1 + np.exp(-self.h @ self.w2))
        return self.y

    def backward(self, t, lr):
        d = self.y - t          # forgot sigmoid' here!!
        self.w2 -= lr * self.h.T @ d
        self.w1 -= lr * self.x.T @ (d @ self.w2.T * self.h)
