"""Mistakes in ``CrossEntropy``: its value, and the gradient at the prediction."""

from __future__ import annotations

from grader.diagnosis.formula import Formula
from grader.diagnosis.mistake import mistake
from grader.diagnosis.solvers import bisection, reciprocal

C = "CrossEntropy"

CATEGORICAL = (
    mistake("ce_grad_with_softmax", C, "dy", "(y - ground_truth) / N",
        "The gradient is that of softmax and cross-entropy together.",
        "The softmax is a layer of its own and has its own backward; here the derivative with respect to y is needed."),
    mistake("ce_grad_denominator_missing", C, "dy", "-ground_truth / N",
        "The denominator is missing.", "The derivative of log y is 1 / y."),
    mistake("ce_grad_one_over_y", C, "dy", "-1 / y / N",
        "The ground truth is missing.", "Only the entry of the right class counts."),
    mistake("ce_log2", C, "value", "-sum(t * log2(y)) / N",
        "The logarithm to base 2 is taken.", "The natural logarithm is asked for: np.log."),
    mistake("ce_grad_multiplied", C, "dy", "-ground_truth * y / N",
        "The ground truth is multiplied by the prediction where it is divided by it.",
        "The derivative of log y is 1 / y."),
    mistake("ce_grad_has_binary_term", C, "dy", "(-t / y + (1 - t) / (1 - y)) / N",
        "The gradient has the second term of the binary cross-entropy.",
        "With several classes only the entry of the right class counts."),
    mistake("ce_grad_with_another_softmax", C, "dy", "-t / softmax(y) / N",
        "A softmax is applied to the prediction, which is a distribution already.",
        "The softmax is the layer before; the loss takes its output as it is."),
    mistake("ce_log10", C, "value", "-sum(t * log10(y)) / N",
        "The logarithm to base 10 is taken.", "The natural logarithm is asked for: np.log."),
    mistake("ce_log_missing", C, "value", "-sum(t * y) / N",
        "The logarithm is missing.", "The cross-entropy takes the logarithm of the probability of the right class."),
    mistake("ce_binary_formula", C, "value", "-sum(t * log(y) + (1 - t) * log(1 - y)) / N",
        "The terms of the other classes are added, as in the binary cross-entropy.",
        "With several classes only the probability of the right class counts."),
    mistake("ce_all_classes", C, "value", "-sum(log(y)) / N",
        "The logarithms of all classes are summed.", "Only the class that the ground truth marks counts."),
    mistake("ce_of_largest", C, "value", "-mean(log(y.max(axis=1)))",
        "The largest probability is taken instead of that of the right class.",
        "The ground truth says which class counts."),
    mistake("ce_applies_softmax", C, "value", "-sum(t * log(softmax(y))) / N",
        "A softmax is applied to the prediction, which is a distribution already.",
        "The softmax is the layer before; the loss takes its output as it is."),
    mistake("ce_mean_over_classes", C, "value", "-sum(t * log(y)) / D",
        "The mean is taken over the classes, and the sum over the samples.",
        "It is the other way round: sum over the classes, mean over the samples."),
    mistake("ce_grad_mean_over_classes", C, "dy", "-t / y / D",
        "The gradient is divided by the number of classes instead of the number of samples.",
        "Differentiate exactly what forward computes: its mean is over the samples."),
    mistake("ce_loss_per_sample", C, "value", "-sum(t * log(y), axis=1)",
        "The mean over the samples is missing: there is a number for every sample.", "A loss is one number."),
    mistake("ce_eps_too_big", C, "value", (
            Formula("-sum(t * log(y + {k})) / N", "the cross-entropy with log(y + {k})"),
            Formula("-sum(t * log(max(y, {k}))) / N", "the cross-entropy with log of y, at least {k}"),
        ),
        "The guard against log(0) is so large that it changes the loss.",
        "1e-7 is enough to keep the logarithm finite.", constant=bisection(2e-6, 0.4)),
    mistake("ce_grad_eps_too_big", C, "dy", "-t / (y + {k}) / N",
        "The guard in the denominator is so large that it changes the gradient.",
        "1e-7 is enough to keep a division finite.", constant=reciprocal),
)  # fmt: skip
