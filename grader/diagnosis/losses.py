"""Hypotheses about the losses: their value, and the gradient dy."""

from __future__ import annotations

import numpy as np

from grader.diagnosis.base import Case, hypothesis
from grader.numeric import Array

M, B, C = "MSE", "BinaryCrossEntropy", "CrossEntropy"
ALL = (M, B, C)


def _one(value: float | Array) -> Array:
    return np.array([float(value)])


# ---- dy of any ----


@hypothesis("loss_grad_is_y", ALL, "dy", "y")
def loss_grad_is_y(case: Case) -> Array:
    """The gradient is the prediction itself.

    Derive what forward computes by y.
    """
    return case.y


@hypothesis("loss_grad_zero", ALL, "dy", "zeros")
def loss_grad_zero(case: Case) -> Array:
    """The gradient is all zeros.

    Nothing reaches the network.
    """
    return np.zeros_like(case.y)


@hypothesis("loss_grad_ones", ALL, "dy", "ones")
def loss_grad_ones(case: Case) -> Array:
    """The gradient is all ones.

    Derive what forward computes by y.
    """
    return np.ones_like(case.y)


# ---- MSE ----


@hypothesis("loss_grad_is_difference", M, "dy", "y - ground_truth")
def mse_grad_is_difference(case: Case) -> Array:
    """The gradient is the plain difference, without the factors of the mean and of the square.

    Derive the mean of the squares: the square gives a factor of 2, the mean one over the number
    of entries.
    """
    return case.y - case.t


@hypothesis("loss_grad_is_squared_error", M, "dy", "(y - ground_truth) ** 2")
def mse_grad_is_squared_error(case: Case) -> Array:
    """The gradient still holds the square.

    The derivative of a square is linear.
    """
    return (case.y - case.t) ** 2


@hypothesis("loss_grad_absolute", M, "dy", "abs(y - ground_truth)")
def mse_grad_absolute(case: Case) -> Array:
    """The gradient loses its signs.

    A prediction that is too small has to go up.
    """
    return np.abs(case.y - case.t)


@hypothesis("loss_grad_sign_only", M, "dy", "sign(y - ground_truth)")
def mse_grad_sign_only(case: Case) -> Array:
    """The gradient is that of the absolute error.

    The derivative of a square grows with the error.
    """
    return np.sign(case.y - case.t)


@hypothesis("loss_grad_scalar", M, "dy", "the mean of y - ground_truth, the same for every entry")
def mse_grad_scalar(case: Case) -> Array:
    """The gradient is one number for all entries.

    Every entry of y has its own derivative.
    """
    return np.full(case.y.shape, np.mean(case.y - case.t))


@hypothesis("loss_grad_row_mean", M, "dy", "the mean of y - ground_truth over the columns")
def mse_grad_row_mean(case: Case) -> Array:
    """The gradient is averaged over the batch.

    Every entry of y has its own derivative.
    """
    return np.broadcast_to(np.mean(case.y - case.t, axis=0), case.y.shape)


@hypothesis("loss_grad_plus", M, "dy", "y + ground_truth")
def mse_grad_plus(case: Case) -> Array:
    """There is a plus where the error has a minus.

    The error is y minus ground_truth.
    """
    return case.y + case.t


@hypothesis("forward_missing_square", M, "value", "mean(y - ground_truth)")
def mse_missing_square(case: Case) -> Array:
    """The square is missing.

    Errors of opposite signs must not cancel.
    """
    return _one(np.mean(case.y - case.t))


@hypothesis("forward_absolute_error", M, "value", "mean(abs(y - ground_truth))")
def mse_absolute_error(case: Case) -> Array:
    """The absolute error is taken instead of the square.

    Mean squared error.
    """
    return _one(np.mean(np.abs(case.y - case.t)))


@hypothesis("forward_root", M, "value", "sqrt(mean((y - ground_truth) ** 2))")
def mse_root(case: Case) -> Array:
    """The square root is taken.

    The mean of the squares is the loss; its root is another one.
    """
    return _one(np.sqrt(np.mean((case.y - case.t) ** 2)))


@hypothesis("forward_square_of_mean", M, "value", "mean(y - ground_truth) ** 2")
def mse_square_of_mean(case: Case) -> Array:
    """The mean is taken before the square.

    Square each error first.
    """
    return _one(np.mean(case.y - case.t) ** 2)


@hypothesis("forward_plus", M, "value", "mean((y + ground_truth) ** 2)")
def mse_plus(case: Case) -> Array:
    """There is a plus where the error has a minus.

    The error is y minus ground_truth.
    """
    return _one(np.mean((case.y + case.t) ** 2))


@hypothesis(
    "forward_broadcast_to_square", M, "value", "the mean over all pairs of y and ground_truth"
)
def mse_broadcast(case: Case) -> Array:
    """A column meets a row, so that every prediction is compared with every ground truth.

    (N, 1) minus (N,) is (N, N). Keep both in the shape (N, 1).
    """
    return _one(np.mean((case.y.reshape(-1, 1) - case.t.reshape(-1)) ** 2))


# ---- BinaryCrossEntropy ----


def _per_entry(case: Case) -> float:
    return float(case.y.size)


