"""What a watched program is: the form of its network, and what explains its steps."""

# ruff: noqa: PLC0415 - imports inside functions: of ten submissions, nine need none of these modules

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from grader.model import Failure
from grader.observation import program_observation
from grader.remote import Lab

if TYPE_CHECKING:
    from grader.observation.program_forms import Form
    from grader.observation.program_observation import ProgramObservation
    from grader.observation.step_fit import StepFit

MOST_WEIGHTS = 12
"""Of more matrices than these no order is looked for; biases that are rows or columns count, too."""


UNEXPLAINED = ("none", "unknown")
"""Rules that explain no step: what moved the parameters may be another forward pass than that watched."""


def observed(lab: Lab) -> ProgramObservation:
    """Return what the program showed; raise Failure where it shows no network.

    A forward pass may only report, beside a method that trains by another one of its own. Where its
    calls explain no step, that method is watched, or a loop that does it all.
    """
    return lab.once("program explained", lambda: _explained(lab))[0]


def _explained(lab: Lab) -> tuple[ProgramObservation, StepFit]:
    """Return what the program showed, and what explains its steps."""
    first = program_observation.observed(lab)
    fit = _fit(first)
    if first.forward["kind"] != "forward" or not first.path or fit.rule not in UNEXPLAINED:
        return first, fit
    trained = program_observation.watch_trainer(lab, first.path)
    own = None if trained is None else _fit(trained)
    if trained is not None and own is not None and own.rule not in UNEXPLAINED:
        return trained, own
    for other in program_observation.watch_loops(lab, first.path):
        of_loop = _fit(other)
        if of_loop.rule not in UNEXPLAINED:
            return other, of_loop
    if own is None:
        return first, fit
    # Whether the program takes steps, and by what gradient, is not known from calls that only report.
    return replace(first, has_ended=False), own if own.rule == "unknown" else fit


def _fit(observation: ProgramObservation) -> StepFit:
    from grader.observation import program_forms, step_fit

    form = program_forms.recognise(observation)
    if form is not None:
        observation = program_forms.with_differences(observation, form)
    fit = step_fit.fit(observation)
    if fit.rule == "none" and observation.forward.get("kind") == "method":
        is_known = observation.forward["calls"] == program_observation.KNOWN_STEP
        if form is None or not is_known:
            # Nobody knows what one step of it is, or whether it changes more than the parameters.
            return replace(fit, rule="unknown")
    return fit


def form_of(lab: Lab) -> Form | None:
    """Return the closed form of the program's network; None where it is not recognised."""
    from grader.observation import program_forms

    observation = observed(lab)
    return lab.once("program form", lambda: program_forms.recognise(observation))


def fit_of(lab: Lab) -> StepFit:
    """Return what explains the program's steps, by differences that were taken here if possible."""
    return lab.once("program explained", lambda: _explained(lab))[1]


def has_layers(lab: Lab) -> bool:
    """Return whether the parameters may be those of a network, by its form or by their shapes."""
    observation = observed(lab)
    shapes = [array.shape for array in observation.initial]
    return form_of(lab) is not None or hidden_layers(shapes) is not None


def shows_network(lab: Lab) -> bool:
    """Return whether a forward pass was recognised, whose parameters may be those of a network."""
    try:
        return has_layers(lab)
    except Failure:
        return False


def descends(lab: Lab) -> bool:
    """Whether every step that was watched goes down the gradient."""
    try:
        if not has_layers(lab):
            return False
        fit = fit_of(lab)
    except Failure:
        return False
    return bool(fit.fits) and all(fit.fits)


def is_guess(lab: Lab) -> bool:
    """Return whether steps that fit nowhere may be those of something else.

    A class that came without a program may have been called with wrong arguments, and of the variables
    of a loop one that holds sums may have been taken for its outputs.
    """
    observation, form = observed(lab), form_of(lab)
    is_variable = observation.forward["kind"] == "loop"
    is_sum = is_variable and (form is None or form.activations[-1] == "none")
    return is_sum or observation.path == program_observation.CLASSES


def hidden_layers(shapes: Sequence[tuple[int, ...]]) -> int | None:
    """Return the number of hidden layers that weights of these shapes form; None where none is formed.

    Weights lead from two features to one or two outputs, in either orientation, and may have a row
    or column more for a bias.
    """
    weights = [shape for shape in shapes if len(shape) == 2]

    @functools.cache
    def longest(width: int, rest: tuple[tuple[int, ...], ...]) -> int | None:
        best = 0 if width in (1, 2) else None
        for k, (a, b) in enumerate(rest):
            if (a, b) in rest[:k]:
                continue  # one of several alike stands for all of them
            for before, after in ((a, b), (b, a)):
                if before in (width, width + 1):
                    further = longest(after, rest[:k] + rest[k + 1 :])
                    if further is not None and (best is None or further + 1 > best):
                        best = further + 1
        return best

    matrices = [(a, b) for a, b in weights if not _may_be_bias((a, b), weights)]
    if len(weights) > MOST_WEIGHTS:
        return None  # in how many ways they may follow each other grows with their factorial
    count = longest(2, tuple(sorted(matrices))) or longest(2, tuple(sorted(weights)))
    return count - 1 if count else None


def _may_be_bias(shape: tuple[int, int], weights: Sequence[tuple[int, ...]]) -> bool:
    """Whether a row or column may be a bias: another matrix of the network has as many columns or rows."""
    size = max(shape)
    return 1 in shape and any(
        other != shape and size in other and 1 not in other for other in weights
    )
