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

f = lambda z: 1 / (1 + np.exp(-z))
df = lambda a: a * (1 - a)
results = {}

for name, (x, y), eta in [('linear', generate_linear(), 0.1), ('xor', generate_XOR_easy(), 0.5)]:
    W1 = np.random.randn(2, 4)
    W2 = np.random.randn(4, 4)
    W3 = np.random.randn(4, 1)
    b1 = np.zeros(4)
    b2 = np.zeros(4)
    b3 = np.zeros(1)
    losses = []
    epoch = 0
    while epoch < 15000:
        # forward
        z1 = x @ W1 + b1
        a1 = f(z1)
        z2 = a1 @ W2 + b2
        a2 = f(z2)
        z3 = a2 @ W3 + b3
        a3 = f(z3)
        # backward
        e3 = (a3 - y) * df(a3)
        e2 = e3 @ W3.T * df(a2)
        e1 = e2 @ W2.T * df(a1)
        W3 -= eta * a2.T @ e3
        W2 -= eta * a1.T @ e2
        W1 -= eta * x.T @ e1
        b3 -= eta * e3.sum(axis=0)
        b2 -= eta * e2.sum(axis=0)
        b1 -= eta * e1.sum(axis=0)
        # record
        losses.append(np.mean((a3 - y) ** 2))
        if epoch % 1000 == 0:
            print(name, 'epoch', epoch, 'loss', losses[-1])
        epoch += 1
    results[name] = (x, y, a3, losses)

for name in results:
    x, y, p, losses = results[name]
    show_result(x, y, np.where(p > 0.5, 1, 0))
    plt.plot(losses, label=name)
plt.legend()
plt.xlabel('epoch')
plt.ylabel('loss')
plt.show()
