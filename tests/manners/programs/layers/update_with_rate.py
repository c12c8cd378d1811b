import numpy as np
import matplotlib.pyplot as plt


class Linear:
    def __init__(self, in_features, out_features):
        self.W = np.random.randn(in_features, out_features)
        self.b = np.zeros((1, out_features))

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, grad):
        self.dW = self.x.T @ grad
        self.db = grad.sum(axis=0, keepdims=True)
        return grad @ self.W.T

    def update(self, lr):
        self.W -= lr * self.dW
        self.b -= lr * self.db


class Sigmoid:
    def forward(self, x):
        self.out = 1 / (1 + np.exp(-x))
        return self.out

    def backward(self, grad):
        return grad * self.out * (1 - self.out)

    def update(self, lr):
        pass


class MSE:
    def forward(self, pred, y):
        self.pred, self.y = pred, y
        return np.mean((pred - y) ** 2)

    def backward(self):
        return 2 * (self.pred - self.y) / self.y.size


class Network:
    def __init__(self, hidden=8):
        self.layers = [
            Linear(2, hidden), Sigmoid(),
            Linear(hidden, hidden), Sigmoid(),
            Linear(hidden, 1), Sigmoid(),
        ]

    def forward(self, x):
        for l in self.layers:
            x = l.forward(x)
        return x

    def backward(self, grad):
        for l in self.layers[::-1]:
            grad = l.backward(grad)

    def update(self, lr):
        for l in self.layers:
            l.update(lr)


def generate_linear(n=100):
    pts = np.random.uniform(0, 1, (n, 2))
    inputs, labels = [], []
    for pt in pts:
        inputs.append([pt[0], pt[1]])
        labels.append(0 if pt[0] > pt[1] else 1)
    return np.array(inputs), np.array(labels).reshape(n, 1)


def generate_XOR_easy():
    inputs, labels = [], []
    for i in range(11):
        inputs.append([0.1 * i, 0.1 * i])
        labels.append(0)
        if 0.1 * i == 0.5:
            continue
        inputs.append([0.1 * i, 1 - 0.1 * i])
        labels.append(1)
    return np.array(inputs), np.array(labels).reshape(21, 1)


def show_result(x, y, pred_y):
    fig, axes = plt.subplots(1, 2)
    for ax, t, title in zip(axes, (y, pred_y), ('Ground truth', 'Predict result')):
        ax.set_title(title, fontsize=18)
        for i in range(x.shape[0]):
            ax.plot(x[i][0], x[i][1], 'ro' if t[i] == 0 else 'bo')
    plt.show()


def train(net, x, y, lr=1.0, epochs=10000):
    criterion = MSE()
    losses = []
    for epoch in range(epochs):
        pred = net.forward(x)
        losses.append(criterion.forward(pred, y))
        net.backward(criterion.backward())
        net.update(lr)
        if epoch % 100 == 0:
            print(f'epoch {epoch} loss : {losses[-1]:.4f}')
    return losses


if __name__ == '__main__':
    for x, y in (generate_linear(), generate_XOR_easy()):
        net = Network()
        losses = train(net, x, y)
        pred = (net.forward(x) > 0.5).astype(int)
        print('acc:', (pred == y).mean())
        plt.plot(losses)
        plt.show()
        show_result(x, y, pred)
