"""Hypotheses about ``Sigmoid``: its output, and the gradient at its input."""

from __future__ import annotations

import numpy as np

from grader.contract import sigmoid
from grader.diagnosis.base import Case, hypothesis, variant
from grader.numeric import Array

S = "Sigmoid"


@hypothesis("chain_rule_missing_prev_grad", S, "dx", "y * (1 - y)")
def sigmoid_without_upstream(case: Case) -> Array:
    """The upstream gradient is missing.

    By the chain rule, what comes from behind is multiplied with this layer's own derivative.
    """
    return case.y * (1 - case.y)


@hypothesis("sigmoid_missing_one_minus_y", S, "dx", "prev_grad * y")
def sigmoid_missing_one_minus_y(case: Case) -> Array:
    """One of the two factors of the derivative is missing: 1 - y.

    Derive 1 / (1 + exp(-x)) once more, and write the result with y.
    """
    return case.g * case.y


@hypothesis("sigmoid_missing_y", S, "dx", "prev_grad * (1 - y)")
def sigmoid_missing_y(case: Case) -> Array:
    """One of the two factors of the derivative is missing: y.

    Derive 1 / (1 + exp(-x)) once more, and write the result with y.
    """
    return case.g * (1 - case.y)


@hypothesis("sigmoid_deriv_on_x", S, "dx", "prev_grad * x * (1 - x)")
def sigmoid_deriv_on_x(case: Case) -> Array:
    """The derivative is computed from the input x where it needs the output y.

    The derivative of the sigmoid can be written with its output: remember in forward what it
    returned.
    """
    return case.g * case.x * (1 - case.x)


@hypothesis("sigmoid_applied_twice", S, "dx", "prev_grad * s * (1 - s) with s = sigmoid(y)")
def sigmoid_applied_twice(case: Case) -> Array:
    """The sigmoid is applied to the output once more before the derivative is taken.

    What forward returned is already y.
    """
    twice = sigmoid(case.y)
    return case.g * twice * (1 - twice)


@hypothesis("sigmoid_uses_tanh_derivative", S, "dx", "prev_grad * (1 - y ** 2)")
def sigmoid_uses_tanh_derivative(case: Case) -> Array:
    """The derivative is that of tanh.

    Each activation has a derivative of its own; derive 1 / (1 + exp(-x)).
    """
    return case.g * (1 - case.y**2)


@hypothesis("sigmoid_y_squared", S, "dx", "prev_grad * y ** 2")
def sigmoid_y_squared(case: Case) -> Array:
    """The derivative is written as y squared.

    Derive 1 / (1 + exp(-x)) once more, and write the result with y.
    """
    return case.g * case.y**2


@hypothesis("sigmoid_one_plus_y", S, "dx", "prev_grad * y * (1 + y)")
def sigmoid_one_plus_y(case: Case) -> Array:
    """There is a plus where the derivative has a minus: y (1 + y).

    Derive 1 / (1 + exp(-x)) once more, and write the result with y.
    """
    return case.g * case.y * (1 + case.y)


@hypothesis("sigmoid_upstream_squared", S, "dx", "prev_grad ** 2 * y * (1 - y)")
def sigmoid_upstream_squared(case: Case) -> Array:
    """The upstream gradient is multiplied twice.

    By the chain rule it comes in once.
    """
    return case.g**2 * case.y * (1 - case.y)


@hypothesis("sigmoid_upstream_added", S, "dx", "prev_grad + y * (1 - y)")
def sigmoid_upstream_added(case: Case) -> Array:
    """The upstream gradient is added where it should be multiplied.

    The chain rule multiplies.
    """
    return case.g + case.y * (1 - case.y)


@hypothesis("sigmoid_exp_of_x", S, "dx", "prev_grad * exp(-x)")
def sigmoid_exp_of_x(case: Case) -> Array:
    """The derivative lacks its denominator.

    Derive 1 / (1 + exp(-x)) with the quotient rule.
    """
    return case.g * np.exp(-case.x)


