"""Hypotheses about ``Linear``: its output."""

from __future__ import annotations

import numpy as np

from grader.diagnosis.base import Case, hypothesis, variant
from grader.numeric import Array

L = "Linear"


@hypothesis("forward_bias_missing", L, "value", "x @ w")
def forward_bias_missing(case: Case) -> Array:
    """The bias is not added.

    The lab asks for y = x w + b.
    """
    return case.x @ case.w


@hypothesis("forward_bias_twice", L, "value", "x @ w + 2 * b")
def forward_bias_twice(case: Case) -> Array:
    """The bias is added twice.

    The lab asks for y = x w + b.
    """
    return case.x @ case.w + 2 * case.b


@hypothesis("forward_bias_sign", L, "value", "x @ w - b")
def forward_bias_sign(case: Case) -> Array:
    """The bias is subtracted.

    The lab asks for y = x w + b.
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

    The lab asks for y = x w + b.
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

    The weights have the shape (in, out), and x has the shape (N, in).
    """
    return case.x @ case.w.T + case.b


@hypothesis("forward_bias_multiplied", L, "value", "(x @ w) * b")
def forward_bias_multiplied(case: Case) -> Array:
    """The bias is multiplied instead of added.

    The lab asks for y = x w + b.
    """
    return case.x @ case.w * case.b


@hypothesis("forward_bias_in_first_row_only", L, "value", "x @ w, plus b in the first row only")
def forward_bias_in_first_row_only(case: Case) -> Array:
    """Only the first sample of the batch gets the bias.

    The same bias is added to every row of x w.
    """
    y = case.x @ case.w
    y[0] += case.b
    return y


@hypothesis("forward_first_bias_for_all", L, "value", "x @ w + b[0]")
def forward_first_bias_for_all(case: Case) -> Array:
    """The first entry of the bias serves every output.

    The bias has an entry for each output, and all of them are needed.
    """
    return case.x @ case.w + case.b[0]


@hypothesis("forward_bias_summed", L, "value", "x @ w + sum(b)")
def forward_bias_summed(case: Case) -> Array:
    """The sum of the bias is added to every output.

    The bias has an entry for each output: each goes to its own.
    """
    return case.x @ case.w + case.b.sum()


@hypothesis("forward_absolute", L, "value", "abs(x @ w + b)")
def forward_absolute(case: Case) -> Array:
    """The output loses its sign.

    A linear layer may well give negative numbers.
    """
    return np.abs(case.y)


@hypothesis("forward_scaled_by_width", L, "value", "x @ w / sqrt(in) + b")
def forward_scaled_by_width(case: Case) -> Array:
    """The product is divided by the root of the number of inputs.

    Such a factor may belong to how the weights are drawn, never to forward.
    """
    return case.x @ case.w / np.sqrt(case.x.shape[1]) + case.b


@hypothesis("forward_centres_batch", L, "value", "(x - x.mean(axis=0)) @ w + b")
def forward_centres_batch(case: Case) -> Array:
    """The mean of the batch is subtracted from the input.

    A sample's output depends on that sample alone.
    """
    return (case.x - case.x.mean(axis=0)) @ case.w + case.b


@hypothesis("forward_last_input_left_out", L, "value", "x[:, :-1] @ w[:-1] + b")
def forward_last_input_left_out(case: Case) -> Array:
    """The last input of the layer does not come into the output.

    The sum runs over all inputs; look where a loop or a slice ends.
    """
    return case.x[:, :-1] @ case.w[:-1] + case.b


@hypothesis("forward_first_row_repeated", L, "value", "the first row of x @ w + b, in every row")
def forward_first_row_repeated(case: Case) -> Array:
    """Every sample gets the output of the first.

    Each row of the output comes from its own row of x.
    """
    return np.broadcast_to(case.y[0], case.y.shape)


@hypothesis("forward_summed_over_batch", L, "value", "(x @ w + b).sum(axis=0, keepdims=True)")
def forward_summed_over_batch(case: Case) -> Array:
    """The output is summed over the batch.

    Each sample keeps its own row: x of shape (N, in) gives (N, out).
    """
    return case.y.sum(axis=0, keepdims=True)


@variant(forward_summed_over_batch, "(x @ w + b).sum(axis=0)")
def forward_summed_flat(case: Case) -> Array:
    """Without the axis of the batch."""
    return case.y.sum(axis=0)


@hypothesis("forward_input_cast_to_int", L, "value", "x.astype(int) @ w + b")
def forward_input_cast_to_int(case: Case) -> Array:
    """The input is cut to whole numbers.

    Keep floats: an int drops everything behind the point.
    """
    return np.trunc(case.x) @ case.w + case.b


@hypothesis("forward_squared_input", L, "value", "x ** 2 @ w + b")
def forward_squared_input(case: Case) -> Array:
    """The input is squared.

    The lab asks for y = x w + b.
    """
    return case.x**2 @ case.w + case.b


@hypothesis("forward_half_precision", L, "value", "x @ w computed as float16, + b")
def forward_half_precision(case: Case) -> Array:
    """The output is computed with numbers of 16 bits.

    Let numpy keep its usual float64; nothing here needs float16.
    """
    return case.x.astype(np.float16) @ case.w.astype(np.float16) + case.b
