"""Hypotheses about ``MSE``: its value, and the gradient at the prediction."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.diagnosis.base import Case, hypothesis, variant
from grader.numeric import Array

M = "MSE"


def _one(value: Any) -> Array:
    return np.array([float(value)])


@hypothesis("loss_grad_is_difference", M, "dy", "y - ground_truth")
def mse_grad_is_difference(case: Case) -> Array:
    """The gradient is the plain difference, without the factors of the mean and of the square.

    Derive the mean of the squares: the square gives a factor of 2, the mean one over the number
    of entries.
    """
    return case.y - case.t


@hypothesis("loss_grad_is_squared_error", M, "dy", "(y - ground_truth) ** 2 / size")
def mse_grad_is_squared_error(case: Case) -> Array:
    """The gradient still holds the square.

    The derivative of a square is not a square: it grows in proportion to the error.
    """
    return (case.y - case.t) ** 2 / case.y.size


@hypothesis("loss_grad_is_loss", M, "dy", "the loss itself, in every entry")
def mse_grad_is_loss(case: Case) -> Array:
    """backward returns the loss instead of its gradient.

    The gradient says for every entry of y how the loss changes with it.
    """
    return np.full(case.y.shape, np.mean((case.y - case.t) ** 2))


@variant(mse_grad_is_loss, "the loss itself, one number")
def mse_grad_is_loss_number(case: Case) -> Array:
    """As one number."""
    return np.asarray(np.mean((case.y - case.t) ** 2))


@hypothesis("loss_grad_is_y", M, "dy", "2 * y / size")
def mse_grad_is_y(case: Case) -> Array:
    """The gradient does not use the ground truth.

    Derive what forward computes: the error is the prediction minus the ground truth.
    """
    return 2 * case.y / case.y.size


@hypothesis("loss_grad_absolute", M, "dy", "2 * abs(y - ground_truth) / size")
def mse_grad_absolute(case: Case) -> Array:
    """The gradient loses its signs.

    A prediction that is too small has to go up, one that is too large has to go down.
    """
    return 2 * np.abs(case.y - case.t) / case.y.size


@hypothesis("loss_grad_sign_only", M, "dy", "sign(y - ground_truth) / size")
def mse_grad_sign_only(case: Case) -> Array:
    """The gradient is that of the absolute error.

    The derivative of a square grows with the error.
    """
    return np.sign(case.y - case.t) / case.y.size


@hypothesis("loss_grad_scalar", M, "dy", "the mean of 2 * (y - ground_truth), one number")
def mse_grad_scalar(case: Case) -> Array:
    """The gradient is one number for all entries.

    Every entry of y has its own derivative: no mean is taken over them in backward.
    """
    return np.asarray(np.mean(2 * (case.y - case.t)))


@variant(mse_grad_scalar, "the mean of 2 * (y - ground_truth), the same in every entry")
def mse_grad_scalar_everywhere(case: Case) -> Array:
    """In the shape of y."""
    return np.full(case.y.shape, np.mean(2 * (case.y - case.t)))


@hypothesis("loss_grad_averaged_over_batch", M, "dy", "its mean over the batch, in every row")
def mse_grad_row_mean(case: Case) -> Array:
    """The gradient is averaged over the batch, so that every sample gets the same.

    Every entry of y has its own derivative.
    """
    return np.broadcast_to(case.right.mean(axis=0), case.y.shape)


@hypothesis("loss_grad_adds_upstream", M, "dy", "1 + 2 * (y - ground_truth) / size")
def mse_grad_adds_upstream(case: Case) -> Array:
    """A one is added to the gradient: prev_grad comes in by a plus.

    The chain rule multiplies; prev_grad of a loss is 1.
    """
    return 1 + case.right


@hypothesis("loss_grad_has_sigmoid_slope", M, "dy", "2 * (y - ground_truth) * y * (1 - y) / size")
def mse_grad_has_sigmoid_slope(case: Case) -> Array:
    """The derivative of a sigmoid has slipped into the loss.

    The sigmoid is a layer of its own, with a backward of its own.
    """
    return case.right * case.y * (1 - case.y)


@hypothesis("loss_grad_of_rounded_prediction", M, "dy", "2 * (round(y) - ground_truth) / size")
def mse_grad_of_rounded_prediction(case: Case) -> Array:
    """The prediction is rounded before it is compared.

    Rounding is for the accuracy alone.
    """
    return 2 * (np.round(case.y) - case.t) / case.y.size


@hypothesis("loss_grad_broadcast_to_square", M, "dy", "2 * (y - ground_truth.ravel()) / size")
def mse_grad_broadcast(case: Case) -> Array:
    """A column meets a row, so that every prediction is compared with every ground truth.

    (N, 1) minus (N,) is (N, N). Keep both in the shape (N, 1).
    """
    return 2 * (case.y - case.t.ravel()) / case.y.size


@hypothesis("loss_grad_plus", M, "dy", "2 * (y + ground_truth) / size")
def mse_grad_plus(case: Case) -> Array:
    """There is a plus where the error has a minus.

    The error is y minus ground_truth.
    """
    return 2 * (case.y + case.t) / case.y.size


@hypothesis("forward_missing_square", M, "value", "mean(y - ground_truth)")
def mse_missing_square(case: Case) -> Array:
    """The square is missing.

    Errors of opposite signs must not cancel.
    """
    return _one(np.mean(case.y - case.t))


@hypothesis("forward_absolute_error", M, "value", "mean(abs(y - ground_truth))")
def mse_absolute_error(case: Case) -> Array:
    """The absolute error is taken instead of the square.

    The lab asks for the mean of the squares.
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
    return _one(np.mean((case.y - case.t.ravel()) ** 2))


