import numpy as np
import matplotlib.pyplot as plt

class Network:
    """ weights are created when the first batch arrives, so the input size need not be known """

    def __init__(self, layer_sizes=(6, 6, 1), learning_rate=0.05):
        self.layer_sizes = layer_sizes
        self.learning_rate = learning_rate
        self.W = None
        self.b = None

    def _build(self, n_in):
        self.W, self.b = [], []
        for n_out in self.layer_sizes:
            self.W.append(np.random.normal(0, 1, (n_in, n_out)))
            self.b.append(np.random.normal(0, 1, (1, n_out)))
            n_in = n_out

    def sigmoid(self, z):
        return 1. / (1. + np.exp(-z))

    def forward_propagation(self, x):
        if self.W is None:
            self._build(x.shape[1])
        self.a = [x]
        for W, b in zip(self.W, self.b):
            self.a.append(self.sigmoid(self.a[-1].dot(W) + b))
        return self.a[-1]

    def backward_propagation(self, y_true):
        delta = (self.a[-1] - y_true) * self.a[-1] * (1 - self.a[-1])
        for i in range(len(self.W) - 1, -1, -1):
            dW = self.a[i].T.dot(delta)
            db = np.sum(delta, axis=0, keepdims=True)
            if i > 0:
                new_delta = delta.dot(self.W[i].T) * self.a[i] * (1 - self.a[i])
            self.W[i] -= self.learning_rate * dW
            self.b[i] -= self.learning_rate * db
            if i > 0:
                delta = new_delta

def generate_linear(n=100):
    pts = np.random.uniform(0, 1, (n, 2))
    inputs, labels = [], []
    for pt in pts:
        inputs.append([pt[0], pt[1]])
        if pt[0] > pt[1]:
            labels.append(0)
        else:
            labels.append(1)
    return np.array(inputs), np.array(labels).reshape(n, 1)

def generate_XOR_easy():
    inputs, labels = [], []
    for i in range(11):
        inputs.append([0.1*i, 0.1*i])
        labels.append(0)
        if 0.1*i == 0.5:
            continue
        inputs.append([0.1*i, 1-0.1*i])
        labels.append(1)
    return np.array(inputs), np.array(labels).reshape(21, 1)

def run(x, y, title):
    net = Network()
    loss_list = []
    for epoch in range(10000):
        out = net.forward_propagation(x)
        net.backward_propagation(y)
        loss = ((out - y)**2).sum() / 2
        loss_list.append(loss)
        if epoch % 500 == 0:
            print("epoch", epoch, "loss", loss)
    plt.figure()
    plt.plot(loss_list)
    plt.title(title)
    plt.xlabel("epoch")
    plt.ylabel("loss")
    plt.savefig(title + ".png")
    out = net.forward_propagation(x)
    print(title, "accuracy", np.sum((out > 0.5) == y) / len(y))

# no guard here
run(*generate_linear(), "linear")
run(*generate_XOR_easy(), "xor")
