import numpy as np
import matplotlib.pyplot as plt

class Layer:
    def __init__(self, dim_in, dim_out):
        self.W = np.random.randn(dim_in, dim_out)

    def forward(self, x):
        return np.tanh(x @ self.W)

    def backward(self, x, y, grad, lr):
        """x: input of this layer, y: its output"""
        local = grad * (1 - y * y)
        back = local @ self.W.T
        self.W -= lr * x.T @ local
        return back

class TwoHidden:
    """targets are -1 and 1"""
    def __init__(self, units=8):
        self.layers = [Layer(2, units), Layer(units, units), Layer(units, 1)]

    def forward(self, x):
        ys = [x]
        for layer in self.layers:
            ys.append(layer.forward(ys[-1]))
        return ys

    def train_batch(self, x, t, lr):
        ys = self.forward(x)
        grad = (ys[-1] - t) / len(x)
        for i in range(len(self.layers) - 1, -1, -1):
            grad = self.layers[i].backward(ys[i], ys[i + 1], grad, lr)
        return np.mean((ys[-1] - t) ** 2) / 2

def generate_linear(n=100):
    pts = np.random.uniform(0, 1, (n, 2))
    labels = np.where(pts[:, 0] > pts[:, 1], -1, 1)
    return pts, labels.reshape(n, 1)

if __name__ == "__main__":
    x, t = generate_linear()
    net = TwoHidden()
    losses = []
    for epoch in range(3000):
        order = np.random.permutation(len(x))
        for i in range(0, len(x), 10):
            b = order[i:i + 10]
            l = net.train_batch(x[b], t[b], 0.05)
        losses.append(np.mean((net.forward(x)[-1] - t) ** 2) / 2)
        if epoch % 50 == 0:
            print("epoch %d loss %.5f" % (epoch, losses[-1]))
    print("accuracy", np.mean(np.sign(net.forward(x)[-1]) == t))
    plt.plot(losses)
    plt.show()
