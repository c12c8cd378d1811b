"""Hypotheses about ``Linear``: its output, and the gradients dx, dw and db."""

from __future__ import annotations

import numpy as np

from grader.diagnosis.base import Case, hypothesis
from grader.numeric import Array

L = "Linear"

# ---- dx ----


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


@hypothesis("dx_mean_over_batch", L, "dx", "prev_grad.mean(axis=0) @ w.T, the same in every row")
def dx_mean_over_batch(case: Case) -> Array:
    """dX is averaged over the batch, so that every sample gets the same gradient.

    dX has a row a sample.
    """
    return np.broadcast_to(case.g.mean(axis=0) @ case.w.T, case.right.shape)


@hypothesis("dx_uses_output", L, "dx", "y @ w.T")
def dx_uses_output(case: Case) -> Array:
    """dX is computed from the layer's output instead of the upstream gradient.

    forward's values come into dX only through the weights.
    """
    return case.y @ case.w.T


@hypothesis("dx_uses_ones_weights", L, "dx", "the row sums of prev_grad")
def dx_uses_ones_weights(case: Case) -> Array:
    """dX is computed as though every weight were one.

    dy_j/dx_i is w_ij.
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


@hypothesis("dx_with_bias", L, "dx", "(prev_grad - b) @ w.T or prev_grad @ w.T plus the bias")
def dx_with_bias(case: Case) -> Array:
    """The bias comes into dX.

    A bias is added; the derivative by x does not know it.
    """
    return (case.g + case.b) @ case.w.T


@hypothesis("dx_zero", L, "dx", "zeros")
def dx_zero(case: Case) -> Array:
    """dX is all zeros.

    Nothing reaches the layers before this one.
    """
    return np.zeros_like(case.right)


@hypothesis("dx_in_last_row_only", L, "dx", "prev_grad @ w.T in the last row, zeros elsewhere")
def dx_in_last_row_only(case: Case) -> Array:
    """Only the last sample of the batch gets its gradient.

    A loop overwrites or a slice cuts the other rows.
    """
    return _one_row(case, -1)


@hypothesis("dx_in_first_row_only", L, "dx", "prev_grad @ w.T in the first row, zeros elsewhere")
def dx_in_first_row_only(case: Case) -> Array:
    """Only the first sample of the batch gets its gradient.

    Look for a return inside a loop, or an index that should be a slice.
    """
    return _one_row(case, 0)


def _one_row(case: Case, row: int) -> Array:
    kept = np.zeros_like(case.right)
    kept[row] = case.right[row]
    return kept


# ---- dw ----


@hypothesis("dw_outer_of_sums", L, "dw", "outer(x.sum(axis=0), prev_grad.sum(axis=0))")
def dw_outer_of_sums(case: Case) -> Array:
    """The batch is summed before the outer product instead of after it.

    Each sample has its own outer product of input and upstream gradient; dw is their sum.
    """
    return np.outer(case.x.sum(axis=0), case.g.sum(axis=0))


@hypothesis("dw_first_sample_only", L, "dw", "outer(x[0], prev_grad[0])")
def dw_first_sample_only(case: Case) -> Array:
    """Only the first sample of the batch comes into dw.

    dw sums over all samples.
    """
    return np.outer(case.x[0], case.g[0])


@hypothesis("dw_last_sample_only", L, "dw", "outer(x[-1], prev_grad[-1])")
def dw_last_sample_only(case: Case) -> Array:
    """Only the last sample of the batch comes into dw.

    dw sums over all samples; a loop must add, not assign.
    """
    return np.outer(case.x[-1], case.g[-1])


@hypothesis("dw_uses_output", L, "dw", "x.T @ y")
def dw_uses_output(case: Case) -> Array:
    """dw is computed from the layer's output instead of the upstream gradient.

    What comes from behind, prev_grad, is what the chain rule multiplies with.
    """
    return case.x.T @ case.y


@hypothesis("dw_ignores_upstream", L, "dw", "x.T @ ones")
def dw_ignores_upstream(case: Case) -> Array:
    """dw does not use the upstream gradient.

    By the chain rule, what comes from behind is multiplied with this layer's own derivative.
    """
    return case.x.T @ np.ones_like(case.g)


@hypothesis("dw_ignores_input", L, "dw", "ones.T @ prev_grad")
def dw_ignores_input(case: Case) -> Array:
    """dw does not use the input of the layer.

    dy_j/dw_ij is x_i.
    """
    return np.ones_like(case.x).T @ case.g


@hypothesis("dw_transposed", L, "dw", "(prev_grad.T @ x) put into the shape of w")
def dw_transposed(case: Case) -> Array:
    """dw is transposed, or its entries stand in the wrong order.

    dw has the shape of w; follow the shapes (in, N) and (N, out), and never reshape instead.
    """
    return (case.g.T @ case.x).reshape(case.w.shape)


@hypothesis("dw_normalised", L, "dw", "dw / norm(dw)")
def dw_normalised(case: Case) -> Array:
    """dw is divided by its own length.

    Plain gradient descent takes the gradient as it is.
    """
    return case.right / np.linalg.norm(case.right)


@hypothesis("dw_divided_by_largest", L, "dw", "dw / max(abs(dw))")
def dw_divided_by_largest(case: Case) -> Array:
    """dw is divided by its largest entry.

    Plain gradient descent takes the gradient as it is.
    """
    return case.right / np.max(np.abs(case.right))


@hypothesis("dw_sign_only", L, "dw", "sign(dw)")
def dw_sign_only(case: Case) -> Array:
    """Only the signs of dw are used.

    The size of an entry says how far to go.
    """
    return np.sign(case.right)


@hypothesis("dw_absolute", L, "dw", "abs(dw)")
def dw_absolute(case: Case) -> Array:
    """dw loses its signs.

    A negative entry moves its weight up.
    """
    return np.abs(case.right)


@hypothesis("dw_uses_rows_reversed", L, "dw", "x[::-1].T @ prev_grad")
def dw_uses_rows_reversed(case: Case) -> Array:
    """The rows of the input and of the upstream gradient are paired in the wrong order.

    Row n of prev_grad belongs to row n of x.
    """
    return case.x[::-1].T @ case.g


@hypothesis("dw_squared", L, "dw", "dw ** 2")
def dw_squared(case: Case) -> Array:
    """dw is squared.

    The square belongs into the loss alone.
    """
    return case.right**2


# ---- db ----


@hypothesis("db_summed_to_scalar", L, "db", "prev_grad.sum(), the same for every output")
def db_summed_to_scalar(case: Case) -> Array:
    """db is summed over the outputs too.

    Sum over the rows (axis 0) only: each output has its own bias.
    """
    return np.full(case.right.shape, case.g.sum())


@hypothesis("db_mean_of_all", L, "db", "prev_grad.mean(), the same for every output")
def db_mean_of_all(case: Case) -> Array:
    """db is averaged over everything.

    Each output has its own bias; its gradient sums over the rows.
    """
    return np.full(case.right.shape, case.g.mean())


@hypothesis("db_wrong_axis", L, "db", "prev_grad.sum(axis=1)")
def db_wrong_axis(case: Case) -> Array:
    """db is summed along the wrong axis.

    Axis 0 runs over the samples, and that is the one to sum over.
    """
    summed = case.g.sum(axis=1)
    if summed.shape != case.right.shape and summed.size != 1:
        raise ValueError
    return np.broadcast_to(summed, case.right.shape)


@hypothesis("db_first_sample_only", L, "db", "prev_grad[0]")
def db_first_sample_only(case: Case) -> Array:
    """Only the first sample of the batch comes into db.

    db sums over all samples.
    """
    return case.g[0]


@hypothesis("db_last_sample_only", L, "db", "prev_grad[-1]")
def db_last_sample_only(case: Case) -> Array:
    """Only the last sample of the batch comes into db.

    db sums over all samples.
    """
    return case.g[-1]


@hypothesis("db_ignores_upstream", L, "db", "N")
def db_ignores_upstream(case: Case) -> Array:
    """db does not use the upstream gradient.

    db is the sum of prev_grad over the rows.
    """
    return np.full(case.right.shape, float(case.n))


@hypothesis("db_is_dw", L, "db", "the column sums of dw")
def db_is_dw(case: Case) -> Array:
    """db is made of dw.

    The bias does not meet the input: db is the sum of prev_grad over the rows.
    """
    return (case.x.T @ case.g).sum(axis=0)


@hypothesis("db_uses_output", L, "db", "y.sum(axis=0)")
def db_uses_output(case: Case) -> Array:
    """db is computed from the layer's output instead of the upstream gradient.

    db is the sum of prev_grad over the rows.
    """
    return case.y.sum(axis=0)


@hypothesis("db_uses_largest", L, "db", "prev_grad.max(axis=0)")
def db_uses_largest(case: Case) -> Array:
    """db takes the largest entry of the batch instead of the sum.

    db is the sum of prev_grad over the rows.
    """
    return case.g.max(axis=0)


@hypothesis("db_absolute", L, "db", "abs(db)")
def db_absolute(case: Case) -> Array:
    """db loses its signs.

    A negative entry moves its bias up.
    """
    return np.abs(case.right)


@hypothesis("db_squared", L, "db", "(prev_grad ** 2).sum(axis=0)")
def db_squared(case: Case) -> Array:
    """db sums squares.

    The square belongs into the loss alone.
    """
    return (case.g**2).sum(axis=0)


# ---- the output ----


@hypothesis("forward_bias_missing", L, "value", "x @ w")
def forward_bias_missing(case: Case) -> Array:
    """The bias is not added.

    y = x w + b.
    """
    return case.x @ case.w


@hypothesis("forward_bias_twice", L, "value", "x @ w + 2 * b")
def forward_bias_twice(case: Case) -> Array:
    """The bias is added twice.

    y = x w + b.
    """
    return case.x @ case.w + 2 * case.b


@hypothesis("forward_bias_sign", L, "value", "x @ w - b")
def forward_bias_sign(case: Case) -> Array:
    """The bias is subtracted.

    y = x w + b.
    """
    return case.x @ case.w - case.b


@hypothesis("forward_with_relu", L, "value", "max(0, x @ w + b)")
def forward_with_relu(case: Case) -> Array:
    """A ReLU is applied inside the linear layer.

    The activation is a layer of its own.
    """
    return np.maximum(case.y, 0)


@hypothesis("forward_with_sigmoid", L, "value", "sigmoid(x @ w + b)")
def forward_with_sigmoid(case: Case) -> Array:
    """A sigmoid is applied inside the linear layer.

    The activation is a layer of its own.
    """
    return 0.5 * (1 + np.tanh(0.5 * case.y))


@hypothesis("forward_with_tanh", L, "value", "tanh(x @ w + b)")
def forward_with_tanh(case: Case) -> Array:
    """A tanh is applied inside the linear layer.

    The activation is a layer of its own.
    """
    return np.tanh(case.y)


@hypothesis("forward_sign", L, "value", "-(x @ w) + b")
def forward_sign(case: Case) -> Array:
    """The weights come in with the wrong sign.

    y = x w + b.
    """
    return -(case.x @ case.w) + case.b


@hypothesis("forward_mean_over_inputs", L, "value", "x @ w / in + b")
def forward_mean_over_inputs(case: Case) -> Array:
    """The product is divided by the number of inputs.

    y = x w + b sums over the inputs.
    """
    return case.x @ case.w / case.x.shape[1] + case.b


@hypothesis("forward_w_not_transposed", L, "value", "x @ w.T + b")
def forward_w_transposed(case: Case) -> Array:
    """The weights are transposed in forward.

    w has shape (in, out), and x has shape (N, in).
    """
    return case.x @ case.w.T + case.b