@hypothesis("sigmoid_uses_sigmoid_of_upstream", S, "dx", "the derivative taken at prev_grad")
def sigmoid_of_upstream(case: Case) -> Array:
    """The derivative is taken at the upstream gradient.

    It is taken at the input that forward saw.
    """
    s = sigmoid(case.g)
    return case.g * s * (1 - s)


@hypothesis("sigmoid_argument_sign", S, "value", "1 / (1 + exp(x))")
def sigmoid_argument_sign(case: Case) -> Array:
    """The argument of exp has the wrong sign.

    1 / (1 + exp(-x)) grows with x.
    """
    return sigmoid(-case.x)


@hypothesis("sigmoid_is_tanh", S, "value", "tanh(x)")
def sigmoid_is_tanh(case: Case) -> Array:
    """The output is tanh(x).

    The sigmoid lies between 0 and 1.
    """
    return np.tanh(case.x)


@hypothesis("sigmoid_forward_twice", S, "value", "sigmoid(sigmoid(x))")
def sigmoid_forward_twice(case: Case) -> Array:
    """The sigmoid is applied twice.

    Once is enough: a second time squeezes everything into 0.5 to 0.73.
    """
    return sigmoid(sigmoid(case.x))


@hypothesis("sigmoid_steeper", S, "value", "1 / (1 + exp(-2 x))")
def sigmoid_steeper(case: Case) -> Array:
    """The argument of exp has a factor of 2.

    The lab asks for 1 / (1 + exp(-x)).
    """
    return sigmoid(2 * case.x)


@hypothesis("sigmoid_hard", S, "value", "clip(0.2 x + 0.5, 0, 1)")
def sigmoid_hard(case: Case) -> Array:
    """The output is the hard sigmoid, made of straight lines.

    The lab asks for 1 / (1 + exp(-x)).
    """
    return np.clip(0.2 * case.x + 0.5, 0, 1)


