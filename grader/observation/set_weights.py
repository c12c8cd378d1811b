"""A student's network with known weights: its parameters are matched by shape and order, not by name."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grader.model import Failure, Message, frozen
from grader.numeric import Array
from grader.observation import convergent_starts, network_observation, network_trials, parameters
from grader.observation.convergent_starts import Task
from grader.observation.forward_time import PROBED, least_seconds
from grader.observation.layer_observation import Listed, name_of
from grader.observation.network_trials import network_rule
from grader.observation.update_convention import UpdateRule, ask_methods
from grader.remote import Lab, OutOfTime, Ref, Reply

TIME_RESERVE = 1.5
"""A training is not begun where it would need so many times its seconds. It is more than 1 because a
busy machine may have made the steps that were measured slower than the others will be."""

MAX_WEIGHT = 4.0
"""The largest entry that a parameter keeps: initial weights from N(0, 1) are smaller."""


@dataclass(frozen=True, slots=True)
class RemoteNetwork:
    """A student's network on the child side, set to the initial weights of a task.

    Parameters
    ----------
    net, rule
        The network on the child side, and how it takes its step.
    x, truth
        The task's data on the child side.
    roles
        For each of the start's five arrays, the path of the parameter that got it; empty
        where the network keeps its parameters in a way that cannot be matched, and so
        starts from its own.
    """

    net: Ref
    rule: UpdateRule
    x: Ref
    truth: Ref
    roles: tuple[Listed, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The five parameters as a student names them."""
        return tuple(name_of(entry["path"]) for entry in self.roles)


def construct_network(lab: Lab, task: Task, *, own: bool = False) -> RemoteNetwork:
    """Construct a network of the known widths and set it to a task's start, if that can be done.

    With ``own`` it keeps the weights that it drew itself.
    """
    script = lab.script()
    net = script.new("TLNN", *convergent_starts.WIDTHS)
    x, truth = script.put(task.x), script.put(task.y)
    reply = parameters.perturb_parameters(script, net, x)
    methods = ask_methods(script, net)
    lab.run(script)
    script.check(script.makers[net.name])
    rule = network_rule(lab, methods)
    arrays = parameters.parameters_of(reply.value)
    roles: tuple[Listed, ...] = ()
    if not own:
        roles = _roles_by_name(lab, arrays, task.start) or _roles(arrays, task.start)
    _set(lab, net, roles, task.start)
    return RemoteNetwork(net, rule, x, truth, roles)


def take_steps(lab: Lab, net: RemoteNetwork, task: Task, steps: int) -> Reply:
    """Take steps of gradient descent; ask for the outputs before each: shape ``(steps, N, 1)``."""
    script = lab.script()
    y = script.reserve("TLNN.forward")
    body = [
        script.call_line(y, net.net, "forward", net.x),
        script.call_line(script.reserve("TLNN.cal_loss"), net.net, "cal_loss", y, net.truth),
        *net.rule.body(script, net.net, task.rate),
    ]
    reply = script.read(script.item(script.repeat(steps, body, [y]), 0, "TLNN.forward"))
    lab.run(script)
    return reply


def demand_time(lab: Lab, kind: str, steps: int) -> None:
    """Measure a few steps of training, and fail at once where so many cannot be taken in time.

    Parameters
    ----------
    lab
        The check's; its item says how many seconds there are.
    kind
        The task that is trained on, ``linear`` or ``xor``, or one with no more rows.
    steps
        How many steps must be taken at least.

    Raises
    ------
    OutOfTime
        If the steps need more than ``TIME_RESERVE`` times the item's seconds.
    """
    limit = TIME_RESERVE * lab.item.seconds / steps
    seconds = lab.once(f"pace {kind} {limit}", lambda: _seconds_per_step(lab, kind, limit))
    if seconds > limit:
        values = frozen(
            measured=f"{seconds:.2g}",
            steps=steps,
            needed=f"{seconds * steps:.0f}",
            seconds=lab.item.seconds,
        )
        raise OutOfTime(Message("training_slow", values))


def _seconds_per_step(lab: Lab, kind: str, limit: float) -> float:
    """Return how long one step of training takes, in seconds; at most ``limit`` ends the measuring."""
    task = convergent_starts.task(kind, lab.seed)
    net = construct_network(lab, task)

    def measure() -> float:
        start = time.monotonic()
        take_steps(lab, net, task, PROBED)
        return (time.monotonic() - start) / PROBED

    return least_seconds(measure, limit)


def _set(lab: Lab, net: Ref, roles: Sequence[Listed], start: Sequence[Array]) -> None:
    script = lab.script()
    for entry, values in zip(roles, start, strict=False):
        script.assign(net, entry["path"], in_shape(values, entry["array"].shape))
    lab.run(script)


def _roles_by_name(
    lab: Lab, arrays: Sequence[Listed], start: Sequence[Array]
) -> tuple[Listed, ...]:
    """Match parameters to the start's arrays by the names that play these roles in the trials.

    There a bias is told from a last weight of its shape by what the network computes. Empty where
    the trials found no such roles, or where the arrays do not fit.
    """
    try:
        observation = network_trials.observed(lab)
    except Failure:
        return ()
    by_name = {name_of(entry["path"]): entry for entry in arrays}
    names = [
        name_of(observation.parameters[k]["path"])
        for k in network_observation.places(observation) or ()
    ]
    roles = tuple(by_name[name] for name in names if name in by_name)
    fits = len(roles) == len(start) == len(arrays) and all(
        in_shape(values, entry["array"].shape) is not None
        for entry, values in zip(roles, start, strict=True)
    )
    return roles if fits else ()


def _roles(arrays: Sequence[Listed], start: Sequence[Array]) -> tuple[Listed, ...]:
    """Match parameters to the start's arrays, each by its shape, then by its order; all or none."""
    unmatched = list(arrays)
    roles = []
    for values in start:
        fitting = [
            entry for entry in unmatched if in_shape(values, entry["array"].shape) is not None
        ]
        if not fitting:
            return ()
        exact = [entry for entry in fitting if entry["array"].shape == values.shape]
        match = (exact or fitting)[0]
        roles.append(match)
        unmatched = [entry for entry in unmatched if entry is not match]
    return tuple(roles) if not unmatched else ()


def in_shape(values: Array, shape: tuple[int, ...]) -> Array | None:
    """A start's array in the shape in which a network keeps it, or None where it is none of its own."""
    if values.shape == shape:
        return values
    if values.ndim == 2 and values.T.shape == shape:
        return values.T
    flat = min(values.shape) == 1 or values.ndim == 1
    is_line = len(shape) == 1 or 1 in shape
    return values.reshape(shape) if flat and is_line and values.size == np.prod(shape) else None


def limit_weights(values: Array) -> Array:
    """A parameter as it is, or brought down to entries of at most 4: sigmoids behind it then move."""
    largest = float(np.max(np.abs(values), initial=0.0))
    return values * (MAX_WEIGHT / largest) if largest > MAX_WEIGHT else values


def thin_out(values: Sequence[float] | Array, max_count: int = 100) -> list[float | None]:
    """At most so many of the numbers, evenly spaced, rounded for a picture; None for NaN and infinity."""
    flat = np.asarray(values, np.float64).reshape(-1)
    chosen = flat[np.unique(np.linspace(0, len(flat) - 1, min(max_count, len(flat))).astype(int))]
    return [float(f"{value:.5g}") if np.isfinite(value) else None for value in chosen]
