import numpy as np
import matplotlib.pyplot as plt


def generate_linear(n=100):
    pts = np.random.uniform(0, 1, (n, 2))
    return pts, (pts[:, 0] <= pts[:, 1]).astype(int)


class Classifier:
    """output and labels are vectors of n numbers, loss is the plain sum"""

    def __init__(self, units=6, learning_rate=0.02, optimizer='sgd'):
        self.learning_rate = learning_rate
        self.optimizer = optimizer
        self.W1 = np.random.randn(2, units)
        self.b1 = np.random.randn(units)
        self.W2 = np.random.randn(units, units)
        self.b2 = np.random.randn(units)
        self.w3 = np.random.randn(units)
        self.b3 = 0.0

    @staticmethod
    def _sigmoid(v):
        return 1 / (1 + np.exp(-v))

    def forward(self, X):
        self._X = np.asarray(X)
        self._h1 = self._sigmoid(self._X @ self.W1 + self.b1)
        self._h2 = self._sigmoid(self._h1 @ self.W2 + self.b2)
        self._out = self._sigmoid(self._h2 @ self.w3 + self.b3)
        return self._out

    def loss(self, labels):
        return ((self._out - labels) ** 2).sum()

    def backward(self, labels):
        g = 2 * (self._out - labels) * self._out * (1 - self._out)
        grads = {'w3': self._h2.T @ g, 'b3': g.sum()}
        g2 = np.outer(g, self.w3) * self._h2 * (1 - self._h2)
        grads['W2'], grads['b2'] = self._h1.T @ g2, g2.sum(axis=0)
        g1 = g2 @ self.W2.T * self._h1 * (1 - self._h1)
        grads['W1'], grads['b1'] = self._X.T @ g1, g1.sum(axis=0)
        return grads

    def step(self, grads):
        for key, grad in grads.items():
            setattr(self, key, getattr(self, key) - self.learning_rate * grad)


if __name__ == '__main__':
    X, labels = generate_linear(100)
    clf = Classifier()
    curve = []
    for epoch in range(5000):
        clf.forward(X)
        curve.append(clf.loss(labels))
        clf.step(clf.backward(labels))
        if epoch % 100 == 0:
            print(f'epoch {epoch:5d} loss {curve[-1]:.4f}')
    print('accuracy', ((clf.forward(X) > 0.5) == labels).mean())
    plt.plot(curve)
    plt.xlabel('epoch')
    plt.ylabel('loss')
    plt.show()
