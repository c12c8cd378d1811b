"""The gradient at a layer's input: judged in every trial, and at every learning rate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from grader.checks.base import each_of, part
from grader.model import Failure, Outcome
from grader.numeric import Array
from grader.observation.forward_time import slow_remarks
from grader.observation.gradient_match import gradient_pairs, is_aligned, own_dx
from grader.observation.layer_observation import LayerObservation
from grader.remote import Lab

Demand = Callable[[LayerObservation, int], Failure | None]
"""Judges a trial at one of its learning rates, by its index; see ``gradient_match.dx_agrees``."""


def input_gradients(
    lab: Lab,
    trials: Sequence[LayerObservation],
    demand: Demand,
    right: Callable[[LayerObservation], Array],
) -> Outcome:
    """Return the outcome of dL/dx: a part a trial, and one for the other learning rates.

    ``right`` gives the right gradient of a trial, shape of its ``x``.
    """
    parts = [part(one.trial.name, partial(demand, one, 0)) for one in trials]
    rates = part(
        "every learning rate",
        lambda: each_of(partial(demand, trials[0]), (1, 2, 3)),
        beside=[parts[0].name],
    )
    informative = is_aligned(gradient_pairs(trials, own_dx, right))
    return lab.outcome(
        [*parts, rates], remarks=slow_remarks(trials[0].differences_error), informative=informative
    )
