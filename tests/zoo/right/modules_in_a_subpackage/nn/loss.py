import numpy as np

from .module import Module


class MSE(Module):
    def forward(self, y, ground_truth):
        self.saved = y - ground_truth
        return float((self.saved * self.saved).mean())

    def backward(self, prev_grad=1, lr=0.1):
        return prev_grad * self.saved * (2 / self.saved.size)


class BinaryCrossEntropy(Module):
    eps = 1e-10

    def forward(self, y, ground_truth):
        self.saved = np.clip(y, self.eps, 1 - self.eps), ground_truth
        p, t = self.saved
        return float(-(t * np.log(p) + (1 - t) * np.log1p(-p)).mean())

    def backward(self, prev_grad=1, lr=0.1):
        p, t = self.saved
        return prev_grad * ((1 - t) / (1 - p) - t / p) / p.size
