"""Wrong programs as people write them, by mistakes that the language of edits does not have.

Each is an edit of the zoo's base: a name, the class, the file, the text and what takes its place.
``python -m benchmarks.repairs --mutants`` prints how many of them are located.
"""

from __future__ import annotations

from typing import NamedTuple


class Mutant(NamedTuple):
    """One wrong program: what it is called, whose it is, and the edit of the base."""

    name: str
    subject: str
    file: str
    old: str
    new: str


_DX, _DW, _W = "dx = prev_grad @ self.w.T", "dw = self.x.T @ prev_grad", "self.w = self.w - lr * dw"
_DB, _OUT = "db = prev_grad.sum(axis=0)", "out = x @ self.w"
_SLOPE, _MASK = "slope = self.y * (1.0 - self.y)", "self.positive = x > 0"
_GRAD, _ERROR = (
    "grad = 2.0 * (self.y - self.truth) / self.y.size",
    "return float(np.mean(error ** 2))",
)

MUTANTS = (
    Mutant("dx_by_solve", "Linear", "layers.py", _DX, "dx = np.linalg.lstsq(self.w.T, prev_grad.T, rcond=None)[0].T"),
    Mutant("dx_sorted", "Linear", "layers.py", _DX, "dx = np.sort(prev_grad @ self.w.T, axis=0)"),
    Mutant("dx_rolled", "Linear", "layers.py", _DX, "dx = np.roll(prev_grad @ self.w.T, 1, axis=0)"),
    Mutant("dx_unit_rows", "Linear", "layers.py", _DX,
           "dx = prev_grad @ (self.w / np.linalg.norm(self.w, axis=1, keepdims=True)).T"),
    Mutant("dw_of_signs", "Linear", "layers.py", _DW, "dw = np.sign(self.x).T @ np.sign(prev_grad)"),
    Mutant("dw_upper_half", "Linear", "layers.py", _DW, "dw = np.triu(self.x.T @ prev_grad)"),
    Mutant("dw_centred", "Linear", "layers.py", _DW, "dw = (self.x - self.x.mean(axis=0)).T @ prev_grad"),
    Mutant("dw_weight_decay", "Linear", "layers.py", _W, "self.w = self.w - lr * (dw + 0.05 * self.w) * 0.9"),
    Mutant("dw_step_of_power", "Linear", "layers.py", _W, "self.w = self.w - lr ** 1.5 * dw - 0.003"),
    Mutant("db_of_medians", "Linear", "layers.py", _DB, "db = np.median(prev_grad, axis=0) * 3"),
    Mutant("db_of_extremes", "Linear", "layers.py", _DB, "db = prev_grad.max(axis=0) + prev_grad.min(axis=0)"),
    Mutant("out_of_centred", "Linear", "layers.py", _OUT, "out = (x - x.mean()) @ self.w / (1 + x.std())"),
    Mutant("out_of_clipped", "Linear", "layers.py", _OUT, "out = np.clip(x, -1, 1) @ np.clip(self.w, -1, 1)"),
    Mutant("slope_by_gauss", "Sigmoid", "layers.py", _SLOPE, "slope = np.exp(-4 * (self.y - 0.5) ** 2) / 4"),
    Mutant("slope_by_steps", "Sigmoid", "layers.py", _SLOPE, "slope = np.sort(self.y, axis=0) / 4"),
    Mutant("slope_with_floor", "Sigmoid", "layers.py", _SLOPE, "slope = np.maximum(self.y - self.y ** 2, 0.2) + 0.01"),
    Mutant("mask_by_mean", "ReLU", "layers.py", _MASK, "self.positive = x > x.mean() + 0.1 * x.std()"),
    Mutant("mask_by_bits", "ReLU", "layers.py", _MASK, "self.positive = (np.floor(x).astype(int) & 1) == 0"),
    Mutant("loss_by_quantile", "MSE", "losses.py", _ERROR, "return float(np.quantile(error ** 2, 0.6) * 1.1)"),
    Mutant("loss_by_huber", "MSE", "losses.py", _ERROR,
           "return float(np.mean(np.where(abs(error) < 1, error ** 2, 2 * abs(error) - 1)))"),
    Mutant("grad_by_huber", "MSE", "losses.py", _GRAD, "grad = 2.0 * np.tanh(self.y - self.truth) / self.y.size"),
    Mutant("grad_with_momentum", "MSE", "losses.py", _GRAD, "grad = (1.8 * (self.y - self.truth) + 0.2) / self.y.size"),
)  # fmt: skip
