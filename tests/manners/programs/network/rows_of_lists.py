import numpy as np
import random
import matplotlib.pyplot as plt

class Network:
    def __init__(self, n_hidden=4):
        # weights are lists of rows
        self.w1 = [[random.gauss(0, 1) for _ in range(n_hidden)] for _ in range(2)]
        self.w2 = [[random.gauss(0, 1) for _ in range(n_hidden)] for _ in range(n_hidden)]
        self.w3 = [[random.gauss(0, 1)] for _ in range(n_hidden)]

    def sigmoid(self, x):
        return 1 / (1 + np.exp(-x))

    def forward(self, x):
        self.x = np.array(x)
        self.h1 = self.sigmoid(np.dot(self.x, self.w1))
        self.h2 = self.sigmoid(np.dot(self.h1, self.w2))
        self.y = self.sigmoid(np.dot(self.h2, self.w3))
        return self.y

    def backward(self, target, lr):
        # dL/dy * dy/dz
        d3 = (self.y - target) * self.y * (1 - self.y)
        d2 = np.dot(d3, np.transpose(self.w3)) * self.h2 * (1 - self.h2)
        d1 = np.dot(d2, np.transpose(self.w2)) * self.h1 * (1 - self.h1)
        self.w3 = self.w3 - lr * np.dot(self.h2.T, d3)
        self.w2 = self.w2 - lr * np.dot(self.h1.T, d2)
        self.w1 = self.w1 - lr * np.dot(self.x.T, d1)

def generate_XOR_easy():
    inputs = []
    labels = []
    for i in range(11):
        inputs.append([0.1*i, 0.1*i])
        labels.append(0)
        if 0.1*i == 0.5:
            continue
        inputs.append([0.1*i, 1-0.1*i])
        labels.append(1)
    return np.array(inputs), np.array(labels).reshape(21, 1)

def generate_linear(n=100):
    pts = np.random.uniform(0, 1, (n, 2))
    inputs = []
    labels = []
    for pt in pts:
        inputs.append([pt[0], pt[1]])
        labels.append(int(pt[0] <= pt[1]))
    return np.array(inputs), np.array(labels).reshape(n, 1)

if __name__ == '__main__':
    mode = input('1: linear, 2: xor > ')
    if mode == '1':
        x, y = generate_linear()
    else:
        x, y = generate_XOR_easy()
    nn = Network()
    loss = []
    for epoch in range(10000):
        nn.forward(x)
        nn.backward(y, 0.3)
        loss.append(np.mean((nn.y - y)**2))
        if (epoch + 1) % 100 == 0:
            print('epoch', epoch + 1, 'loss', loss[-1])
    print(nn.forward(x))
    plt.plot(range(10000), loss)
    plt.show()
