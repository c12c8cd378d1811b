"""Checks that the network arrives: on linear and on XOR data from a known start, and from its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grader import expect
from grader.checks import network
from grader.checks.base import check, part
from grader.model import Failure, Outcome, frozen
from grader.numeric import Array
from grader.observation import convergent_starts, input_paths, network_trials
from grader.observation.array_evidence import rounded_lists
from grader.observation.convergent_starts import CHUNK, RUN, Task
from grader.observation.set_weights import (
    RemoteNetwork,
    construct_network,
    demand_time,
    take_steps,
    thin_out,
)
from grader.remote import Lab

MAX_RATIO = 2
"""A right network takes the reference's own steps; so many times as many are allowed."""

OWN_STEPS = 3000
OWN_TRIES = 4
"""From its own start a right network on linear data arrives in some hundred steps; of 300 starts
none did not, and four tries are given all the same."""

LARGE_SPREAD = 3.0
"""A standard deviation of the weights at the start; the lab's is 1."""

UNMATCHED_STEPS = 4000
UNMATCHED_TRIES = 6
"""Where the known start has no place in the network it starts from its own weights: at this rate
two starts in a hundred take longer on XOR, so all six do one time in 10^10. Two of 300
that arrived were wrong about a point that they never saw; such a one may try again, too."""

GRID = 15
"""Points a side of the decision surface that is kept for a picture."""


@check("training.linear", subject="TLNN", needs=["network.forward"], stage="dependent")
def linear(lab: Lab) -> Outcome:
    """The network learns linearly separable data.

    Starting from weights with which a correct network converges, plain gradient descent
    (forward, cal_loss, backward on the whole batch) reaches 100 % and stays there, and the
    network classifies new points correctly.
    """
    return _learns(lab, "linear")


@check("training.xor", subject="TLNN", needs=["network.forward"], stage="dependent")
def xor(lab: Lab) -> Outcome:
    """The network learns the XOR data.

    Starting from weights with which a correct network converges, plain gradient descent
    (forward, cal_loss, backward on the whole batch) reaches 100 % and stays there, and the
    network classifies new points correctly.
    """
    return _learns(lab, "xor")


@check("training.init", subject="TLNN", needs=["network.forward"], stage="dependent")
def init(lab: Lab) -> None:
    """The network learns from its own random initial weights.

    The data are linearly separable, and at most four new networks are tried; a network does not
    learn if its weights start equal, or so large that every sigmoid is saturated.
    """
    task = convergent_starts.task("linear", lab.seed)
    best = 0.0
    demand_time(lab, "linear", RUN)
    for _ in range(OWN_TRIES):
        net = construct_network(lab, task, own=True)
        curve = _descend(lab, net, task, OWN_STEPS)
        if curve.has_converged:
            _demand_descent(lab, net, task)
            return
        best = max(best, *curve.accuracies)
    steps = len(curve.losses)
    raise _not_learned("not_learned_own", best, steps, spread=_too_large(lab, task))


def _demand_descent(lab: Lab, net: RemoteNetwork, task: Task) -> None:
    """Fail where the network arrived by other steps than those of gradient descent.

    It is asked on other data, and on those that it was trained on: it may tell them apart. A
    regression on features descends as well, and is not the network that the lab asks for; nor is
    one to whose output a formula or a table is added.
    """
    observation = network_trials.observed(lab)
    if not network.is_of_the_lab(observation):
        raise Failure("not_of_the_lab")
    if input_paths.follows_input_beside_weights(lab, net.net, task.x):
        raise Failure("answers_beside_weights")
    if not network_trials.descends(observation) or not network_trials.descends_on(
        lab, net.net, net.rule, task.x, task.y
    ):
        raise Failure("not_by_descent")


def _too_large(lab: Lab, task: Task) -> str:
    """The spread of weights that are all that keeps the network from learning, or nothing."""
    net = construct_network(lab, task, own=True)
    script = lab.script()
    parameters = script.arrays(net.net)
    lab.run(script)
    spread = max(
        (float(np.std(e["array"])) for e in parameters.value if e["array"].ndim > 1), default=0
    )
    if spread <= LARGE_SPREAD:
        return ""
    script = lab.script()
    for entry in parameters.value:
        script.assign(
            net.net, entry["path"], entry["array"] / max(float(np.std(entry["array"])), 1)
        )
    lab.run(script)
    return expect.number(spread) if _descend(lab, net, task, OWN_STEPS).has_converged else ""


@dataclass(frozen=True, slots=True)
class LearningCurve:
    """How training went: accuracy and loss before each step, and whether it arrived."""

    accuracies: tuple[float, ...]
    losses: tuple[float, ...]
    has_converged: bool


