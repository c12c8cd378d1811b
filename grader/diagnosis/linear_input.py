"""Hypotheses about ``Linear``: the gradient at its input."""

from __future__ import annotations

import numpy as np

from grader.diagnosis.base import Case, hypothesis, variant
from grader.numeric import Array

L = "Linear"


@hypothesis("dx_after_update", L, "dx", "prev_grad @ w_new.T")
def dx_after_update(case: Case) -> Array:
    """dX goes through the weights after the update.

    Compute dX first, or keep a copy of the weights that forward used; an in-place update also
    changes every other name of the same array.
    """
    if not case.w_after.size:
        raise ValueError
    return case.g @ case.w_after.T


@hypothesis("dx_w_not_transposed", L, "dx", "prev_grad @ w")
def dx_w_not_transposed(case: Case) -> Array:
    """dX is multiplied by the weights instead of their transpose.

    Follow the shapes: (N, out) has to become (N, in).
    """
    return case.g @ case.w


@hypothesis("dx_w_reshaped", L, "dx", "prev_grad @ w.reshape(out, in)")
def dx_w_reshaped(case: Case) -> Array:
    """The weights are reshaped where they should be transposed.

    reshape keeps the order of the entries and so puts them in the wrong places; a transpose swaps
    rows and columns.
    """
    return case.g @ case.w.reshape(case.w.shape[::-1])


@hypothesis("dx_is_upstream", L, "dx", "prev_grad")
def dx_is_upstream(case: Case) -> Array:
    """The upstream gradient is returned as it came.

    The gradient at the input has the shape of x; it goes through the weights.
    """
    return case.g


@hypothesis("returns_dw", L, "dx", "x.T @ prev_grad")
def returns_dw(case: Case) -> Array:
    """backward returns the gradient of the weights instead of the gradient at the input.

    The weights are updated inside backward; what the layer before needs is dL/dx.
    """
    return case.x.T @ case.g


@hypothesis("dx_ignores_upstream", L, "dx", "ones @ w.T")
def dx_ignores_upstream(case: Case) -> Array:
    """dX does not use the upstream gradient.

    By the chain rule, what comes from behind is multiplied with this layer's own derivative.
    """
    return np.ones_like(case.g) @ case.w.T


@hypothesis("dx_summed_over_batch", L, "dx", "prev_grad.sum(axis=0) @ w.T, the same in every row")
def dx_summed_over_batch(case: Case) -> Array:
    """dX is summed over the batch, so that every sample gets the same gradient.

    Only the gradients of parameters are summed over the batch; dX has a row a sample.
    """
    return np.broadcast_to(case.g.sum(axis=0) @ case.w.T, case.right.shape)


@variant(dx_summed_over_batch, "(prev_grad @ w.T).sum(axis=0, keepdims=True), one row for all")
def dx_summed_to_a_row(case: Case) -> Array:
    """In one row."""
    return case.right.sum(axis=0, keepdims=True)


@variant(dx_summed_over_batch, "(prev_grad @ w.T).sum(axis=0), one row for all")
def dx_summed_flat(case: Case) -> Array:
    """In one row, without the axis of the batch."""
    return case.right.sum(axis=0)


@hypothesis("dx_first_sample_repeated", L, "dx", "the first row of prev_grad @ w.T, in every row")
def dx_first_sample_repeated(case: Case) -> Array:
    """Every sample gets the dX of the first one.

    Each row of dX comes from its own row of prev_grad.
    """
    return np.broadcast_to(case.right[0], case.right.shape)


@hypothesis("dx_last_output_left_out", L, "dx", "prev_grad[:, :-1] @ w[:, :-1].T")
def dx_last_output_left_out(case: Case) -> Array:
    """The last output of the layer does not come into dX.

    dX sums over all outputs; look where a loop or a slice ends.
    """
    return case.g[:, :-1] @ case.w[:, :-1].T


@hypothesis("dx_last_output_only", L, "dx", "prev_grad[:, -1:] * w[:, -1]")
def dx_last_output_only(case: Case) -> Array:
    """Only the last output of the layer comes into dX.

    dX sums over all outputs; a loop over them has to add, not to assign.
    """
    return case.g[:, -1:] * case.w[:, -1]


@hypothesis("dx_first_output_only", L, "dx", "prev_grad[:, :1] * w[:, 0]")
def dx_first_output_only(case: Case) -> Array:
    """Only the first output of the layer comes into dX.

    dX sums over all outputs; look where a loop or a slice ends.
    """
    return case.g[:, :1] * case.w[:, 0]


