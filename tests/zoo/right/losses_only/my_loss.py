"""The losses: forward gives a float, backward the gradient at the prediction."""

import numpy as np

EPS = 1e-12


class MSE:
    """Mean of the squared error over all entries."""

    def forward(self, y, ground_truth):
        self.y = y
        self.truth = ground_truth
        error = y - ground_truth
        return float(np.mean(error ** 2))

    def backward(self, prev_grad=1, lr=0.1):
        grad = 2.0 * (self.y - self.truth) / self.y.size
        return prev_grad * grad


class BinaryCrossEntropy:
    """Mean of -log(probability of the right answer) over all entries."""

    def forward(self, y, ground_truth):
        self.q = np.clip(y, EPS, 1.0 - EPS)
        self.label = ground_truth
        right = self.label * np.log(self.q)
        wrong = (1.0 - self.label) * np.log(1.0 - self.q)
        return float(-np.mean(right + wrong))

    def backward(self, prev_grad=1, lr=0.1):
        top = self.q - self.label
        bottom = self.q * (1.0 - self.q)
        return prev_grad * top / bottom / self.q.size
