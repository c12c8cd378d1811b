"""Mistakes in ``Tanh``: its output, and the gradient at its input."""

from __future__ import annotations

from grader.diagnosis.formula import Formula
from grader.diagnosis.mistake import mistake
from grader.diagnosis.solvers import is_another_scale, median, slope_above

T = "Tanh"

TANH = (
    mistake("tanh_upstream_missing", T, "dx", "1 - y ** 2",
        "The upstream gradient is missing.",
        "By the chain rule, the upstream gradient is multiplied by this layer's own derivative."),
    mistake("tanh_uses_sigmoid_derivative", T, "dx", "prev_grad * y * (1 - y)",
        "The derivative is that of the sigmoid.", "Each activation has a derivative of its own; differentiate tanh."),
    mistake("tanh_deriv_on_x", T, "dx", "prev_grad * (1 - x ** 2)",
        "The derivative is computed from the input x where it needs the output y.",
        "The derivative of tanh can be written with its output: remember in forward what it returned."),
    mistake("tanh_applied_twice", T, "dx", "prev_grad * (1 - tanh(y) ** 2)",
        "tanh is applied to the output once more before the derivative is taken.",
        "What forward returned is already y."),
    mistake("tanh_square_missing", T, "dx", "prev_grad * (1 - y)",
        "The square is missing in the derivative.", "Differentiate tanh again: in terms of y, the result has a square."),
    mistake("tanh_plus", T, "dx", "prev_grad * (1 + y ** 2)",
        "There is a plus where the derivative has a minus.", "Differentiate tanh again, and check the sign."),
    mistake("tanh_one_missing", T, "dx", "prev_grad * y ** 2",
        "The derivative is written as y squared alone.",
        "Differentiate tanh again: the square of y is one of two terms."),
    mistake("tanh_is_sigmoid", T, "value", Formula("sigmoid(x)", "1 / (1 + exp(-x))"),
        "The output is that of the sigmoid.", "tanh lies between -1 and 1."),
    mistake("tanh_of_half", T, "value", "tanh(x / 2)",
        "The argument is halved.", "exp(2 x), not exp(x), stands in the formula of tanh."),
    mistake("tanh_slope_of_cosh", T, "dx", "prev_grad / cosh(x)",
        "The derivative is 1 / cosh x, without the square.",
        "Differentiate tanh with the quotient rule: the square comes from there."),
    mistake("tanh_square_of_difference", T, "dx", "prev_grad * (1 - y) ** 2",
        "The whole difference is squared: (1 - y)^2.", "The square belongs to y alone."),
    mistake("tanh_scaled_curve", T, "value", "1.7159 * tanh(2 * x / 3)",
        "The output is the stretched curve 1.7159 tanh(2 x / 3).", "Plain tanh is asked for."),
    mistake("tanh_hard", T, "value", "clip(x, -1, 1)",
        "The output is made of straight lines: x, cut off at -1 and 1.", "tanh is a smooth curve."),
    mistake("tanh_is_tan", T, "value", "tan(x)",
        "The output is a tangent.", "The hyperbolic tangent is another function: np.tanh."),
    mistake("tanh_sign", T, "value", "tanh(-x)",
        "The output falls where tanh rises.", "The terms of the numerator are the wrong way round."),
    mistake("tanh_input_scaled", T, "value", "tanh({k} * x)",
        "The input is multiplied by a constant before tanh is taken.", "tanh takes x as it is.",
        constant=median("where(abs(x) < 2, arctanh(actual) / x, inf)", entries=4, condition=is_another_scale)),
    mistake("tanh_slope_has_floor", T, "dx", "prev_grad * max({k}, 1 - y ** 2)",
        "The derivative is never less than a certain number.",
        "Where tanh is flat its derivative is nearly 0; leave it so.",
        constant=median("actual / prev_grad", condition=slope_above("1 - y ** 2"))),
)  # fmt: skip
