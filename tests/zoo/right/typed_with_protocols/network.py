from __future__ import annotations

from typing import Final, Protocol, Sequence

import numpy as np
import numpy.typing as npt

from layers import Linear, Sigmoid
from losses import MSE

Array = npt.NDArray[np.float64]
INPUTS: Final = 2
OUTPUTS: Final = 1


class Stage(Protocol):
    def forward(self, x: Array) -> Array: ...

    def backward(self, prev_grad: Array, lr: float = ...) -> Array: ...


class TLNN:
    layers: Sequence[Stage]

    def __init__(self, layer_1_units: int = 4, layer_2_units: int = 4) -> None:
        self.layers = (
            Linear(INPUTS, layer_1_units),
            Sigmoid(),
            Linear(layer_1_units, layer_2_units),
            Sigmoid(),
            Linear(layer_2_units, OUTPUTS, bias=False),
            Sigmoid(),
        )
        self.loss_func: MSE = MSE()

    def forward(self, x: Array) -> Array:
        out: Array = x
        for stage in self.layers:
            out = stage.forward(out)
        return out

    def cal_loss(self, y: Array, ground_truth: Array) -> float:
        return self.loss_func.forward(y, ground_truth)

    def backward(self, lr: float = 0.05) -> None:
        grad: Array = self.loss_func.backward()
        for stage in self.layers[::-1]:
            grad = stage.backward(grad, lr)
