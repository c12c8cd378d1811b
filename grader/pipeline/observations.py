"""What the checks observed of a class, gathered as values for the diagnosis.

Most of it is remembered by the lab. What a check that failed did not look at is observed here,
in the time that the check has left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from grader import expect
from grader.contract import Kind
from grader.diagnosis.case import Case
from grader.diagnosis.observation import Move, Network, NetworkStep, Observation
from grader.model import Failure, Message
from grader.numeric import Array
from grader.observation import (
    activation_trials,
    linear_trials,
    loss_trials,
    loss_values,
    network_observation,
    network_trials,
)
from grader.observation.layer_observation import LayerObservation, Parameter, name_of
from grader.observation.network_observation import ROLES, NetworkObservation, Round, fitting
from grader.remote import Lab
from grader.sandbox.host import ChildGone

LOSSES = {
    kind.name: kind
    for kind in (loss_trials.MEAN_SQUARED, loss_trials.BINARY, loss_trials.CATEGORICAL)
}
OF_NETWORK = ("network.structure", "network.forward", "network.gradient")
OF_TRAINING = frozenset(
    {"rate_not_used", "train_differs", "net_not_trained", "batch_size_not_used"}
)
"""What may be wrong with train only where the network's own steps are right."""

Pair = tuple[Parameter, Parameter | None]


def observe(lab: Lab, check: str, subject: str, failures: Sequence[Message]) -> Observation:
    """Gather what a diagnosis of a failed check may look at; what cannot be had is left out.

    Parameters
    ----------
    lab
        Where the check ran.
    check, subject
        Its id, and the class that it examines.
    failures
        Why its parts failed.
    """
    if check in OF_NETWORK or OF_TRAINING & {message.id for message in failures}:
        return _observe_network(lab)
    if check == "linear.init":
        return Observation()
    try:
        if subject == "Linear":
            return Observation(_linear(linear_trials.observed(lab)))
        if subject in lab.rows and lab.rows[subject].kind is Kind.ACTIVATION:
            return Observation(_activation(lab, subject))
        if subject in LOSSES:
            return Observation(_loss(loss_trials.observed(lab, LOSSES[subject])))
    except (Failure, ChildGone):
        pass
    return Observation()


def _raw(reply: Any) -> Array | None:
    """What was returned, whatever its shape; None where the call raised or gave no numbers."""
    try:
        return expect.array(reply.value, "", finite=False)
    except Failure:
        return None


# ---- Linear ----


def _linear(trials: Sequence[LayerObservation]) -> dict[str, tuple[Case, ...]]:
    """All cases by array; those of an array that fewer than half of the trials show tell nothing."""
    cases: dict[str, list[Case]] = {"value": [], "dx": [], "dw": [], "db": []}
    for record in trials:
        pair = _weights_and_bias(record)
        if pair is not None:
            for array, found in _linear_trial(record, *pair).items():
                cases[array] += found
    half = len(trials) / 2
    return {a: tuple(c) for a, c in cases.items() if len({case.trial for case in c}) > half}


def _weights_and_bias(record: LayerObservation) -> Pair | None:
    """The two parameters of a layer that keeps them as the lab does: ``(in, out)`` and ``(out,)``."""
    inputs, outputs = record.trial.args[:2]
    weights = [p for p in record.parameters if p.values.shape == (inputs, outputs)]
    rest = [p for p in record.parameters if p not in weights]
    bias = [p for p in rest if p.values.shape in ((outputs,), (1, outputs))]
    return (weights[0], bias[0] if bias else None) if weights else None


def _linear_trial(
    record: LayerObservation, weights: Parameter, bias: Parameter | None
) -> dict[str, list[Case]]:
    w = weights.values
    b = bias.values.reshape(-1) if bias else np.zeros(w.shape[1])
    x, g, y = record.x, record.upstream, record.x @ w + b
    facts: dict[str, Any] = {"x": x, "g": g, "w": w, "b": b, "y": y, "trial": record.trial.name}
    steps: list[dict[str, Any]] = []
    for k, step in enumerate(record.steps):
        after = _after(record, weights, k)
        w_after = np.zeros(0) if after is None else after
        steps.append({**facts, "w_after": w_after, "lr": step.rate, "call_index": k})
    dx = [Case(_raw(step.dx), g @ w.T, **at) for step, at in zip(record.steps, steps, strict=True)]
    return {
        "value": [Case(_raw(record.y_reply), y, **facts)],
        "dx": dx,
        "dw": _moves(record, weights, x.T @ g, steps),
        "db": _moves(record, bias, g.sum(axis=0), steps) if bias else [],
    }


def _moves(
    record: LayerObservation,
    parameter: Parameter,
    rule: Array,
    steps: Sequence[dict[str, Any]],
) -> list[Case]:
    """The gradient along which a parameter moved, at each rate; none after it lost its shape."""
    right = rule.reshape(parameter.values.shape)
    cases = []
    for k, at in enumerate(steps):
        actual = _gradient_of_step(record, parameter, k)
        cases.append(Case(actual, right, **at, before=parameter.values))
        if actual is None or actual.shape != right.shape:
            break
    return cases


def _gradient_of_step(record: LayerObservation, parameter: Parameter, step: int) -> Array | None:
    try:
        return record.step_gradient(parameter, step)
    except Failure:
        after, rate = _after(record, parameter, step), record.steps[step].rate
    if after is None or not rate:
        return None
    try:
        with np.errstate(all="ignore"):
            return np.asarray((parameter.values - after) / rate)
    except ValueError:
        return None


