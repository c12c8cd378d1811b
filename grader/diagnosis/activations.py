"""Hypotheses about the layers without parameters: their outputs, and the gradient dx."""

from __future__ import annotations

import numpy as np

from grader.diagnosis.base import Case, hypothesis
from grader.numeric import Array

S, R, T, X = "Sigmoid", "ReLU", "Tanh", "Softmax"
ALL = (S, R, T, X)


def _sigmoid(x: Array) -> Array:
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * x)))


# ---- dx of any ----


@hypothesis("derivative_missing", ALL, "dx", "prev_grad")
def derivative_missing(case: Case) -> Array:
    """The upstream gradient is returned as it came.

    Multiply it with the derivative of the activation, entry by entry.
    """
    return case.g


@hypothesis("dx_zero", ALL, "dx", "zeros")
def dx_zero(case: Case) -> Array:
    """dX is all zeros.

    Nothing reaches the layers before this one.
    """
    return np.zeros_like(case.g)


# ---- Sigmoid ----


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

    y (1 - y) is written with what forward returned.
    """
    return case.g * case.x * (1 - case.x)


@hypothesis("sigmoid_applied_twice", S, "dx", "prev_grad * s * (1 - s) with s = sigmoid(y)")
def sigmoid_applied_twice(case: Case) -> Array:
    """The sigmoid is applied to the output once more before the derivative is taken.

    What forward returned is already y.
    """
    twice = _sigmoid(case.y)
    return case.g * twice * (1 - twice)


@hypothesis("sigmoid_uses_tanh_derivative", S, "dx", "prev_grad * (1 - y ** 2)")
def sigmoid_uses_tanh_derivative(case: Case) -> Array:
    """The derivative is that of tanh.

    1 - y^2 belongs to tanh; the sigmoid has another one.
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
    s = _sigmoid(case.g)
    return case.g * s * (1 - s)


@hypothesis("sigmoid_argument_sign", S, "value", "1 / (1 + exp(x))")
def sigmoid_argument_sign(case: Case) -> Array:
    """The argument of exp has the wrong sign.

    1 / (1 + exp(-x)) grows with x.
    """
    return _sigmoid(-case.x)


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
    return _sigmoid(_sigmoid(case.x))


@hypothesis("sigmoid_steeper", S, "value", "1 / (1 + exp(-2 x))")
def sigmoid_steeper(case: Case) -> Array:
    """The argument of exp has a factor of 2.

    1 / (1 + exp(-x)).
    """
    return _sigmoid(2 * case.x)


@hypothesis("sigmoid_hard", S, "value", "clip(0.2 x + 0.5, 0, 1)")
def sigmoid_hard(case: Case) -> Array:
    """The output is the hard sigmoid, made of straight lines.

    1 / (1 + exp(-x)).
    """
    return np.clip(0.2 * case.x + 0.5, 0, 1)


