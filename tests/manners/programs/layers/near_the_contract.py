import numpy as np
import pandas as pd
import seaborn as sns
import matplotlib.pyplot as plt


def generate_linear(n=100):
    pts = np.random.uniform(0, 1, (n, 2))
    inputs = []
    labels = []
    for pt in pts:
        inputs.append([pt[0], pt[1]])
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
    plt.figure(figsize=(10, 5))
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
        if pred_y[i] < 0.5:
            plt.plot(x[i][0], x[i][1], 'ro')
        else:
            plt.plot(x[i][0], x[i][1], 'bo')
    plt.show()


class Linear:
    def __init__(self, in_features, out_features, bias=True):
        self.w = np.random.randn(in_features, out_features)
        self.b = np.zeros(out_features) if bias else None

    def forward(self, x):
        self.x = x
        y = x @ self.w
        return y if self.b is None else y + self.b

    def backward(self, prev_grad, lr):
        dx = prev_grad @ self.w.T
        self.w -= lr * (self.x.T @ prev_grad)
        if self.b is not None:
            self.b -= lr * prev_grad.sum(axis=0)
        return dx


class Sigmoid:
    def forward(self, x):
        self.y = 1 / (1 + np.exp(-x))
        return self.y

    def backward(self, prev_grad):
        return prev_grad * self.y * (1 - self.y)


class MSE:
    def __init__(self, pred, label):
        self.pred = pred
        self.label = label

    def forward(self):
        return np.mean((self.pred - self.label) ** 2)

    def backward(self):
        return 2 * (self.pred - self.label) / self.label.shape[0]


class TLNN:
    def __init__(self, h1=4, h2=4):
        self.fc1, self.fc2, self.fc3 = Linear(2, h1), Linear(h1, h2), Linear(h2, 1, bias=False)
        self.s1, self.s2, self.s3 = Sigmoid(), Sigmoid(), Sigmoid()

    def forward(self, x):
        x = self.s1.forward(self.fc1.forward(x))
        x = self.s2.forward(self.fc2.forward(x))
        return self.s3.forward(self.fc3.forward(x))

    def backward(self, grad, lr):
        grad = self.fc3.backward(self.s3.backward(grad), lr)
        grad = self.fc2.backward(self.s2.backward(grad), lr)
        grad = self.fc1.backward(self.s1.backward(grad), lr)
        return grad


def train(net, x, y, lr=1.0, epochs=10000):
    losses = []
    for i in range(epochs):
        loss = MSE(net.forward(x), y)
        losses.append(loss.forward())
        net.backward(loss.backward(), lr)
        if i % 200 == 0:
            print(f'epoch {i}, loss {losses[-1]:.5f}')
    return losses


if __name__ == '__main__':
    table = []
    for name, (x, y) in [('linear', generate_linear()), ('xor', generate_XOR_easy())]:
        net = TLNN()
        losses = train(net, x, y)
        pred = net.forward(x)
        table.append([name, np.mean((pred > 0.5) == y), losses[-1]])
        show_result(x, y, pred)
        sns.lineplot(x=range(len(losses)), y=losses)
        plt.xlabel('epoch')
        plt.ylabel('loss')
        plt.show()
    print(pd.DataFrame(table, columns=['data', 'accuracy', 'final value']))
