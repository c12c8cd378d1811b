import numpy as np


class Remembers:
    def remember(self, **what):
        self.__dict__.update(what)


class Describes:
    def __repr__(self):
        return type(self).__name__ + "()"


class Linear(Remembers, Describes):
    def __init__(self, in_features, out_features, bias=True):
        self.remember(w=np.random.randn(in_features, out_features))
        self.remember(b=np.random.randn(1, out_features) if bias else None)

    def forward(self, x):
        self.remember(x=x)
        return x @ self.w + (0.0 if self.b is None else self.b)

    def backward(self, prev_grad, lr=0.1):
        dx = prev_grad @ self.w.T
        self.remember(w=self.w - lr * self.x.T @ prev_grad)
        if self.b is not None:
            self.remember(b=self.b - lr * prev_grad.sum(0, keepdims=True))
        return dx


class Sigmoid(Remembers, Describes):
    def forward(self, x):
        self.remember(y=1 / (1 + np.exp(-x)))
        return self.y

    def backward(self, prev_grad, lr=0.1):
        return prev_grad * self.y * (1 - self.y)


class ReLU(Remembers, Describes):
    def forward(self, x):
        self.remember(x=x)
        return np.maximum(x, 0)

    def backward(self, prev_grad, lr=0.1):
        return prev_grad * np.greater(self.x, 0)
