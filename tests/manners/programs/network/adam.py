import numpy as np
import matplotlib.pyplot as plt
from tqdm import tqdm

class Net:
    def __init__(self, dims=[2, 8, 8, 1]):
        self.L = len(dims) - 1
        self.p = {}
        for l in range(1, self.L + 1):
            self.p['W' + str(l)] = np.random.randn(dims[l-1], dims[l]) * 0.5
            self.p['b' + str(l)] = np.zeros(dims[l])
        self.m = {k: np.zeros_like(v) for k, v in self.p.items()}
        self.v = {k: np.zeros_like(v) for k, v in self.p.items()}
        self.t = 0

    def leaky(self, z):
        return np.where(z > 0, z, 0.1 * z)

    def forward(self, x):
        self.h = [x]
        self.z = [None]
        for l in range(1, self.L + 1):
            self.z.append(self.h[-1] @ self.p['W' + str(l)] + self.p['b' + str(l)])
            self.h.append(self.leaky(self.z[-1]) if l < self.L else 1 / (1 + np.exp(-self.z[-1])))
        return self.h[-1]

    def backward(self, y):
        g = {}
        out = self.h[-1]
        d = 2 * (out - y) / y.size * out * (1 - out)
        for l in range(self.L, 0, -1):
            g['W' + str(l)] = self.h[l-1].T @ d
            g['b' + str(l)] = d.sum(axis=0)
            if l > 1:
                d = (d @ self.p['W' + str(l)].T) * np.where(self.z[l-1] > 0, 1.0, 0.1)
        return g

    def adam(self, g, lr=1e-3, b1=0.9, b2=0.999, eps=1e-8):
        self.t += 1
        for k in self.p:
            self.m[k] = b1 * self.m[k] + (1 - b1) * g[k]
            self.v[k] = b2 * self.v[k] + (1 - b2) * g[k] ** 2
            mh = self.m[k] / (1 - b1 ** self.t)
            vh = self.v[k] / (1 - b2 ** self.t)
            self.p[k] -= lr * mh / (np.sqrt(vh) + eps)

def generate_linear(n=100):
    pts = np.random.uniform(0, 1, (n, 2))
    return pts, np.array([0 if a > b else 1 for a, b in pts]).reshape(n, 1)

def generate_XOR_easy():
    inputs, labels = [], []
    for i in range(11):
        inputs.append([0.1*i, 0.1*i]); labels.append(0)
        if 0.1*i == 0.5: continue
        inputs.append([0.1*i, 1-0.1*i]); labels.append(1)
    return np.array(inputs), np.array(labels).reshape(21, 1)

if __name__ == '__main__':
    for data in (generate_linear(), generate_XOR_easy()):
        x, y = data
        net = Net()
        losses = []
        for i in tqdm(range(3000)):
            pred = net.forward(x)
            losses.append(np.mean((pred - y) ** 2))
            net.adam(net.backward(y), lr=0.01)
            if i % 50 == 0:
                print('iter', i, 'loss', losses[-1])
        print('acc', np.mean((net.forward(x) > 0.5) == y))
        plt.plot(losses)
        plt.show()
