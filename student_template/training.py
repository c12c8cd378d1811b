"""Training is one step after another down the gradient of the loss."""

import numpy as np


def train(net, x, y, lr=0.1, epochs=10000, batch_size=None):
    """Train net on x (N, 2) and y (N, 1); return the loss of every epoch in a list.

    An epoch is one forward, one cal_loss and one backward. It sees all of x and y or,
    where batch_size is given, that many rows, drawn anew each time with replacement.
    """
    raise NotImplementedError(
        "train: repeat forward, cal_loss and backward, epochs times, and return the list of losses"
    )


def accuracy(ground_truth, y):
    """Return the share, 0 to 1, of predictions y (N, 1) that equal ground_truth (N, 1).

    A prediction above 0.5 counts as 1, any other as 0.
    """
    raise NotImplementedError(
        "accuracy: turn predictions into zeros and ones, and return the share that is right"
    )
