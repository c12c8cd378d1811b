"""Hypotheses about any array: what happens to a result that was right at first."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from grader.diagnosis.base import Case, Formula, Hypothesis, hypothesis, told
from grader.numeric import Array

ACTIVATIONS = ("Sigmoid", "ReLU", "Tanh", "Softmax")
LAYERS = ("Linear", *ACTIVATIONS)
LOSSES = ("MSE", "BinaryCrossEntropy", "CrossEntropy")
SUBJECTS = {"dx": LAYERS, "dw": ("Linear",), "db": ("Linear",), "dy": LOSSES, "value": LAYERS}


@hypothesis("derivative_missing", ACTIVATIONS, "dx", "prev_grad")
def derivative_missing(case: Case) -> Array:
    """The upstream gradient is returned as it came.

    Multiply it with the derivative of the activation, entry by entry.
    """
    return case.g


@hypothesis("dx_summed_over_batch", ACTIVATIONS, "dx", "its sum over the batch, one row for all")
def summed_over_batch(case: Case) -> Array:
    """dX is summed over the batch, so that every sample gets the same gradient.

    Only the gradients of parameters are summed over the batch; dX has a row a sample.
    """
    return case.right.sum(axis=0, keepdims=True)


@hypothesis("loss_grad_summed_over_batch", LOSSES, "dy", "its sum over the batch, one row for all")
def loss_summed_over_batch(case: Case) -> Array:
    """The gradient of the loss is summed over the batch and comes back as one row.

    Every entry of y has its own derivative: the gradient has the shape of y.
    """
    return case.right.sum(axis=0, keepdims=True)


@hypothesis("loss_grad_is_prediction", LOSSES, "dy", "y")
def loss_grad_is_prediction(case: Case) -> Array:
    """The gradient is the prediction itself.

    Derive what forward computes by y.
    """
    return case.y


@hypothesis("loss_grad_ones", LOSSES, "dy", "ones")
def loss_grad_ones(case: Case) -> Array:
    """The gradient is all ones.

    Derive what forward computes by y.
    """
    return np.ones_like(case.y)


Changes = tuple[Hypothesis, ...]


def change(slug: str, formula: str, *arrays: str) -> Callable[[Formula], Changes]:
    """Make one hypothesis an array; the docstring's "It" stands for that array."""

    def decorate(compute: Formula) -> Changes:
        return tuple(
            Hypothesis(
                f"{array}_{slug}", SUBJECTS[array], array, formula, compute, *told(compute),
                general=True,
            )
            for array in arrays
        )  # fmt: skip

    return decorate


@change("zero", "zeros", "dx", "dy")
def zero(case: Case) -> Array:
    """It is all zeros.

    Nothing reaches the layers before: look for a factor that is always 0.
    """
    return np.zeros_like(case.right)


@change("negatives_lost", "max(0, the right one)", "dx", "dw", "db", "dy")
def negatives_lost(case: Case) -> Array:
    """It loses its negative entries: they become 0.

    A gradient may well be negative; a ReLU is a layer of its own.
    """
    return np.maximum(case.right, 0)


@change("absolute", "abs(the right one)", "dx", "dw", "db", "dy")
def absolute(case: Case) -> Array:
    """It loses its signs.

    The sign says in which direction the loss falls.
    """
    return np.abs(case.right)


@change("sign_only", "sign(the right one)", "dx", "dw", "db", "dy")
def sign_only(case: Case) -> Array:
    """It holds signs only, no sizes.

    The size of an entry says how much the loss depends on it.
    """
    return np.sign(case.right)


@change("squared", "(the right one) ** 2", "dx", "dw", "db", "dy")
def squared(case: Case) -> Array:
    """It is squared.

    A square belongs to the loss alone, not to a gradient.
    """
    return case.right**2


@change("normalised", "the right one / its norm", "dx", "dw", "db", "dy")
def normalised(case: Case) -> Array:
    """It is divided by its own length.

    Plain gradient descent takes the gradient as it is.
    """
    return np.asarray(case.right / np.linalg.norm(case.right))


@change("divided_by_largest", "the right one / its largest entry", "dx", "dw", "db", "dy")
def divided_by_largest(case: Case) -> Array:
    """It is divided by its largest entry.

    Plain gradient descent takes the gradient as it is.
    """
    return np.asarray(case.right / np.max(np.abs(case.right)))


@change("transposed", "the right one, transposed", "dx", "dy", "value")
def transposed(case: Case) -> Array:
    """It comes back transposed, with a column a sample.

    Rows are samples; follow the shapes through the formula.
    """
    return case.right.T


@change("squeezed", "the right one without its axes of length 1", "dx", "dy", "value")
def squeezed(case: Case) -> Array:
    """It has lost its axes of length 1.

    A batch of one sample, and a layer of one output, keep both their axes: drop the squeeze.
    """
    return case.right.squeeze()


@change("flattened", "the right one, flat", "dx", "dy", "value")
def flattened(case: Case) -> Array:
    """It comes back flat, with one axis only.

    Keep both axes: rows are samples.
    """
    return case.right.ravel()
