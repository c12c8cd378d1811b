"""Checks of ``Linear``: construction, values, gradients, and what it must leave alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from grader import expect
from grader.checks.base import check, part
from grader.checks.input_gradients import input_gradients
from grader.checks.purity import kept_apart, state_parts
from grader.expect import same
from grader.model import Failure, Message, Outcome, Part
from grader.numeric import Array
from grader.observation import parameters
from grader.observation.forward_time import slow_remarks
from grader.observation.gradient_match import (
    demand_right_differences,
    dx_agrees,
    is_alternative,
    of_wrong_forward,
)
from grader.observation.layer_observation import LayerObservation, Listed
from grader.observation.linear_trials import (
    accepted_alternatives,
    accepted_steps,
    bias_entries,
    both_gradients,
    demand_value,
    follows_parameters,
    gradient_at_input,
    observed,
    step_entries,
    value_holds,
)
from grader.remote import Lab, floats
from grader.sandbox.host import ChildGone

DISTINCT = "weights that differ from each other"
"""The part beside which the others count: weights that are all zero pass them for nothing."""


@check("linear.init", subject="Linear")
def init(lab: Lab) -> list[Part]:
    """Linear(in_features, out_features, bias=True) creates its weights and its bias.

    Initialise w with shape (in_features, out_features) and mean zero, for instance from N(0,
    1); b has one entry per output. With bias=False there is no bias.
    """
    rng = lab.rng()
    lab.require("Linear")
    x = floats(rng, 4, 3)
    script = lab.script()
    layers = [script.new("Linear", 3, 2), script.new("Linear", 3, 2)]
    without_bias = (
        [script.new("Linear", 3, 2, bias=False)] if parameters.has_bias_option(lab) else []
    )
    large = script.new("Linear", 40, 30)
    replies = [
        parameters.perturb_parameters(script, layer, script.put(x))
        for layer in (*layers, *without_bias)
    ]
    reply_of_large = parameters.perturb_parameters(script, large, script.put(floats(rng, 2, 40)))
    lab.run(script)
    for layer in layers:
        script.check(script.makers[layer.name])
    first, second = (parameters.parameters_of(reply.value) for reply in replies[:2])
    arrays = [entry["array"].ravel() for entry in parameters.parameters_of(reply_of_large.value)]
    weights = np.concatenate(arrays or [np.zeros(0)])

    def no_bias() -> None:
        _sized(lab, parameters.parameters_of(replies[2].value), 3 * 2, "bias_not_left_out")

    return [
        part("weights and bias", lambda: _complete(lab, first)),
        *[part("bias=False", no_bias, beside=[DISTINCT]) for _ in without_bias],
        part("weights that differ from each other", lambda: _distinct(lab, weights)),
        part("mean zero", lambda: _centred(weights), beside=[DISTINCT]),
        part(
            "different weights in each layer", lambda: _not_equal(first, second), beside=[DISTINCT]
        ),
    ]


def _complete(lab: Lab, arrays: Sequence[Listed]) -> None:
    size = sum(p["array"].size for p in arrays)
    if size == 3 * 2 and not parameters.has_bias_option(lab):
        return  # a layer in a manner of its own may have no bias at all
    if size < 3 * 2 + 2:
        parameters.demand_floats(lab, "weights")
        parameters.demand_floats(lab, "bias")
    _sized(lab, arrays, 3 * 2 + 2)


def _demand_output(lab: Lab) -> None:
    """Say what is wrong with what forward returns, where nothing can be told of the parameters."""
    script = lab.script()
    y = script.read(script.call(script.new("Linear", 3, 2), "forward", script.put(np.ones((4, 3)))))
    lab.run(script)
    try:
        expect.array(y.value, "Linear.forward", (4, 2), finite=False)
    except Failure as failure:
        failure.usable = True  # forward itself is asked about that, too
        raise


def _sized(
    lab: Lab,
    arrays: Sequence[Listed],
    expected: int,
    id: str = "parameter_count",  # noqa: A002 - Failure's own word
) -> None:
    if not arrays:
        _demand_output(lab)
    size = sum(p["array"].size for p in arrays)
    if size != expected:
        raise Failure(id, wanted=expected, got=size, expected=str(expected), actual=str(size))


def _distinct(lab: Lab, weights: Array) -> None:
    if len(np.unique(weights[np.abs(weights) > 0])) < 0.5 * 40 * 30:
        parameters.demand_floats(lab, "weights")
        raise Failure("weights_not_distinct")


def _centred(weights: Array) -> None:
    if not weights.size:
        raise Failure("no_parameter", kind="weights")
    nonzero = weights[np.abs(weights) > 0]
    if not nonzero.size:
        return  # their mean is zero; that they are all equal fails another part
    # The mean of 1,200 numbers of mean zero stays within 0.03 of their spread; 0.25 is far out.
    if not (np.abs(np.mean(nonzero)) <= 0.25 * np.std(nonzero)):
        raise Failure("weights_not_centred", got=expect.number(np.mean(nonzero)))


def _not_equal(first: Sequence[Listed], second: Sequence[Listed]) -> None:
    if not first:
        raise Failure("no_parameter", kind="weights")
    for one, other in zip(first, second, strict=False):
        if np.any(one["array"]) and np.array_equal(one["array"], other["array"]):
            raise Failure("instances_alike", who="Linear")


@check("linear.forward", subject="Linear", needs=["linear.init"])
def forward(lab: Lab) -> Outcome:
    """Linear.forward(x) returns x @ w + b.

    For x of shape (N, in_features) the result has shape (N, out_features); the same bias is added
    to every row of the batch.
    """
    trials = observed(lab)
    parts = [part(one.trial.name, partial(demand_value, one)) for one in trials]
    return lab.outcome(parts, informative=any(map(follows_parameters, trials)))


@check("linear.backward.input", subject="Linear", needs=["linear.forward"])
def input_gradient(lab: Lab) -> Outcome:
    """Linear.backward returns dL/dx, the gradient with respect to its input.

    It has the shape of x. Use the weights of the forward call: if backward updates w first and
    uses it afterwards, the result is no longer the gradient of that forward.
    """
    trials = observed(lab)
    demand_right_differences("Linear.forward", both_gradients(trials))
    demand = partial(
        dx_agrees, alternatives=accepted_alternatives, holds=value_holds, gradient=gradient_at_input
    )
    return input_gradients(lab, trials, demand, gradient_at_input)


@check("linear.backward.weights", subject="Linear", needs=["linear.forward"])
def weight_gradient(lab: Lab) -> Outcome:
    """Linear.backward updates the weights: w -= lr * dL/dw.

    dL/dw has the shape of the weights and is a sum over the batch: the loss already takes the
    mean.
    """
    return _step_result(lab, bias=False)


@check("linear.backward.bias", subject="Linear", needs=["linear.forward"])
def bias_gradient(lab: Lab) -> Outcome:
    """Linear.backward updates the bias: b -= lr * dL/db.

    The same bias is added to every row, so dL/db is the sum of the upstream gradient over the
    rows.
    """
    trials = observed(lab)
    if not parameters.has_bias_option(lab) and not any(map(_has_bias, trials)):
        outcome = _step_result(lab, bias=False)
        return replace(outcome, remarks=(*outcome.remarks, Message("bias_absent")))
    return _step_result(lab, bias=True)


def _has_bias(record: LayerObservation) -> bool:
    """Whether any entry of the parameters is a bias; where nothing can be told, there is one."""
    try:
        return any(bool(bias_entries(record, p).any()) for p in record.parameters)
    except (Failure, ChildGone):
        return True


def _step_result(lab: Lab, *, bias: bool) -> Outcome:
    """Examine how backward moves the weights, or the bias."""
    trials = observed(lab)
    if not any(map(follows_parameters, trials)):
        raise Failure("forward_follows_nothing", usable=False)
    with_parameter = [one for one in trials if not bias or one.trial.kwargs.get("bias", True)]
    demand = partial(step_agrees, lab, bias=bias)
    parts = [part(one.trial.name, partial(demand, one, 0)) for one in with_parameter]
    rates = ("another learning rate", "a learning rate of zero", "a large learning rate")
    for k, name in enumerate(rates, start=1):
        parts.append(part(name, partial(demand, trials[0], k), beside=[parts[0].name]))
    # What counts only beside another part holds of itself where nothing moves.
    moves = any(part.failure is None and not part.beside for part in parts)
    return lab.outcome(parts, remarks=slow_remarks(trials[0].differences_error), informative=moves)


def step_agrees(
    lab: Lab, observation: LayerObservation, step: int, *, bias: bool
) -> Failure | None:
    """Demand that a step moved the weights (or bias) by the learning rate times their gradient.

    Returns the failure that counts where forward is wrong and its mistake has no name.
    """
    if_unnamed = None
    entries = list(step_entries(observation, step, bias=bias))
    if not entries:
        kind = "bias" if bias else "weights"
        parameters.demand_floats(lab, kind)
        raise Failure("no_parameter", kind=kind)
    for name, numeric, actual, rate, scale in entries:
        if rate and not np.any(actual) and np.any(numeric):
            raise Failure("not_updated", name=name, trial=observation.trial.name)
        alternatives = accepted_steps(observation, bias=bias, like=actual, rate=rate)
        if is_alternative(alternatives, actual, observation):
            continue
        same(
            numeric, actual, observation.tolerance, "wrong_step" if rate else "moved_at_zero", scale=scale,
            array="db" if bias else "dw", name=name, rate=rate, trial=observation.trial.name,
        )  # fmt: skip
        if not value_holds(observation):
            flat = numeric if rate else np.ones(1)  # at a rate of zero nothing moves
            if_unnamed = of_wrong_forward("Linear.backward", "Linear.forward", flat)
    return if_unnamed


@check("linear.state", subject="Linear", needs=["linear.forward"], earns_beside=["linear.forward"])
def state(lab: Lab) -> list[Part]:
    """Linear changes nothing but its own weights and bias.

    It does not change its input arrays or the arrays that it has returned; the same input gives
    the same output; and two layers share no state.
    """
    rng = lab.rng()
    parts = state_parts(lab, rng, "Linear", observed(lab))
    return [
        *parts,
        part("two layers share no state", lambda: kept_apart(lab, rng, "Linear", (3, 2))),
    ]
