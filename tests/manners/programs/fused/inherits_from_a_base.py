import numpy as np
import matplotlib.pyplot as plt

class BaseLayer(object):
    def forward(self, x):
        raise NotImplementedError()
    def backward(self, d):
        raise NotImplementedError()

class ReLULayer(BaseLayer):
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out) * np.sqrt(2 / n_in)
        self.b = np.zeros((1, n_out)) + 0.1
    def forward(self, x):
        self.x = x
        self.z = np.dot(x, self.W) + self.b
        return np.maximum(self.z, 0)
    def backward(self, d, lr):
        d = d.copy()
        d[self.z <= 0] = 0
        dx = np.dot(d, self.W.T)
        self.W -= lr * np.dot(self.x.T, d)
        self.b -= lr * np.sum(d, axis=0, keepdims=True)
        return dx

class SigmoidLayer(BaseLayer):
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out) * np.sqrt(1 / n_in)
        self.b = np.zeros((1, n_out))
    def forward(self, x):
        self.x = x
        self.s = 1 / (1 + np.exp(-(np.dot(x, self.W) + self.b)))
        return self.s
    def backward(self, d, lr):
        d = d * self.s * (1 - self.s)
        dx = np.dot(d, self.W.T)
        self.W -= lr * np.dot(self.x.T, d)
        self.b -= lr * np.sum(d, axis=0, keepdims=True)
        return dx

class FFN(object):
    def __init__(self, lr, *layers):
        self.lr = lr
        self.layers = layers
    def forward(self, x):
        for l in self.layers:
            x = l.forward(x)
        self.y = x
        return x
    def backward(self, t):
        d = self.y - t
        for l in self.layers[::-1]:
            d = l.backward(d, self.lr)
    def cal_loss(self, t):
        return 0.5 * np.sum((self.y - t) ** 2)

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

def main():
    x, t = generate_XOR_easy()
    net = FFN(0.05, ReLULayer(2, 12), ReLULayer(12, 12), SigmoidLayer(12, 1))
    hist = []
    for i in range(6000):
        net.forward(x)
        hist.append(net.cal_loss(t))
        net.backward(t)
        if i % 100 == 0:
            print(i, "loss =", hist[-1])
    print("acc =", np.mean((net.forward(x) > .5) == t))
    plt.plot(hist)
    plt.savefig("results/xor/curve.png")

if __name__ == "__main__":
    main()
