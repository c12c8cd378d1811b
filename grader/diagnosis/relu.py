"""Hypotheses about ``ReLU``: its output, and the gradient at its input."""

from __future__ import annotations

import numpy as np

from grader.contract import sigmoid
from grader.diagnosis.base import Case, hypothesis
from grader.numeric import Array

R = "ReLU"


@hypothesis("relu_upstream_missing", R, "dx", "1 where x is positive, else 0")
def relu_upstream_missing(case: Case) -> Array:
    """The upstream gradient is missing.

    By the chain rule, what comes from behind is multiplied with this layer's own derivative.
    """
    return (case.x > 0).astype(float)


@hypothesis("relu_masks_upstream_sign", R, "dx", "prev_grad where prev_grad is positive, else 0")
def relu_masks_upstream_sign(case: Case) -> Array:
    """The sign of the upstream gradient decides instead of that of the input.

    Remember in forward where x was positive.
    """
    return case.g * (case.g > 0)


@hypothesis("relu_masks_both_signs", R, "dx", "prev_grad where it and x are positive, else 0")
def relu_masks_both_signs(case: Case) -> Array:
    """Negative upstream gradients are cut off too.

    Only the sign of the input decides; a negative gradient passes as well.
    """
    return case.g * (case.x > 0) * (case.g > 0)


@hypothesis("relu_mask_inverted", R, "dx", "prev_grad where x is negative, else 0")
def relu_mask_inverted(case: Case) -> Array:
    """The gradient passes where x was negative and stops where it was positive.

    Turn the mask around.
    """
    return case.g * (case.x < 0)


@hypothesis("relu_multiplies_output", R, "dx", "prev_grad * max(0, x)")
def relu_multiplies_output(case: Case) -> Array:
    """The upstream gradient is multiplied with the output instead of the derivative.

    Where x is positive the derivative is 1.
    """
    return case.g * np.maximum(case.x, 0)


@hypothesis("relu_multiplies_input", R, "dx", "prev_grad * x")
def relu_multiplies_input(case: Case) -> Array:
    """The upstream gradient is multiplied with the input instead of the derivative.

    The derivative is 1 where x is positive and 0 elsewhere.
    """
    return case.g * case.x


@hypothesis("relu_sign_mask", R, "dx", "prev_grad * sign(x)")
def relu_sign_mask(case: Case) -> Array:
    """The derivative is taken as the sign of x.

    Where x is negative the derivative is 0, not -1.
    """
    return case.g * np.sign(case.x)


def _upstream(case: Case) -> Array:
    return case.g


def _zeros(case: Case) -> Array:
    return np.zeros_like(case.g)


@hypothesis(
    "relu_mask_whole_array", R, "dx", "prev_grad if every x is positive, else zeros", _zeros
)
def relu_mask_whole_array(case: Case) -> Array:
    """One decision is taken for the whole array.

    Decide entry by entry.
    """
    return case.g * float(np.all(case.x > 0))


@hypothesis("relu_mask_any", R, "dx", "prev_grad if any x is positive, else zeros", _upstream)
def relu_mask_any(case: Case) -> Array:
    """One decision is taken for the whole array.

    Decide entry by entry.
    """
    return case.g * float(np.any(case.x > 0))


@hypothesis("relu_mask_by_row", R, "dx", "prev_grad where the sum of the row is positive, else 0")
def relu_mask_by_row(case: Case) -> Array:
    """One decision is taken for a whole row.

    Decide entry by entry.
    """
    return case.g * (case.x.sum(axis=1, keepdims=True) > 0)


@hypothesis("relu_absolute", R, "value", "abs(x)")
def relu_absolute(case: Case) -> Array:
    """The output is the absolute value of x.

    Negative entries become 0.
    """
    return np.abs(case.x)


@hypothesis("relu_identity", R, "value", "x")
def relu_identity(case: Case) -> Array:
    """The output is x itself.

    Negative entries become 0.
    """
    return case.x


@hypothesis("relu_inverted", R, "value", "min(0, x)")
def relu_inverted(case: Case) -> Array:
    """The negative entries are kept and the positive ones cut off.

    The lab asks for max(0, x).
    """
    return np.minimum(case.x, 0)