@hypothesis("dx_has_sigmoid_slope", L, "dx", "(prev_grad @ w.T) * x * (1 - x)")
def dx_has_sigmoid_slope(case: Case) -> Array:
    """The derivative of a sigmoid has slipped into the linear layer.

    The activation is a layer of its own, with a backward of its own.
    """
    return case.right * case.x * (1 - case.x)


@variant(dx_has_sigmoid_slope, "(prev_grad * y * (1 - y)) @ w.T")
def dx_has_sigmoid_slope_of_output(case: Case) -> Array:
    """Taken at the output."""
    return (case.g * case.y * (1 - case.y)) @ case.w.T


@hypothesis("dx_elementwise", L, "dx", "prev_grad * w, entry by entry")
def dx_elementwise(case: Case) -> Array:
    """dX multiplies prev_grad and the weights entry by entry instead of as matrices.

    Follow the shapes: (N, out) and (out, in) make (N, in) in a matrix product.
    """
    return case.g * case.w


@hypothesis("dx_mean_over_batch", L, "dx", "prev_grad.mean(axis=0) @ w.T, the same in every row")
def dx_mean_over_batch(case: Case) -> Array:
    """dX is averaged over the batch, so that every sample gets the same gradient.

    Each sample has its own row in dX.
    """
    return np.broadcast_to(case.g.mean(axis=0) @ case.w.T, case.right.shape)


@hypothesis("dx_uses_output", L, "dx", "y @ w.T")
def dx_uses_output(case: Case) -> Array:
    """dX is computed from the layer's output instead of the upstream gradient.

    What comes from behind, prev_grad, is what the chain rule multiplies with.
    """
    return case.y @ case.w.T


@variant(dx_uses_output, "(x @ w) @ w.T")
def dx_uses_product(case: Case) -> Array:
    """The output without its bias."""
    return case.x @ case.w @ case.w.T


@hypothesis("dx_uses_ones_weights", L, "dx", "the row sums of prev_grad")
def dx_uses_ones_weights(case: Case) -> Array:
    """dX is computed as though every weight were one.

    Output j follows input i by the weight w_ij.
    """
    return case.g @ np.ones_like(case.w).T


@hypothesis("dx_uses_absolute_weights", L, "dx", "prev_grad @ abs(w).T")
def dx_uses_absolute_weights(case: Case) -> Array:
    """dX uses the sizes of the weights without their signs.

    A weight's sign is part of the derivative.
    """
    return case.g @ np.abs(case.w).T


@hypothesis("dx_times_x", L, "dx", "(prev_grad @ w.T) * x")
def dx_times_x(case: Case) -> Array:
    """dX is multiplied by the input once more.

    The derivative of x w by x is w; the input itself belongs to dw.
    """
    return case.right * case.x


@hypothesis("dx_with_bias", L, "dx", "(prev_grad - b) @ w.T")
def dx_with_bias(case: Case) -> Array:
    """The bias comes into dX.

    A bias is only added in forward, so the derivative by x does not contain it.
    """
    return (case.g - case.b) @ case.w.T


@variant(dx_with_bias, "(prev_grad + b) @ w.T")
def dx_with_bias_added(case: Case) -> Array:
    """With a plus."""
    return (case.g + case.b) @ case.w.T


@variant(dx_with_bias, "prev_grad @ w.T + the sum of b")
def dx_with_bias_summed(case: Case) -> Array:
    """With all of the bias in every entry."""
    return case.right + case.b.sum()


@hypothesis("dx_in_last_row_only", L, "dx", "prev_grad @ w.T in the last row, zeros elsewhere")
def dx_in_last_row_only(case: Case) -> Array:
    """Only the last sample of the batch gets its gradient.

    A loop overwrites or a slice cuts the other rows.
    """
    return _one_row(case, -1)


@hypothesis("dx_in_first_row_only", L, "dx", "prev_grad @ w.T in the first row, zeros elsewhere")
def dx_in_first_row_only(case: Case) -> Array:
    """Only the first sample of the batch gets its gradient.

    Look for a loop that ends too early, or an index that should be a slice.
    """
    return _one_row(case, 0)


def _one_row(case: Case, row: int) -> Array:
    kept = np.zeros_like(case.right)
    kept[row] = case.right[row]
    return kept