def _learns(lab: Lab, kind: str) -> Outcome:
    task = convergent_starts.task(kind, lab.seed)
    demand_time(lab, kind, task.steps)
    for _ in range(UNMATCHED_TRIES):
        net = construct_network(lab, task)
        max_steps = MAX_RATIO * task.steps + RUN if net.roles else UNMATCHED_STEPS
        curve = _descend(lab, net, task, max_steps, first=task.steps if net.roles else CHUNK)
        surface, unseen = _predictions(lab, net, task)
        if net.roles or (curve.has_converged and np.all(_are_right(unseen, task))):
            break
    if curve.has_converged:
        _demand_descent(lab, net, task)
    reference_accuracies, reference_losses = accuracies_and_losses(task.outputs, task)
    evidence = frozen(
        accuracy=thin_out(curve.accuracies),
        loss=thin_out(curve.losses),
        steps=len(curve.losses),
        reference_accuracy=thin_out(reference_accuracies),
        reference_loss=thin_out(reference_losses),
        reference_steps=task.steps,
        arrived=curve.has_converged,
        surface=surface,
        points=rounded_lists(np.hstack([task.x, task.y]), 4),
    )
    parts = [
        part("100 % on the training data", lambda: _demand_convergence(curve), 2.0),
        part("new points", lambda: _knows_unseen(unseen, task, curve)),
    ]
    return lab.outcome(parts, evidence=evidence)


def _descend(
    lab: Lab, net: RemoteNetwork, task: Task, max_steps: int, first: int = CHUNK
) -> LearningCurve:
    """Train in chunks until a run of steps was right, at most for a number of steps."""
    accuracies: list[float] = []
    losses: list[float] = []
    run = 0
    while len(losses) < max_steps:
        outputs = _chunk(lab, net, task, CHUNK if losses else first)
        for share, loss in zip(*accuracies_and_losses(outputs, task), strict=True):
            accuracies.append(share)
            losses.append(loss)
            run = run + 1 if share == 1.0 else 0
            if run >= RUN:
                return LearningCurve(tuple(accuracies), tuple(losses), True)
    return LearningCurve(tuple(accuracies), tuple(losses), False)


def accuracies_and_losses(outputs: Array, task: Task) -> tuple[list[float], list[float]]:
    """Return accuracy and mean squared error of a network's answers ``(S, N, 1)`` before each step."""
    answers, truth = outputs.reshape(len(outputs), -1), task.y.reshape(1, -1)
    with np.errstate(over="ignore", invalid="ignore"):
        losses = np.mean((answers - truth) ** 2, axis=1)
    return np.mean((answers > 0.5) == (truth > 0.5), axis=1).tolist(), losses.tolist()


def _chunk(lab: Lab, net: RemoteNetwork, task: Task, steps: int) -> Array:
    """Take a chunk of steps; return the outputs before each: shape ``(steps, N, 1)``."""
    reply = take_steps(lab, net, task, steps)
    return expect.stacked(reply.value, "TLNN.forward", (steps,), task.y.shape)


def _demand_convergence(curve: LearningCurve) -> None:
    if not curve.has_converged:
        raise _not_learned("not_learned", max(curve.accuracies), len(curve.losses))


def _not_learned(id: str, best: float, steps: int, spread: str = "") -> Failure:  # noqa: A002 - Failure's own word
    percent = f"{100 * best:.0f}"
    return Failure(
        id, best=percent, steps=steps, run=RUN, spread=spread,
        expected="100 %", actual=f"{percent} %",
    )  # fmt: skip


def _predictions(lab: Lab, net: RemoteNetwork, task: Task) -> tuple[list[float | None], Array]:
    """Ask the trained network on a grid over the unit square, and at points that it never saw."""
    side = np.linspace(0, 1, GRID)
    grid = np.column_stack([np.tile(side, GRID), np.repeat(side, GRID)])
    script = lab.script()
    replies = [
        script.read(script.call(net.net, "forward", script.put(points)))
        for points in (grid, task.unseen)
    ]
    lab.run(script)
    on_grid = expect.array(replies[0].value, "TLNN.forward", (GRID * GRID, 1), finite=False)
    unseen = expect.array(replies[1].value, "TLNN.forward", task.labels.shape)
    return thin_out(on_grid, GRID * GRID), unseen


def _are_right(y: Array, task: Task) -> Array:
    """Which of the points that it never saw a network is right about."""
    return np.asarray((y > 0.5) == (task.labels > 0.5))


def _knows_unseen(y: Array, task: Task, curve: LearningCurve) -> None:
    right = int(np.sum(_are_right(y, task)))
    if right < len(y) or not curve.has_converged:
        raise Failure("unseen_wrong", right=right, of=len(y))