@hypothesis("relu_step", R, "value", "1 where x is positive, else 0")
def relu_step(case: Case) -> Array:
    """The output is 0 or 1.

    Where x is positive, x itself comes out.
    """
    return (case.x > 0).astype(float)


@hypothesis("relu_softplus", R, "value", "log(1 + exp(x))")
def relu_softplus(case: Case) -> Array:
    """The output is that of softplus.

    The lab asks for max(0, x).
    """
    return np.logaddexp(0, case.x)


@hypothesis("relu_mask_any_in_row", R, "dx", "prev_grad in rows where any x is positive, else 0")
def relu_mask_any_in_row(case: Case) -> Array:
    """One positive input lets the gradient of its whole row pass.

    Decide entry by entry.
    """
    return case.g * (case.x > 0).any(axis=1, keepdims=True)


@hypothesis("relu_mask_of_first_row", R, "dx", "prev_grad where the first row of x is positive")
def relu_mask_of_first_row(case: Case) -> Array:
    """The first sample decides for all samples.

    Every entry of x decides on its own.
    """
    return case.g * (case.x[0] > 0)


@hypothesis("relu_mask_reshaped", R, "dx", "prev_grad times a mask with its entries out of place")
def relu_mask_reshaped(case: Case) -> Array:
    """The entries of the mask stand in the wrong places: it was reshaped or transposed.

    The mask has the shape of x already.
    """
    mask = case.x > 0
    return case.g * mask.reshape(mask.shape[::-1]).T


@hypothesis("relu_has_sigmoid_slope", R, "dx", "prev_grad * y * (1 - y)")
def relu_has_sigmoid_slope(case: Case) -> Array:
    """The derivative is that of the sigmoid.

    Where x is positive the derivative of ReLU is 1, elsewhere 0.
    """
    return case.g * case.y * (1 - case.y)


@hypothesis("relu_drops_entries", R, "dx", "prev_grad[x > 0], only the entries that pass")
def relu_drops_entries(case: Case) -> Array:
    """Only the entries that pass are returned.

    The gradient has the shape of x: the others are 0, not left out.
    """
    return case.g[case.x > 0]


@hypothesis("relu_drops_negative_entries", R, "value", "x[x > 0], only the positive entries")
def relu_drops_negative_entries(case: Case) -> Array:
    """Only the positive entries are returned.

    The output has the shape of x: the others are 0, not left out.
    """
    return case.x[case.x > 0]


@hypothesis("relu_elu", R, "value", "x, and exp(x) - 1 where it is negative")
def relu_elu(case: Case) -> Array:
    """The output is that of an ELU.

    Negative entries become 0.
    """
    return np.where(case.x > 0, case.x, np.expm1(np.minimum(case.x, 0)))


@hypothesis("relu_swish", R, "value", "x / (1 + exp(-x))")
def relu_swish(case: Case) -> Array:
    """The output is that of swish: x times a sigmoid.

    The lab asks for max(0, x).
    """
    return case.x * sigmoid(case.x)


def _identity(case: Case) -> Array:
    return case.x


@hypothesis("relu_decides_by_sum", R, "value", "x if sum(x) is positive, else zeros", _identity)
def relu_decides_by_sum(case: Case) -> Array:
    """One decision is taken for the whole array.

    Decide entry by entry.
    """
    return case.x * float(case.x.sum() > 0)


@hypothesis(
    "relu_takes_row_maximum", R, "value", "the largest entry of the row, where x is positive"
)
def relu_takes_row_maximum(case: Case) -> Array:
    """The maximum is taken along the row.

    The maximum of 0 and x is taken entry by entry: np.maximum, not np.max.
    """
    return np.where(case.x > 0, case.x.max(axis=1, keepdims=True), 0)


@hypothesis("relu_cast_to_int", R, "value", "x.astype(int) where it is positive, else 0")
def relu_cast_to_int(case: Case) -> Array:
    """The output is cut to whole numbers.

    Keep floats: an int drops everything behind the point.
    """
    return np.where(case.x > 0, np.trunc(case.x), 0)


@hypothesis("relu_squared", R, "value", "max(0, x) ** 2")
def relu_squared(case: Case) -> Array:
    """The output is squared.

    Where x is positive, x itself comes out.
    """
    return np.maximum(case.x, 0) ** 2
