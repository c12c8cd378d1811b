"""Hypotheses about ``Tanh``: its output, and the gradient at its input."""

from __future__ import annotations

import numpy as np

from grader.contract import sigmoid
from grader.diagnosis.base import Case, hypothesis
from grader.numeric import Array

T = "Tanh"


@hypothesis("tanh_upstream_missing", T, "dx", "1 - y ** 2")
def tanh_upstream_missing(case: Case) -> Array:
    """The upstream gradient is missing.

    By the chain rule, what comes from behind is multiplied with this layer's own derivative.
    """
    return 1 - case.y**2


@hypothesis("tanh_uses_sigmoid_derivative", T, "dx", "prev_grad * y * (1 - y)")
def tanh_uses_sigmoid_derivative(case: Case) -> Array:
    """The derivative is that of the sigmoid.

    Each activation has a derivative of its own; derive tanh.
    """
    return case.g * case.y * (1 - case.y)


@hypothesis("tanh_deriv_on_x", T, "dx", "prev_grad * (1 - x ** 2)")
def tanh_deriv_on_x(case: Case) -> Array:
    """The derivative is computed from the input x where it needs the output y.

    The derivative of tanh can be written with its output: remember in forward what it returned.
    """
    return case.g * (1 - case.x**2)


@hypothesis("tanh_applied_twice", T, "dx", "prev_grad * (1 - tanh(y) ** 2)")
def tanh_applied_twice(case: Case) -> Array:
    """tanh is applied to the output once more before the derivative is taken.

    What forward returned is already y.
    """
    return case.g * (1 - np.tanh(case.y) ** 2)


@hypothesis("tanh_square_missing", T, "dx", "prev_grad * (1 - y)")
def tanh_square_missing(case: Case) -> Array:
    """The square is missing in the derivative.

    Derive tanh once more: written with y, the result has a square.
    """
    return case.g * (1 - case.y)


@hypothesis("tanh_plus", T, "dx", "prev_grad * (1 + y ** 2)")
def tanh_plus(case: Case) -> Array:
    """There is a plus where the derivative has a minus.

    Derive tanh once more, and mind the sign.
    """
    return case.g * (1 + case.y**2)


@hypothesis("tanh_one_missing", T, "dx", "prev_grad * y ** 2")
def tanh_one_missing(case: Case) -> Array:
    """The derivative is written as y squared alone.

    Derive tanh once more: the square of y is one of two terms.
    """
    return case.g * case.y**2


@hypothesis("tanh_is_sigmoid", T, "value", "1 / (1 + exp(-x))")
def tanh_issigmoid(case: Case) -> Array:
    """The output is that of the sigmoid.

    tanh lies between -1 and 1.
    """
    return sigmoid(case.x)


@hypothesis("tanh_of_half", T, "value", "tanh(x / 2)")
def tanh_of_half(case: Case) -> Array:
    """The argument is halved.

    exp(2 x), not exp(x), stands in the formula of tanh.
    """
    return np.tanh(case.x / 2)


@hypothesis("tanh_slope_of_cosh", T, "dx", "prev_grad / cosh(x)")
def tanh_slope_of_cosh(case: Case) -> Array:
    """The derivative is 1 / cosh x, without the square.

    Derive tanh with the quotient rule: the square comes from there.
    """
    return case.g / np.cosh(case.x)


@hypothesis("tanh_square_of_difference", T, "dx", "prev_grad * (1 - y) ** 2")
def tanh_square_of_difference(case: Case) -> Array:
    """The whole difference is squared: (1 - y)^2.

    The square belongs to y alone.
    """
    return case.g * (1 - case.y) ** 2


@hypothesis("tanh_scaled_curve", T, "value", "1.7159 * tanh(2 x / 3)")
def tanh_scaled_curve(case: Case) -> Array:
    """The output is the stretched curve 1.7159 tanh(2 x / 3).

    Plain tanh is asked for.
    """
    return 1.7159 * np.tanh(2 * case.x / 3)


@hypothesis("tanh_hard", T, "value", "clip(x, -1, 1)")
def tanh_hard(case: Case) -> Array:
    """The output is made of straight lines: x, cut off at -1 and 1.

    tanh is a smooth curve.
    """
    return np.clip(case.x, -1, 1)


@hypothesis("tanh_is_tan", T, "value", "tan(x)")
def tanh_is_tan(case: Case) -> Array:
    """The output is a tangent.

    The hyperbolic tangent is another function: np.tanh.
    """
    return np.tan(case.x)


@hypothesis("tanh_sign", T, "value", "tanh(-x)")
def tanh_sign(case: Case) -> Array:
    """The curve falls where tanh rises.

    The terms of the numerator are the wrong way round.
    """
    return -np.tanh(case.x)
