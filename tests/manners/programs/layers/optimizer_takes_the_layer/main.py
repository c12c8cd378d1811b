import numpy as np
import matplotlib.pyplot as plt
from model import Model


def generate_linear(n=100):
    pts = np.random.uniform(0, 1, (n, 2))
    return pts, (pts[:, 0] <= pts[:, 1]).astype(int).reshape(n, 1)


def generate_XOR_easy():
    inputs, labels = [], []
    for i in range(11):
        inputs.append([0.1 * i, 0.1 * i])
        labels.append(0)
        if i == 5:
            continue
        inputs.append([0.1 * i, 1 - 0.1 * i])
        labels.append(1)
    return np.array(inputs), np.array(labels).reshape(21, 1)


for x, y in [generate_linear(), generate_XOR_easy()]:
    model = Model()
    loss_curve = []
    for e in range(5000):
        loss_curve.append(model.train_step(x, y))
        if e % 50 == 0:
            print('epoch', e, 'loss', loss_curve[-1])
    print('acc', ((model.forward(x) >= 0.5) == y).mean())
    plt.plot(loss_curve)
    plt.show()
