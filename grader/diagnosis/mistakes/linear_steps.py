"""Mistakes in the steps of ``Linear`` that weights and bias share: learning rates, and memories."""

from __future__ import annotations

from grader.diagnosis.formula import Formula
from grader.diagnosis.mistake import per_array
from grader.diagnosis.mistakes.any_array import STEPS
from grader.diagnosis.solvers import one_of, rate_at_rest, rate_of_first_call, second_calls

ADAGRAD = "dw / sqrt(the sum of dw ** 2 over all calls)"

LINEAR_STEPS = (
    *per_array("lr_zero_means_default", STEPS, Formula("right", "the right step, and at lr = 0 a step with {k}"),
        "A learning rate of 0 is taken for a missing one, and a default is used instead.",
        "0 counts as false: ask whether lr is None, or use it as it is.",
        constant=rate_at_rest, at_rest="{k} * right"),
    *per_array("lr_of_first_call_kept", STEPS,
        Formula("right * {k} / lr", "the right one * ({k} / lr): the first call had lr = {k}"),
        "Later calls of backward step with the learning rate of the first call.",
        "Use the lr that was passed to this call of backward.", constant=rate_of_first_call, at_rest="{k} * right"),
    *per_array("momentum_left_in", STEPS,
        Formula("right * (1 + ({k} - 1) * calls)", "the right one in the first call, and {k} times it in the second"),
        "Each update contains a part of the previous one: a momentum.",
        "Plain gradient descent is asked for; every step uses its own gradient alone.",
        constant=one_of(1.5, 1.8, 1.9, 1.95, 1.99, condition=second_calls)),
    *per_array("step_by_adagrad", STEPS, (
            Formula("right / sqrt((calls + 1) * right ** 2 + {k})", ADAGRAD),
            Formula("right / (sqrt((calls + 1) * right ** 2) + {k})", ADAGRAD),
        ),
        "The step is divided by the root of the summed squares of all gradients, as AdaGrad does.",
        "Plain gradient descent is asked for: the learning rate times the gradient.",
        constant=one_of(0.0, 1e-10, 1e-8, 1e-7, 1e-6, 1e-5, condition=second_calls)),
)  # fmt: skip
