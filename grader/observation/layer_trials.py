"""Observing a layer: all trials of a subject in two frames, for several checks to judge.

The first frame constructs a layer a trial and moves each array that it holds: a parameter
is an array whose change changes ``forward``, whatever its name. The second sets the
parameters to numbers of the examiner's, runs forward and backward at several learning
rates, and takes central differences of ``forward`` for the input and for each parameter.

Where ``forward`` is slow, the differences have a frame of their own, or are lost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from grader import expect
from grader.contract import Row
from grader.model import Failure
from grader.numeric import Array
from grader.observation.forward_time import forward_time
from grader.observation.layer_frames import (
    PreparedTrial,
    TrialAnswers,
    in_one_frame,
    measure_forward,
    with_differences,
    without_differences,
)
from grader.observation.layer_observation import RATES, LayerObservation, Trial, normal, step_of
from grader.observation.parameters import draw, parameters_of, perturb_parameters
from grader.observation.stored_gradients import Gradient, stored_gradients
from grader.observation.update_convention import MethodReplies, UpdateRule, ask_methods, find_rule
from grader.remote import Lab, Reply, Script
from grader.sandbox.host import ChildGone


@dataclass(frozen=True, slots=True)
class LayerTrials:
    """How a layer of the contract is tried.

    Parameters
    ----------
    subject
        The class's name in the contract.
    trials
        What to try.
    output_shape
        From a trial to the shape of its output, which is that of its upstream gradient.
    is_right
        Whether forward is known to be right in a trial, without differences. Where it is so in all
        trials and slow, nobody waits for the differences.
    gradient
        From an observation and a parameter to the gradient there, shape of the parameter. A stored
        gradient is recognised by it; the differences by default.
    row
        The row of the contract with its closed forms, where the trials are judged by them.
    """

    subject: str
    trials: Sequence[Trial]
    output_shape: Callable[[Trial], tuple[int, ...]]
    is_right: Callable[[LayerObservation], bool]
    gradient: Gradient = LayerObservation.numeric
    row: Row | None = None


def observed(lab: Lab, layer: LayerTrials) -> list[LayerObservation]:
    """Observe all trials of a layer in their order, once for a submission.

    Raises
    ------
    Failure
        If a layer cannot be constructed.
    ChildGone
        If the child did not even survive forward.
    """

    def observe() -> list[LayerObservation]:
        observations = _observe(lab, layer)
        if not observations[0].steps or observations[0].rule.takes_steps:
            return observations
        stored = stored_gradients(observations, layer.gradient)
        return [replace(one, stored=stored) for one in observations]

    return lab.once(f"layer {layer.subject}", observe)


def _observe(lab: Lab, layer: LayerTrials) -> list[LayerObservation]:
    """Observe both directions; where the child did not survive that, forward alone."""
    try:
        return _observe_at(lab, layer, RATES)
    except ChildGone as gone:
        return [replace(one, gone=gone) for one in _observe_at(lab, layer, ())]


def _observe_at(lab: Lab, layer: LayerTrials, rates: Sequence[float]) -> list[LayerObservation]:
    """Observe all trials, with a step at each of these learning rates; none is forward alone."""
    prepared, rule, single, seconds = _prepare(lab, layer)
    step = step_of(layer.subject, single=single)
    calls = sum(one.moves for one in prepared)
    measure = partial(measure_forward, lab, prepared[0])
    time = forward_time(lab, f"{layer.subject}.forward", seconds, calls, measure)

    observation = partial(_observation, layer, rule, single)
    if time.is_quick(calls):
        quick = in_one_frame(lab, prepared, rule, rates, step)
        return list(map(observation, prepared, quick))
    slow = without_differences(lab, prepared, rule, rates, time)
    without = list(map(observation, prepared, slow))
    is_late = time.late(calls) is not None or slow[0].gone is not None
    if is_late or all(map(layer.is_right, without)):
        return without
    return list(map(observation, prepared, with_differences(lab, prepared, slow, step)))


def _prepare(lab: Lab, layer: LayerTrials) -> tuple[list[PreparedTrial], UpdateRule, bool, float]:
    """Construct a layer for each trial, find its parameters, and draw what they are set to.

    Returns the trials, how the layer takes its step, whether it computes in float32, and the
    seconds that one ``forward`` seemed to take.
    """
    subject, trials = layer.subject, layer.trials
    lab.require(subject)
    rng = lab.rng(f"observe {subject}")
    script = lab.script()
    layers = [script.new(subject, *trial.args, **trial.kwargs) for trial in trials]
    inputs = [trial.draw(rng, trial.shape) for trial in trials]
    holdings = [
        perturb_parameters(script, one, script.put(x))
        for one, x in zip(layers, inputs, strict=True)
    ]
    methods = ask_methods(script, layers[0])
    lab.run(script)
    single = any(map(_is_single, holdings))
    rule = layer_rule(lab, methods, inputs[0], np.ones(layer.output_shape(trials[0])))
    prepared = []
    for trial, one, x, holding in zip(trials, layers, inputs, holdings, strict=True):
        script.check(script.makers[one.name])
        arrays = parameters_of(holding.value)
        upstream = normal(rng, layer.output_shape(trial)) * trial.upstream
        values = [draw(rng, entry["array"].shape, single, trial.weights) for entry in arrays]
        prepared.append(PreparedTrial(trial, one, x, upstream, arrays, values))
    calls = sum(len(holding.value) for holding in holdings)
    return prepared, rule, single, script.seconds / calls


def layer_rule(lab: Lab, methods: MethodReplies, x: Array, upstream: Array) -> UpdateRule:
    """Find out how a layer takes its step."""

    def run(script: Script, rule: UpdateRule) -> None:
        script.call(methods.target, "forward", script.put(x))
        rule.step(script, methods.target, script.put(upstream), rate=0.5)

    return find_rule(lab, methods, 1, run)


def _observation(
    layer: LayerTrials, rule: UpdateRule, single: bool, one: PreparedTrial, answers: TrialAnswers
) -> LayerObservation:
    return LayerObservation(
        layer.subject, one.trial, one.x, one.upstream, answers.y, answers.x_shifts,
        tuple(answers.parameters), tuple(answers.steps), answers.after_step, single, rule, answers.gone,
        row=layer.row,
    )  # fmt: skip


def _is_single(holding: Reply) -> bool:
    """Whether a layer keeps its parameters, or answers, in float32."""
    try:
        rest, *arrays = holding.value
    except Failure:
        return False
    return any(entry["dtype"] == "<f4" for entry in arrays) or expect.is_single(
        {"value": rest["out"]}
    )
