"""Networks with a known mistake, computed beside the student's at the same parameters.

What such a network answers, or how its parameters move, is held against what the
student's did: a mistake is named only where all of it agrees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from grader import expect
from grader.contract import sigmoid
from grader.diagnosis.cases import steps_of
from grader.expect import Failure
from grader.model import Finding, frozen
from grader.numeric import Array
from grader.observation import network_trials
from grader.remote import Lab
from grader.sandbox.host import ChildGone

SUBJECT = "TLNN"
CLOSE = 1e-7
"""The largest difference, beside the largest entry, of two computations of one formula."""


def _relu(z: Array) -> Array:
    return np.maximum(z, 0.0)


def _plain(z: Array) -> Array:
    return z


def _twice(z: Array) -> Array:
    return sigmoid(sigmoid(z))


Activation = Callable[[Array], Array]
Activations = tuple[Activation, Activation, Activation]
S = sigmoid


@dataclass(frozen=True, slots=True)
class Forward:
    """A wrong way forward: what stands after each linear layer."""

    activations: Activations
    formula: str
    explanation: str
    advice: str


@dataclass(frozen=True, slots=True)
class Backward:
    """A wrong way back.

    Parameters
    ----------
    start
        The gradient that it starts from, of prediction and ground truth, both ``(N, 1)``.
    slopes
        For each of the three sigmoids, whether its derivative is multiplied in.
    times
        How many steps it takes.
    """

    formula: str
    explanation: str
    advice: str
    start: Callable[[Array, Array], Array] = lambda y, t: 2 * (y - t) / y.size
    slopes: tuple[bool, bool, bool] = (True, True, True)
    times: int = 1


ACTIVATION = (
    "After each linear layer, the last one too, comes a sigmoid: in .layers and in forward."
)

FORWARDS: Mapping[str, Forward] = {
    "net_first_activation_missing": Forward(
        (_plain, S, S), "one without the first sigmoid",
        "There is no activation between the first two linear layers.", ACTIVATION,
    ),
    "net_second_activation_missing": Forward(
        (S, _plain, S), "one without the second sigmoid",
        "There is no activation between the last two linear layers.", ACTIVATION,
    ),
    "net_hidden_activations_missing": Forward(
        (_plain, _plain, S), "one without hidden sigmoids",
        "The hidden layers have no activation: together they are one linear layer.", ACTIVATION,
    ),
    "net_output_activation_missing": Forward(
        (S, S, _plain), "one without the last sigmoid",
        "There is no sigmoid at the output, so predictions are not kept between 0 and 1.", ACTIVATION,
    ),
    "net_activations_missing": Forward(
        (_plain, _plain, _plain), "one without any sigmoid",
        "The network has no activation anywhere: it is one linear layer.", ACTIVATION,
    ),
    "net_output_activation_twice": Forward(
        (S, S, _twice), "one with two sigmoids at the end",
        "The output goes through two sigmoids.", "One sigmoid follows the last linear layer.",
    ),
    "net_relu_in_hidden_layers": Forward(
        (_relu, _relu, S), "one with ReLU in the hidden layers",
        "The hidden layers have ReLU as their activation.", "This network is asked with sigmoids.",
    ),
    "net_tanh_in_hidden_layers": Forward(
        (np.tanh, np.tanh, S), "one with tanh in the hidden layers",
        "The hidden layers have tanh as their activation.", "This network is asked with sigmoids.",
    ),
    "net_relu_at_output": Forward(
        (S, S, _relu), "one with ReLU at the output",
        "The output has ReLU as its activation.",
        "A sigmoid at the output keeps predictions between 0 and 1.",
    ),
    "net_tanh_at_output": Forward(
        (S, S, np.tanh), "one with tanh at the output",
        "The output has tanh as its activation.",
        "A sigmoid at the output keeps predictions between 0 and 1.",
    ),
    "net_softmax_at_output": Forward(
        (S, S, np.ones_like), "one that always answers 1",
        "Softmax stands at the output: of a single number it is always 1.",
        "A sigmoid at the output keeps predictions between 0 and 1.",
    ),
}  # fmt: skip
"""Slug -> a wrong way forward."""

DERIVATIVES = (
    "Each sigmoid's backward multiplies the gradient by y * (1 - y), and is called on the way."
)


def _of_squares(y: Array, t: Array) -> Array:
    return 2 * (y - t) / y.size


def _of_entropy(y: Array, t: Array) -> Array:
    return (y - t) / (y * (1 - y)) / y.size


BACKWARDS: Mapping[str, Backward] = {
    "net_steps_twice": Backward(
        "two steps at once",
        "Every backward takes two steps.",
        "Each layer's backward is called once; it already takes its step.",
        times=2,
    ),
    "net_gradient_of_cross_entropy": Backward(
        "the step for binary cross-entropy",
        "Two losses are mixed: cal_loss returns one, backward starts from the gradient of cross-entropy.",
        "Let backward start from the gradient of the very loss that cal_loss returns.",
        start=_of_entropy,
    ),
    "net_gradient_of_mse": Backward(
        "the step for the mean squared error",
        "Two losses are mixed: cal_loss returns one, and backward starts from the gradient of MSE.",
        "Let backward start from the gradient of the very loss that cal_loss returns.",
        start=_of_squares,
    ),
    "net_starts_from_one": Backward(
        "the step of a gradient of 1 at the output",
        "backward starts from 1 instead of the gradient of the loss.",
        "What goes into the last layer's backward is what the backward of the loss returns.",
        start=lambda y, t: np.ones_like(y - t),
    ),
    "net_starts_from_prediction": Backward(
        "the step of the prediction taken as a gradient",
        "backward starts from the prediction instead of the gradient of the loss.",
        "What goes into the last layer's backward is what the backward of the loss returns.",
        start=lambda y, _: y,
    ),
    "net_loss_grad_averaged": Backward(
        "the step of the mean gradient of the loss, the same for every sample",
        "The gradient of the loss is averaged over the batch before it goes back.",
        "Every sample has its own row in the gradient; the sum over samples is taken in each layer.",
        start=lambda y, t: np.full_like(y, np.mean(_of_squares(y, t))),
    ),
    "net_derivatives_missing": Backward(
        "the step without the derivative of any sigmoid",
        "The way back leaves out the derivatives of all activations.", DERIVATIVES,
        slopes=(False, False, False),
    ),
    "net_hidden_derivatives_missing": Backward(
        "the step without the derivatives of the hidden sigmoids",
        "The way back leaves out the derivatives of the hidden activations.", DERIVATIVES,
        slopes=(False, False, True),
    ),
    "net_output_derivative_missing": Backward(
        "the step without the derivative of the last sigmoid",
        "The way back leaves out the derivative of the activation at the output.", DERIVATIVES,
        slopes=(True, True, False),
    ),
}  # fmt: skip
"""Slug -> a wrong way back."""

FORWARD_FORMULA = "Your prediction is that of a network like this one, but {formula}."
BACKWARD_FORMULA = "Your parameters take {formula}, in {fits} of {of} trials."


def wrong_forward(lab: Lab) -> Finding | None:
    """Name the mistake that makes the network's prediction what it is, if one does."""
    try:
        seen = network_trials.observed(lab)
        y = expect.array(seen.y.value, "TLNN.forward", (network_trials.BATCH, 1))
    except (Failure, ChildGone):
        return None
    weights = _in_roles(network_trials.places(seen), seen.values)
    if weights is None or _agree(_passed(weights, seen.x, (S, S, S))[-1], y):
        return None
    fitting = [
        b for b, f in FORWARDS.items() if _agree(_passed(weights, seen.x, f.activations)[-1], y)
    ]
    if not fitting or fitting[1:] not in ([], ["net_relu_at_output"]):
        return None
    return Finding(fitting[0], SUBJECT, frozen(formula=FORWARDS[fitting[0]].formula))


