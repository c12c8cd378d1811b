"""Observing a layer: all trials of a subject in two frames, for several checks to judge.

The first frame constructs a layer a trial and moves each array that it holds: a parameter
is an array whose change changes ``forward``, whatever its name. The second sets the
parameters to numbers of the examiner's, runs forward and backward at several learning
rates, and takes central differences of ``forward`` for the input and for each parameter.

Where ``forward`` is slow, the differences have a frame of their own, or are lost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from grader import expect
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
from grader.observation.parameters import drawn, parameters_of, perturb_parameters
from grader.observation.stored_gradients import Gradient, stored_gradients
from grader.observation.update_convention import Asked, Style, ask, style_of
from grader.remote import Lab, Reply, Script
from grader.sandbox.host import ChildGone


def layer(
    lab: Lab,
    subject: str,
    trials: Sequence[Trial],
    out: Callable[[Trial], tuple[int, ...]],
    is_right: Callable[[LayerObservation], bool],
    gradient: Gradient = LayerObservation.numeric,
) -> list[LayerObservation]:
    """Observe all trials of a layer, once for a submission.

    Parameters
    ----------
    lab
        Where the student's code runs.
    subject
        The class's name in the contract.
    trials
        What to try.
    out
        The shape of the output of a trial.
    is_right
        Whether forward is known to be right in a trial, without differences. Where it is so in all
        trials and slow, nobody waits for the differences.
    gradient
        What a stored gradient is recognised by; the differences by default.
    """

    def observe() -> list[LayerObservation]:
        found = _observe(lab, subject, trials, out, is_right)
        if not found[0].steps or found[0].style.takes_steps:
            return found
        stored = stored_gradients(found, gradient)
        return [replace(one, stored=stored) for one in found]

    return lab.once(f"layer {subject}", observe)


def _observe(
    lab: Lab,
    subject: str,
    trials: Sequence[Trial],
    out: Callable[[Trial], tuple[int, ...]],
    is_right: Callable[[LayerObservation], bool],
) -> list[LayerObservation]:
    """Observe both directions; where the child did not survive that, forward alone."""
    try:
        return _observe_at(RATES, lab, subject, trials, out, is_right)
    except ChildGone as gone:
        forward_alone = _observe_at((), lab, subject, trials, out, is_right)
        return [replace(seen, gone=gone) for seen in forward_alone]


def _observe_at(
    rates: Sequence[float],
    lab: Lab,
    subject: str,
    trials: Sequence[Trial],
    out: Callable[[Trial], tuple[int, ...]],
    is_right: Callable[[LayerObservation], bool],
) -> list[LayerObservation]:
    lab.require(subject)
    rng = lab.rng(f"observe {subject}")
    first = lab.script()
    layers = [first.new(subject, *trial.args, **trial.kwargs) for trial in trials]
    inputs = [trial.draw(rng, trial.shape) for trial in trials]
    holdings = [
        perturb_parameters(first, made, first.put(x))
        for made, x in zip(layers, inputs, strict=True)
    ]
    asked = ask(first, layers[0])
    lab.run(first)
    single = any(map(_is_single, holdings))
    style = layer_style(lab, asked, inputs[0], np.ones(out(trials[0])))
    prepared = []
    for trial, made, x, holding in zip(trials, layers, inputs, holdings, strict=True):
        first.check(first.makers[made.name])
        held = parameters_of(holding.value)
        upstream = normal(rng, out(trial)) * trial.upstream
        values = [drawn(rng, entry["array"].shape, single, trial.weights) for entry in held]
        prepared.append(PreparedTrial(trial, made, x, upstream, held, values))
    step, moves = step_of(subject, single=single), sum(one.moves for one in prepared)
    calls = sum(len(holding.value) for holding in holdings)
    time = forward_time(
        lab,
        f"{subject}.forward",
        first.seconds / calls,
        moves,
        partial(measure_forward, lab, prepared[0]),
    )

    observation = partial(_observation, subject, style, single)
    if time.is_quick(moves):
        quick = in_one_frame(lab, prepared, style, rates, step)
        return list(map(observation, prepared, quick))
    slow = without_differences(lab, prepared, style, rates, time)
    without = list(map(observation, prepared, slow))
    if time.late(moves) is not None or slow[0].gone is not None or all(map(is_right, without)):
        return without
    return list(map(observation, prepared, with_differences(lab, prepared, slow, step)))


def layer_style(lab: Lab, asked: Asked, x: Array, upstream: Array) -> Style:
    """Find out how a layer takes its step."""

    def run(script: Script, style: Style) -> None:
        script.call(asked.made, "forward", script.put(x))
        style.step(script, asked.made, script.put(upstream), rate=0.5)

    return style_of(lab, asked, 1, run)


def _observation(
    subject: str, style: Style, single: bool, one: PreparedTrial, answers: TrialAnswers
) -> LayerObservation:
    return LayerObservation(
        subject, one.trial, one.x, one.upstream, answers.y, answers.swept_x,
        tuple(answers.parameters), tuple(answers.steps), answers.kept, single, style, answers.gone,
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
