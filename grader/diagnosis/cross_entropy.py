"""Hypotheses about ``CrossEntropy``: its value, and the gradient at the prediction."""

from __future__ import annotations

from typing import Any

import numpy as np

from grader.contract import softmax
from grader.diagnosis.base import Case, hypothesis
from grader.numeric import Array

C = "CrossEntropy"


def _one(value: Any) -> Array:
    return np.array([float(value)])


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

    The natural logarithm is asked for: np.log.
    """
    return _one(-np.sum(case.t * np.log2(case.y)) / case.n)


@hypothesis("ce_grad_multiplied", C, "dy", "-ground_truth * y / N")
def ce_grad_multiplied(case: Case) -> Array:
    """The ground truth is multiplied by the prediction where it is divided by it.

    The derivative of log y is 1 / y.
    """
    return -case.t * case.y / case.n


@hypothesis("ce_grad_has_binary_term", C, "dy", "(-t / y + (1 - t) / (1 - y)) / N")
def ce_grad_has_binary_term(case: Case) -> Array:
    """The gradient has the second term of the binary cross-entropy.

    With several classes only the entry of the right class counts.
    """
    return (-case.t / case.y + (1 - case.t) / (1 - case.y)) / case.n


@hypothesis("ce_grad_with_another_softmax", C, "dy", "-t / softmax(y) / N")
def ce_grad_with_another_softmax(case: Case) -> Array:
    """A softmax is applied to the prediction, which is a distribution already.

    The softmax is the layer before; the loss takes its output as it is.
    """
    return -case.t / softmax(case.y) / case.n


@hypothesis("ce_log10", C, "value", "the logarithm to base 10")
def ce_log10(case: Case) -> Array:
    """The logarithm to base 10 is taken.

    The natural logarithm is asked for: np.log.
    """
    return _one(-np.sum(case.t * np.log10(case.y)) / case.n)


@hypothesis("ce_log_missing", C, "value", "mean of -sum(t y)")
def ce_log_missing(case: Case) -> Array:
    """The logarithm is missing.

    The cross-entropy takes the logarithm of the probability of the right class.
    """
    return _one(-np.sum(case.t * case.y) / case.n)


@hypothesis("ce_binary_formula", C, "value", "mean of -sum(t log y + (1 - t) log(1 - y))")
def ce_binary_formula(case: Case) -> Array:
    """The terms of the other classes are added, as in the binary cross-entropy.

    With several classes only the probability of the right class counts.
    """
    terms = case.t * np.log(case.y) + (1 - case.t) * np.log(1 - case.y)
    return _one(-np.sum(terms) / case.n)


@hypothesis("ce_all_classes", C, "value", "mean of -sum(log y)")
def ce_all_classes(case: Case) -> Array:
    """The logarithms of all classes are summed.

    Only the class that the ground truth marks counts.
    """
    return _one(-np.sum(np.log(case.y)) / case.n)


@hypothesis("ce_of_largest", C, "value", "mean of -log(the largest y of the row)")
def ce_of_largest(case: Case) -> Array:
    """The largest probability is taken instead of that of the right class.

    The ground truth says which class counts.
    """
    return _one(-np.mean(np.log(case.y.max(axis=1))))


@hypothesis("ce_applies_softmax", C, "value", "the cross-entropy of softmax(y)")
def ce_applies_softmax(case: Case) -> Array:
    """A softmax is applied to the prediction, which is a distribution already.

    The softmax is the layer before; the loss takes its output as it is.
    """
    return _one(-np.sum(case.t * np.log(softmax(case.y))) / case.n)


@hypothesis("ce_mean_over_classes", C, "value", "-sum(t log y) / the number of classes")
def ce_mean_over_classes(case: Case) -> Array:
    """The mean is taken over the classes, and the sum over the samples.

    It is the other way round: sum over the classes, mean over the samples.
    """
    return _one(-np.sum(case.t * np.log(case.y)) / case.y.shape[1])


@hypothesis("ce_grad_mean_over_classes", C, "dy", "-t / y / the number of classes")
def ce_grad_mean_over_classes(case: Case) -> Array:
    """The gradient is divided by the number of classes instead of the number of samples.

    Derive exactly what forward computes: its mean is over the samples.
    """
    return -case.t / case.y / case.y.shape[1]


@hypothesis("ce_loss_per_sample", C, "value", "-sum(t log y) of each row, an array")
def ce_per_sample(case: Case) -> Array:
    """The mean over the samples is missing: there is a number for every sample.

    A loss is one number.
    """
    return -np.sum(case.t * np.log(case.y), axis=1)
