"""Right layers, and wrong ones with one mistake each, on which a student's own tests are tried.

Each mistake is an edit of a right class of ours. The selection is fixed and small: every gradient
of the lab is wrong in some way that students write, and some of the ways are hidden from tests
that use one sample, one learning rate or an upstream gradient of ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grader.contract import ROWS
from grader.remote import sound_layers


@dataclass(frozen=True, slots=True)
class PlantedMistake:
    """A mistake as an edit of a right class.

    Parameters
    ----------
    slug
        Its name in the zoo.
    subject
        The class that has it.
    what
        What is wrong, for a student to read.
    old, new
        The text that is replaced, which stands once in the class, and what replaces it.
    """

    slug: str
    subject: str
    what: str
    old: str
    new: str


def planted(slug: str, subject: str, what: str, old: str, new: str) -> PlantedMistake:
    """Make a mistake; a call has ``what`` where translations are looked for."""
    return PlantedMistake(slug, subject, what, old, new)


_DX = "dx = prev_grad @ self.w.T"
_DW = "self.w = self.w - lr * (self.x.T @ prev_grad)"
_DB = "self.b = self.b - lr * np.sum(prev_grad, axis=0)"

MISTAKES = (
    planted("dx_sign", "Linear", "dL/dx has the wrong sign", _DX, "dx = -prev_grad @ self.w.T"),
    planted("dx_w_reshaped_not_transposed", "Linear", "dL/dx uses w reshaped, not transposed",
        _DX, "dx = prev_grad @ self.w.reshape(self.w.shape[::-1])"),
    planted("dx_mean_over_batch", "Linear", "dL/dx is divided by the size of the batch",
        _DX, "dx = prev_grad @ self.w.T / len(prev_grad)"),
    planted("dx_upstream_ignored", "Linear", "dL/dx ignores the upstream gradient",
        _DX, "dx = np.ones_like(prev_grad) @ self.w.T"),
    planted("dx_after_update_at_return", "Linear", "dL/dx uses the weights after the step",
        "return dx", "return prev_grad @ self.w.T"),
    planted("dw_sign", "Linear", "w moves uphill", _DW, _DW.replace("- lr", "+ lr")),
    planted("dw_extra_1_over_N", "Linear", "dL/dw is divided by the size of the batch",
        _DW, _DW + " / len(prev_grad)"),
    planted("lr_ignored", "Linear", "w moves by 0.1 times its gradient, whatever lr is",
        _DW, _DW.replace("lr", "0.1")),
    planted("db_mean_not_sum", "Linear", "dL/db is the mean over the batch, not the sum",
        _DB, _DB.replace("np.sum", "np.mean")),
    planted("db_not_updated", "Linear", "b is never updated", _DB, "pass"),
    planted("sigmoid_missing_one_minus_y", "Sigmoid", "the slope is y, not y (1 - y)",
        "g * y * (1 - y)", "g * y"),
    planted("chain_rule_missing_prev_grad", "Sigmoid", "backward ignores the upstream gradient",
        "g * y * (1 - y)", "y * (1 - y)"),
    planted("relu_mask_missing", "ReLU", "the gradient passes everywhere", "g * (y > 0)", "g + 0.0"),
    planted("relu_mask_of_upstream", "ReLU", "the mask is taken from the upstream gradient",
        "g * (y > 0)", "g * (g > 0)"),
    planted("loss_missing_factor_2", "MSE", "the factor 2 is missing in backward",
        "2 * (y - t) / y.size", "(y - t) / y.size"),
    planted("loss_n_rows_vs_elements", "MSE", "backward divides by the number of rows, not of entries",
        "2 * (y - t) / y.size", "2 * (y - t) / len(y)"),
    planted("bce_grad_sign", "BinaryCrossEntropy", "backward has the wrong sign",
        "(y - t) / (y * (1 - y))", "(t - y) / (y * (1 - y))"),
    planted("bce_grad_rows_vs_elements", "BinaryCrossEntropy",
        "backward divides by the number of rows, not of entries",
        "(y * (1 - y)) / y.size", "(y * (1 - y)) / len(y)"),
)  # fmt: skip
"""The mistakes that a student's tests should notice."""

_OTHER_RIGHT = {
    "Linear": (_DX, "dx = np.einsum('no,io->ni', prev_grad, self.w)"),
    "Sigmoid": ("0.5 * (1.0 + np.tanh(0.5 * x))", "np.exp(-np.logaddexp(0.0, -x))"),
    "ReLU": ("g * (y > 0)", "np.where(y > 0, g, 0.0)"),
    "MSE": ("2 * (y - t) / y.size", "(y - t) * (2.0 / y.size)"),
    "BinaryCrossEntropy": (
        "(y - t) / (y * (1 - y)) / y.size",
        "((1 - t) / (1 - y) - t / y) / y.size",
    ),
}
"""The same formulas, rounded otherwise: a test that asks for equal digits spares only one of them."""


def right_classes() -> Mapping[str, str]:
    """Return the text of a right class for each layer and loss of the contract."""
    return {name: sound_layers.source(name) for name, row in ROWS.items() if row.replaceable}


def other_right_classes() -> Mapping[str, str]:
    """Return right classes that compute in another order."""
    texts = dict(right_classes())
    for name, (old, new) in _OTHER_RIGHT.items():
        texts[name] = _edited(texts[name], old, new)
    return texts


def with_mistake(mistake: PlantedMistake) -> Mapping[str, str]:
    """Return the classes of which one has a mistake."""
    texts = right_classes()
    text = _edited(texts[mistake.subject], mistake.old, mistake.new)
    return {**texts, mistake.subject: text}


def _edited(text: str, old: str, new: str) -> str:
    if text.count(old) != 1:
        raise ValueError(f"{old!r} does not stand once in the text of a class")
    return text.replace(old, new)
