import numpy as np
import matplotlib.pyplot as plt


def generate_linear(n=100):
    pts = np.random.uniform(0, 1, (n, 2))
    return pts, (pts[:, 0] <= pts[:, 1]).astype(float).reshape(-1, 1)
def generate_XOR_easy():
    a, b = [], []
    for i in range(11):
        a.append([0.1*i, 0.1*i]); b.append(0)
        if i != 5:
            a.append([0.1*i, 1-0.1*i]); b.append(1)
    return np.array(a), np.array(b).reshape(21, 1)
def sig(z): return 1/(1+np.exp(-z))
class NN:
    def __init__(self, h=8, lr=0.3):
        self.w1 = np.random.randn(2, h); self.b1 = np.zeros((1, h))
        self.w2 = np.random.randn(h, h); self.b2 = np.zeros((1, h))
        self.w3 = np.random.randn(h, 1); self.b3 = np.zeros((1, 1))
        self.lr = lr
    def predict(self, x):
        return sig(sig(sig(x @ self.w1 + self.b1) @ self.w2 + self.b2) @ self.w3 + self.b3)
    def train(self, x, y, epochs):
        self.losses = []
        for i in range(epochs):
            a1 = sig(x @ self.w1 + self.b1)
            a2 = sig(a1 @ self.w2 + self.b2)
            o = sig(a2 @ self.w3 + self.b3)
            d3 = (o - y) * o * (1 - o)
            d2 = d3 @ self.w3.T * a2 * (1 - a2)
            d1 = d2 @ self.w2.T * a1 * (1 - a1)
            self.w3 -= self.lr * a2.T @ d3; self.b3 -= self.lr * d3.sum(0, keepdims=True)
            self.w2 -= self.lr * a1.T @ d2; self.b2 -= self.lr * d2.sum(0, keepdims=True)
            self.w1 -= self.lr * x.T @ d1; self.b1 -= self.lr * d1.sum(0, keepdims=True)
            if i % 10 == 0:
                loss = np.mean((y - self.predict(x))**2)
                self.losses.append(loss)
                if i % 100 == 0: print('epoch', i, 'loss', loss)
if __name__ == '__main__':
    for x, y in (generate_linear(), generate_XOR_easy()):
        net = NN()
        net.train(x, y, 5000)
        print('accuracy', np.mean((net.predict(x) > .5) == y))
        plt.figure(); plt.plot(net.losses)
        plt.figure(); plt.scatter(x[:,0], x[:,1], c=net.predict(x).ravel() > .5, cmap='bwr')
    plt.show()
