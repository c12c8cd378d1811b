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
    def __init__(self, h1, h2, lr):
        self.W1, self.B1 = np.random.randn(2, h1), np.zeros((1, h1))
        self.W2, self.B2 = np.random.randn(h1, h2), np.zeros((1, h2))
        self.W3, self.B3 = np.random.randn(h2, 1), np.zeros((1, 1))
        self.lr = lr

    def forward(self, X):
        self.A1 = self._sig(X @ self.W1 + self.B1)
        self.A2 = self._sig(self.A1 @ self.W2 + self.B2)
        self.A3 = self._sig(self.A2 @ self.W3 + self.B3)
        return self.A3

    _sig = staticmethod(lambda z: 1 / (1 + np.exp(-z)))

    def backward(self, X, y):
        delta3 = (self.A3 - y) * self.A3 * (1 - self.A3)
        dW3 = np.dot(self.A2.T, delta3)
        delta2 = np.dot(delta3, self.W3.T) * self.A2 * (1 - self.A2)
        dW2 = np.dot(self.A1.T, delta2)
        delta1 = np.dot(delta2, self.W2.T) * self.A1 * (1 - self.A1)
        dW1 = np.dot(X.T, delta1)
        for W, g in ((self.W3, dW3), (self.W2, dW2), (self.W1, dW1)):
            W -= self.lr * g
        for B, d in ((self.B3, delta3), (self.B2, delta2), (self.B1, delta1)):
            B -= self.lr * d.sum(axis=0, keepdims=True)


def train(net, X, y, epochs):
    history = []
    for i in range(epochs):
        p = net.forward(X)
        history.append(float(((p - y) ** 2).sum() / 2))
        net.backward(X, y)
        if i % 1000 == 0:
            print('epoch %d loss %.5f' % (i, history[-1]))
    return history


def compare_lr(X, y, title):
    for lr in (0.5, 0.1, 0.01):
        net = Net(4, 4, lr)
        plt.plot(train(net, X, y, 3000), label='lr=%g' % lr)
    plt.legend()
    plt.title(title)
    plt.xlabel('epoch')
    plt.ylabel('loss')
    plt.show()


def compare_units(X, y, title):
    for h in (2, 4, 8):
        net = Net(h, h, 0.1)
        plt.plot(train(net, X, y, 3000), label='units=%d' % h)
    plt.legend()
    plt.title(title)
    plt.xlabel('epoch')
    plt.ylabel('loss')
    plt.show()


if __name__ == '__main__':
    for title, (X, y), lr in (('linear', generate_linear(), 0.1), ('XOR', generate_XOR_easy(), 0.3)):
        net = Net(4, 4, lr)
        history = train(net, X, y, 10000)
        p = net.forward(X)
        print(title, 'accuracy', np.mean((p > 0.5) == y))
        show_result(X, y, (p > 0.5).astype(int))
        plt.plot(history)
        plt.title(title + ' loss')
        plt.xlabel('epoch')
        plt.ylabel('loss')
        plt.show()
        compare_lr(X, y, title)
        compare_units(X, y, title)
