import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def sigmoid_grad(s):
    return s * (1 - s)


def mse(y, t):
    return ((y - t) ** 2).mean()


def mse_grad(y, t):
    return 2 * (y - t) / t.size
