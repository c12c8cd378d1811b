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


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def derivative_sigmoid(x):
    return np.multiply(x, 1.0 - x)


class NeuralNetwork():
    def __init__(self, hidden=10, lr=0.1):
        self.lr = lr
        self.W1 = np.random.randn(2, hidden)
        self.W2 = np.random.randn(hidden, hidden)
        self.W3 = np.random.randn(hidden, 1)

    def forward(self, x):
        self.x = x
        self.z1 = np.dot(x, self.W1)
        self.a1 = sigmoid(self.z1)
        self.z2 = np.dot(self.a1, self.W2)
        self.a2 = sigmoid(self.z2)
        self.z3 = np.dot(self.a2, self.W3)
        self.y = sigmoid(self.z3)
        return self.y

    def backward(self, gt):
        # chain rule
        n = gt.shape[0]
        dz3 = 2 * (self.y - gt) / n * derivative_sigmoid(self.y)
        self.dW3 = np.dot(self.a2.T, dz3)
        dz2 = np.dot(dz3, self.W3.T) * derivative_sigmoid(self.a2)
        self.dW2 = np.dot(self.a1.T, dz2)
        dz1 = np.dot(dz2, self.W2.T) * derivative_sigmoid(self.a1)
        self.dW1 = np.dot(self.x.T, dz1)

    def update(self):
        self.W1 = self.W1 - self.lr * self.dW1
        self.W2 = self.W2 - self.lr * self.dW2
        self.W3 = self.W3 - self.lr * self.dW3


def mse(pred, gt):
    return np.mean((pred - gt) ** 2)


if __name__ == '__main__':
    epochs = 30000
    for name, (x, y) in {'linear': generate_linear(), 'xor': generate_XOR_easy()}.items():
        net = NeuralNetwork(lr=0.5)
        losses = []
        for epoch in range(epochs):
            pred = net.forward(x)
            loss = mse(pred, y)
            losses.append(loss)
            net.backward(y)
            net.update()
            if epoch % 500 == 0:
                print('epoch', epoch, 'loss : {:.6f}'.format(loss))
        result = (net.forward(x) > 0.5).astype(int)
        print(name, 'accuracy: {:.2f}%'.format(np.mean(result == y) * 100))
        plt.plot(losses)
        plt.show()
        show_result(x, y, result)
