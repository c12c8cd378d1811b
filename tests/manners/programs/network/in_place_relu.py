import numpy as np
import matplotlib.pyplot as plt
from tqdm import trange

def relu(x):
    x[x < 0] = 0
    return x

step = np.vectorize(lambda v: 1.0 if v > 0 else 0.0)

def sigmoid(x):
    np.negative(x, out=x)
    np.exp(x, out=x)
    x += 1
    np.reciprocal(x, out=x)
    return x

class BackProp:
    def __init__(self, n_hidden=10, lr=0.02, batch=5):
        self.lr, self.batch = lr, batch
        self.layers = [(2, n_hidden), (n_hidden, n_hidden), (n_hidden, 1)]
        self.w = [np.random.randn(*s) * np.sqrt(2 / s[0]) for s in self.layers]
        self.b = [np.full((1, s[1]), 0.1) for s in self.layers]

    def forward(self, x):
        self.a = [x]
        for k in range(3):
            z = self.a[k] @ self.w[k] + self.b[k]
            self.a.append(sigmoid(z) if k == 2 else relu(z))
        return self.a[3]

    def backward(self, y):
        self.gw, self.gb = [None] * 3, [None] * 3
        d = (self.a[3] - y) * self.a[3] * (1 - self.a[3])
        for k in [2, 1, 0]:
            self.gw[k] = self.a[k].T @ d
            self.gb[k] = d.sum(axis=0, keepdims=True)
            if k:
                d = d @ self.w[k].T * step(self.a[k])

    def optimize(self):
        for k in range(3):
            self.w[k] -= self.lr * self.gw[k]
            self.b[k] -= self.lr * self.gb[k]

def generate_linear(n=100):
    pts = np.random.uniform(0, 1, (n, 2))
    inputs, labels = [], []
    for pt in pts:
        inputs.append([pt[0], pt[1]])
        labels.append(0 if pt[0] > pt[1] else 1)
    return np.array(inputs), np.array(labels).reshape(n, 1)

def main(epochs=1000):
    x, y = generate_linear()
    model = BackProp()
    rec = []
    for e in trange(epochs):
        idx = np.random.permutation(len(x))
        for s in range(0, len(x), model.batch):
            b = idx[s:s + model.batch]
            model.forward(x[b])
            model.backward(y[b])
            model.optimize()
        rec.append(np.mean((model.forward(x) - y) ** 2))
        if e % 10 == 0:
            print('epoch', e, 'loss', rec[-1])
    print('acc', ((model.forward(x) > .5) == y).mean())
    plt.plot(rec)
    plt.savefig('output/loss.png')

if __name__ == '__main__':
    main()
