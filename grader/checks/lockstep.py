"""The main evidence of training: step by step beside the reference, from the same weights.

A network that memorises, is fitted in closed form, searches at random or brings its
weights along may arrive; it does not take these steps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from grader import expect
from grader.checks import network
from grader.checks.base import check, part
from grader.contract import binary_cross_entropy
from grader.expect import EXACT, Tolerance, same
from grader.model import Failure, Part
from grader.numeric import Array
from grader.observation import convergent_starts, network_observation, network_trials
from grader.observation.convergent_starts import Task
from grader.observation.layer_observation import name_of
from grader.observation.set_weights import RemoteNetwork, construct_network, demand_time, in_shape
from grader.remote import Lab, Ref, Script
from reference.layers import Linear
from reference.losses import MSE, BinaryCrossEntropy
from reference.network import TLNN

STEPS = 50
RATE = 0.5
TOLERANCE = Tolerance(1e-9, 1e-9)
"""Fifty steps of two right networks differ by 1e-15; the smallest mistake by far more."""

TOLERANCE_SINGLE = Tolerance(4e-5, 4e-5)
"""The same for networks that compute in float32: each of 50 steps rounds every weight by 2^-24 of
its size at most, and the sums over 2, 6 and 5 inputs by as much an input: 50 * 13 * 2^-24. Right
networks were seen to differ by 5e-7; a gradient that is 0.5 % wrong shows as 1e-4 and more."""


@check("training.lockstep", subject="TLNN", needs=["network.forward"], stage="dependent")
def lockstep(lab: Lab) -> list[Part] | None:
    """Fifty training steps give the same result as plain gradient descent.

    With the same weights, data and learning rate, every output during training and every weight
    at the end must be those of w -= lr * dL/dw and b -= lr * dL/db.
    """
    task = convergent_starts.task("linear", lab.seed)
    demand_time(lab, "linear", STEPS)
    net = construct_network(lab, task)
    if not net.roles:
        _demand_single_steps(lab, net, task)
        return None
    tolerance = TOLERANCE_SINGLE if _rounds(network_trials.observed(lab)) else TOLERANCE
    loss = _loss_of(lab)
    expected, ends = _reference(task, STEPS, loss)
    script = lab.script()
    outputs = script.read(_take_steps(script, net, STEPS))
    after = script.arrays(net.net)
    lab.run(script)

    def every_output() -> None:
        actual = expect.stacked(outputs.value, "TLNN.forward", (STEPS,), task.y.shape)
        pairs = zip(expected, actual, strict=True)
        agree = [bool(np.all(tolerance.holds(one, other))) for one, other in pairs]
        if not all(agree):
            raise _first_difference(lab, task, agree.index(False), tolerance, loss)

    def every_weight() -> None:
        _ = outputs.value
        for role, end in zip(net.roles, ends, strict=True):
            _same_end(role["path"], after.value, end, tolerance)

    return [
        part("every output during training", every_output),
        part("every weight at the end", every_weight),
    ]


def _demand_single_steps(lab: Lab, net: RemoteNetwork, task: Task) -> None:
    """Demand right single steps of a network whose weights cannot be set to the reference's."""
    parts = network.gradient.examine(lab)
    steps_hold = isinstance(parts, Sequence) and all(one.failure is None for one in parts)
    if not (
        steps_hold
        and network.is_of_the_lab(network_trials.observed(lab))
        and network_trials.descends_on(lab, net.net, net.rule, task.x, task.y)
    ):
        raise Failure("lockstep_not_matched")


def _rounds(observation: network_observation.NetworkObservation) -> bool:
    """Whether the network computes in float32, or rounds as much on the way to a float64."""
    if observation.single:
        return True
    expected = network_observation.closed_form(observation)
    actual = expect.array(
        observation.y.value, "TLNN.forward", observation.truth.shape, finite=False
    )
    return expected is not None and bool(
        np.all(TOLERANCE_SINGLE.holds(expected, actual))
        and not np.all(EXACT.holds(expected, actual))
    )


def _take_steps(script: Script, net: RemoteNetwork, steps: int) -> Ref:
    y = script.reserve("TLNN.forward")
    body = [
        script.call_line(y, net.net, "forward", net.x),
        script.call_line(script.reserve("TLNN.cal_loss"), net.net, "cal_loss", y, net.truth),
        *net.rule.body(script, net.net, RATE),
    ]
    return script.item(script.repeat(steps, body, [y]), 0, "TLNN.forward")


Loss = Callable[[], MSE | BinaryCrossEntropy]


def _loss_of(lab: Lab) -> Loss:
    """The loss that cal_loss computes: another one than MSE is blamed elsewhere, and only there."""
    observation = network_trials.observed(lab)
    y = expect.array(observation.y.value, "TLNN.forward", observation.truth.shape, finite=False)
    actual = np.array(expect.scalar(observation.loss.value, "TLNN.cal_loss"))
    with np.errstate(all="ignore"):  # predictions beyond 0 and 1 have no entropy
        entropy = np.array(binary_cross_entropy(y, observation.truth))
    return BinaryCrossEntropy if np.all(observation.exact.holds(entropy, actual)) else MSE


def _reference(task: Task, steps: int, loss: Loss) -> tuple[Array, list[Array]]:
    """The outputs before each step, and the five parameters after the last, of the reference."""
    net = convergent_starts.reference_net(task.start)
    net.loss_func = loss()
    outputs = []
    for _ in range(steps):
        outputs.append(net.forward(task.x))
        net.cal_loss(outputs[-1], task.y)
        net.backward(RATE)
    return np.array(outputs), _parameters(net)


def _parameters(net: TLNN) -> list[Array]:
    first, second, last = (layer for layer in net.layers if isinstance(layer, Linear))
    return [first.w, np.asarray(first.b), second.w, np.asarray(second.b), last.w]


def _same_end(path: Any, listed: Any, end: Array, tolerance: Tolerance) -> None:
    name = name_of(path)
    actual = next((entry["array"] for entry in listed if entry["path"] == path), None)
    expected = None if actual is None else in_shape(end, actual.shape)
    if actual is None or expected is None:
        raise Failure("parameter_gone", name=name)
    same(expected, actual, tolerance, "lockstep_weights", name=name, steps=STEPS)


def _first_difference(
    lab: Lab, task: Task, first: int, tolerance: Tolerance, loss: Loss
) -> Failure:
    """Take the steps before the first output that differs once more, and name the weights that do."""
    if first == 0:
        return Failure("lockstep_forward")
    net = construct_network(lab, task)
    _, ends = _reference(task, first, loss)
    script = lab.script()
    _take_steps(script, net, first)
    after = script.arrays(net.net)
    lab.run(script)
    wrong = []
    for role, end in zip(net.roles, ends, strict=True):
        try:
            _same_end(role["path"], after.value, end, tolerance)
        except Failure:
            wrong.append(name_of(role["path"]))
    return Failure("lockstep_differs", step=first, names=", ".join(wrong) or "?")
