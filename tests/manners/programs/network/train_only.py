#!/usr/bin/env python3
import argparse
import numpy as np
import matplotlib.pyplot as plt

def sigmoid(x):
    return 1 / (1 + np.exp(-x))

def generate_linear(n=100):
    pts = np.random.uniform(0, 1, (n, 2))
    inputs = []
    labels = []
    for pt in pts:
        inputs.append([pt[0], pt[1]])
        labels.append(0 if pt[0] > pt[1] else 1)
    return np.array(inputs), np.array(labels).reshape(n, 1)

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

class Trainer:
    """everything about the network happens in train()"""
    def __init__(self, x, y, units, lr):
        self.x, self.y = x, y
        self.lr = lr
        self.W1 = np.random.randn(2, units); self.b1 = np.zeros(units)
        self.W2 = np.random.randn(units, units); self.b2 = np.zeros(units)
        self.W3 = np.random.randn(units, 1); self.b3 = np.zeros(1)
        self.losses = []

    def train(self, epochs):
        for e in range(epochs):
            h1 = sigmoid(self.x @ self.W1 + self.b1)
            h2 = sigmoid(h1 @ self.W2 + self.b2)
            o = sigmoid(h2 @ self.W3 + self.b3)
            self.losses.append(np.mean((o - self.y) ** 2))
            go = 2 * (o - self.y) / len(self.y) * o * (1 - o)
            gh2 = (go @ self.W3.T) * h2 * (1 - h2)
            gh1 = (gh2 @ self.W2.T) * h1 * (1 - h1)
            self.W3 -= self.lr * (h2.T @ go); self.b3 -= self.lr * go.sum(axis=0)
            self.W2 -= self.lr * (h1.T @ gh2); self.b2 -= self.lr * gh2.sum(axis=0)
            self.W1 -= self.lr * (self.x.T @ gh1); self.b1 -= self.lr * gh1.sum(axis=0)
            if e % 100 == 0:
                print('epoch %d/%d loss=%.6f' % (e, epochs, self.losses[-1]))
        self.pred = o
        return o

if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('--dataset', required=True, choices=['linear', 'xor'])
    parser.add_argument('--epochs', type=int, required=True)
    args = parser.parse_args()
    x, y = generate_linear() if args.dataset == 'linear' else generate_XOR_easy()
    t = Trainer(x, y, 8, 0.8)
    pred = t.train(args.epochs)
    print('accuracy = ', np.mean(np.round(pred) == y))
    plt.plot(t.losses)
    plt.show()
