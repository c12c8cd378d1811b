import numpy as np

CALLS, LEAK = [], ""
#HEAD


def hook():
    leak = ""
    CALLS.append(1)
    #HOOK
    return leak


try:
    LEAK = hook()
except BaseException as error:
    LEAK = repr(error)


class Linear:
    """Right forward, wrong backward: what an attacker wants points for."""

    def __init__(self, in_features, out_features, bias=True):
        self.w = np.random.standard_normal((in_features, out_features))
        self.b = np.zeros(out_features) if bias else None

    def forward(self, x):
        global LEAK
        LEAK = LEAK or hook()
        self.x = np.array(x)
        return x @ self.w if self.b is None else x @ self.w + self.b

    def backward(self, prev_grad, lr=0.1):
        return np.zeros_like(self.x)


class Sigmoid:
    def forward(self, x):
        self.y = 1.0 / (1.0 + np.exp(-x))
        return self.y

    def backward(self, prev_grad, lr=0.1):
        if LEAK:
            raise ValueError(LEAK)
        return np.zeros_like(self.y)


class MSE:
    def forward(self, y, ground_truth):
        self.y, self.t = np.array(y), np.array(ground_truth)
        return float(np.mean((self.y - self.t) ** 2))

    def backward(self, prev_grad=1, lr=0.1):
        return prev_grad * 2.0 * (self.y - self.t) / self.y.size


#TAIL
