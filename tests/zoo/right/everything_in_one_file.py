"""The whole lab in one file."""

import matplotlib.pyplot as plt
import numpy as np


class Layer:
    """What every layer offers."""

    def forward(self, x):
        raise NotImplementedError

    def backward(self, prev_grad, lr=0.1):
        raise NotImplementedError


class Linear(Layer):
    """y = xw + b, one sample a row."""

    def __init__(self, in_features, out_features, bias=True):
        self.w = np.random.randn(in_features, out_features)
        self.b = np.zeros(out_features) if bias else None
        self.x = None

    def forward(self, x):
        self.x = x
        out = x @ self.w
        if self.b is not None:
            out = out + self.b
        return out

    def backward(self, prev_grad, lr=0.1):
        dx = prev_grad @ self.w.T
        dw = self.x.T @ prev_grad
        self.w = self.w - lr * dw
        if self.b is not None:
            db = prev_grad.sum(axis=0)
            self.b = self.b - lr * db
        return dx


class Sigmoid(Layer):
    """y = 1 / (1 + exp(-x)); only non-positive numbers are ever exponentiated."""

    def forward(self, x):
        e = np.exp(-np.abs(x))
        self.y = np.where(x >= 0, 1.0, e) / (1.0 + e)
        return self.y

    def backward(self, prev_grad, lr=0.1):
        slope = self.y * (1.0 - self.y)
        return prev_grad * slope


class ReLU(Layer):
    """y = max(x, 0)."""

    def forward(self, x):
        self.positive = x > 0
        return np.where(self.positive, x, 0.0)

    def backward(self, prev_grad, lr=0.1):
        return np.where(self.positive, prev_grad, 0.0)


class Tanh(Layer):
    """y = tanh(x)."""

    def forward(self, x):
        self.t = np.tanh(x)
        return self.t

    def backward(self, prev_grad, lr=0.1):
        return prev_grad * (1.0 - self.t ** 2)


class Softmax(Layer):
    """Every row becomes a distribution."""

    def forward(self, x):
        shifted = x - x.max(axis=1, keepdims=True)
        powers = np.exp(shifted)
        self.p = powers / powers.sum(axis=1, keepdims=True)
        return self.p

    def backward(self, prev_grad, lr=0.1):
        inner = (prev_grad * self.p).sum(axis=1, keepdims=True)
        return self.p * (prev_grad - inner)


EPS = 1e-12


class MSE:
    """Mean of the squared error over all entries."""

    def forward(self, y, ground_truth):
        self.y = y
        self.truth = ground_truth
        error = y - ground_truth
        return float(np.mean(error ** 2))

    def backward(self, prev_grad=1, lr=0.1):
        grad = 2.0 * (self.y - self.truth) / self.y.size
        return prev_grad * grad


class BinaryCrossEntropy:
    """Mean of -log(probability of the right answer) over all entries."""

    def forward(self, y, ground_truth):
        self.q = np.clip(y, EPS, 1.0 - EPS)
        self.label = ground_truth
        right = self.label * np.log(self.q)
        wrong = (1.0 - self.label) * np.log(1.0 - self.q)
        return float(-np.mean(right + wrong))

    def backward(self, prev_grad=1, lr=0.1):
        top = self.q - self.label
        bottom = self.q * (1.0 - self.q)
        return prev_grad * top / bottom / self.q.size


class CrossEntropy:
    """Mean over the rows of -log(probability of the row's class), one-hot ground truth."""

    def forward(self, y, ground_truth):
        self.prob = np.maximum(y, EPS)
        self.onehot = ground_truth
        picked = self.onehot * np.log(self.prob)
        return float(-picked.sum(axis=1).mean())

    def backward(self, prev_grad=1, lr=0.1):
        each = -self.onehot / self.prob
        return prev_grad * each / len(each)


class TLNN:
    """Two inputs, two hidden layers, one output."""

    def __init__(self, layer_1_units=4, layer_2_units=4):
        self.layers = [
            Linear(2, layer_1_units),
            Sigmoid(),  # after the first hidden layer
            Linear(layer_1_units, layer_2_units),
            Sigmoid(),  # after the second hidden layer
            Linear(layer_2_units, 1, bias=False),
            Sigmoid(),  # at the output
        ]
        self.loss_func = MSE()

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def cal_loss(self, y, ground_truth):
        return self.loss_func.forward(y, ground_truth)

    def backward(self, lr=0.05):
        grad = self.loss_func.backward()
        for layer in reversed(self.layers):
            grad = layer.backward(grad, lr)


def generate_linear(n=100):
    points = np.random.uniform(0, 1, (n, 2))
    labels = (points[:, 1] > points[:, 0]).astype(float)
    return points, labels.reshape(n, 1)


def generate_XOR_easy():
    inputs, labels = [], []
    for i in range(11):
        inputs.append([0.1 * i, 0.1 * i])
        labels.append(0.0)
        if i == 5:
            continue
        inputs.append([0.1 * i, 1 - 0.1 * i])
        labels.append(1.0)
    return np.array(inputs), np.array(labels).reshape(21, 1)


def train(net, x, y, lr=0.1, epochs=10000, batch_size=None):
    """Train net on x, y; return the mean loss of every epoch."""
    n = len(x)
    size = n if batch_size is None else batch_size
    losses = []
    for epoch in range(epochs):
        order = np.random.permutation(n) if size < n else np.arange(n)
        total = 0.0
        for start in range(0, n, size):
            batch = order[start:start + size]
            pred = net.forward(x[batch])
            loss = net.cal_loss(pred, y[batch])
            net.backward(lr)
            total += loss * len(batch)
        losses.append(total / n)
    return losses


def accuracy(ground_truth, y):
    """The share of predictions that land on the right side of one half."""
    guess = y > 0.5
    hits = guess == (ground_truth > 0.5)
    return float(np.mean(hits))


def draw_points(ax, x, labels, title):
    """One panel: every point, coloured by its class."""
    ones = np.ravel(labels) > 0.5
    ax.scatter(x[~ones, 0], x[~ones, 1], color="red", label="0")
    ax.scatter(x[ones, 0], x[ones, 1], color="blue", label="1")
    ax.set_title(title)


def show_result(x, y, pred_y):
    fig, (left, right) = plt.subplots(1, 2, figsize=(8, 4))
    draw_points(left, x, y, "Ground truth")
    draw_points(right, x, pred_y, "Predict result")
    plt.show()
    return fig


def show_learning_curve(losses):
    fig, ax = plt.subplots()
    epochs = np.arange(1, len(losses) + 1)
    ax.plot(epochs, losses)
    ax.set_xlabel("epoch")
    ax.set_ylabel("loss")
    plt.show()
    return fig


def run(name, x, y, lr, epochs):
    net = TLNN()
    losses = train(net, x, y, lr=lr, epochs=epochs)
    pred_y = net.forward(x)
    print(name, "loss", losses[-1], "accuracy", accuracy(y, pred_y))
    show_result(x, y, pred_y).savefig(name + "_result.png")
    show_learning_curve(losses).savefig(name + "_curve.png")


def main():
    run("linear", *generate_linear(), lr=0.5, epochs=10000)
    run("xor", *generate_XOR_easy(), lr=0.5, epochs=20000)


if __name__ == "__main__":
    main()
