import random
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

class Network():
    def __init__(self, lr=0.5, h1=4, h2=4):
        self.lr = lr
        self.w1 = np.random.randn(2, h1)
        self.b1 = np.zeros((1, h1))
        self.w2 = np.random.randn(h1, h2)
        self.b2 = np.zeros((1, h2))
        self.w3 = np.random.randn(h2, 1)
        self.b3 = np.zeros((1, 1))

    def forward(self, inputs):
        self.inputs = inputs
        self.z1 = self.sigmoid(inputs @ self.w1 + self.b1)
        self.z2 = self.sigmoid(self.z1 @ self.w2 + self.b2)
        self.z3 = self.sigmoid(self.z2 @ self.w3 + self.b3)
        return self.z3

    def sigmoid(self, x):
        return 1.0 / (1.0 + np.exp(-x))

    def der_sigmoid(self, y):
        return y * (1.0 - y)

    def backward(self, label):
        dz3 = (self.z3 - label) * self.der_sigmoid(self.z3)
        dz2 = dz3 @ self.w3.T * self.der_sigmoid(self.z2)
        dz1 = dz2 @ self.w2.T * self.der_sigmoid(self.z1)
        self.w3 -= self.lr * self.z2.T @ dz3
        self.w2 -= self.lr * self.z1.T @ dz2
        self.w1 -= self.lr * self.inputs.T @ dz1
        self.b3 -= self.lr * dz3.sum(axis=0, keepdims=True)
        self.b2 -= self.lr * dz2.sum(axis=0, keepdims=True)
        self.b1 -= self.lr * dz1.sum(axis=0, keepdims=True)


def accuracy(pred, y):
    correct = 0
    for p, t in zip(pred, y):
        if round(float(p[0])) == t[0]:
            correct += 1
    return correct / len(y)


def main():
    for name, (x, y) in (('linear', generate_linear(100)), ('XOR', generate_XOR_easy())):
        net = Network()
        losses = []
        for epoch in range(100000):
            k = random.randrange(len(x))
            net.forward(x[k:k + 1])
            net.backward(y[k:k + 1])
            if epoch % 500 == 0:
                out = net.forward(x)
                loss = np.mean((out - y) ** 2)
                losses.append(loss)
                print('epoch %d loss : %.10f' % (epoch, loss))
                if accuracy(out, y) == 1 and loss < 0.01:
                    break
        out = net.forward(x)
        print(name, 'accuracy', accuracy(out, y))
        show_result(x, y, np.round(out))
        plt.plot(np.arange(len(losses)) * 500, losses)
        plt.xlabel('epoch')
        plt.ylabel('loss')
        plt.title(name + ' learning curve')
        plt.show()


main()
