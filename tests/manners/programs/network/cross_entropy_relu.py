import os
import numpy as np
import matplotlib.pyplot as plt

# ---------------------------------------------------------------- data
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

# ---------------------------------------------------------------- net
class TwoHiddenNet:
    def __init__(self, in_dim, hid1, hid2, out_dim, lr=0.01):
        he = lambda o, i: np.random.randn(o, i) * np.sqrt(2.0 / i)
        self.W1, self.b1 = he(hid1, in_dim), np.full(hid1, 0.01)
        self.W2, self.b2 = he(hid2, hid1), np.full(hid2, 0.01)
        self.W3, self.b3 = he(out_dim, hid2), np.zeros(out_dim)
        self.lr = lr

    def relu(self, z):
        return np.maximum(z, 0)

    def __call__(self, x):
        self.x = x
        self.z1 = x @ self.W1.T + self.b1
        self.a1 = self.relu(self.z1)
        self.z2 = self.a1 @ self.W2.T + self.b2
        self.a2 = self.relu(self.z2)
        self.z3 = self.a2 @ self.W3.T + self.b3
        self.out = 1.0 / (1.0 + np.exp(-self.z3))
        return self.out

    def cross_entropy(self, y):
        eps = 1e-12
        return -np.mean(y * np.log(self.out + eps) + (1 - y) * np.log(1 - self.out + eps))

    def backprop(self, y):
        N = y.shape[0]
        # sigmoid + BCE
        d3 = (self.out - y) / N
        dW3 = d3.T @ self.a2
        db3 = d3.sum(0)
        d2 = (d3 @ self.W3) * (self.z2 > 0)
        dW2 = d2.T @ self.a1
        db2 = d2.sum(0)
        d1 = (d2 @ self.W2) * (self.z1 > 0)
        dW1 = d1.T @ self.x
        db1 = d1.sum(0)
        for p, g in [(self.W1, dW1), (self.b1, db1), (self.W2, dW2),
                     (self.b2, db2), (self.W3, dW3), (self.b3, db3)]:
            p -= self.lr * g

def train(net, x, y, epochs=20000):
    hist = []
    for ep in range(epochs):
        net(x)
        hist.append(net.cross_entropy(y))
        net.backprop(y)
        if ep % 400 == 0:
            print(f"[{ep:6d}] loss={hist[-1]:.6f}")
    return hist

if __name__ == "__main__":
    x, y = generate_linear()
    net = TwoHiddenNet(2, 16, 16, 1, lr=0.05)
    h = train(net, x, y)
    print("acc", ((net(x) > 0.5) == y).mean())
    plt.plot(h)
    plt.savefig(os.path.join("figures", "exp1", "linear_loss.png"))
    x, y = generate_XOR_easy()
    net = TwoHiddenNet(2, 16, 16, 1, lr=0.05)
    h = train(net, x, y)
    print("acc", ((net(x) > 0.5) == y).mean())
    plt.plot(h)
    plt.savefig(os.path.join("figures", "exp1", "xor_loss.png"))
