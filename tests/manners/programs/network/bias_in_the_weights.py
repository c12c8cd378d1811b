import numpy as np
import matplotlib.pyplot as plt

def generate_linear(n=100):
    pts = np.random.uniform(0, 1, (n, 2))
    return pts, (pts[:, 0] < pts[:, 1]).astype(float).reshape(n, 1)

def generate_XOR_easy():
    inputs = []
    labels = []
    for i in range(11):
        inputs.append([0.1 * i, 0.1 * i])
        labels.append(0)
        if i == 5:
            continue
        inputs.append([0.1 * i, 1 - 0.1 * i])
        labels.append(1)
    return np.array(inputs), np.array(labels).reshape(21, 1)

def add_one(a):
    """append the column of ones for the bias"""
    return np.hstack((a, np.ones((a.shape[0], 1))))

class MLP:
    def __init__(self, n_hidden=5):
        # last row of every matrix = bias
        self.w = [np.random.randn(2 + 1, n_hidden),
                  np.random.randn(n_hidden + 1, n_hidden),
                  np.random.randn(n_hidden + 1, 1)]

    def forward(self, x):
        self.out = [x]
        for w in self.w:
            x = 1 / (1 + np.exp(-(add_one(x) @ w)))
            self.out.append(x)
        return x

    def backward(self, y, eta=0.1):
        g = self.out[-1] - y
        for k in range(2, -1, -1):
            g = g * self.out[k + 1] * (1 - self.out[k + 1])
            dw = add_one(self.out[k]).T @ g
            g = g @ self.w[k][:-1].T
            self.w[k] = self.w[k] - eta * dw

def loss_fn(pred, y):
    return np.sum((pred - y) ** 2) / 2

def main():
    for gen in (generate_linear, generate_XOR_easy):
        x, y = gen()
        net = MLP()
        ls = []
        for t in range(15000):
            p = net.forward(x)
            ls.append(loss_fn(p, y))
            net.backward(y)
            if t % 300 == 0:
                print(gen.__name__, t, 'loss', ls[-1])
        print('accuracy = %.1f%%' % (100 * ((net.forward(x) > .5) == y).mean()))
        plt.plot(ls)
        plt.ylabel('loss')
    plt.show()

if __name__ == '__main__':
    main()
