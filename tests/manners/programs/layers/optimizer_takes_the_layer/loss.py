import numpy as np


class MSE:
    """loss of one batch: value on construction, gradient on demand"""

    def __init__(self, pred, label):
        self.pred = pred
        self.label = label
        self.value = np.mean(np.square(pred - label))

    def backward(self):
        return 2. * (self.pred - self.label) / self.label.shape[0]
