import numpy as np
import matplotlib.pyplot as plt

def generate_linear(n=100):
    pts = np.random.uniform(0, 1, (n, 2))
    inputs = []
    labels = []
    for pt in pts:
        inputs.append([pt[0], pt[1]])
        distance = (pt[0] - pt[1]) / 1.414
        if pt[0] > pt[1]:
            labels.append(0)
        else:
            labels.append(1)
    return np.array(inputs), np.array(labels).reshape(n, 1)


def generate_XOR_easy():
    inputs = []
    labels = []
    for i in range(11):
        inputs.append([0.1 * i, 0.1 * i])
        labels.append(0)
        if 0.1 * i == 0.5:
            continue
        inputs.append([0.1 * i, 1 - 0.1 * i])
        labels.append(1)
    return np.array(inputs), np.array(labels).reshape(21, 1)

def show_result(x, y, pred_y):
    plt.subplot(1, 2, 1)
    plt.title('Ground truth', fontsize=18)
    for i in range(x.shape[0]):
        if y[i] == 0:
            plt.plot(x[i][0], x[i][1], 'ro')
        else:
            plt.plot(x[i][0], x[i][1], 'bo')
    plt.subplot(1, 2, 2)
    plt.title('Predict result', fontsize=18)
    for i in range(x.shape[0]):
        if pred_y[i] == 0:
            plt.plot(x[i][0], x[i][1], 'ro')
        else:
            plt.plot(x[i][0], x[i][1], 'bo')
    plt.show()

class FlatNet:
    def __init__(self, h=4):
        self.h = h
        self.shapes = [(2, h), (h,), (h, h), (h,), (h, 1), (1,)]
        self.theta = np.random.randn(sum(int(np.prod(s)) for s in self.shapes))

    def unpack(self):
        out, k = [], 0
        for s in self.shapes:
            n = int(np.prod(s))
            out.append(self.theta[k:k + n].reshape(s))
            k += n
        return out

    def forward(self, x):
        w1, b1, w2, b2, w3, b3 = self.unpack()
        self.a1 = 1 / (1 + np.exp(-(x @ w1 + b1)))
        self.a2 = 1 / (1 + np.exp(-(self.a1 @ w2 + b2)))
        return 1 / (1 + np.exp(-(self.a2 @ w3 + b3)))

    def train_on_batch(self, x, y, lr):
        w1, b1, w2, b2, w3, b3 = self.unpack()
        o = self.forward(x)
        d3 = (o - y) * o * (1 - o)
        d2 = d3 @ w3.T * self.a2 * (1 - self.a2)
        d1 = d2 @ w2.T * self.a1 * (1 - self.a1)
        g1, g2, g3 = x.T @ d1, self.a1.T @ d2, self.a2.T @ d3
        self.theta = self.theta - lr * np.r_[g1.ravel(), d1.sum(0), g2.ravel(), d2.sum(0), g3.ravel(), d3.sum(0)]
        return np.mean((o - y) ** 2)


def run(x, y, lr):
    net = FlatNet()
    hist = [1.0]
    while hist[-1] > 0.005 and len(hist) < 30000:
        hist.append(net.train_on_batch(x, y, lr))
        if len(hist) % 1000 == 2:
            print('epoch', len(hist) - 2, 'loss', hist[-1])
    show_result(x, y, net.forward(x) > 0.5)
    plt.plot(hist[1:])
    plt.xlabel('epoch')
    plt.ylabel('loss')
    plt.show()


if __name__ == '__main__':
    run(*generate_linear(), lr=0.1)
    run(*generate_XOR_easy(), lr=0.3)
