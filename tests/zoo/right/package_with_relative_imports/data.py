"""The two toy data sets."""

import numpy as np


def generate_linear(n=100):
    points = np.random.uniform(0, 1, (n, 2))
    labels = (points[:, 1] > points[:, 0]).astype(float)
    return points, labels.reshape(n, 1)


def generate_XOR_easy():
    inputs, labels = [], []
    for i in range(11):
        inputs.append([0.1 * i, 0.1 * i])
        labels.append(0.0)
        if i == 5:
            continue
        inputs.append([0.1 * i, 1 - 0.1 * i])
        labels.append(1.0)
    return np.array(inputs), np.array(labels).reshape(21, 1)
