import numpy as np
import matplotlib.pyplot as plt

class Net:
    def __init__(self, lr):
        self.lr = lr
        self.w1 = np.random.randn(6, 2)
        self.w2 = np.random.randn(6, 6)
        self.w3 = np.random.randn(1, 6)
        # TODO bias
        self.b1 = np.zeros((6, 1))
        self.b2 = np.zeros((6, 1))

    def f(self, z):
        return 1 / (1 + np.exp(-z))

    def forward(self, x):
        """x: one sample, (2, 1)"""
        self.a0 = x
        self.a1 = self.f(self.w1 @ self.a0)
        self.a2 = self.f(self.w2 @ self.a1)
        self.a3 = self.f(self.w3 @ self.a2)
        return self.a3

    def loss(self, y):
        return (self.a3 - y) ** 2     # (1, 1)

    def backward(self, y):
        e3 = 2 * (self.a3 - y) * self.a3 * (1 - self.a3)
        e2 = self.w3.T @ e3 * self.a2 * (1 - self.a2)
        e1 = self.w2.T @ e2 * self.a1 * (1 - self.a1)
        self.w3 -= self.lr * e3 @ self.a2.T
        self.w2 -= self.lr * e2 @ self.a1.T
        self.w1 -= self.lr * e1 @ self.a0.T
        self.b2 -= self.lr * e2
        self.b1 -= self.lr * e1

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

x, y = generate_XOR_easy()
net = Net(0.2)
curve = []
for epoch in range(6000):
    total = 0
    for xi, yi in zip(x, y):
        net.forward(xi.reshape(2, 1))
        total = total + net.loss(yi)
        net.backward(yi)
    total = total / len(x)
    curve.append(total[0][0])
    if epoch % 50 == 0:
        print('epoch', epoch, 'loss', total[0][0])
right = 0
for xi, yi in zip(x, y):
    p = net.forward(xi.reshape(2, 1))
    print(xi, yi, p)
    right += int((p[0][0] > 0.5) == yi[0])
print('accuracy', right / len(x))
plt.plot(curve)
plt.show()