@hypothesis("sigmoid_is_softmax", (S,), "value", "exp(x) over the sum of its row")
def sigmoid_is_softmax(case: Case) -> Array:
    """The output is a softmax.

    The sigmoid works entry by entry.
    """
    powers = np.exp(case.x - case.x.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


@hypothesis("sigmoid_step", S, "value", "1 where x is positive, else 0")
def sigmoid_step(case: Case) -> Array:
    """The output is rounded to 0 and 1.

    A step has no gradient; return 1 / (1 + exp(-x)).
    """
    return (case.x > 0).astype(float)


# ---- ReLU ----


@hypothesis("relu_upstream_missing", R, "dx", "1 where x is positive, else 0")
def relu_upstream_missing(case: Case) -> Array:
    """The upstream gradient is missing.

    By the chain rule, what comes from behind is multiplied with this layer's own derivative.
    """
    return (case.x > 0).astype(float)


@hypothesis("relu_masks_upstream_sign", R, "dx", "prev_grad where prev_grad is positive, else 0")
def relu_masks_upstream_sign(case: Case) -> Array:
    """The sign of the upstream gradient decides instead of that of the input.

    Remember in forward where x was positive.
    """
    return case.g * (case.g > 0)


@hypothesis("relu_masks_both_signs", R, "dx", "prev_grad where it and x are positive, else 0")
def relu_masks_both_signs(case: Case) -> Array:
    """Negative upstream gradients are cut off too.

    Only the sign of the input decides; a negative gradient passes as well.
    """
    return case.g * (case.x > 0) * (case.g > 0)


@hypothesis("relu_mask_inverted", R, "dx", "prev_grad where x is negative, else 0")
def relu_mask_inverted(case: Case) -> Array:
    """The gradient passes where x was negative and stops where it was positive.

    Turn the mask around.
    """
    return case.g * (case.x < 0)


@hypothesis("relu_multiplies_output", R, "dx", "prev_grad * max(0, x)")
def relu_multiplies_output(case: Case) -> Array:
    """The upstream gradient is multiplied with the output instead of the derivative.

    Where x is positive the derivative is 1.
    """
    return case.g * np.maximum(case.x, 0)


@hypothesis("relu_multiplies_input", R, "dx", "prev_grad * x")
def relu_multiplies_input(case: Case) -> Array:
    """The upstream gradient is multiplied with the input instead of the derivative.

    The derivative is 1 where x is positive and 0 elsewhere.
    """
    return case.g * case.x


@hypothesis("relu_sign_mask", R, "dx", "prev_grad * sign(x)")
def relu_sign_mask(case: Case) -> Array:
    """The derivative is taken as the sign of x.

    Where x is negative the derivative is 0, not -1.
    """
    return case.g * np.sign(case.x)


@hypothesis("relu_threshold_one", R, "dx", "prev_grad where x is above 1, else 0")
def relu_threshold_one(case: Case) -> Array:
    """The gradient passes only where x is above 1.

    The border is at 0.
    """
    return case.g * (case.x > 1)


@hypothesis("relu_dies_above_six", R, "dx", "prev_grad where x is between 0 and 6, else 0")
def relu_dies_above_six(case: Case) -> Array:
    """The gradient stops above 6.

    ReLU has no upper border.
    """
    return case.g * ((case.x > 0) & (case.x < 6))


@hypothesis("relu_leaky_gradient", R, "dx", "prev_grad, times 0.01 where x is negative")
def relu_leaky_gradient(case: Case) -> Array:
    """The derivative is that of a leaky ReLU.

    Where x is negative nothing passes.
    """
    return case.g * np.where(case.x > 0, 1, 0.01)


@hypothesis("relu_mask_whole_array", R, "dx", "prev_grad if every x is positive, else zeros")
def relu_mask_whole_array(case: Case) -> Array:
    """One decision is taken for the whole array.

    Decide entry by entry.
    """
    return case.g * float(np.all(case.x > 0))


@hypothesis("relu_mask_any", R, "dx", "prev_grad if any x is positive, else zeros")
def relu_mask_any(case: Case) -> Array:
    """One decision is taken for the whole array.

    Decide entry by entry.
    """
    return case.g * float(np.any(case.x > 0))


@hypothesis("relu_mask_by_row", R, "dx", "prev_grad where the sum of the row is positive, else 0")
def relu_mask_by_row(case: Case) -> Array:
    """One decision is taken for a whole row.

    Decide entry by entry.
    """
    return case.g * (case.x.sum(axis=1, keepdims=True) > 0)


@hypothesis("relu_leaky", R, "value", "x, times 0.01 where it is negative")
def relu_leaky(case: Case) -> Array:
    """The output is that of a leaky ReLU.

    max(0, x).
    """
    return np.where(case.x > 0, case.x, 0.01 * case.x)


@hypothesis("relu_leaky_tenth", R, "value", "x, times 0.1 where it is negative")
def relu_leaky_tenth(case: Case) -> Array:
    """The output is that of a leaky ReLU.

    max(0, x).
    """
    return np.where(case.x > 0, case.x, 0.1 * case.x)


@hypothesis("relu_absolute", R, "value", "abs(x)")
def relu_absolute(case: Case) -> Array:
    """The output is the absolute value of x.

    Negative entries become 0.
    """
    return np.abs(case.x)


@hypothesis("relu_identity", R, "value", "x")
def relu_identity(case: Case) -> Array:
    """The output is x itself.

    Negative entries become 0.
    """
    return case.x


@hypothesis("relu_inverted", R, "value", "min(0, x)")
def relu_inverted(case: Case) -> Array:
    """The negative entries are kept and the positive ones cut off.

    max(0, x).
    """
    return np.minimum(case.x, 0)


@hypothesis("relu_caps_at_six", R, "value", "min(6, max(0, x))")
def relu_caps_at_six(case: Case) -> Array:
    """The output is cut off at 6.

    ReLU has no upper border.
    """
    return np.clip(case.x, 0, 6)


@hypothesis("relu_caps_at_one", R, "value", "min(1, max(0, x))")
def relu_caps_at_one(case: Case) -> Array:
    """The output is cut off at 1.

    ReLU has no upper border.
    """
    return np.clip(case.x, 0, 1)


@hypothesis("relu_step", R, "value", "1 where x is positive, else 0")
def relu_step(case: Case) -> Array:
    """The output is 0 or 1.

    Where x is positive, return x itself.
    """
    return (case.x > 0).astype(float)


@hypothesis("relu_softplus", R, "value", "log(1 + exp(x))")
def relu_softplus(case: Case) -> Array:
    """The output is that of softplus.

    max(0, x).
    """
    return np.logaddexp(0, case.x)


@hypothesis("relu_threshold_value", R, "value", "x where it is above 1, else 0")
def relu_threshold_value(case: Case) -> Array:
    """Entries between 0 and 1 are cut off too.

    The border is at 0.
    """
    return case.x * (case.x > 1)


# ---- Tanh ----


@hypothesis("tanh_upstream_missing", T, "dx", "1 - y ** 2")
def tanh_upstream_missing(case: Case) -> Array:
    """The upstream gradient is missing.

    By the chain rule, what comes from behind is multiplied with this layer's own derivative.
    """
    return 1 - case.y**2


@hypothesis("tanh_uses_sigmoid_derivative", T, "dx", "prev_grad * y * (1 - y)")
def tanh_uses_sigmoid_derivative(case: Case) -> Array:
    """The derivative is that of the sigmoid.

    y (1 - y) belongs to the sigmoid; tanh has another one.
    """
    return case.g * case.y * (1 - case.y)


@hypothesis("tanh_deriv_on_x", T, "dx", "prev_grad * (1 - x ** 2)")
def tanh_deriv_on_x(case: Case) -> Array:
    """The derivative is computed from the input x where it needs the output y.

    1 - y^2 is written with what forward returned.
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

    1 - y^2.
    """
    return case.g * (1 - case.y)


@hypothesis("tanh_plus", T, "dx", "prev_grad * (1 + y ** 2)")
def tanh_plus(case: Case) -> Array:
    """There is a plus where the derivative has a minus.

    1 - y^2.
    """
    return case.g * (1 + case.y**2)


@hypothesis("tanh_one_missing", T, "dx", "prev_grad * y ** 2")
def tanh_one_missing(case: Case) -> Array:
    """The derivative is written as y squared alone.

    1 - y^2.
    """
    return case.g * case.y**2


@hypothesis("tanh_is_sigmoid", T, "value", "1 / (1 + exp(-x))")
def tanh_is_sigmoid(case: Case) -> Array:
    """The output is that of the sigmoid.

    tanh lies between -1 and 1.
    """
    return _sigmoid(case.x)


@hypothesis("tanh_of_half", T, "value", "tanh(x / 2)")
def tanh_of_half(case: Case) -> Array:
    """The argument is halved.

    exp(2 x), not exp(x), stands in the formula of tanh.
    """
    return np.tanh(case.x / 2)


# ---- Softmax ----


@hypothesis("softmax_elementwise", X, "dx", "prev_grad * y * (1 - y)")
def softmax_elementwise(case: Case) -> Array:
    """The derivative is taken entry by entry.

    Every output of a row depends on every input of that row: there are terms between them too.
    """
    return case.g * case.y * (1 - case.y)


@hypothesis("softmax_sum_missing", X, "dx", "prev_grad * y")
def softmax_sum_missing(case: Case) -> Array:
    """The term that couples the entries of a row is missing.

    Every output of a row depends on every input of that row.
    """
    return case.g * case.y


@hypothesis("softmax_sum_unweighted", X, "dx", "y * (prev_grad - sum(prev_grad))")
def softmax_sum_unweighted(case: Case) -> Array:
    """The sum over the row lacks the weight y.

    It is the sum of prev_grad times y.
    """
    return case.y * (case.g - case.g.sum(axis=-1, keepdims=True))


@hypothesis("softmax_sum_wrong_axis", X, "dx", "the sum taken over the rows")
def softmax_sum_wrong_axis(case: Case) -> Array:
    """The sum runs over the batch instead of over the row.

    Samples do not meet in a softmax.
    """
    return case.y * (case.g - (case.g * case.y).sum(axis=0, keepdims=True))


@hypothesis("softmax_sum_of_all", X, "dx", "the sum taken over everything")
def softmax_sum_of_all(case: Case) -> Array:
    """The sum runs over the whole array instead of over the row.

    Samples do not meet in a softmax.
    """
    return case.y * (case.g - (case.g * case.y).sum())


@hypothesis("softmax_weight_missing", X, "dx", "prev_grad - sum(prev_grad * y)")
def softmax_weight_missing(case: Case) -> Array:
    """The factor y in front is missing.

    Derive one output by one input, and collect.
    """
    return case.g - (case.g * case.y).sum(axis=-1, keepdims=True)


@hypothesis("softmax_over_batch", X, "value", "exp(x) over the sum of its column")
def softmax_over_batch(case: Case) -> Array:
    """The sum runs over the batch instead of over the row.

    Each row becomes probabilities.
    """
    powers = np.exp(case.x - case.x.max())
    return np.asarray(powers / powers.sum(axis=0, keepdims=True))


@hypothesis("softmax_over_all", X, "value", "exp(x) over the sum of all")
def softmax_over_all(case: Case) -> Array:
    """The sum runs over the whole array instead of over the row.

    Each row becomes probabilities.
    """
    powers = np.exp(case.x - case.x.max())
    return np.asarray(powers / powers.sum())


@hypothesis("softmax_not_normalised", X, "value", "exp(x - max)")
def softmax_not_normalised(case: Case) -> Array:
    """The division by the sum is missing.

    Each row becomes probabilities.
    """
    return np.exp(case.x - case.x.max(axis=-1, keepdims=True))


@hypothesis("softmax_is_sigmoid", X, "value", "1 / (1 + exp(-x))")
def softmax_is_sigmoid(case: Case) -> Array:
    """The output is that of the sigmoid.

    Softmax divides by the sum of the row.
    """
    return _sigmoid(case.x)
