import numpy as np


class Neuron:
    def __init__(self, inputs, bias):
        self.w = np.random.randn(inputs)
        self.b = np.zeros(1) if bias else None

    def fire(self, x):
        return x @ self.w + (0 if self.b is None else self.b[0])

    def learn(self, x, grad, lr):
        back = np.outer(grad, self.w)
        self.w = self.w - lr * x.T @ grad
        if self.b is not None:
            self.b = self.b - lr * grad.sum()
        return back


class Linear:
    def __init__(self, in_features, out_features, bias=True):
        self.neurons = [Neuron(in_features, bias) for _ in range(out_features)]

    def forward(self, x):
        self.x = x
        return np.stack([neuron.fire(x) for neuron in self.neurons], axis=1)

    def backward(self, prev_grad, lr=0.1):
        backs = [n.learn(self.x, g, lr) for n, g in zip(self.neurons, prev_grad.T)]
        return np.sum(backs, axis=0)


class Sigmoid:
    def forward(self, x):
        self.y = 1 / (1 + np.exp(-x))
        return self.y

    def backward(self, prev_grad, lr=0.1):
        return prev_grad * self.y * (1 - self.y)


class ReLU:
    def forward(self, x):
        self.x = x
        return np.maximum(x, 0)

    def backward(self, prev_grad, lr=0.1):
        return prev_grad * (self.x > 0)
