"""Hypotheses about ``Softmax``: its output, and the gradient at its input."""

from __future__ import annotations

import numpy as np

from grader.contract import sigmoid, softmax
from grader.diagnosis.base import Case, hypothesis, variant
from grader.numeric import Array

X = "Softmax"


@hypothesis("softmax_elementwise", X, "dx", "prev_grad * y * (1 - y)")
def softmax_elementwise(case: Case) -> Array:
    """The derivative is taken entry by entry.

    Every output of a row depends on every input of that row: there are terms between them too.
    """
    return case.g * case.y * (1 - case.y)


@hypothesis("softmax_sum_missing", X, "dx", "prev_grad * y")
def softmax_sum_missing(case: Case) -> Array:
    """The term that couples the entries of a row is missing.

    Every output of a row depends on every input of that row.
    """
    return case.g * case.y


@hypothesis("softmax_sum_unweighted", X, "dx", "y * (prev_grad - sum(prev_grad))")
def softmax_sum_unweighted(case: Case) -> Array:
    """The sum over the row lacks the weight y.

    The derivative of the denominator brings a weight into that sum.
    """
    return case.y * (case.g - case.g.sum(axis=-1, keepdims=True))


@hypothesis("softmax_sum_wrong_axis", X, "dx", "the sum taken over the rows")
def softmax_sum_wrong_axis(case: Case) -> Array:
    """The sum runs over the batch instead of over the row.

    Samples do not meet in a softmax.
    """
    return case.y * (case.g - (case.g * case.y).sum(axis=0, keepdims=True))


@hypothesis("softmax_sum_of_all", X, "dx", "the sum taken over everything")
def softmax_sum_of_all(case: Case) -> Array:
    """The sum runs over the whole array instead of over the row.

    Samples do not meet in a softmax.
    """
    return case.y * (case.g - (case.g * case.y).sum())


@hypothesis("softmax_weight_missing", X, "dx", "prev_grad - sum(prev_grad * y)")
def softmax_weight_missing(case: Case) -> Array:
    """The factor y in front is missing.

    Derive one output by one input, and collect.
    """
    return case.g - (case.g * case.y).sum(axis=-1, keepdims=True)


@hypothesis("softmax_over_batch", X, "value", "exp(x) over the sum of its column")
def softmax_over_batch(case: Case) -> Array:
    """The sum runs over the batch instead of over the row.

    Each row becomes probabilities.
    """
    powers = np.exp(case.x - case.x.max())
    return np.asarray(powers / powers.sum(axis=0, keepdims=True))


@hypothesis("softmax_over_all", X, "value", "exp(x) over the sum of all")
def softmax_over_all(case: Case) -> Array:
    """The sum runs over the whole array instead of over the row.

    Each row becomes probabilities.
    """
    powers = np.exp(case.x - case.x.max())
    return np.asarray(powers / powers.sum())


@hypothesis("softmax_not_normalised", X, "value", "exp(x - max)")
def softmax_not_normalised(case: Case) -> Array:
    """The division by the sum is missing.

    Each row becomes probabilities.
    """
    return np.exp(case.x - case.x.max(axis=-1, keepdims=True))


@hypothesis("softmax_is_sigmoid", X, "value", "1 / (1 + exp(-x))")
def softmax_issigmoid(case: Case) -> Array:
    """The output is that of the sigmoid.

    Softmax divides by the sum of the row.
    """
    return sigmoid(case.x)


@variant(softmax_over_batch, "exp(x - the largest of its row) over the sum of its column")
def softmax_over_batch_shifted(case: Case) -> Array:
    """After a shift of each row."""
    powers = _powers(case)
    return np.asarray(powers / powers.sum(axis=0, keepdims=True))


@variant(softmax_over_all, "exp(x - the largest of its row) over the sum of all")
def softmax_over_all_shifted(case: Case) -> Array:
    """After a shift of each row."""
    powers = _powers(case)
    return np.asarray(powers / powers.sum())


