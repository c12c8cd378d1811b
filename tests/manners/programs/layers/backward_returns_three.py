import numpy as np
import matplotlib.pyplot as plt

class Linear:
    def __init__(self, in_size, out_size, activation=None):
        self.weight = np.random.normal(0, 1, [in_size, out_size])
        self.bias = np.zeros([1, out_size])

    def forward(self, x):
        return x @ self.weight + self.bias

    def backward(self, x, grad):
        """returns gradients of x, weight and bias"""
        return grad @ self.weight.T, x.T @ grad, np.sum(grad, 0, keepdims=True)

class Sigmoid:
    @staticmethod
    def forward(x):
        return 1 / (1 + np.exp(-x))

    @staticmethod
    def derivative(y):
        return y * (1 - y)

class MeanSquaredLoss:
    @staticmethod
    def forward(y_pred, y):
        return np.mean(np.square(y_pred - y))

    @staticmethod
    def backward(y_pred, y):
        return 2 * (y_pred - y) / y.shape[0]

class Net:
    def __init__(self, n=6):
        self.fc = [Linear(2, n), Linear(n, n), Linear(n, 1)]
        self.act = Sigmoid()

    def forward(self, x):
        self.cache = []
        for fc in self.fc:
            y = self.act.forward(fc.forward(x))
            self.cache.append((x, y))
            x = y
        return x

    def backward(self, grad, lr):
        for fc, (x, y) in zip(self.fc[::-1], self.cache[::-1]):
            grad = grad * self.act.derivative(y)
            grad, dw, db = fc.backward(x, grad)
            fc.weight -= lr * dw
            fc.bias -= lr * db

def generate_linear(n=100):
    pts = np.random.uniform(0, 1, (n, 2))
    inputs, labels = [], []
    for pt in pts:
        inputs.append([pt[0], pt[1]])
        labels.append(0 if pt[0] > pt[1] else 1)
    return np.array(inputs), np.array(labels).reshape(n, 1)

if __name__ == "__main__":
    x, y = generate_linear()
    net, criterion = Net(), MeanSquaredLoss()
    losses = []
    for epoch in range(10000):
        out = net.forward(x)
        losses.append(criterion.forward(out, y))
        net.backward(criterion.backward(out, y), 0.8)
        if epoch % 100 == 0:
            print("epoch", epoch, "loss", losses[-1])
    print("acc", np.mean((net.forward(x) > 0.5) == y))
    plt.plot(losses)
    plt.show()
