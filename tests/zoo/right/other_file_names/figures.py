"""The two figures."""

import matplotlib.pyplot as plt
import numpy as np


def draw_points(ax, x, labels, title):
    """One panel: every point, coloured by its class."""
    ones = np.ravel(labels) > 0.5
    ax.scatter(x[~ones, 0], x[~ones, 1], color="red", label="0")
    ax.scatter(x[ones, 0], x[ones, 1], color="blue", label="1")
    ax.set_title(title)


def show_result(x, y, pred_y):
    fig, (left, right) = plt.subplots(1, 2, figsize=(8, 4))
    draw_points(left, x, y, "Ground truth")
    draw_points(right, x, pred_y, "Predict result")
    plt.show()
    return fig


def show_learning_curve(losses):
    fig, ax = plt.subplots()
    epochs = np.arange(1, len(losses) + 1)
    ax.plot(epochs, losses)
    ax.set_xlabel("epoch")
    ax.set_ylabel("loss")
    plt.show()
    return fig
