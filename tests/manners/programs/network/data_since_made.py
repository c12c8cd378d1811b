import numpy as np
import matplotlib.pyplot as plt
import pickle

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

class NeuralNetwork:
    def __init__(self, x, y, lr=0.1, epochs=20000, hidden=4):
        self.x = x
        self.y = y
        self.lr = lr
        self.epochs = epochs
        self.w1 = np.random.randn(2, hidden)
        self.w2 = np.random.randn(hidden, hidden)
        self.w3 = np.random.randn(hidden, 1)
        self.loss = []

    def train(self):
        for epoch in range(self.epochs):
            # forward
            z1 = 1 / (1 + np.exp(-np.dot(self.x, self.w1)))
            z2 = 1 / (1 + np.exp(-np.dot(z1, self.w2)))
            out = 1 / (1 + np.exp(-np.dot(z2, self.w3)))
            # loss
            loss = np.mean((self.y - out) ** 2)
            self.loss.append(loss)
            # backward
            delta3 = 2 * (out - self.y) * out * (1 - out)
            delta2 = np.dot(delta3, self.w3.T) * z2 * (1 - z2)
            delta1 = np.dot(delta2, self.w2.T) * z1 * (1 - z1)
            self.w1 -= self.lr * np.dot(self.x.T, delta1)
            self.w2 -= self.lr * np.dot(z1.T, delta2)
            self.w3 -= self.lr * np.dot(z2.T, delta3)
            if epoch % 5000 == 0:
                print('epoch %d loss : %.8f' % (epoch, loss))

    def test(self, x):
        z1 = 1 / (1 + np.exp(-np.dot(x, self.w1)))
        z2 = 1 / (1 + np.exp(-np.dot(z1, self.w2)))
        return 1 / (1 + np.exp(-np.dot(z2, self.w3)))

    def save(self, path):
        with open(path, 'wb') as f:
            pickle.dump((self.w1, self.w2, self.w3), f)


if __name__ == '__main__':
    x, y = generate_linear()
    nn = NeuralNetwork(x, y)
    nn.train()
    out = nn.test(x)
    print(out)
    show_result(x, y, (out > 0.5).astype(int))
    plt.plot(nn.loss)
    plt.xlabel('epoch'); plt.ylabel('loss')
    plt.show()
    x, y = generate_XOR_easy()
    nn = NeuralNetwork(x, y, lr=0.3)
    nn.train()
    out = nn.test(x)
    show_result(x, y, (out > 0.5).astype(int))
    plt.plot(nn.loss)
    plt.xlabel('epoch'); plt.ylabel('loss')
    plt.show()
    nn.save('weights.pkl')
