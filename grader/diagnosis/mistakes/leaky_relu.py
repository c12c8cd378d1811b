"""Mistakes in ``LeakyReLU``: its output, and the gradient at its input."""

from __future__ import annotations

from grader.diagnosis.formula import Formula
from grader.diagnosis.mistake import mistake
from grader.diagnosis.solvers import affine, border

LR = "LeakyReLU"

LEAKY_RELU = (
    mistake("leaky_upstream_missing", LR, "dx", "where(x > 0, 1, 0.01)",
        "The upstream gradient is missing.",
        "By the chain rule, the upstream gradient is multiplied by this layer's own derivative."),
    mistake("leaky_gradient_of_relu", LR, "dx", "prev_grad * (x > 0)",
        "The derivative is that of ReLU.", "Where x is negative the derivative is 0.01, not 0."),
    mistake("leaky_masks_upstream_sign", LR, "dx", "prev_grad * where(prev_grad > 0, 1, 0.01)",
        "The sign of the upstream gradient decides instead of that of the input.",
        "Remember in forward where x was positive."),
    mistake("leaky_gradient_exchanged", LR, "dx", "prev_grad * where(x > 0, 0.01, 1)",
        "The slopes of the two sides are exchanged.", "Where x is positive the slope is 1, elsewhere 0.01."),
    mistake("leaky_slope_twice", LR, "dx", "prev_grad * where(x > 0, 1, 0.01 ** 2)",
        "The slope of the negative side is multiplied twice.", "By the chain rule it is used once."),
    mistake("leaky_upstream_lost_where_negative", LR, "dx", "where(x > 0, prev_grad, 0.01)",
        "Where x is negative the upstream gradient is missing.",
        "The chain rule holds on both sides: multiply the slope by the upstream gradient."),
    mistake("leaky_is_relu", LR, "value", "max(0, x)",
        "The output is that of ReLU.", "Negative entries become 0.01 times themselves, not 0."),
    mistake("leaky_exchanged", LR, "value", "where(x > 0, 0.01 * x, x)",
        "The slopes of the two sides are exchanged.", "Where x is positive the slope is 1, elsewhere 0.01."),
    mistake("leaky_sign", LR, "value", "where(x > 0, x, -0.01 * x)",
        "The negative side has the wrong sign.", "Negative entries stay negative: they become 0.01 times themselves."),
    mistake("leaky_identity", LR, "value", "x",
        "The output is x itself.", "Negative entries become 0.01 times themselves."),
    mistake("leaky_other_gradient", LR, "dx", "prev_grad * where(x > 0, 1, {k})",
        "The derivative has another slope than 0.01 where x is negative.",
        "The lab asks for a slope of 0.01, in forward and in backward.", constant=affine(1.0, -1.0)),
    mistake("leaky_other_slope", LR, "value", "where(x > 0, x, {k} * x)",
        "The negative side has another slope than 0.01.",
        "The lab asks for a slope of 0.01, in forward and in backward.", constant=affine(1.0, -1.0)),
    mistake("leaky_threshold_gradient", LR, "dx",
        Formula("prev_grad * where(x > {k}, 1, 0.01)",
            "prev_grad, times 0.01 where x is below a border between {low} and {high}"),
        "The gradient passes whole only where x is above a border greater than 0.", "The border is at 0.",
        constant=border(stops_above=False)),
    mistake("leaky_threshold", LR, "value",
        Formula("where(x > {k}, x, 0.01 * x)", "x, times 0.01 where it is below a border between {low} and {high}"),
        "Small positive entries are multiplied by the slope of the negative side, too.", "The border is at 0.",
        constant=border(stops_above=False)),
)  # fmt: skip
