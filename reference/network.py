"""A network is a row of layers: forward runs along it, backward runs back."""

from __future__ import annotations

import numpy as np

from .layers import FloatArray, Layer, Linear, Sigmoid
from .losses import MSE, Loss


class TLNN:
    """Two inputs, two hidden layers, one output between 0 and 1."""

    def __init__(
        self,
        layer_1_units: int = 4,
        layer_2_units: int = 4,
        *,
        loss_func: Loss | None = None,
        rng: np.random.Generator | None = None,
    ) -> None:
        """Stack three Linear layers with a Sigmoid after each; the last has no bias."""
        rng = np.random.default_rng(rng)
        self.layers: list[Layer] = [
            Linear(2, layer_1_units, rng=rng),
            Sigmoid(),
            Linear(layer_1_units, layer_2_units, rng=rng),
            Sigmoid(),
            Linear(layer_2_units, 1, bias=False, rng=rng),
            Sigmoid(),
        ]
        self.loss_func: Loss = MSE() if loss_func is None else loss_func

    def forward(self, x: FloatArray) -> FloatArray:
        """Turn points x (N, 2) into predictions (N, 1)."""
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def cal_loss(self, y: FloatArray, ground_truth: FloatArray) -> float:
        """Say how wrong predictions y (N, 1) are."""
        return self.loss_func.forward(y, ground_truth)

    def backward(self, lr: float = 0.05) -> None:
        """Let every layer take its step, for the last forward and cal_loss.

        Layer after layer h_k = f_k(h_(k-1)), the chain rule is

            dL/dh_(k-1) = dL/dh_k * dh_k/dh_(k-1)

        and that product is what layer k's backward returns: begin with the loss, and
        hand each result to the layer before.
        """
        grad = self.loss_func.backward()
        for layer in reversed(self.layers):
            grad = layer.backward(grad, lr)
