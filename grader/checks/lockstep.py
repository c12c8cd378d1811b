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
from grader.observation.set_weights import Started, demand_time, shaped, started
from grader.remote import Lab, Ref, Script
from reference.layers import Linear
from reference.losses import MSE, BinaryCrossEntropy
from reference.network import TLNN

STEPS = 50
RATE = 0.5
AGREE = Tolerance(1e-9, 1e-9)
"""Fifty steps of two right networks differ by 1e-15; the smallest mistake by far more."""

AGREE_SINGLE = Tolerance(4e-5, 4e-5)
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
    net = started(lab, task)
    if not net.roles:
        # Kept in some way that has no place for the reference's weights: single steps must do.
        parts = network.gradient.examine(lab)
        steps = isinstance(parts, Sequence) and all(one.failure is None for one in parts)
        if (
            steps
            and network.is_of_the_lab(network_trials.observed(lab))
            and network_trials.descends_on(lab, net.net, net.style, task.x, task.y)
        ):
            return None
        raise Failure("lockstep_not_matched")
    tolerance = AGREE_SINGLE if _rounds(network_trials.observed(lab)) else AGREE
    loss = _loss_of(lab)
    wanted, ends = _reference(task, STEPS, loss)
    script = lab.script()
    outputs = script.read(_taken(script, net, STEPS))
    after = script.arrays(net.net)
    lab.run(script)

    def every_output() -> None:
        given = expect.stacked(outputs.value, "TLNN.forward", STEPS, task.y.shape)
        agree = [bool(np.all(tolerance.holds(w, g))) for w, g in zip(wanted, given, strict=True)]
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


def _rounds(seen: network_observation.NetworkObservation) -> bool:
    """Whether the network computes in float32, or rounds as much on the way to a float64."""
    if seen.single:
        return True
    wanted = network_observation.closed_form(seen)
    given = expect.array(seen.y.value, "TLNN.forward", seen.truth.shape, finite=False)
    return wanted is not None and bool(
        np.all(AGREE_SINGLE.holds(wanted, given)) and not np.all(EXACT.holds(wanted, given))
    )


def _taken(script: Script, net: Started, steps: int) -> Ref:
    y = script.reserve("TLNN.forward")
    body = [
        script.call_line(y, net.net, "forward", net.x),
        script.call_line(script.reserve("TLNN.cal_loss"), net.net, "cal_loss", y, net.truth),
        *net.style.body(script, net.net, RATE),
    ]
    return script.item(script.repeat(steps, body, [y]), 0, "TLNN.forward")


Loss = Callable[[], MSE | BinaryCrossEntropy]


def _loss_of(lab: Lab) -> Loss:
    """The loss that cal_loss computes: another one than MSE is blamed elsewhere, and only there."""
    seen = network_trials.observed(lab)
    y = expect.array(seen.y.value, "TLNN.forward", seen.truth.shape, finite=False)
    given = np.array(expect.scalar(seen.loss.value, "TLNN.cal_loss"))
    with np.errstate(all="ignore"):  # predictions beyond 0 and 1 have no entropy
        entropy = np.array(binary_cross_entropy(y, seen.truth))
    return BinaryCrossEntropy if np.all(seen.exact.holds(entropy, given)) else MSE


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
    given = next((entry["array"] for entry in listed if entry["path"] == path), None)
    wanted = None if given is None else shaped(end, given.shape)
    if given is None or wanted is None:
        raise Failure("parameter_gone", name=name)
    same(wanted, given, tolerance, "lockstep_weights", name=name, steps=STEPS)


def _first_difference(
    lab: Lab, task: Task, first: int, tolerance: Tolerance, loss: Loss
) -> Failure:
    """Take the steps before the first output that differs once more, and name the weights that do."""
    if first == 0:
        return Failure("lockstep_forward")
    net = started(lab, task)
    _, ends = _reference(task, first, loss)
    script = lab.script()
    _taken(script, net, first)
    after = script.arrays(net.net)
    lab.run(script)
    wrong = []
    for role, end in zip(net.roles, ends, strict=True):
        try:
            _same_end(role["path"], after.value, end, tolerance)
        except Failure:
            wrong.append(name_of(role["path"]))
    return Failure("lockstep_differs", step=first, names=", ".join(wrong) or "?")
