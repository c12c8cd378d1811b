"""A student's network at a known start: its parameters found by shape and order, whatever their names."""

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
from grader.observation.network_trials import net_style
from grader.observation.update_convention import Style, ask
from grader.remote import Lab, OutOfTime, Ref, Reply

SURE = 1.5
"""A training is not begun where it would need so many times its seconds: a busy machine may have
made the first steps slower than the others."""

CALM = 4.0
"""The largest entry of a parameter that nobody calls too large: N(0, 1) draws no larger one."""


@dataclass(frozen=True, slots=True)
class Started:
    """A network that was set to a task's start.

    Parameters
    ----------
    net, style
        The network on the child side, and how it takes its step.
    x, truth
        The task's data on the child side.
    roles
        For each of the start's five arrays, the path of the parameter that got it; empty
        where the network keeps its parameters in a way that cannot be matched, and so
        starts from its own.
    """

    net: Ref
    style: Style
    x: Ref
    truth: Ref
    roles: tuple[Listed, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The five parameters as a student names them."""
        return tuple(name_of(entry["path"]) for entry in self.roles)


def started(lab: Lab, task: Task, *, own: bool = False) -> Started:
    """Construct a network of the known widths and set it to a task's start, if that can be done.

    With ``own`` it keeps the weights that it drew itself.
    """
    script = lab.script()
    net = script.new("TLNN", *convergent_starts.WIDTHS)
    x, truth = script.put(task.x), script.put(task.y)
    listed = parameters.perturb_parameters(script, net, x)
    asked = ask(script, net)
    lab.run(script)
    script.check(script.makers[net.name])
    style = net_style(lab, asked)
    held = parameters.parameters_of(listed.value)
    roles = () if own else _roles_by_name(lab, held, task.start) or _roles(held, task.start)
    _set(lab, net, roles, task.start)
    return Started(net, style, x, truth, roles)


def take_steps(lab: Lab, net: Started, task: Task, steps: int) -> Reply:
    """Take steps of gradient descent; ask for the outputs before each: shape ``(steps, N, 1)``."""
    script = lab.script()
    y = script.reserve("TLNN.forward")
    body = [
        script.call_line(y, net.net, "forward", net.x),
        script.call_line(script.reserve("TLNN.cal_loss"), net.net, "cal_loss", y, net.truth),
        *net.style.body(script, net.net, task.rate),
    ]
    reply = script.read(script.item(script.repeat(steps, body, [y]), 0, "TLNN.forward"))
    lab.run(script)
    return reply


def demand_time(lab: Lab, kind: str, steps: int) -> None:
    """Say at once that a training cannot arrive in time, from the time of a few steps.

    Parameters
    ----------
    lab
        The check's.
    kind
        The task that is trained on, or one with no more rows.
    steps
        How many must be taken at least.

    Raises
    ------
    OutOfTime
        If they need more than the item's seconds by far.
    """
    enough = SURE * lab.item.seconds / steps
    measured = lab.once(f"pace {kind} {enough}", lambda: _pace(lab, kind, enough))
    if measured > enough:
        raise OutOfTime(
            Message(
                "training_slow",
                frozen(
                    measured=f"{measured:.2g}",
                    steps=steps,
                    needed=f"{measured * steps:.0f}",
                    seconds=lab.item.seconds,
                ),
            )
        )


def _pace(lab: Lab, kind: str, enough: float) -> float:
    """The seconds that one step of training takes; see ``least_seconds``."""
    task = convergent_starts.task(kind, lab.seed)
    net = started(lab, task)

    def measure() -> float:
        start = time.monotonic()
        take_steps(lab, net, task, PROBED)
        return (time.monotonic() - start) / PROBED

    return least_seconds(measure, enough)


def _set(lab: Lab, net: Ref, roles: Sequence[Listed], start: Sequence[Array]) -> None:
    script = lab.script()
    for entry, values in zip(roles, start, strict=False):
        script.assign(net, entry["path"], shaped(values, entry["array"].shape))
    lab.run(script)


def _roles_by_name(lab: Lab, held: Sequence[Listed], start: Sequence[Array]) -> tuple[Listed, ...]:
    """Match parameters to the start's arrays by the names that play these roles in the trials.

    There a bias is told from a last weight of its shape by what the network computes. Empty where
    the trials found no such roles, or where the arrays do not fit.
    """
    try:
        seen = network_trials.observed(lab)
    except Failure:
        return ()
    by_name = {name_of(entry["path"]): entry for entry in held}
    names = [name_of(seen.parameters[k]["path"]) for k in network_observation.places(seen) or ()]
    roles = tuple(by_name[name] for name in names if name in by_name)
    fits = len(roles) == len(start) == len(held) and all(
        shaped(values, entry["array"].shape) is not None
        for entry, values in zip(roles, start, strict=True)
    )
    return roles if fits else ()


def _roles(held: Sequence[Listed], start: Sequence[Array]) -> tuple[Listed, ...]:
    """Match parameters to the start's arrays, each by its shape, then by its order; all or none."""
    left = list(held)
    roles = []
    for values in start:
        fitting = [entry for entry in left if shaped(values, entry["array"].shape) is not None]
        if not fitting:
            return ()
        exact = [entry for entry in fitting if entry["array"].shape == values.shape]
        chosen = (exact or fitting)[0]
        roles.append(chosen)
        left = [entry for entry in left if entry is not chosen]
    return tuple(roles) if not left else ()


def shaped(values: Array, shape: tuple[int, ...]) -> Array | None:
    """A start's array in the shape in which a network keeps it, or None where it is none of its own."""
    if values.shape == shape:
        return values
    if values.ndim == 2 and values.T.shape == shape:
        return values.T
    flat = min(values.shape) == 1 or values.ndim == 1
    is_line = len(shape) == 1 or 1 in shape
    return values.reshape(shape) if flat and is_line and values.size == np.prod(shape) else None


def calmed(values: Array) -> Array:
    """A parameter as it is, or brought down to entries of at most 4: sigmoids behind it then move."""
    largest = float(np.max(np.abs(values), initial=0.0))
    return values * (CALM / largest) if largest > CALM else values


def thinned(values: Sequence[float] | Array, most: int = 100) -> list[float | None]:
    """At most so many of the numbers, evenly spaced, rounded for a picture; None for NaN and infinity."""
    flat = np.asarray(values, np.float64).reshape(-1)
    kept = flat[np.unique(np.linspace(0, len(flat) - 1, min(most, len(flat))).astype(int))]
    return [float(f"{value:.5g}") if np.isfinite(value) else None for value in kept]
