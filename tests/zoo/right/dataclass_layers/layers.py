from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass
class Linear:
    in_features: int
    out_features: int
    bias: bool = True
    w: np.ndarray = field(init=False, repr=False)
    b: np.ndarray | None = field(init=False, repr=False, default=None)
    x: np.ndarray | None = field(init=False, repr=False, default=None)

    def __post_init__(self) -> None:
        self.w = np.random.randn(self.in_features, self.out_features)
        if self.bias:
            self.b = np.zeros(self.out_features)

    def forward(self, x: np.ndarray) -> np.ndarray:
        self.x = x
        y = x @ self.w
        return y if self.b is None else y + self.b

    def backward(self, prev_grad: np.ndarray, lr: float = 0.1) -> np.ndarray:
        assert self.x is not None
        dx = prev_grad @ self.w.T
        self.w = self.w - lr * (self.x.T @ prev_grad)
        if self.b is not None:
            self.b = self.b - lr * prev_grad.sum(axis=0)
        return dx


@dataclass
class Sigmoid:
    y: np.ndarray | None = field(init=False, repr=False, default=None)

    def forward(self, x: np.ndarray) -> np.ndarray:
        self.y = 1 / (1 + np.exp(-x))
        return self.y

    def backward(self, prev_grad: np.ndarray, lr: float = 0.1) -> np.ndarray:
        return prev_grad * self.y * (1 - self.y)


@dataclass
class ReLU:
    mask: np.ndarray | None = field(init=False, repr=False, default=None)

    def forward(self, x: np.ndarray) -> np.ndarray:
        self.mask = x > 0
        return np.where(self.mask, x, 0.0)

    def backward(self, prev_grad: np.ndarray, lr: float = 0.1) -> np.ndarray:
        return np.where(self.mask, prev_grad, 0.0)
