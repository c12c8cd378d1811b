"""Hypotheses about ``BinaryCrossEntropy``: its value, and the gradient at the prediction."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.contract import sigmoid
from grader.diagnosis.base import Case, hypothesis
from grader.numeric import Array

B = "BinaryCrossEntropy"


def _one(value: Any) -> Array:
    return np.array([float(value)])


@hypothesis("bce_uses_mse_grad", B, "dy", "2 * (y - ground_truth) / size")
def bce_uses_mse_grad(case: Case) -> Array:
    """The gradient is that of the mean squared error.

    Derive the logarithms.
    """
    return 2 * (case.y - case.t) / case.y.size


@hypothesis("bce_grad_with_sigmoid", B, "dy", "(y - ground_truth) / size")
def bce_grad_with_sigmoid(case: Case) -> Array:
    """The gradient is that of sigmoid and cross-entropy together.

    The sigmoid is a layer of its own and has its own backward; here the derivative by y is asked.
    """
    return (case.y - case.t) / case.y.size


@hypothesis("bce_grad_second_term_sign", B, "dy", "(-t / y - (1 - t) / (1 - y)) / size")
def bce_second_term_sign(case: Case) -> Array:
    """The second term has the wrong sign.

    The inner derivative of log(1 - y) is negative.
    """
    return (-case.t / case.y - (1 - case.t) / (1 - case.y)) / case.y.size


@hypothesis("bce_grad_second_term_missing", B, "dy", "-t / y / size")
def bce_second_term_missing(case: Case) -> Array:
    """The second term is missing.

    Samples with the label 0 count as well.
    """
    return -case.t / case.y / case.y.size


@hypothesis("bce_grad_first_term_missing", B, "dy", "(1 - t) / (1 - y) / size")
def bce_first_term_missing(case: Case) -> Array:
    """The first term is missing.

    Samples with the label 1 count as well.
    """
    return (1 - case.t) / (1 - case.y) / case.y.size


@hypothesis("bce_grad_denominators_swapped", B, "dy", "(-t / (1 - y) + (1 - t) / y) / size")
def bce_denominators_swapped(case: Case) -> Array:
    """The two denominators are swapped.

    log y is derived to 1 / y.
    """
    return (-case.t / (1 - case.y) + (1 - case.t) / case.y) / case.y.size


@hypothesis("bce_grad_of_logs", B, "dy", "the logarithms instead of their derivatives")
def bce_grad_of_logs(case: Case) -> Array:
    """The logarithms were not derived.

    The derivative of log y is 1 / y.
    """
    return -(case.t * np.log(case.y) - (1 - case.t) * np.log(1 - case.y)) / case.y.size


@hypothesis("bce_grad_one_minus_y_missing", B, "dy", "(y - t) / y / size")
def bce_half_denominator(case: Case) -> Array:
    """The denominator lacks the factor 1 - y.

    Derive both logarithms, and bring the two fractions to one denominator.
    """
    return (case.y - case.t) / case.y / case.y.size


@hypothesis("bce_grad_y_missing", B, "dy", "(y - t) / (1 - y) / size")
def bce_grad_y_missing(case: Case) -> Array:
    """The denominator lacks the factor y.

    Derive both logarithms, and bring the two fractions to one denominator.
    """
    return (case.y - case.t) / (1 - case.y) / case.y.size


@hypothesis("bce_grad_multiplied", B, "dy", "(y - t) * y * (1 - y) / size")
def bce_grad_multiplied(case: Case) -> Array:
    """The difference is multiplied by y (1 - y) where it is divided by it.

    The derivative of log y is 1 / y.
    """
    return (case.y - case.t) * case.y * (1 - case.y) / case.y.size


@hypothesis("bce_grad_one_plus_y", B, "dy", "(y - t) / (y * (1 + y)) / size")
def bce_grad_one_plus_y(case: Case) -> Array:
    """There is a plus where the denominator has a minus: y (1 + y).

    The second logarithm is that of 1 - y.
    """
    return (case.y - case.t) / (case.y * (1 + case.y)) / case.y.size


@hypothesis("bce_grad_brackets_missing", B, "dy", "(y - t) / y * (1 - y) / size")
def bce_grad_brackets_missing(case: Case) -> Array:
    """A pair of brackets is missing around the denominator, so 1 - y multiplies.

    Division and multiplication are carried out from left to right.
    """
    return (case.y - case.t) / case.y * (1 - case.y) / case.y.size


@hypothesis("bce_grad_absolute", B, "dy", "abs(y - t) / (y * (1 - y)) / size")
def bce_grad_absolute(case: Case) -> Array:
    """The gradient is never negative.

    Where the label is 1 the loss falls as y grows: that term is negative.
    """
    return np.abs(case.y - case.t) / (case.y * (1 - case.y)) / case.y.size


@hypothesis("bce_grad_scalar", B, "dy", "the mean of (y - t) / (y * (1 - y)), one number")
def bce_grad_scalar(case: Case) -> Array:
    """The gradient is one number for all entries.

    Every entry of y has its own derivative: no mean is taken over them in backward.
    """
    return np.asarray(np.mean((case.y - case.t) / (case.y * (1 - case.y))))


@hypothesis("bce_grad_log2", B, "dy", "the right one / log(2)")
def bce_grad_log2(case: Case) -> Array:
    """The gradient is that of the logarithm to base 2.

    The loss takes the natural logarithm, np.log.
    """
    return case.right / np.log(2)


@hypothesis(
    "bce_grad_with_another_sigmoid", B, "dy", "(s - t) / (s * (1 - s)) / size with s = sigmoid(y)"
)
def bce_grad_with_another_sigmoid(case: Case) -> Array:
    """A sigmoid is applied to the prediction, which is a probability already.

    The sigmoid is the layer before; the loss takes its output as it is.
    """
    s = sigmoid(case.y)
    return (s - case.t) / (s * (1 - s)) / case.y.size


def _entropy(case: Case, first: float = 1.0, second: float = 1.0) -> Array:
    terms = first * case.t * np.log(case.y) + second * (1 - case.t) * np.log(1 - case.y)
    return _one(-np.mean(terms))


@hypothesis("bce_second_term_sign", B, "value", "-mean(t log y - (1 - t) log(1 - y))")
def bce_value_second_sign(case: Case) -> Array:
    """The second term has the wrong sign.

    Both logarithms are negative, and both are to be subtracted.
    """
    return _entropy(case, 1, -1)


@hypothesis("bce_second_term_missing", B, "value", "-mean(t log y)")
def bce_value_second_missing(case: Case) -> Array:
    """The second term is missing.

    Samples with the label 0 count as well.
    """
    return _entropy(case, 1, 0)


@hypothesis("bce_first_term_missing", B, "value", "-mean((1 - t) log(1 - y))")
def bce_value_first_missing(case: Case) -> Array:
    """The first term is missing.

    Samples with the label 1 count as well.
    """
    return _entropy(case, 0, 1)


@hypothesis("bce_log2", B, "value", "the logarithm to base 2")
def bce_log2(case: Case) -> Array:
    """The logarithm to base 2 is taken.

    The natural logarithm is asked for: np.log.
    """
    return _entropy(case) / np.log(2)


@hypothesis("bce_log10", B, "value", "the logarithm to base 10")
def bce_log10(case: Case) -> Array:
    """The logarithm to base 10 is taken.

    The natural logarithm is asked for: np.log.
    """
    return _entropy(case) / np.log(10)


@hypothesis("bce_is_mse", B, "value", "mean((y - ground_truth) ** 2)")
def bce_is_mse(case: Case) -> Array:
    """The value is the mean squared error.

    The cross-entropy takes logarithms of the prediction.
    """
    return _one(np.mean((case.y - case.t) ** 2))


@hypothesis("bce_terms_swapped", B, "value", "-mean(t log(1 - y) + (1 - t) log y)")
def bce_terms_swapped(case: Case) -> Array:
    """The two logarithms are swapped.

    A sample with the label 1 counts by log y.
    """
    return _one(-np.mean(case.t * np.log(1 - case.y) + (1 - case.t) * np.log(case.y)))


@hypothesis("bce_log1p", B, "value", "-mean(t log(1 + y) + (1 - t) log(1 - y))")
def bce_log1p(case: Case) -> Array:
    """The first logarithm is that of 1 + y.

    In numpy, log1p of y is log(1 + y). A label of 1 counts by log y.
    """
    return _one(-np.mean(case.t * np.log1p(case.y) + (1 - case.t) * np.log(1 - case.y)))


@hypothesis("bce_both_terms_of_y", B, "value", "-mean(t log y + (1 - t) log y)")
def bce_both_terms_of_y(case: Case) -> Array:
    """Both terms hold the logarithm of y.

    A label of 0 counts by log(1 - y).
    """
    return _one(-np.mean(np.log(case.y)))


@hypothesis("bce_applies_sigmoid", B, "value", "the cross-entropy of sigmoid(y)")
def bce_applies_sigmoid(case: Case) -> Array:
    """A sigmoid is applied to the prediction, which is a probability already.

    The sigmoid is the layer before; the loss takes its output as it is.
    """
    s = sigmoid(case.y)
    return _one(-np.mean(case.t * np.log(s) + (1 - case.t) * np.log(1 - s)))


@hypothesis("bce_loss_per_sample", B, "value", "the mean over each row, an array")
def bce_per_sample(case: Case) -> Array:
    """The loss is averaged over the columns only, so there is a number for every sample.

    A loss is one number: the mean over all entries.
    """
    terms = case.t * np.log(case.y) + (1 - case.t) * np.log(1 - case.y)
    rows = -terms.mean(axis=1)
    return rows.reshape(1) if rows.size == 1 else rows


@hypothesis("bce_log_missing", B, "value", "-mean(t y + (1 - t) (1 - y))")
def bce_log_missing(case: Case) -> Array:
    """The logarithms are missing.

    The cross-entropy takes the logarithm of each probability.
    """
    return _one(-np.mean(case.t * case.y + (1 - case.t) * (1 - case.y)))
