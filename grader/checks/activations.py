"""Checks of layers without parameters: ``Sigmoid``, ``ReLU``, optional ``Tanh``, ``Softmax``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from grader import expect
from grader.checks.base import check, part
from grader.checks.input_gradients import input_gradients
from grader.checks.purity import state_parts
from grader.contract import relu, sigmoid, softmax
from grader.expect import same
from grader.model import Failure, Message, Outcome, Part, frozen
from grader.numeric import Array
from grader.observation.activation_trials import (
    CLOSED,
    EXTREMES,
    EXTREMES_NAME,
    TRIALS,
    VALUES,
    accepted_alternatives,
    both_gradients,
    closed_gradient,
    demand_value,
    follows_input,
    gradient,
    observe_extremes,
    observed,
    value_holds,
)
from grader.observation.gradient_match import (
    demand_right_differences,
    dx_agrees,
)
from grader.remote import Lab, Reply


def value_parts(lab: Lab, subject: str, function: Callable[[Array], Array]) -> Outcome:
    """Judge ``forward`` of an activation by its closed form, in all trials and at the ends."""
    trials, (reply, warnings) = observed(lab, subject), observe_extremes(lab, subject)

    def extremes() -> None:
        actual = expect.array(reply.value, f"{subject}.forward", EXTREMES.shape)
        who = f"{subject}.forward"
        same(function(EXTREMES), actual, VALUES, "wrong_value", who=who, trial=EXTREMES_NAME)

    parts = [part(s.trial.name, partial(demand_value, s, function)) for s in trials]
    at_the_ends = part(EXTREMES_NAME, extremes)
    remarks = _remarks(subject, at_the_ends, warnings)
    return lab.outcome([*parts, at_the_ends], remarks=remarks, informative=follows_input(trials))


def _remarks(subject: str, extremes: Part, warnings: Reply) -> tuple[Message, ...]:
    """Say that right values came with a warning: worth knowing, and no mistake."""
    texts = () if extremes.failure is not None else _warning_texts(warnings)
    facts = frozen(who=f"{subject}.forward", trial=EXTREMES_NAME, text=", ".join(texts))
    return (Message("warned", facts),) if texts else ()


def _warning_texts(warnings: Reply) -> Sequence[str]:
    """The warnings of a call; none where it failed, which is blamed elsewhere."""
    try:
        return tuple(warnings.value)
    except Failure:
        return ()


def gradient_parts(lab: Lab, subject: str) -> Outcome:
    """Judge ``backward`` of an activation at every trial and learning rate."""
    trials = observed(lab, subject)
    demand_right_differences(f"{subject}.forward", both_gradients(trials))
    demand = partial(
        dx_agrees, alternatives=accepted_alternatives, holds=value_holds, gradient=gradient
    )
    return input_gradients(lab, trials, demand, closed_gradient)


def _kink(lab: Lab, rng: np.random.Generator) -> Part:
    """At exactly zero any slope from 0 to 1 is a subgradient of ReLU."""
    script = lab.script()
    layer = script.new("ReLU")
    script.call(layer, "forward", script.put(np.zeros((3, 2))))
    upstream = rng.uniform(0.5, 2.0, (3, 2))
    reply = script.read(script.call(layer, "backward", script.put(upstream)))
    lab.run(script)

    def demand() -> None:
        actual = expect.array(reply.value, "ReLU.backward", (3, 2))
        inside = (actual >= -1e-12) & (actual <= upstream + 1e-12)
        if not np.all(inside):
            values = {"who": "ReLU.backward", "array": "dx", "trial": "x = 0"}
            raise expect.mismatch(
                upstream, actual, inside, "wrong_gradient", compares=False, **values
            )

    return part("x exactly zero", demand, beside=[TRIALS[0].name])


@check("sigmoid.forward", subject="Sigmoid")
def sigmoid_forward(lab: Lab) -> Outcome:
    """Sigmoid.forward(x) returns 1 / (1 + exp(-x)).

    It works entry by entry and stays between 0 and 1, even where exp(-x) is too large for a
    float.
    """
    return value_parts(lab, "Sigmoid", sigmoid)


@check("sigmoid.backward", subject="Sigmoid", needs=["sigmoid.forward"])
def sigmoid_backward(lab: Lab) -> Outcome:
    """Sigmoid.backward(prev_grad) returns dL/dx, the gradient with respect to its input.

    The derivative of the sigmoid can be written with its own output y; multiply it by the
    upstream gradient, entry by entry.
    """
    return gradient_parts(lab, "Sigmoid")


@check(
    "sigmoid.state", subject="Sigmoid", needs=["sigmoid.forward"], earns_beside=["sigmoid.forward"]
)
def sigmoid_state(lab: Lab) -> list[Part]:
    """Sigmoid changes neither its input arrays nor the arrays that it has returned.

    Work on copies: an in-place operation on x or prev_grad changes the caller's array.
    """
    return state_parts(lab, lab.rng(), "Sigmoid", observed(lab, "Sigmoid"))


@check("relu.forward", subject="ReLU")
def relu_forward(lab: Lab) -> Outcome:
    """ReLU.forward(x) returns x where x is positive, and 0 elsewhere.

    It works entry by entry; large values stay unchanged.
    """
    return value_parts(lab, "ReLU", relu)


@check("relu.backward", subject="ReLU", needs=["relu.forward"])
def relu_backward(lab: Lab) -> Outcome:
    """ReLU.backward(prev_grad) returns prev_grad where x was positive, and 0 elsewhere.

    The sign of the input in forward decides, not the sign of the upstream gradient.
    """
    gradients = gradient_parts(lab, "ReLU")
    return replace(gradients, parts=(*gradients.parts, _kink(lab, lab.rng())))


@check("relu.state", subject="ReLU", needs=["relu.forward"], earns_beside=["relu.forward"])
def relu_state(lab: Lab) -> list[Part]:
    """ReLU changes neither its input arrays nor the arrays that it has returned.

    `grad = prev_grad` gives the same array a second name; setting entries of it to zero changes
    the caller's array. Copy it first.
    """
    return state_parts(lab, lab.rng(), "ReLU", observed(lab, "ReLU"))


@check("tanh.forward", subject="Tanh")
def tanh_forward(lab: Lab) -> Outcome:
    """Tanh.forward(x) returns the hyperbolic tangent of x, entry by entry."""
    return value_parts(lab, "Tanh", np.tanh)


@check("tanh.backward", subject="Tanh", needs=["tanh.forward"])
def tanh_backward(lab: Lab) -> Outcome:
    """Tanh.backward(prev_grad) returns dL/dx, the gradient with respect to its input.

    The derivative of tanh can be written with its own output y.
    """
    return gradient_parts(lab, "Tanh")


@check("tanh.state", subject="Tanh", needs=["tanh.forward"], earns_beside=["tanh.forward"])
def tanh_state(lab: Lab) -> list[Part]:
    """Tanh changes neither its input arrays nor the arrays that it has returned."""
    return state_parts(lab, lab.rng(), "Tanh", observed(lab, "Tanh"))


@check("leaky_relu.forward", subject="LeakyReLU")
def leaky_relu_forward(lab: Lab) -> Outcome:
    """LeakyReLU.forward(x) returns x where x is positive, and 0.01 x elsewhere."""
    return value_parts(lab, "LeakyReLU", CLOSED["LeakyReLU"])


@check("leaky_relu.backward", subject="LeakyReLU", needs=["leaky_relu.forward"])
def leaky_relu_backward(lab: Lab) -> Outcome:
    """LeakyReLU.backward(prev_grad) returns dL/dx, the gradient with respect to its input.

    The slope is 1 where x was positive in forward, and 0.01 elsewhere.
    """
    return gradient_parts(lab, "LeakyReLU")


@check(
    "leaky_relu.state",
    subject="LeakyReLU",
    needs=["leaky_relu.forward"],
    earns_beside=["leaky_relu.forward"],
)
def leaky_relu_state(lab: Lab) -> list[Part]:
    """LeakyReLU changes neither its input arrays nor the arrays that it has returned."""
    return state_parts(lab, lab.rng(), "LeakyReLU", observed(lab, "LeakyReLU"))


@check("softmax.forward", subject="Softmax")
def softmax_forward(lab: Lab) -> Outcome:
    """Softmax.forward(x) converts each row of x into probabilities.

    Divide exp(x) by its sum over the row; subtract the maximum of the row first, so that exp
    cannot overflow.
    """
    return value_parts(lab, "Softmax", softmax)


@check("softmax.backward", subject="Softmax", needs=["softmax.forward"])
def softmax_backward(lab: Lab) -> Outcome:
    """Softmax.backward(prev_grad) returns dL/dx, the gradient with respect to its input.

    Every output of a row depends on every input of that row, so the derivative is one matrix
    per row.
    """
    return gradient_parts(lab, "Softmax")


@check(
    "softmax.state", subject="Softmax", needs=["softmax.forward"], earns_beside=["softmax.forward"]
)
def softmax_state(lab: Lab) -> list[Part]:
    """Softmax changes neither its input arrays nor the arrays that it has returned."""
    return state_parts(lab, lab.rng(), "Softmax", observed(lab, "Softmax"))
