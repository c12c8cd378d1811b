from abc import ABC, abstractmethod
from typing import Optional

import numpy as np


class Layer(ABC):
    @abstractmethod
    def forward(self, x: np.ndarray) -> np.ndarray:
        """Pass a batch on."""

    @abstractmethod
    def backward(self, prev_grad: np.ndarray, lr: float = 0.1) -> np.ndarray:
        """Pass a gradient back."""


class Activation(Layer):
    """Remembers input and output, and leaves the formulas to others."""

    def __init__(self) -> None:
        self._input: Optional[np.ndarray] = None
        self._output: Optional[np.ndarray] = None

    def forward(self, x: np.ndarray) -> np.ndarray:
        self._input, self._output = x, self.function(x)
        return self._output

    def backward(self, prev_grad: np.ndarray, lr: float = 0.1) -> np.ndarray:
        return prev_grad * self.slope(self._input, self._output)

    @abstractmethod
    def function(self, x: np.ndarray) -> np.ndarray: ...

    @abstractmethod
    def slope(self, x: np.ndarray, y: np.ndarray) -> np.ndarray: ...


class Sigmoid(Activation):
    def function(self, x):
        return np.where(x >= 0, 1 / (1 + np.exp(-np.abs(x))), 1 - 1 / (1 + np.exp(-np.abs(x))))

    def slope(self, x, y):
        return y * (1 - y)


class ReLU(Activation):
    def function(self, x):
        return np.maximum(x, 0)

    def slope(self, x, y):
        return (x > 0).astype(x.dtype)


class Tanh(Activation):
    def function(self, x):
        return np.tanh(x)

    def slope(self, x, y):
        return 1 - y * y


class Linear(Layer):
    def __init__(self, in_features: int, out_features: int, bias: bool = True) -> None:
        self.w = np.random.randn(in_features, out_features)
        self.b = np.zeros(out_features) if bias else None

    def forward(self, x):
        self._input = x
        y = x @ self.w
        return y if self.b is None else y + self.b

    def backward(self, prev_grad, lr=0.1):
        dx = prev_grad @ self.w.T
        self.w = self.w - lr * (self._input.T @ prev_grad)
        if self.b is not None:
            self.b = self.b - lr * prev_grad.sum(axis=0)
        return dx
