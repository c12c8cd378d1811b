"""Cases for the hypotheses, made of what the checks observed already; no student's code runs here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from grader import expect
from grader.checks import activations, linear, losses
from grader.checks import observe as layers
from grader.checks.losses import Kind
from grader.diagnosis.base import Case
from grader.expect import Failure
from grader.lab import Lab, Reply
from grader.numeric import Array

CLOSED = activations.CLOSED
LOSSES = {kind.name: kind for kind in (losses.MEAN_SQUARED, losses.BINARY, losses.CATEGORICAL)}


def cases(lab: Lab, subject: str, array: str) -> list[Case]:
    """Return the cases of an array (``dx``, ``dw``, ``db``, ``dy``, ``value``) of a class; empty where there are none."""
    try:
        if subject == "Linear":
            return _linear(linear.observed(lab), array)
        if subject in CLOSED:
            return _activation(activations.observed(lab, subject), CLOSED[subject], array)
        if subject in LOSSES:
            return _loss(losses.observed(lab, LOSSES[subject]), array)
    except Failure:
        return []
    return []


def _raw(reply: Reply) -> Array | None:
    """What was returned, whatever its shape; None where the call raised or gave no numbers."""
    try:
        return expect.array(reply.value, "", finite=False)
    except Failure:
        return None


def _linear(trials: Sequence[layers.Seen], array: str) -> list[Case]:
    found: list[Case] = []
    for seen in trials:
        parts = _weights_and_bias(seen)
        if parts is None:
            return []
        makers = {"value": _linear_value, "dx": _linear_dx, "dw": _linear_step, "db": _linear_step}
        found += makers[array](seen, parts, array)
    return found


def _weights_and_bias(seen: layers.Seen) -> tuple[layers.Parameter, layers.Parameter | None] | None:
    """The two parameters of a layer that keeps them as the lab does: ``(in, out)`` and ``(out,)``."""
    inputs, outputs = seen.trial.args[:2]
    weights = [p for p in seen.parameters if p.values.shape == (inputs, outputs)]
    bias = [
        p
        for p in seen.parameters
        if p not in weights and p.values.shape in ((outputs,), (1, outputs))
    ]
    return (weights[0], bias[0] if bias else None) if weights else None


Parts = tuple[layers.Parameter, layers.Parameter | None]


def _common(seen: layers.Seen, parts: Parts) -> dict[str, Any]:
    w = parts[0].values
    b = parts[1].values.reshape(-1) if parts[1] else np.zeros(w.shape[1])
    return {"x": seen.x, "g": seen.upstream, "w": w, "b": b, "y": seen.x @ w + b}


def _linear_value(seen: layers.Seen, parts: Parts, _: str) -> list[Case]:
    facts = _common(seen, parts)
    return [Case(_raw(seen.y_reply), facts["y"], **facts)]


def _linear_dx(seen: layers.Seen, parts: Parts, _: str) -> list[Case]:
    facts = _common(seen, parts)
    right = seen.upstream @ facts["w"].T
    found = []
    for k, step in enumerate(seen.steps):
        w_after, b_after = _after(seen, parts[0], k), _after(seen, parts[1], k)
        found.append(
            Case(
                _raw(step.dx),
                right,
                **facts,
                w_after=w_after,
                b_after=b_after,
                lr=step.rate,
                turn=k,
            )
        )
    return found


def _linear_step(seen: layers.Seen, parts: Parts, array: str) -> list[Case]:
    facts = _common(seen, parts)
    parameter = parts[0] if array == "dw" else parts[1]
    if parameter is None:
        return []
    right = seen.x.T @ seen.upstream if array == "dw" else seen.upstream.sum(axis=0)
    found = []
    for k, step in enumerate(seen.steps):
        if not step.rate:
            continue
        after = _after(seen, parameter, k)
        given = (
            (parameter.values - after) / step.rate
            if after.shape == parameter.values.shape
            else None
        )
        given = given.reshape(right.shape) if given is not None else None
        found.append(Case(given, right, **facts, w_after=after, lr=step.rate, turn=k))
    return found


def _after(seen: layers.Seen, parameter: layers.Parameter | None, step: int) -> Array:
    try:
        return np.zeros(0) if parameter is None else seen.after(parameter, step)
    except Failure:
        return np.zeros(0)


def _activation(
    trials: Sequence[layers.Seen], function: Callable[[Array], Array], array: str
) -> list[Case]:
    found = []
    for seen in trials:
        y = function(seen.x)
        facts = {"x": seen.x, "g": seen.upstream, "y": y}
        if array == "value":
            found.append(Case(_raw(seen.y_reply), y, **facts))
        elif array == "dx":
            found += [
                Case(_raw(step.dx), seen.numeric_dx, **facts, lr=step.rate or 1.0, turn=k)
                for k, step in enumerate(seen.steps)
            ]
    return found


def _loss(trials: Sequence[losses.Seen], array: str) -> list[Case]:
    found = []
    for seen in trials:
        facts = {"y": seen.y, "t": seen.truth}
        if array == "value":
            found.append(Case(_as_one(_raw(seen.loss)), _right_loss(seen.kind, seen), **facts))
        elif array == "dy":
            found.append(Case(_raw(seen.dy), seen.numeric, **facts))
    return found


def _right_loss(kind: Kind, seen: losses.Seen) -> Array:
    return np.array([kind.formula(seen.y, seen.truth)])


def _as_one(value: Array | None) -> Array | None:
    return value.reshape(1) if value is not None and value.size == 1 else value
