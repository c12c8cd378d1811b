# -*- coding: utf-8 -*-
import random
import numpy as np
import matplotlib.pyplot as plt


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def sigmoid_prime(z):
    return sigmoid(z) * (1 - sigmoid(z))


class Network(object):

    def __init__(self, sizes):
        self.num_layers = len(sizes)
        self.sizes = sizes
        self.biases = [np.random.randn(y, 1) for y in sizes[1:]]
        self.weights = [np.random.randn(y, x) for x, y in zip(sizes[:-1], sizes[1:])]

    def feedforward(self, a):
        for b, w in zip(self.biases, self.weights):
            a = sigmoid(np.dot(w, a) + b)
        return a

    def SGD(self, training_data, epochs, mini_batch_size, eta, test_data=None):
        n = len(training_data)
        errors = []
        for j in range(epochs):
            random.shuffle(training_data)
            mini_batches = [training_data[k:k + mini_batch_size] for k in range(0, n, mini_batch_size)]
            for mini_batch in mini_batches:
                self.update_mini_batch(mini_batch, eta)
            errors.append(self.total_cost(training_data))
            if j % 100 == 0:
                if test_data:
                    print("Epoch {0}: {1} / {2}, loss {3:.5f}".format(j, self.evaluate(test_data), len(test_data), errors[-1]))
                else:
                    print("Epoch {0} loss {1:.5f}".format(j, errors[-1]))
        return errors

    def update_mini_batch(self, mini_batch, eta):
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        for x, y in mini_batch:
            delta_nabla_b, delta_nabla_w = self.backprop(x, y)
            nabla_b = [nb + dnb for nb, dnb in zip(nabla_b, delta_nabla_b)]
            nabla_w = [nw + dnw for nw, dnw in zip(nabla_w, delta_nabla_w)]
        self.weights = [w - (eta / len(mini_batch)) * nw for w, nw in zip(self.weights, nabla_w)]
        self.biases = [b - (eta / len(mini_batch)) * nb for b, nb in zip(self.biases, nabla_b)]

    def backprop(self, x, y):
        nabla_b = [np.zeros(b.shape) for b in self.biases]
        nabla_w = [np.zeros(w.shape) for w in self.weights]
        activation = x
        activations = [x]
        zs = []
        for b, w in zip(self.biases, self.weights):
            z = np.dot(w, activation) + b
            zs.append(z)
            activation = sigmoid(z)
            activations.append(activation)
        delta = self.cost_derivative(activations[-1], y) * sigmoid_prime(zs[-1])
        nabla_b[-1] = delta
        nabla_w[-1] = np.dot(delta, activations[-2].transpose())
        for l in range(2, self.num_layers):
            delta = np.dot(self.weights[-l + 1].transpose(), delta) * sigmoid_prime(zs[-l])
            nabla_b[-l] = delta
            nabla_w[-l] = np.dot(delta, activations[-l - 1].transpose())
        return nabla_b, nabla_w

    def cost_derivative(self, output_activations, y):
        return output_activations - y

    def total_cost(self, data):
        return sum(0.5 * np.linalg.norm(self.feedforward(x) - y) ** 2 for x, y in data) / len(data)

    def evaluate(self, test_data):
        return sum(int((self.feedforward(x)[0, 0] > 0.5) == y[0, 0]) for x, y in test_data)


def generate_linear(n=100):
    data = []
    for _ in range(n):
        x = np.random.uniform(0, 1, (2, 1))
        data.append((x, np.array([[0.0 if x[0, 0] > x[1, 0] else 1.0]])))
    return data


def generate_xor():
    data = []
    for i in range(11):
        data.append((np.array([[0.1 * i], [0.1 * i]]), np.array([[0.0]])))
        if i != 5:
            data.append((np.array([[0.1 * i], [1 - 0.1 * i]]), np.array([[1.0]])))
    return data


def show(data, net):
    plt.figure()
    for k, title in enumerate(["Ground truth", "Predict result"]):
        plt.subplot(1, 2, k + 1)
        plt.title(title)
        for x, y in data:
            value = y if k == 0 else net.feedforward(x)
            plt.plot(x[0], x[1], "bo" if value[0, 0] > 0.5 else "ro")


if __name__ == "__main__":
    for data, epochs in ((generate_linear(), 1000), (generate_xor(), 5000)):
        net = Network([2, 10, 10, 1])
        errors = net.SGD(list(data), epochs, 10, 3.0, test_data=data)
        print("accuracy: {}%".format(100.0 * net.evaluate(data) / len(data)))
        plt.figure()
        plt.plot(errors)
        show(data, net)
    plt.show()