def _after(record: LayerObservation, parameter: Parameter, step: int) -> Array | None:
    """What a parameter became, whatever its shape; None where backward raised or it is gone."""
    try:
        record.demand_backward(step)
        entries = record.steps[step].after.value
    except Failure:
        return None
    named = (e["array"] for e in entries if name_of(e["path"]) == parameter.name)
    return next((np.asarray(array) for array in named), None)


# ---- activations and losses ----


def _possible(make: Callable[[], Iterable[Case]]) -> tuple[Case, ...]:
    """The cases of an array; none where what they are made of could not be had."""
    try:
        return tuple(make())
    except (Failure, ChildGone):
        return ()


def _activation(lab: Lab, subject: str) -> dict[str, tuple[Case, ...]]:
    function, trials = lab.rows[subject].forward, activation_trials.observed(lab, subject)

    def facts(record: LayerObservation) -> dict[str, Any]:
        y, name = function(record.x), record.trial.name
        return {"x": record.x, "g": record.upstream, "y": y, "trial": name}

    def values() -> Iterator[Case]:
        for record in trials:
            yield Case(_raw(record.y_reply), function(record.x), **facts(record))
        yield from _extremes(lab, subject)

    def gradients() -> Iterator[Case]:
        for record in trials:
            right, facts_of_trial = activation_trials.gradient(record), facts(record)
            for k, step in enumerate(record.steps):
                yield Case(_raw(step.dx), right, **facts_of_trial, lr=step.rate, call_index=k)

    return {"value": _possible(values), "dx": _possible(gradients)}


def _extremes(lab: Lab, subject: str) -> list[Case]:
    """Very small and very large inputs, where they gave numbers at all."""
    x = activation_trials.EXTREMES
    actual = _raw(activation_trials.at_extremes(lab, subject))
    if actual is None or not np.all(np.isfinite(actual)):
        return []
    right = lab.rows[subject].forward(x)
    return [Case(actual, right, x=x, y=right, trial=activation_trials.EXTREMES_NAME)]


def _loss(trials: Sequence[loss_trials.LossObservation]) -> dict[str, tuple[Case, ...]]:
    def values() -> Iterator[Case]:
        for record in trials:
            actual = _raw(record.loss)
            right = np.array([record.kind.formula(record.y, record.truth)])
            one = actual.reshape(1) if actual is not None and actual.size == 1 else actual
            yield Case(one, right, y=record.y, t=record.truth, trial=record.name)

    def gradients() -> Iterator[Case]:
        for record in trials:
            actual, right = _raw(record.dy), loss_values.gradient(record)
            yield Case(actual, right, y=record.y, t=record.truth, trial=record.name)

    return {"value": _possible(values), "dy": _possible(gradients)}


# ---- the network ----


def _observe_network(lab: Lab) -> Observation:
    try:
        record = network_trials.observed(lab)
    except (Failure, ChildGone):
        return Observation()
    places = network_observation.places(record)
    try:
        steps = tuple(_network_step(record, round_, places) for round_ in record.rounds)
    except (Failure, ChildGone):
        steps = ()
    try:
        y = expect.array(record.y.value, "TLNN.forward", (network_observation.BATCH, 1))
    except (Failure, ChildGone):
        y = None
    network = Network(record.x, y, _in_roles(places, record.values), steps)
    return Observation({"net": _network_cases(steps)}, network)


def _network_cases(steps: Sequence[NetworkStep]) -> tuple[Case, ...]:
    """One case a step: how all parameters moved, and their gradients, one after the other.

    A network in which no array matters has none.
    """
    names = ("one step", "another learning rate", "a second step with other data")
    if not all(step.moves for step in steps):
        return ()
    return tuple(
        Case(
            np.concatenate([move.actual.ravel() for move in step.moves]),
            np.concatenate([move.numeric.ravel() for move in step.moves]),
            x=np.zeros_like(step.x), lr=step.rate, call_index=k, trial=name,
        )
        for k, (step, name) in enumerate(zip(steps, names, strict=False))
    )  # fmt: skip


def _network_step(
    record: NetworkObservation, round_: Round, places: Sequence[int] | None
) -> NetworkStep:
    """What each parameter moved along in a round, beside its gradient; raises Failure."""
    _ = round_.backward_reply.value
    after = {name_of(e["path"]): e["array"] for e in round_.after.value}
    moves = []
    numerics = network_trials.gradients_of(record, round_)
    for entry, before, numeric in zip(record.parameters, round_.before, numerics, strict=True):
        name = name_of(entry["path"])
        if name not in after or after[name].shape != before.shape:
            raise Failure("parameter_gone", name=name)
        with np.errstate(invalid="ignore", over="ignore"):
            moves.append(Move(name, (before - after[name]) / round_.rate, numeric))
    weights = _in_roles(places, round_.before)
    pairs = zip(
        _in_roles(places, [move.actual for move in moves]),
        _in_roles(places, [move.numeric for move in moves]),
        strict=True,
    )
    roles = tuple(Move("", actual, gradient) for actual, gradient in pairs)
    return NetworkStep(
        round_.rate, round_.x, round_.truth, tuple(moves), weights, roles if weights else ()
    )


def _in_roles(places: Sequence[int] | None, arrays: Sequence[Array]) -> tuple[Array, ...]:
    """Five arrays in the order and the shapes of the lab's own parameters; none where some do not fit."""
    fitted = [
        fitting(np.asarray(arrays[k], np.float64), role)
        for k, role in zip(places or (), ROLES, strict=places is not None)
    ]
    whole = tuple(array for array in fitted if array is not None)
    return whole if len(whole) == len(fitted) else ()
