"""Hypotheses about ``Linear``: the gradient of its bias, as a step shows it."""

from __future__ import annotations

import numpy as np

from grader.diagnosis.base import Case, hypothesis, variant
from grader.numeric import Array

L = "Linear"


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


@hypothesis("db_averaged_over_outputs", L, "db", "prev_grad.sum(axis=0).mean(), for every output")
def db_averaged_over_outputs(case: Case) -> Array:
    """db is averaged over the outputs, so that all biases get the same step.

    Each output has its own bias: sum over the rows (axis 0) and stop there.
    """
    return np.full(case.right.shape, case.g.sum(axis=0).mean())


@hypothesis("db_not_summed", L, "db", "prev_grad, a row a sample")
def db_not_summed(case: Case) -> Array:
    """db is not summed over the batch, so the bias grows a row for every sample.

    The same bias is added to every row, so its gradient is the sum over the rows (axis 0).
    """
    return case.g


@hypothesis("db_is_dx", L, "db", "the column sums of prev_grad @ w.T")
def db_is_dx(case: Case) -> Array:
    """db is made of dX.

    The bias stands behind the weights: db is the sum of prev_grad over the rows.
    """
    return (case.g @ case.w.T).sum(axis=0)


@hypothesis("db_times_b", L, "db", "prev_grad.sum(axis=0) * b")
def db_times_b(case: Case) -> Array:
    """db is multiplied by the bias itself.

    The derivative of y by b is 1: a bias of zero has a gradient, too.
    """
    return case.right * case.b


@hypothesis("db_replaces_bias", L, "db", "b / lr + db: the bias became -lr * db")
def db_replaces_bias(case: Case) -> Array:
    """The bias is replaced by the step instead of moved by it.

    "b -= step" moves b; "b =- step" and "b = -step" forget what b was.
    """
    return case.b / case.lr + case.right


@hypothesis("db_not_updated", L, "db", "zeros")
def db_not_updated(case: Case) -> Array:
    """The bias is never updated.

    backward takes one step for each parameter: it moves it against its gradient. A new local
    variable is not the layer's own attribute.
    """
    return np.zeros_like(case.right)


@hypothesis("db_not_updated_for_one_sample", L, "db", "zeros where N is 1, the right one elsewhere")
def db_not_updated_for_one_sample(case: Case) -> Array:
    """A batch of one sample does not update the bias.

    A batch of one is a batch; a condition or a squeeze leaves it out.
    """
    return case.right * (case.n > 1)


@hypothesis("db_not_in_first_call", L, "db", "zeros in the first call, the right one in the second")
def db_not_in_first_call(case: Case) -> Array:
    """The first call of backward leaves the bias as it was; only the second one moves it.

    Every call takes its own step, with the gradient of that very call.
    """
    return case.right * (case.turn % 2)


@hypothesis("db_last_sample_left_out", L, "db", "prev_grad[:-1].sum(axis=0)")
def db_last_sample_left_out(case: Case) -> Array:
    """The last sample of the batch does not come into db.

    db sums over all samples; look where a loop or a slice ends.
    """
    return case.g[:-1].sum(axis=0)


@hypothesis("db_positive_upstream_only", L, "db", "max(0, prev_grad).sum(axis=0)")
def db_positive_upstream_only(case: Case) -> Array:
    """Negative upstream gradients are left out of db.

    A negative gradient counts as much as a positive one.
    """
    return np.maximum(case.g, 0).sum(axis=0)


@hypothesis("db_wrong_axis", L, "db", "prev_grad.sum(axis=1)")
def db_wrong_axis(case: Case) -> Array:
    """db is summed along the wrong axis.

    Axis 0 runs over the samples, and that is the one to sum over.
    """
    return case.g.sum(axis=1)


@variant(db_wrong_axis, "prev_grad.sum(axis=1, keepdims=True)")
def db_wrong_axis_kept(case: Case) -> Array:
    """As a column."""
    return case.g.sum(axis=1, keepdims=True)


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


@hypothesis("db_ignores_upstream", L, "db", "N, the number of samples")
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


@hypothesis("db_sums_squares", L, "db", "(prev_grad ** 2).sum(axis=0)")
def db_sums_squares(case: Case) -> Array:
    """db sums squares.

    The square belongs into the loss alone.
    """
    return (case.g**2).sum(axis=0)
