"""Checks of the losses: ``MSE``, ``BinaryCrossEntropy``, and the optional ``CrossEntropy``.

Two verdicts that must not be mixed: whether ``backward`` is the derivative of the
loss's own ``forward``, and whether ``forward`` is the loss that the lab asks for.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np

from grader import expect
from grader.checks.base import check, part
from grader.checks.loss_state import state
from grader.contract import binary_cross_entropy
from grader.expect import same
from grader.model import Failure, Outcome, Part
from grader.numeric import Array
from grader.observation.forward_time import slow_remarks
from grader.observation.gradient_match import demand_right_differences, gradient_pairs, is_aligned
from grader.observation.loss_trials import (
    BINARY,
    CATEGORICAL,
    LOGARITHM,
    MEAN_SQUARED,
    LossTrials,
    observed,
    value_scale,
)
from grader.observation.loss_values import (
    closed_gradient,
    demand_gradient,
    demand_value,
    follows_arguments,
    gradient,
    own_gradient,
    value_holds,
)
from grader.remote import Lab


def _forward(lab: Lab, kind: LossTrials) -> Outcome:
    trials = observed(lab, kind)
    parts = [part(s.name, partial(demand_value, s)) for s in trials]
    return lab.outcome(parts, informative=follows_arguments(trials))


def _backward(lab: Lab, kind: LossTrials) -> Outcome:
    trials = observed(lab, kind)
    right = [s for s in trials if s.differences_error is None and value_holds(s) and not s.single]
    pairs = ((closed_gradient(s), gradient(s)) for s in right)
    demand_right_differences(f"{kind.name}.forward", pairs)
    parts = [part(s.name, partial(demand_gradient, s)) for s in trials]
    return lab.outcome(
        parts,
        remarks=slow_remarks(trials[0].differences_error),
        informative=is_aligned(gradient_pairs(trials, own_gradient, closed_gradient)),
    )


@check("mse.forward", subject="MSE")
def mse_forward(lab: Lab) -> Outcome:
    """MSE.forward(y, ground_truth) returns the mean squared error.

    One float: the mean of the squared difference over all entries, that is, over rows and
    columns.
    """
    return _forward(lab, MEAN_SQUARED)


@check("mse.backward", subject="MSE", needs=["mse.forward"])
def mse_backward(lab: Lab) -> Outcome:
    """MSE.backward() returns dL/dy, the gradient of the loss.

    It has the shape of y. Differentiate exactly what forward computes: a factor in forward also
    belongs in backward.
    """
    return _backward(lab, MEAN_SQUARED)


@check(
    "mse.state",
    subject="MSE",
    needs=["mse.forward"],
    earns_beside=["mse.forward"],
)
def mse_state(lab: Lab) -> list[Part]:
    """MSE changes neither its input arrays nor the arrays that it has returned."""
    return state(lab, MEAN_SQUARED)


@check("bce.forward", subject="BinaryCrossEntropy")
def bce_forward(lab: Lab) -> Outcome:
    """BinaryCrossEntropy.forward(y, ground_truth) returns the mean cross-entropy.

    One float: the mean of -(t log y + (1 - t) log(1 - y)) over all entries, with the natural
    logarithm.
    """
    lab.require("BinaryCrossEntropy")
    y = np.array([[0.001, 0.999], [0.01, 0.99]])
    truth = np.array([[0.0, 1.0], [1.0, 0.0]])
    script = lab.script()
    reply = script.read(
        script.call(script.new("BinaryCrossEntropy"), "forward", script.put(y), script.put(truth))
    )
    lab.run(script)

    def demand() -> None:
        actual = np.array(expect.scalar(reply.value, "BinaryCrossEntropy.forward"))
        scale = value_scale(lab, BINARY).at(y.shape)
        expected = np.array(scale * binary_cross_entropy(y, truth))
        who, trial = "BinaryCrossEntropy.forward", "y from 0.001 to 0.999"
        same(expected, actual, LOGARITHM, "wrong_loss", who=who, trial=trial)

    outcome = _forward(lab, BINARY)
    return replace(outcome, parts=(*outcome.parts, part("y from 0.001 to 0.999", demand)))


@check(
    "bce.ends",
    subject="BinaryCrossEntropy",
    needs=["bce.forward"],
    earns_beside=["bce.forward"],
)
def bce_ends(lab: Lab) -> list[Part]:
    """BinaryCrossEntropy stays finite where y is exactly 0 or 1.

    Avoid log(0) with a small constant (1e-7, for instance), in forward and in backward, at both
    ends; a large constant would change the loss.
    """
    return _ends(
        lab, BINARY, np.array([[1.0, 0.0, 1.0, 0.0]]), np.array([[0.0, 1.0, 1.0, 0.0]]), 4.0
    )


def _ends(lab: Lab, kind: LossTrials, y: Array, truth: Array, least: float) -> list[Part]:
    """Judge a loss at 0 and 1: ``least`` is the smallest mean loss that still counts as large."""
    lab.require(kind.name)
    name = kind.name
    script = lab.script()
    replies = []
    for prediction in (y, truth, 0.25 + 0.5 * truth):
        instance = script.new(name)
        loss = script.read(
            script.call(instance, "forward", script.put(prediction), script.put(truth))
        )
        replies.append((loss, script.read(script.call(instance, "backward"))))
    lab.run(script)
    scale = value_scale(lab, kind).at(y.shape)

    def large() -> None:
        loss = expect.scalar(replies[0][0].value, f"{name}.forward") / scale
        if not abs(loss) >= least:  # a wrong sign is forward's mistake, and counted there
            expected_text, actual_text = expect.pair(least, loss)
            raise Failure("ends_too_small", who=name, got=actual_text, wanted=expected_text)

    def small() -> None:
        loss = expect.scalar(replies[1][0].value, f"{name}.forward") / scale
        if not abs(loss) <= 1e-3:
            raise Failure("ends_too_large", who=name, got=expect.number(loss))

    def finite() -> None:
        *_, inside = [expect.array(g.value, f"{name}.backward", y.shape) for _, g in replies]
        if not np.any(inside):  # zeros are finite everywhere
            raise Failure("no_gradient", who=f"{name}.backward")

    return [
        part("the loss where y is wrong", large),
        part("the loss where y is right", small),
        part("the gradient", finite),
    ]


@check("bce.backward", subject="BinaryCrossEntropy", needs=["bce.forward"])
def bce_backward(lab: Lab) -> Outcome:
    """BinaryCrossEntropy.backward() returns dL/dy, the gradient of the loss.

    It has the shape of y. Check the sign of the second term, and the mean.
    """
    return _backward(lab, BINARY)


@check(
    "bce.state",
    subject="BinaryCrossEntropy",
    needs=["bce.forward"],
    earns_beside=["bce.forward"],
)
def bce_state(lab: Lab) -> list[Part]:
    """BinaryCrossEntropy changes neither its input arrays nor the arrays that it has returned."""
    return state(lab, BINARY)


@check("cross_entropy.forward", subject="CrossEntropy")
def cross_entropy_forward(lab: Lab) -> Outcome:
    """CrossEntropy.forward(y, ground_truth) returns the mean cross-entropy of the rows.

    One float: the mean over the rows of -sum(t log y), with the natural logarithm.
    """
    return _forward(lab, CATEGORICAL)


@check(
    "cross_entropy.ends",
    subject="CrossEntropy",
    needs=["cross_entropy.forward"],
    earns_beside=["cross_entropy.forward"],
)
def cross_entropy_ends(lab: Lab) -> list[Part]:
    """CrossEntropy stays finite where y is exactly 0 or 1."""
    return _ends(
        lab,
        CATEGORICAL,
        np.array([[1.0, 0.0], [0.0, 1.0]]),
        np.array([[0.0, 1.0], [1.0, 0.0]]),
        8.0,
    )


@check("cross_entropy.backward", subject="CrossEntropy", needs=["cross_entropy.forward"])
def cross_entropy_backward(lab: Lab) -> Outcome:
    """CrossEntropy.backward() returns dL/dy, the gradient of the loss."""
    return _backward(lab, CATEGORICAL)


@check(
    "cross_entropy.state",
    subject="CrossEntropy",
    needs=["cross_entropy.forward"],
    earns_beside=["cross_entropy.forward"],
)
def cross_entropy_state(lab: Lab) -> list[Part]:
    """CrossEntropy changes neither its input arrays nor the arrays that it has returned."""
    return state(lab, CATEGORICAL)
