import math
import random
import numpy as np
import matplotlib.pyplot as plt

EPOCHS = 1000

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

class Neuron:
    def __init__(self, n):
        self.weights = [random.gauss(0, 1) for _ in range(n)]
        self.bias = random.gauss(0, 1)
        self.delta = 0

    def fire(self, inputs):
        self.inputs = inputs
        s = self.bias
        for w, i in zip(self.weights, inputs):
            s = s + w * i
        self.out = 1 / (1 + math.exp(-s))
        return self.out


class Layer:
    def __init__(self, n_in, n_out):
        self.neurons = [Neuron(n_in) for _ in range(n_out)]

    def forward(self, inputs):
        return [n.fire(inputs) for n in self.neurons]

    def error(self, nxt, t):
        for j, n in enumerate(self.neurons):
            if nxt is None:
                e = n.out - t
            else:
                e = 0
                for m in nxt.neurons:
                    e = e + m.weights[j] * m.delta
            n.delta = e * n.out * (1 - n.out)

    def change(self, rate):
        for n in self.neurons:
            for k in range(len(n.weights)):
                n.weights[k] -= rate * n.delta * n.inputs[k]
            n.bias = n.bias - rate * n.delta


class Net:
    def __init__(self, sizes):
        self.layers = [Layer(a, b) for a, b in zip(sizes, sizes[1:])]
        self.rate = 0.8

    def output(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x[0]

    def learn(self, x, t):
        o = self.output(x)
        for l in range(len(self.layers) - 1, -1, -1):
            self.layers[l].error(self.layers[l + 1] if l + 1 < len(self.layers) else None, t)
        for layer in self.layers:
            layer.change(self.rate)
        return (o - t) ** 2


def main():
    for x, y in (generate_linear(), generate_XOR_easy()):
        net = Net([2, 3, 3, 1])
        costs = []
        for epoch in range(EPOCHS):
            cost = 0
            for xi, yi in zip(x.tolist(), y.ravel().tolist()):
                cost += net.learn(xi, yi)
            costs.append(cost / len(x))
            if epoch % 20 == 0:
                print('epoch', epoch, 'loss', costs[-1])
        pred = np.array([[round(net.output(xi))] for xi in x.tolist()])
        show_result(x, y, pred)
        plt.plot(costs)
        plt.show()


if __name__ == '__main__':
    main()
