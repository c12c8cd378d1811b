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

class LossNet:
    def __init__(self, h=6, lr=1.0):
        g = np.random.default_rng()
        self.P = dict(a=g.normal(size=(2, h)), b=g.normal(size=(h, h)), c=g.normal(size=(h, 1)))
        self.lr = lr

    def forward(self, x, y=None):
        self.x, self.y = x, y
        self.h1 = 1 / (1 + np.exp(-x @ self.P['a']))
        self.h2 = 1 / (1 + np.exp(-self.h1 @ self.P['b']))
        self.out = (1 / (1 + np.exp(-self.h2 @ self.P['c']))).ravel()
        if y is None:
            return self.out
        return np.mean((self.out - y) ** 2)

    def backward(self):
        d = (2 * (self.out - self.y) / len(self.y) * self.out * (1 - self.out))[:, None]
        gc = self.h2.T @ d
        d = d @ self.P['c'].T * self.h2 * (1 - self.h2)
        gb = self.h1.T @ d
        d = d @ self.P['b'].T * self.h1 * (1 - self.h1)
        ga = self.x.T @ d
        for k, g in zip('abc', (ga, gb, gc)):
            self.P[k] -= self.lr * g


if __name__ == '__main__':
    choice = int(input('Choose data (1) linear (2) XOR: '))
    if choice == 1:
        x, y = generate_linear()
    elif choice == 2:
        x, y = generate_XOR_easy()
    net = LossNet()
    curve = []
    for epoch in range(15000):
        loss = net.forward(x, y.ravel())
        curve.append(loss)
        net.backward()
        if epoch % 1000 == 0:
            print('epoch {} loss {}'.format(epoch, loss))
    pred = net.forward(x)
    show_result(x, y, (pred > 0.5).astype(int))
    plt.plot(curve)
    plt.xlabel('epoch')
    plt.ylabel('loss')
    plt.show()
