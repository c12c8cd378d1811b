import numpy as np
import matplotlib.pyplot as plt
from layers import Linear, Sigmoid

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

class MSE:
    def forward(self, y, ground_truth):
        self.diff = y - ground_truth
        return (self.diff ** 2).mean()

    def backward(self):
        return 2 * self.diff / self.diff.size


class TLNN:
    def __init__(self, layer_1_units=4, layer_2_units=4):
        self.layers = [Linear(2, layer_1_units), Sigmoid(), Linear(layer_1_units, layer_2_units), Sigmoid(),
                       Linear(layer_2_units, 1), Sigmoid()]

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, grad):
        for layer in self.layers[::-1]:
            grad = layer.backward(grad)

    def step(self, lr):
        for layer in self.layers:
            if isinstance(layer, Linear):
                layer.w -= lr * layer.dw
                layer.b -= lr * layer.db


def train(net, x, y, lr=0.5, epochs=10000):
    criterion = MSE()
    losses = []
    for e in range(epochs):
        losses.append(criterion.forward(net.forward(x), y))
        net.backward(criterion.backward())
        net.step(lr)
        if e % 500 == 0:
            print('epoch', e, 'loss', losses[-1])
    return losses


if __name__ == '__main__':
    for x, y in (generate_linear(), generate_XOR_easy()):
        net = TLNN(4, 4)
        losses = train(net, x, y, 1.0)
        show_result(x, y, net.forward(x) > 0.5)
        plt.plot(losses)
        plt.xlabel('epoch')
        plt.ylabel('loss')
        plt.show()
