"""Cases for the hypotheses, made of what the checks observed already; no student's code runs here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from grader import expect
from grader.checks import activations, linear, losses
from grader.diagnosis.base import Case
from grader.expect import Failure
from grader.numeric import Array
from grader.observation import layer_trials as layers
from grader.observation import loss_trials, network_trials
from grader.remote import Lab
from grader.sandbox.host import ChildGone

LOSSES = {
    kind.name: kind
    for kind in (loss_trials.MEAN_SQUARED, loss_trials.BINARY, loss_trials.CATEGORICAL)
}


def cases(lab: Lab, subject: str, array: str) -> list[Case]:
    """Return the cases of an array of a class; empty where there are none.

    Parameters
    ----------
    lab
        The lab whose checks ran before.
    subject
        The class of the contract.
    array
        ``value``; of layers ``dx``, ``dw`` and ``db``; of losses ``dy``; of the network ``net``.
    """
    try:
        if subject == "Linear":
            return _linear(linear.observed(lab), array)
        if subject in activations.CLOSED:
            seen = activations.observed(lab, subject)
            found = _activation(seen, activations.CLOSED[subject], array)
            return found + (_extremes(lab, subject) if array == "value" else [])
        if subject in LOSSES:
            return _loss(loss_trials.observed(lab, LOSSES[subject]), array)
        if subject == "TLNN" and array == "net":
            return _network(network_trials.observed(lab))
    except (Failure, ChildGone):
        return []
    return []


def _raw(reply: Any) -> Array | None:
    """What was returned, whatever its shape; None where the call raised or gave no numbers."""
    try:
        return expect.array(reply.value, "", finite=False)
    except Failure:
        return None


# ---- Linear ----

Parts = tuple[layers.Parameter, layers.Parameter | None]


def _linear(trials: Sequence[layers.Seen], array: str) -> list[Case]:
    makers = {"value": _linear_value, "dx": _linear_dx, "dw": _linear_step, "db": _linear_step}
    found: list[Case] = []
    for seen in trials:
        parts = _weights_and_bias(seen)
        if parts is not None:
            found += makers[array](seen, parts, array)
    return found if 2 * len({case.trial for case in found}) > len(trials) else []


def _weights_and_bias(seen: layers.Seen) -> Parts | None:
    """The two parameters of a layer that keeps them as the lab does: ``(in, out)`` and ``(out,)``."""
    inputs, outputs = seen.trial.args[:2]
    weights = [p for p in seen.parameters if p.values.shape == (inputs, outputs)]
    rest = [p for p in seen.parameters if p not in weights]
    bias = [p for p in rest if p.values.shape in ((outputs,), (1, outputs))]
    return (weights[0], bias[0] if bias else None) if weights else None


def _common(seen: layers.Seen, parts: Parts) -> dict[str, Any]:
    w = parts[0].values
    b = parts[1].values.reshape(-1) if parts[1] else np.zeros(w.shape[1])
    y = seen.x @ w + b
    return {"x": seen.x, "g": seen.upstream, "w": w, "b": b, "y": y, "trial": seen.trial.name}


def _linear_value(seen: layers.Seen, parts: Parts, _: str) -> list[Case]:
    facts = _common(seen, parts)
    return [Case(_raw(seen.y_reply), facts["y"], **facts)]


def _linear_dx(seen: layers.Seen, parts: Parts, _: str) -> list[Case]:
    facts = _common(seen, parts)
    right = seen.upstream @ facts["w"].T
    found = []
    for k, step in enumerate(seen.steps):
        after = _after(seen, parts[0], k)
        w_after = np.zeros(0) if after is None else after
        found.append(Case(_raw(step.dx), right, **facts, w_after=w_after, lr=step.rate, turn=k))
    return found


def _linear_step(seen: layers.Seen, parts: Parts, array: str) -> list[Case]:
    """The gradient along which a parameter moved, at each rate; none after it lost its shape."""
    facts = _common(seen, parts)
    parameter = parts[0] if array == "dw" else parts[1]
    if parameter is None:
        return []
    rule = seen.x.T @ seen.upstream if array == "dw" else seen.upstream.sum(axis=0)
    right = rule.reshape(parameter.values.shape)
    found = []
    for k, step in enumerate(seen.steps):
        given, after = _taken(seen, parameter, k), _after(seen, parts[0], k)
        w_after = np.zeros(0) if after is None else after
        case = Case(
            given, right, **facts, w_after=w_after, lr=step.rate, turn=k, before=parameter.values
        )
        found.append(case)
        if given is None or given.shape != right.shape:
            break
    return found


def _taken(seen: layers.Seen, parameter: layers.Parameter, step: int) -> Array | None:
    try:
        return seen.taken(parameter, step)
    except Failure:
        after, rate = _after(seen, parameter, step), seen.steps[step].rate
    if after is None or not rate:
        return None
    try:
        with np.errstate(all="ignore"):
            return np.asarray((parameter.values - after) / rate)
    except ValueError:
        return None


def _after(seen: layers.Seen, parameter: layers.Parameter, step: int) -> Array | None:
    """What a parameter became, whatever its shape; None where backward raised or it is gone."""
    try:
        seen.dx_ran(step)
        entries = seen.steps[step].after.value
    except Failure:
        return None
    named = (e["array"] for e in entries if layers.name_of(e["path"]) == parameter.name)
    return next((np.asarray(array) for array in named), None)


# ---- activations and losses ----


def _activation(
    trials: Sequence[layers.Seen], function: Callable[[Array], Array], array: str
) -> list[Case]:
    found = []
    for seen in trials:
        y = function(seen.x)
        facts: dict[str, Any] = {"x": seen.x, "g": seen.upstream, "y": y, "trial": seen.trial.name}
        if array == "value":
            found.append(Case(_raw(seen.y_reply), y, **facts))
        elif array == "dx":
            right = activations.gradient(seen)
            found += [
                Case(_raw(step.dx), right, **facts, lr=step.rate, turn=k)
                for k, step in enumerate(seen.steps)
            ]
    return found


def _extremes(lab: Lab, subject: str) -> list[Case]:
    """Very small and very large inputs, where they gave numbers at all."""
    x = activations.EXTREMES
    given = _raw(activations.at_extremes(lab, subject))
    if given is None or not np.all(np.isfinite(given)):
        return []
    right = activations.CLOSED[subject](x)
    return [Case(given, right, x=x, y=right, trial=activations.EXTREMES_NAME)]


def _loss(trials: Sequence[loss_trials.Seen], array: str) -> list[Case]:
    found = []
    for seen in trials:
        facts: dict[str, Any] = {"y": seen.y, "t": seen.truth, "trial": seen.name}
        if array == "value":
            right = np.array([seen.kind.formula(seen.y, seen.truth)])
            found.append(Case(_as_one(_raw(seen.loss)), right, **facts))
        elif array == "dy":
            found.append(Case(_raw(seen.dy), losses.gradient(seen), **facts))
    return found


def _as_one(value: Array | None) -> Array | None:
    return value.reshape(1) if value is not None and value.size == 1 else value


# ---- the network ----


def _network(seen: network_trials.Seen) -> list[Case]:
    """One case a round: the steps of all parameters, and their gradients, one after the other."""
    sizes = (network_trials.BATCH, network_trials.BATCH, 3)
    names = ("one step", "another learning rate", "a second step with other data")
    found = []
    for k, (round_, n, name) in enumerate(zip(seen.rounds, sizes, names, strict=True)):
        pairs = steps_of(seen, round_)
        given = np.concatenate([taken.ravel() for _, taken, _ in pairs])
        right = np.concatenate([numeric.ravel() for _, _, numeric in pairs])
        x = np.zeros((n, seen.x.shape[1]))
        found.append(Case(given, right, x=x, lr=round_.rate, turn=k, trial=name))
    return found


def net_steps(lab: Lab) -> list[list[tuple[str, Array, Array]]]:
    """For each round, each parameter's name, the gradient it moved along, and its gradient."""
    try:
        seen = network_trials.observed(lab)
        return [steps_of(seen, round_) for round_ in seen.rounds]
    except (Failure, ChildGone):
        return []


def steps_of(
    seen: network_trials.Seen, round_: network_trials.Round
) -> list[tuple[str, Array, Array]]:
    """What each parameter moved along in a round, beside its gradient; raises Failure."""
    _ = round_.stepped.value
    after = {layers.name_of(e["path"]): e["array"] for e in round_.after.value}
    found = []
    numerics = network_trials.gradients_of(seen, round_)
    for entry, before, numeric in zip(seen.parameters, round_.before, numerics, strict=True):
        name = layers.name_of(entry["path"])
        if name not in after or after[name].shape != before.shape:
            raise Failure("parameter_gone", name=name)
        with np.errstate(invalid="ignore", over="ignore"):
            found.append((name, (before - after[name]) / round_.rate, numeric))
    return found
