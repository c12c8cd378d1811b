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

class Net:
    def __init__(self, lr=0.5, h=6):
        self.lr = lr
        self.l2 = 1e-5
        self.W1 = np.random.randn(2, h); self.W2 = np.random.randn(h, h); self.W3 = np.random.randn(h, 1)
        self.c1 = np.zeros((1, h)); self.c2 = np.zeros((1, h)); self.c3 = np.zeros((1, 1))

    def weights(self):
        return [self.W1, self.W2, self.W3]

    def biases(self):
        return [self.c1, self.c2, self.c3]

    def _forward(self, X):
        sg = lambda t: 1 / (1 + np.exp(-t))
        A = sg(X @ self.W1 + self.c1)
        B = sg(A @ self.W2 + self.c2)
        return A, B, sg(B @ self.W3 + self.c3)

    def predict(self, X):
        return self._forward(X)[2]

    def fit_batch(self, X, y, epoch):
        A, B, o = self._forward(X)
        rate = self.lr / (1 + 1e-4 * epoch)
        d3 = (o - y) * o * (1 - o)
        d2 = d3 @ self.W3.T * B * (1 - B)
        d1 = d2 @ self.W2.T * A * (1 - A)
        g3, g2, g1 = B.T @ d3, A.T @ d2, X.T @ d1
        self.W3 -= rate * (g3 + self.l2 * self.W3)
        self.W2 -= rate * (g2 + self.l2 * self.W2)
        self.W1 -= rate * (g1 + self.l2 * self.W1)
        self.c3 -= rate * d3.sum(axis=0, keepdims=True)
        self.c2 -= rate * d2.sum(axis=0, keepdims=True)
        self.c1 -= rate * d1.sum(axis=0, keepdims=True)
        return ((o - y) ** 2).mean()


def boundary(net, x, y):
    xx, yy = np.meshgrid(np.linspace(0, 1, 50), np.linspace(0, 1, 50))
    z = net.predict(np.c_[xx.ravel(), yy.ravel()]).reshape(xx.shape)
    plt.contourf(xx, yy, z, levels=20, cmap='RdBu')
    plt.scatter(x[:, 0], x[:, 1], c=y[:, 0], cmap='RdBu', edgecolors='k')
    plt.title('decision boundary')
    plt.show()


def run(x, y):
    plt.ion()
    net = Net(0.3)
    best, wait, hist = 1e9, 0, []
    for e in range(8000):
        l = net.fit_batch(x, y, e)
        hist.append(l)
        if l < best - 1e-7:
            best, wait = l, 0
        else:
            wait += 1
        if wait > 500 and l < 0.01:
            break
        if e % 1000 == 0:
            print('epoch', e, 'loss', l)
            plt.clf()
            plt.plot(hist)
            plt.pause(0.01)
    plt.ioff()
    show_result(x, y, net.predict(x) > 0.5)
    boundary(net, x, y)
    plt.figure()
    plt.plot(hist)
    plt.xlabel('epoch')
    plt.ylabel('loss')
    plt.show()


if __name__ == '__main__':
    run(*generate_linear())
    run(*generate_XOR_easy())
