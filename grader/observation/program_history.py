"""Whether the parameters of a program came to be right by its steps, or all at once, or by other ones.

Steps that are right where they are watched show that the program can train; what it does in a run from
start to end may be another thing: weights that were stored, or a search.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from statistics import median
from typing import Any

import numpy as np

from grader.numeric import Array
from grader.observation import program_forms, program_run
from grader.observation.program_forms import Form
from grader.observation.program_observation import ForwardPass, ProgramObservation, ProgramStep
from grader.observation.step_fit import StepFit
from grader.observation.step_hypotheses import hypotheses_of, misfit, moves_of

STAYED = 0.1
"""So far, beside the largest weight, stored ones may move in a run that learns nothing more."""

LEAST_STEPS = 3
OTHER = 0.5
"""So far are steps from their gradient, by one minus the cosine, that are taken by something else: those of
a search among 28 weights, or towards stored ones, are 0.7 to 1; plain descent is 1e-8."""


def arrived_at_once(run: Mapping[str, Any], observation: ProgramObservation, form: Form) -> bool:
    """Return whether a network was right when it was first used, and stayed, or became so by its largest move."""

    def accuracy(weights: Array, x: Array, labels: Array) -> float:
        arrays = _split(observation, weights)
        return 0.0 if arrays is None else program_run.accuracy_of(form.outputs(arrays, x), labels)

    stayed = [start for start, end in run["history"]["starts"] if _stayed(start, end)]
    for x, labels in _datasets(run):
        if any(accuracy(start, x, labels) >= program_run.LEARNED for start in stayed):
            return True
        for before, after in run["history"]["jumps"]:
            was = accuracy(before, x, labels)
            if was < program_run.NOT_LEARNED and accuracy(after, x, labels) >= program_run.LEARNED:
                return True
    return False


def has_moved(run: Mapping[str, Any]) -> bool:
    """Return whether some network of a run left its start, as far as that is known."""
    starts = run["history"]["starts"]
    return not starts or not all(_stayed(start, end) for start, end in starts)


def _stayed(start: Array, end: Array) -> bool:
    """Whether weights hardly moved: where a start is right by chance, training moves them on."""
    if start.shape != end.shape:
        return False
    return float(np.max(np.abs(end - start))) <= STAYED * float(np.max(np.abs(start)))


def steps_otherwise(
    run: Mapping[str, Any], observation: ProgramObservation, form: Form, fit: StepFit
) -> bool:
    """Return whether the steps of a run follow no gradient, where those that were watched were plain descent."""
    if fit.rule != "descent" or form.has_number:
        return False
    if any(len(step.forwards) > 1 for step in observation.steps):
        return False
    misfits = list(_misfits(run, observation, form, fit))
    return len(misfits) >= LEAST_STEPS and median(misfits) > OTHER


def _misfits(
    run: Mapping[str, Any], observation: ProgramObservation, form: Form, fit: StepFit
) -> Iterator[float]:
    for entry in run["history"]["steps"]:
        before, after = (_split(observation, entry[key]) for key in ("before", "after"))
        if before is None or after is None:
            continue
        y = form.outputs(before, entry["x"])
        one = ProgramStep((ForwardPass(entry["x"], y, True, (), ()),), before, after)
        alone = program_forms.with_differences(
            replace(observation, steps=(one,), datasets=tuple(_datasets(run))), form
        )
        move = moves_of(alone, alone.steps[0])
        for hypothesis in hypotheses_of(alone, [move]):
            if hypothesis.loss == fit.loss:
                yield misfit(hypothesis.gradients[0], move)


def _datasets(run: Mapping[str, Any]) -> Iterator[tuple[Array, Array]]:
    for data in run["datasets"]:
        if program_run.has_two_classes(data["labels"]):
            yield data["x"], data["labels"]


def _split(observation: ProgramObservation, weights: Array) -> tuple[Array, ...] | None:
    """Return the parameters that one array holds; None where they have other shapes by now."""
    sizes = [array.size for array in observation.initial]
    if len(weights) != sum(sizes):
        return None
    pieces = np.split(weights, np.cumsum(sizes)[:-1])
    return tuple(
        piece.reshape(array.shape) for piece, array in zip(pieces, observation.initial, strict=True)
    )
