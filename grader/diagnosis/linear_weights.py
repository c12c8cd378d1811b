"""Hypotheses about ``Linear``: the gradient of its weights, as a step shows it."""

from __future__ import annotations

import numpy as np

from grader.diagnosis.base import Case, hypothesis, variant
from grader.numeric import Array

L = "Linear"


@hypothesis("dw_outer_of_sums", L, "dw", "outer(x.sum(axis=0), prev_grad.sum(axis=0))")
def dw_outer_of_sums(case: Case) -> Array:
    """The batch is summed before the outer product instead of after it.

    Each sample has its own outer product of input and upstream gradient; dw is their sum.
    """
    return np.outer(case.x.sum(axis=0), case.g.sum(axis=0))


@hypothesis("dw_outer_of_means", L, "dw", "outer(x.mean(axis=0), prev_grad.mean(axis=0))")
def dw_outer_of_means(case: Case) -> Array:
    """The batch is averaged before the outer product is taken.

    Each sample has its own outer product of input and upstream gradient; dw is their sum.
    """
    return np.outer(case.x.mean(axis=0), case.g.mean(axis=0))


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


@variant(dw_uses_output, "x.T @ (x @ w)")
def dw_uses_product(case: Case) -> Array:
    """The output without its bias."""
    return case.x.T @ (case.x @ case.w)


@hypothesis("dw_uses_output_as_input", L, "dw", "y.T @ prev_grad")
def dw_uses_output_as_input(case: Case) -> Array:
    """dw is computed from the layer's output where it needs the input.

    The derivative of y by w is the input x: forward has to remember what came in.
    """
    return case.y.T @ case.g


@hypothesis("dw_has_sigmoid_slope", L, "dw", "x.T @ (prev_grad * y * (1 - y))")
def dw_has_sigmoid_slope(case: Case) -> Array:
    """The derivative of a sigmoid has slipped into the linear layer.

    The activation is a layer of its own, with a backward of its own.
    """
    return case.x.T @ (case.g * case.y * (1 - case.y))


@variant(dw_has_sigmoid_slope, "x.T @ (prev_grad * out * (1 - out)) with out = x @ w")
def dw_has_sigmoid_slope_of_product(case: Case) -> Array:
    """Taken at the output without its bias."""
    out = case.x @ case.w
    return case.x.T @ (case.g * out * (1 - out))


@hypothesis("dw_positive_upstream_only", L, "dw", "x.T @ max(0, prev_grad)")
def dw_positive_upstream_only(case: Case) -> Array:
    """Negative upstream gradients are left out of dw.

    A negative gradient counts as much as a positive one; a ReLU is a layer of its own.
    """
    return case.x.T @ np.maximum(case.g, 0)


@hypothesis("dw_input_squared", L, "dw", "(x ** 2).T @ prev_grad")
def dw_input_squared(case: Case) -> Array:
    """dw is made of the squares of the input.

    The derivative of y by w is the input x, not its square.
    """
    return (case.x**2).T @ case.g


@hypothesis("dw_input_absolute", L, "dw", "abs(x).T @ prev_grad")
def dw_input_absolute(case: Case) -> Array:
    """dw loses the signs of the input.

    The derivative of y by w is the input x, with its sign.
    """
    return np.abs(case.x).T @ case.g


@hypothesis("dw_last_sample_left_out", L, "dw", "x[:-1].T @ prev_grad[:-1]")
def dw_last_sample_left_out(case: Case) -> Array:
    """The last sample of the batch does not come into dw.

    dw sums over all samples; look where a loop or a slice ends.
    """
    return case.x[:-1].T @ case.g[:-1]


@hypothesis("dw_input_reshaped", L, "dw", "x.reshape(in, N) @ prev_grad")
def dw_input_reshaped(case: Case) -> Array:
    """The input is reshaped where it should be transposed.

    reshape keeps the order of the entries and so puts them in the wrong places; a transpose swaps
    rows and columns.
    """
    return case.x.reshape(case.x.shape[::-1]) @ case.g


@hypothesis("dw_times_w", L, "dw", "(x.T @ prev_grad) * w")
def dw_times_w(case: Case) -> Array:
    """dw is multiplied by the weights.

    The derivative of x w by w is x; the weights themselves belong to dX.
    """
    return case.right * case.w


@hypothesis("dw_replaces_weights", L, "dw", "w / lr + dw: the weights became -lr * dw")
def dw_replaces_weights(case: Case) -> Array:
    """The weights are replaced by the step instead of moved by it.

    "w -= step" moves w; "w =- step" and "w = -step" forget what w was.
    """
    return case.w / case.lr + case.right


@hypothesis("dw_not_updated", L, "dw", "zeros")
def dw_not_updated(case: Case) -> Array:
    """The weights are never updated.

    backward takes one step for each parameter: it moves it against its gradient. A new local
    variable is not the layer's own attribute.
    """
    return np.zeros_like(case.right)


@hypothesis(
    "dw_not_updated_for_one_sample", L, "dw", "zeros where N is 1, x.T @ prev_grad elsewhere"
)
def dw_not_updated_for_one_sample(case: Case) -> Array:
    """A batch of one sample does not update the weights.

    A batch of one is a batch; a condition or a squeeze leaves it out.
    """
    return case.right * (case.n > 1)


@hypothesis(
    "dw_not_updated_without_bias", L, "dw", "zeros where there is no bias, else the right one",
    rival=dw_not_updated.compute,
)  # fmt: skip
def dw_not_updated_without_bias(case: Case) -> Array:
    """A layer without a bias never updates its weights.

    Does the update of w stand in the branch that is for the bias alone?
    """
    return case.right * bool(np.any(case.b))


@hypothesis(
    "dw_not_in_first_call", L, "dw", "zeros in the first call, x.T @ prev_grad in the second"
)
def dw_not_in_first_call(case: Case) -> Array:
    """The first call of backward leaves the weights as they were; only the second one moves them.

    Every call takes its own step, with the gradient of that very call.
    """
    return case.right * (case.turn % 2)


@hypothesis("dw_ignores_upstream", L, "dw", "x.T @ ones")
def dw_ignores_upstream(case: Case) -> Array:
    """dw does not use the upstream gradient.

    By the chain rule, what comes from behind is multiplied with this layer's own derivative.
    """
    return case.x.T @ np.ones_like(case.g)


@hypothesis("dw_ignores_input", L, "dw", "ones.T @ prev_grad")
def dw_ignores_input(case: Case) -> Array:
    """dw does not use the input of the layer.

    The derivative of y by w is the input x.
    """
    return np.ones_like(case.x).T @ case.g


@hypothesis("dw_transposed", L, "dw", "prev_grad.T @ x")
def dw_transposed(case: Case) -> Array:
    """dw is transposed: it has the shape (out, in).

    dw has the shape of w; follow the shapes (in, N) and (N, out).
    """
    return case.g.T @ case.x


@hypothesis("dw_reshaped", L, "dw", "(prev_grad.T @ x).reshape(w.shape)")
def dw_reshaped(case: Case) -> Array:
    """dw is reshaped where it should be transposed, so its entries stand in the wrong places.

    Follow the shapes: (in, N) and (N, out) make (in, out) without any reshape.
    """
    return (case.g.T @ case.x).reshape(case.w.shape)


@hypothesis("dw_uses_rows_reversed", L, "dw", "x[::-1].T @ prev_grad")
def dw_uses_rows_reversed(case: Case) -> Array:
    """The rows of the input and of the upstream gradient are paired in the wrong order.

    Row n of prev_grad belongs to row n of x.
    """
    return case.x[::-1].T @ case.g