def wrong_backward(lab: Lab) -> Finding | None:
    """Name the mistake that makes all steps of the network what they are, if one does."""
    try:
        seen = network_trials.observed(lab)
        steps = [steps_of(seen, round_) for round_ in seen.rounds]
    except (Failure, ChildGone):
        return None
    found = network_trials.places(seen)
    if found is None or not steps:
        return None
    fitting = [bug for bug, wrong in BACKWARDS.items() if _explains(wrong, seen, found, steps)]
    if len(fitting) != 1:
        return None
    values = {"formula": BACKWARDS[fitting[0]].formula, "fits": len(steps), "of": len(steps)}
    return Finding(fitting[0], SUBJECT, frozen(array="net", **values))


def _explains(
    wrong: Backward,
    seen: network_trials.Seen,
    found: Sequence[int],
    steps: Sequence[Sequence[tuple[str, Array, Array]]],
) -> bool:
    """Whether every parameter, in every round, moved as in a network with this mistake."""
    moved = right = True
    for round_, taken in zip(seen.rounds, steps, strict=True):
        weights = _in_roles(found, round_.before)
        given = _in_roles(found, [one for _, one, _ in taken])
        numeric = _in_roles(found, [one for _, _, one in taken])
        if weights is None or given is None or numeric is None:
            return False
        wanted = _taken(wrong, weights, round_)
        moved = moved and all(map(_agree, wanted, given))
        right = right and all(map(_agree, numeric, wanted))
    return moved and not right