@hypothesis("forward_cube", M, "value", "mean((y - ground_truth) ** 3)")
def mse_cube(case: Case) -> Array:
    """The errors are cubed.

    Take squares: errors of opposite signs must not cancel.
    """
    return _one(np.mean((case.y - case.t) ** 3))


@hypothesis("forward_times_two", M, "value", "mean((y - ground_truth) * 2)")
def mse_times_two(case: Case) -> Array:
    """The errors are multiplied by 2 instead of squared.

    In Python a power is written with two stars.
    """
    return _one(np.mean((case.y - case.t) * 2))


@hypothesis("forward_first_column", M, "value", "mean((y - ground_truth)[:, 0] ** 2)")
def mse_first_column(case: Case) -> Array:
    """Only the first column counts.

    The mean runs over all entries, rows and columns alike.
    """
    return _one(np.mean((case.y - case.t)[:, 0] ** 2))


@hypothesis("forward_first_row", M, "value", "mean((y - ground_truth)[0] ** 2)")
def mse_first_row(case: Case) -> Array:
    """Only the first sample counts.

    The mean runs over all entries, rows and columns alike.
    """
    return _one(np.mean((case.y - case.t)[0] ** 2))


@hypothesis("forward_unbiased", M, "value", "sum((y - ground_truth) ** 2) / (size - 1)")
def mse_unbiased(case: Case) -> Array:
    """The sum is divided by one less than the number of entries.

    That belongs to the variance of a sample; the mean divides by their number.
    """
    return _one(np.sum((case.y - case.t) ** 2) / max(case.y.size - 1, 1))


@hypothesis("forward_of_rounded_prediction", M, "value", "mean((round(y) - ground_truth) ** 2)")
def mse_of_rounded_prediction(case: Case) -> Array:
    """The prediction is rounded before it is compared.

    Rounding is for the accuracy alone; a rounded loss has no gradient.
    """
    return _one(np.mean((np.round(case.y) - case.t) ** 2))


@hypothesis("forward_cut_to_int", M, "value", "int(mean((y - ground_truth) ** 2))")
def mse_cut_to_int(case: Case) -> Array:
    """The loss is cut to a whole number.

    Keep a float: an int drops everything behind the point.
    """
    return _one(int(np.mean((case.y - case.t) ** 2)))


@hypothesis("forward_loss_per_column", M, "value", "mean((y - ground_truth) ** 2, axis=0)")
def mse_per_column(case: Case) -> Array:
    """The loss is averaged over the rows only, so there is a number for every column.

    A loss is one number: the mean over all entries.
    """
    return _flat_if_one(np.mean((case.y - case.t) ** 2, axis=0))


@hypothesis("forward_loss_per_sample", M, "value", "mean((y - ground_truth) ** 2, axis=1)")
def mse_per_sample(case: Case) -> Array:
    """The loss is averaged over the columns only, so there is a number for every sample.

    A loss is one number: the mean over all entries.
    """
    return _flat_if_one(np.mean((case.y - case.t) ** 2, axis=1))


@hypothesis("forward_loss_not_reduced", M, "value", "(y - ground_truth) ** 2, an array")
def mse_not_reduced(case: Case) -> Array:
    """The mean is missing: the loss is a whole array of squared errors.

    A loss is one number: the mean over all entries.
    """
    return _flat_if_one((case.y - case.t) ** 2)


def _flat_if_one(values: Array) -> Array:
    """One number is one number, in whatever shape it comes."""
    return values.reshape(1) if values.size == 1 else values
