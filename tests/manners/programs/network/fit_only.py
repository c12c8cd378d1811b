import numpy as np
import matplotlib.pyplot as plt


def generate_linear(n=100):
    pts = np.random.uniform(0, 1, (n, 2))
    inputs = []; labels = []
    for pt in pts:
        inputs.append([pt[0], pt[1]])
        labels.append(0 if pt[0] > pt[1] else 1)
    return np.array(inputs), np.array(labels).reshape(n, 1)


def generate_XOR_easy():
    inputs = []; labels = []
    for i in range(11):
        inputs.append([0.1*i, 0.1*i]); labels.append(0)
        if 0.1*i == 0.5: continue
        inputs.append([0.1*i, 1-0.1*i]); labels.append(1)
    return np.array(inputs), np.array(labels).reshape(21, 1)


class BPNN:
    def __init__(self, h1=4, h2=4, lr=0.1, epoch=10000):
        self.h1, self.h2 = h1, h2
        self.lr = lr
        self.epoch = epoch
        self.w1 = np.random.uniform(0, 1, (2, h1))
        self.w2 = np.random.uniform(0, 1, (h1, h2))
        self.w3 = np.random.uniform(0, 1, (h2, 1))
        self.loss_history = []

    def sigmoid(self, x):
        return 1 / (1 + np.exp(-x))

    def fit(self, X, y):
        for i in range(self.epoch):
            # ---- forward
            a1 = self.sigmoid(X @ self.w1)
            a2 = self.sigmoid(a1 @ self.w2)
            out = self.sigmoid(a2 @ self.w3)
            loss = np.mean((y - out) ** 2)
            self.loss_history.append(loss)
            # ---- backward
            d3 = -2 * (y - out) / len(y) * out * (1 - out)
            g3 = a2.T @ d3
            d2 = d3 @ self.w3.T * a2 * (1 - a2)
            g2 = a1.T @ d2
            d1 = d2 @ self.w2.T * a1 * (1 - a1)
            g1 = X.T @ d1
            # ---- update
            self.w3 -= self.lr * g3
            self.w2 -= self.lr * g2
            self.w1 -= self.lr * g1
            if i % 1000 == 0:
                print("epoch", i, "loss", loss)
        return self

    def predict(self, X):
        a1 = self.sigmoid(X @ self.w1)
        a2 = self.sigmoid(a1 @ self.w2)
        return self.sigmoid(a2 @ self.w3)


if __name__ == "__main__":
    x, y = generate_linear(100)
    model = BPNN(lr=1.0, epoch=10000).fit(x, y)
    p = model.predict(x)
    print(p)
    print("linear acc", ((p > 0.5) == y).mean())
    plt.plot(model.loss_history); plt.title("linear loss"); plt.show()
    x, y = generate_XOR_easy()
    model = BPNN(h1=10, h2=10, lr=1.0, epoch=50000).fit(x, y)
    p = model.predict(x)
    print("XOR acc", ((p > 0.5) == y).mean())
    plt.plot(model.loss_history); plt.title("XOR loss"); plt.show()
