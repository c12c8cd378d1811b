import math
import random
import numpy as np
import matplotlib.pyplot as plt

random.seed(0)

class NeuralNet:
    """pure python, every weight by itself, sample by sample"""
    def __init__(self, n_in=2, n_h1=5, n_h2=5, n_out=1):
        self.sizes = [n_in, n_h1, n_h2, n_out]
        self.w = []
        for l in range(3):
            self.w.append([[random.uniform(-1, 1) for _ in range(self.sizes[l + 1])]
                           for _ in range(self.sizes[l])])

    def sigmoid(self, x):
        return 1.0 / (1.0 + math.exp(-x))

    def dsigmoid(self, y):
        return y * (1.0 - y)

    def update(self, inputs):
        self.a = [list(inputs)]
        for l in range(3):
            row = []
            for j in range(self.sizes[l + 1]):
                s = 0.0
                for i in range(self.sizes[l]):
                    s += self.a[l][i] * self.w[l][i][j]
                row.append(self.sigmoid(s))
            self.a.append(row)
        return self.a[3]

    def back_propagate(self, targets, N):
        delta = [self.dsigmoid(o) * (o - t) for o, t in zip(self.a[3], targets)]
        for l in (2, 1, 0):
            prev = []
            for i in range(self.sizes[l]):
                e = 0.0
                for j in range(self.sizes[l + 1]):
                    e += delta[j] * self.w[l][i][j]
                prev.append(self.dsigmoid(self.a[l][i]) * e)
            for i in range(self.sizes[l]):
                for j in range(self.sizes[l + 1]):
                    self.w[l][i][j] -= N * delta[j] * self.a[l][i]
            delta = prev
        error = 0.0
        for o, t in zip(self.a[3], targets):
            error += 0.5 * (t - o) ** 2
        return error

    def train(self, patterns, iterations=1000, N=0.5):
        curve = []
        for it in range(iterations):
            error = 0.0
            for x, y in patterns:
                self.update(x)
                error += self.back_propagate(y, N)
            curve.append(error)
            if it % 10 == 0:
                print('error %-.5f' % error)
        return curve

def generate_XOR_easy():
    data = []
    for i in range(11):
        data.append([[0.1 * i, 0.1 * i], [0]])
        if i != 5:
            data.append([[0.1 * i, 1 - 0.1 * i], [1]])
    return data

def demo():
    pat = generate_XOR_easy()
    n = NeuralNet()
    curve = n.train(pat, 3000)
    ok = 0
    for x, y in pat:
        out = n.update(x)
        print(x, '->', out)
        ok += (out[0] > 0.5) == bool(y[0])
    print('accuracy', ok / len(pat))
    plt.plot(curve)
    plt.show()

if __name__ == '__main__':
    demo()