@hypothesis("bce_uses_mse_grad", B, "dy", "2 * (y - ground_truth) / size")
def bce_uses_mse_grad(case: Case) -> Array:
    """The gradient is that of the mean squared error.

    Derive the logarithms.
    """
    return 2 * (case.y - case.t) / _per_entry(case)


@hypothesis("bce_grad_with_sigmoid", B, "dy", "(y - ground_truth) / size")
def bce_grad_with_sigmoid(case: Case) -> Array:
    """The gradient is that of sigmoid and cross-entropy together.

    The sigmoid is a layer of its own and has its own backward; here the derivative by y is asked.
    """
    return (case.y - case.t) / _per_entry(case)


@hypothesis("bce_second_term_sign", B, "dy", "(-t / y - (1 - t) / (1 - y)) / size")
def bce_second_term_sign(case: Case) -> Array:
    """The second term has the wrong sign.

    The inner derivative of log(1 - y) is negative.
    """
    return (-case.t / case.y - (1 - case.t) / (1 - case.y)) / _per_entry(case)


@hypothesis("bce_second_term_missing", B, "dy", "-t / y / size")
def bce_second_term_missing(case: Case) -> Array:
    """The second term is missing.

    Samples with the label 0 count as well.
    """
    return -case.t / case.y / _per_entry(case)


@hypothesis("bce_first_term_missing", B, "dy", "(1 - t) / (1 - y) / size")
def bce_first_term_missing(case: Case) -> Array:
    """The first term is missing.

    Samples with the label 1 count as well.
    """
    return (1 - case.t) / (1 - case.y) / _per_entry(case)


@hypothesis("bce_grad_denominators_swapped", B, "dy", "(-t / (1 - y) + (1 - t) / y) / size")
def bce_denominators_swapped(case: Case) -> Array:
    """The two denominators are swapped.

    log y is derived to 1 / y.
    """
    return (-case.t / (1 - case.y) + (1 - case.t) / case.y) / _per_entry(case)


@hypothesis("bce_grad_of_logs", B, "dy", "the logarithms instead of their derivatives")
def bce_grad_of_logs(case: Case) -> Array:
    """The logarithms were not derived.

    The derivative of log y is 1 / y.
    """
    return -(case.t * np.log(case.y) - (1 - case.t) * np.log(1 - case.y)) / _per_entry(case)


@hypothesis("bce_denominator_product_missing", B, "dy", "(y - t) / y / size")
def bce_half_denominator(case: Case) -> Array:
    """Half of the denominator is missing.

    (y - t) stands over y (1 - y).
    """
    return (case.y - case.t) / case.y / _per_entry(case)


def _entropy(case: Case, first: float = 1.0, second: float = 1.0) -> Array:
    terms = first * case.t * np.log(case.y) + second * (1 - case.t) * np.log(1 - case.y)
    return _one(-np.mean(terms))


@hypothesis("bce_forward_second_term_sign", B, "value", "-mean(t log y - (1 - t) log(1 - y))")
def bce_value_second_sign(case: Case) -> Array:
    """The second term has the wrong sign.

    Both logarithms are negative, and both are to be subtracted.
    """
    return _entropy(case, 1, -1)


@hypothesis("bce_forward_second_term_missing", B, "value", "-mean(t log y)")
def bce_value_second_missing(case: Case) -> Array:
    """The second term is missing.

    Samples with the label 0 count as well.
    """
    return _entropy(case, 1, 0)


@hypothesis("bce_forward_first_term_missing", B, "value", "-mean((1 - t) log(1 - y))")
def bce_value_first_missing(case: Case) -> Array:
    """The first term is missing.

    Samples with the label 1 count as well.
    """
    return _entropy(case, 0, 1)


@hypothesis("bce_log2", B, "value", "the logarithm to base 2")
def bce_log2(case: Case) -> Array:
    """The logarithm to base 2 is taken.

    np.log is the natural one.
    """
    return _entropy(case) / np.log(2)


@hypothesis("bce_log10", B, "value", "the logarithm to base 10")
def bce_log10(case: Case) -> Array:
    """The logarithm to base 10 is taken.

    np.log is the natural one.
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


# ---- CrossEntropy ----


@hypothesis("ce_grad_with_softmax", C, "dy", "(y - ground_truth) / N")
def ce_grad_with_softmax(case: Case) -> Array:
    """The gradient is that of softmax and cross-entropy together.

    The softmax is a layer of its own and has its own backward; here the derivative by y is asked.
    """
    return (case.y - case.t) / case.n


@hypothesis("ce_grad_denominator_missing", C, "dy", "-ground_truth / N")
def ce_grad_denominator_missing(case: Case) -> Array:
    """The denominator is missing.

    The derivative of log y is 1 / y.
    """
    return -case.t / case.n


@hypothesis("ce_grad_one_over_y", C, "dy", "-1 / y / N")
def ce_grad_one_over_y(case: Case) -> Array:
    """The ground truth is missing.

    Only the entry of the right class counts.
    """
    return -1 / case.y / case.n


@hypothesis("ce_log2", C, "value", "the logarithm to base 2")
def ce_log2(case: Case) -> Array:
    """The logarithm to base 2 is taken.

    np.log is the natural one.
    """
    return _one(-np.sum(case.t * np.log2(case.y)) / case.n)