def _in_roles(found: Sequence[int] | None, arrays: Sequence[Array]) -> list[Array] | None:
    """Five arrays in the order and the shapes of the lab's own parameters."""
    if found is None:
        return None
    fitted = [
        network_trials.fitting(np.asarray(arrays[k], np.float64), role)
        for k, role in zip(found, network_trials.ROLES, strict=True)
    ]
    whole = [array for array in fitted if array is not None]
    return whole if len(whole) == len(fitted) else None


def _passed(weights: Sequence[Array], x: Array, activations: Activations) -> list[Array]:
    """The input, and what comes out of each of the three activations."""
    w1, b1, w2, b2, w3 = weights
    out = [x]
    for w, b, activation in zip((w1, w2, w3), (b1, b2, 0.0), activations, strict=True):
        with np.errstate(all="ignore"):
            out.append(np.asarray(activation(out[-1] @ w + b)))
    return out


def _taken(wrong: Backward, weights: Sequence[Array], round_: network_trials.Round) -> list[Array]:
    """How far each parameter moves, divided by the learning rate; activations stay those of forward."""
    now = [array.copy() for array in weights]
    out = _passed(weights, round_.x, (S, S, S))
    for _ in range(wrong.times):
        grad = wrong.start(out[3], round_.truth)
        moves: list[Array] = []
        for k in (2, 1, 0):
            grad = grad * (out[k + 1] * (1 - out[k + 1])) if wrong.slopes[k] else grad
            moves = [out[k].T @ grad, *([grad.sum(axis=0)] if k < 2 else []), *moves]
            grad = grad @ now[2 * k].T
        now = [array - round_.rate * move for array, move in zip(now, moves, strict=True)]
    return [(before - after) / round_.rate for before, after in zip(weights, now, strict=True)]


def _agree(one: Array, other: Array) -> bool:
    if one.shape != other.shape or not np.all(np.isfinite(other)):
        return False
    bound = CLOSE * float(np.max(np.abs(one), initial=0.0)) + 1e-12
    return bool(np.all(np.abs(one - other) <= bound))


def texts() -> Iterable[tuple[str, tuple[str, str, str]]]:
    """Slug -> explanation, advice, template of the evidence, of every variant."""
    for bug, ahead in FORWARDS.items():
        yield bug, (ahead.explanation, ahead.advice, FORWARD_FORMULA)
    for bug, back in BACKWARDS.items():
        yield bug, (back.explanation, back.advice, BACKWARD_FORMULA)