@hypothesis("sigmoid_is_softmax", S, "value", "exp(x) over the sum of its row")
def sigmoid_is_softmax(case: Case) -> Array:
    """The output is a softmax.

    The sigmoid works entry by entry.
    """
    powers = np.exp(case.x - case.x.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


@hypothesis("sigmoid_step", S, "value", "1 where x is positive, else 0")
def sigmoid_step(case: Case) -> Array:
    """The output is rounded to 0 and 1.

    A step has no gradient; the lab asks for the smooth 1 / (1 + exp(-x)).
    """
    return (case.x > 0).astype(float)


@hypothesis("sigmoid_deriv_on_upstream", S, "dx", "prev_grad * prev_grad * (1 - prev_grad)")
def sigmoid_deriv_on_upstream(case: Case) -> Array:
    """The derivative is computed from the upstream gradient where it needs the output y.

    The derivative of the sigmoid can be written with its output: remember in forward what it
    returned.
    """
    return case.g * case.g * (1 - case.g)


@variant(sigmoid_deriv_on_upstream, "prev_grad * (1 - prev_grad)")
def sigmoid_deriv_of_upstream(case: Case) -> Array:
    """Without the chain rule."""
    return case.g * (1 - case.g)


@hypothesis("sigmoid_slope_divides", S, "dx", "prev_grad / (y * (1 - y))")
def sigmoid_slope_divides(case: Case) -> Array:
    """The upstream gradient is divided by the derivative.

    The chain rule multiplies.
    """
    return case.g / (case.y * (1 - case.y))


@hypothesis("sigmoid_slope_of_average", S, "dx", "prev_grad * m * (1 - m) with m = y.mean()")
def sigmoid_slope_of_average(case: Case) -> Array:
    """The derivative is taken at the average output, the same for every entry.

    Each entry has its own output y, and so its own derivative.
    """
    mean = case.y.mean()
    return case.g * mean * (1 - mean)


@hypothesis("sigmoid_slope_averaged", S, "dx", "prev_grad * (y * (1 - y)).mean(axis=0)")
def sigmoid_slope_averaged(case: Case) -> Array:
    """The derivative is averaged over the batch.

    Each entry has its own output y, and so its own derivative.
    """
    return case.g * (case.y * (1 - case.y)).mean(axis=0)


@hypothesis("sigmoid_slope_as_matrix", S, "dx", "prev_grad @ (y * (1 - y)).T")
def sigmoid_slope_as_matrix(case: Case) -> Array:
    """The derivative is multiplied as a matrix.

    The sigmoid works entry by entry, and so does its backward: the result has the shape of x.
    """
    return case.g @ (case.y * (1 - case.y)).T


@hypothesis("sigmoid_brackets_missing", S, "dx", "prev_grad * y * 1 - y")
def sigmoid_brackets_missing(case: Case) -> Array:
    """A pair of brackets is missing around 1 - y.

    Multiplication binds stronger than subtraction.
    """
    return case.g * case.y - case.y


@hypothesis("sigmoid_base_two", S, "value", "1 / (1 + 2 ** -x)")
def sigmoid_base_two(case: Case) -> Array:
    """The power has base 2.

    The sigmoid takes powers of e: np.exp, not np.exp2.
    """
    return sigmoid(case.x * np.log(2))


@hypothesis("sigmoid_from_minus_one", S, "value", "2 / (1 + exp(-x)) - 1")
def sigmoid_from_minus_one(case: Case) -> Array:
    """The output is stretched, so that it lies between -1 and 1.

    The sigmoid lies between 0 and 1.
    """
    return 2 * sigmoid(case.x) - 1


@hypothesis("sigmoid_of_half", S, "value", "1 / (1 + exp(-x / 2))")
def sigmoid_of_half(case: Case) -> Array:
    """The input is halved.

    1 / (1 + exp(-x)) takes x as it is.
    """
    return sigmoid(case.x / 2)


@hypothesis("sigmoid_one_missing", S, "value", "1 / exp(-x)")
def sigmoid_one_missing(case: Case) -> Array:
    """The 1 in the denominator is missing.

    It is 1 + exp(-x) that stands below.
    """
    return np.exp(case.x)


@hypothesis("sigmoid_minus_in_denominator", S, "value", "1 / (1 - exp(-x))")
def sigmoid_minus_in_denominator(case: Case) -> Array:
    """There is a minus where the denominator has a plus.

    It is 1 + exp(-x) that stands below.
    """
    return 1 / (1 - np.exp(-case.x))


@hypothesis("sigmoid_softsign", S, "value", "(1 + x / (1 + abs(x))) / 2")
def sigmoid_softsign(case: Case) -> Array:
    """The output is made of x / (1 + |x|).

    The sigmoid is made with the exponential function.
    """
    return 0.5 * (1 + case.x / (1 + np.abs(case.x)))


@hypothesis("sigmoid_absolute_input", S, "value", "1 / (1 + exp(-abs(x)))")
def sigmoid_absolute_input(case: Case) -> Array:
    """The sign of the input is lost.

    For negative x the sigmoid lies below one half; mind both branches of a careful formula.
    """
    return sigmoid(np.abs(case.x))


@hypothesis("sigmoid_shifted", S, "value", "the sigmoid of x - x.max()")
def sigmoid_shifted(case: Case) -> Array:
    """The input is shifted by its largest entry.

    Such a shift leaves a softmax as it is; it changes a sigmoid.
    """
    return sigmoid(case.x - case.x.max())


@variant(sigmoid_shifted, "the sigmoid of x minus the largest entry of its row")
def sigmoid_shifted_by_row(case: Case) -> Array:
    """Row by row."""
    return sigmoid(case.x - case.x.max(axis=1, keepdims=True))


@variant(sigmoid_is_softmax, "exp(x) over the sum of all")
def sigmoid_is_softmax_of_all(case: Case) -> Array:
    """Over everything."""
    powers = np.exp(case.x - case.x.max())
    return np.asarray(powers / powers.sum())