@variant(softmax_not_normalised, "exp(x)")
def softmax_not_shifted(case: Case) -> Array:
    """Without a shift."""
    return np.exp(case.x)


@hypothesis("softmax_shift_over_batch", X, "value", "softmax of x - x.max(axis=0)")
def softmax_shift_over_batch(case: Case) -> Array:
    """The largest entry of the column is subtracted, so the entries of a row move apart.

    A shift leaves a row's probabilities as they are only if it is the same in the whole row.
    """
    return softmax(case.x - case.x.max(axis=0))


@hypothesis("softmax_sign", X, "value", "exp(-x) over the sum of its row")
def softmax_sign(case: Case) -> Array:
    """The exponent has the wrong sign.

    The largest input gets the largest probability.
    """
    return softmax(-case.x)


@hypothesis("softmax_log", X, "value", "log(softmax(x))")
def softmax_log(case: Case) -> Array:
    """The output is the logarithm of the probabilities.

    The logarithm belongs to the loss.
    """
    shifted = case.x - case.x.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


@hypothesis("softmax_one_hot", X, "value", "1 for the largest entry of the row, else 0")
def softmax_one_hot(case: Case) -> Array:
    """The output is 1 for the largest entry and 0 for the others.

    A softmax gives every entry its share; a hard decision has no gradient.
    """
    return (case.x >= case.x.max(axis=-1, keepdims=True)).astype(float)


@hypothesis("softmax_without_exponential", X, "value", "x over the sum of its row")
def softmax_without_exponential(case: Case) -> Array:
    """The exponential is missing.

    exp makes every entry positive before the division by the sum.
    """
    return case.x / case.x.sum(axis=-1, keepdims=True)


@variant(softmax_without_exponential, "(x - the largest of its row) over their sum")
def softmax_without_exponential_shifted(case: Case) -> Array:
    """After a shift of each row."""
    shifted = case.x - case.x.max(axis=-1, keepdims=True)
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))


def _powers(case: Case) -> Array:
    return np.exp(case.x - case.x.max(axis=-1, keepdims=True))


@hypothesis("softmax_sum_sign", X, "dx", "y * (prev_grad + sum(prev_grad * y))")
def softmax_sum_sign(case: Case) -> Array:
    """The sum over the row is added where it has to be subtracted.

    Derive one output by another entry's input: mind the sign of that term.
    """
    return case.y * (case.g + _inner(case))


@hypothesis("softmax_sum_averaged", X, "dx", "y * (prev_grad - mean(prev_grad * y))")
def softmax_sum_averaged(case: Case) -> Array:
    """The mean over the row is taken instead of the sum.

    Every entry of the row adds its own term; nothing divides by their number.
    """
    return case.y * (case.g - (case.g * case.y).mean(axis=-1, keepdims=True))


@hypothesis("softmax_minus_output", X, "dx", "prev_grad - y")
def softmax_minus_output(case: Case) -> Array:
    """The output is subtracted from the upstream gradient.

    "y minus ground truth" is the gradient of softmax and cross-entropy together; here the softmax
    alone is asked.
    """
    return case.g - case.y


@hypothesis("softmax_jacobian_of_first_row", X, "dx", "prev_grad @ the Jacobian of the first row")
def softmax_jacobian_of_first_row(case: Case) -> Array:
    """The derivatives of the first sample serve all samples.

    Every row has its own outputs, and so its own Jacobian.
    """
    first = case.y[0]
    return case.g @ (np.diag(first) - np.outer(first, first))


@hypothesis(
    "softmax_jacobian_sign", X, "dx", "prev_grad @ J with its terms beside the diagonal positive"
)
def softmax_jacobian_sign(case: Case) -> Array:
    """The terms of the Jacobian beside its diagonal have the wrong sign.

    Where one probability rises, the others fall.
    """
    return case.y * (case.g + _inner(case) - 2 * case.g * case.y)


def _inner(case: Case) -> Array:
    return np.asarray((case.g * case.y).sum(axis=-1, keepdims=True))
