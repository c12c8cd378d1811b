import numpy as np
import matplotlib.pyplot as plt

lr = 0.3
epoch = 10000
unit = 4

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

def init():
    global w1, w2, w3, b1, b2, b3
    w1 = np.random.randn(2, unit)
    w2 = np.random.randn(unit, unit)
    w3 = np.random.randn(unit, 1)
    b1 = np.zeros(unit)
    b2 = np.zeros(unit)
    b3 = np.zeros(1)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward():
    global a1, a2, out
    a1 = sigmoid(x.dot(w1) + b1)
    a2 = sigmoid(a1.dot(w2) + b2)
    out = sigmoid(a2.dot(w3) + b3)
    return out


def backward():
    global dw1, dw2, dw3, db1, db2, db3
    d3 = (out - y) * out * (1 - out)
    d2 = d3.dot(w3.T) * a2 * (1 - a2)
    d1 = d2.dot(w2.T) * a1 * (1 - a1)
    dw3 = a2.T.dot(d3)
    dw2 = a1.T.dot(d2)
    dw1 = x.T.dot(d1)
    db3 = d3.sum(axis=0)
    db2 = d2.sum(axis=0)
    db1 = d1.sum(axis=0)


def update():
    global w1, w2, w3, b1, b2, b3
    w1 = w1 - lr * dw1
    w2 = w2 - lr * dw2
    w3 = w3 - lr * dw3
    b1 = b1 - lr * db1
    b2 = b2 - lr * db2
    b3 = b3 - lr * db3


def train():
    loss_list = []
    for i in range(epoch):
        forward()
        loss = np.mean((out - y) ** 2)
        loss_list.append(loss)
        backward()
        update()
        if i % 1000 == 0:
            print('epoch', i, 'loss', loss)
    return loss_list


if __name__ == '__main__':
    for data in ['linear', 'xor']:
        if data == 'linear':
            x, y = generate_linear()
            lr = 0.05
        else:
            x, y = generate_XOR_easy()
            lr = 0.5
        init()
        loss_list = train()
        forward()
        pred = np.round(out)
        print(data, 'acc', np.mean(pred == y))
        show_result(x, y, pred)
        plt.plot(loss_list)
        plt.xlabel('epoch')
        plt.ylabel('loss')
        plt.title(data)
        plt.show()
