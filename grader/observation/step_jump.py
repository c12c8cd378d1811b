"""Whether a program's steps jump where its parameters hardly change, as those of numerical gradients do.

The difference of two losses over a small step carries their rounding over that step: 1e-16 / 1e-5 is
1e-11. It is another number for parameters that differ in their last digits, where the result of a
formula changes as little as they do.
"""

from __future__ import annotations

import numpy as np

from grader.numeric import Array
from grader.observation.program_observation import (
    AGAIN,
    FIRST,
    NEAR,
    ProgramObservation,
    ProgramStep,
)

JUMP = 2.0**-42
"""Beside the largest entry of a step. Formulas change by 1e-14 at most, rounding included; differences
over a step of 1e-3, the largest that people take, jump by 1e-12, and those over 1e-7 by 1e-8."""

ROUNDING = 2.0**-50
"""Beside the largest parameter: a step is known no better, for it is the difference of two of them."""


def jump_of(observation: ProgramObservation) -> float:
    """Return how far two steps differ from parameters that are nearly equal, beside the largest entry.

    0 where that cannot be known: in float32, for steps on different samples, with a memory.
    """
    if observation.single or len(observation.steps) <= NEAR:
        return 0.0
    first, again, near = (observation.steps[k] for k in (FIRST, AGAIN, NEAR))
    if not (_same_samples(first, again) and _same_samples(first, near)):
        return 0.0
    move = _move(first)
    size = float(np.max(np.abs(move), initial=0.0))
    largest = max(float(np.max(np.abs(array), initial=0.0)) for array in first.before)
    floor = ROUNDING * (size + largest)
    if not np.isfinite(size) or not size > 0 or not _rest(_move(again), move) <= floor:
        return 0.0
    return max(0.0, _rest(_move(near), move) - floor) / size


def _same_samples(one: ProgramStep, other: ProgramStep) -> bool:
    return len(one.forwards) == len(other.forwards) and all(
        np.array_equal(a.x, b.x) for a, b in zip(one.forwards, other.forwards, strict=True)
    )


def _move(step: ProgramStep) -> Array:
    pairs = zip(step.before, step.after, strict=True)
    return np.concatenate([(before - after).ravel() for before, after in pairs])


def _rest(move: Array, like: Array) -> float:
    """How far a move is from another one at the best scale: the learning rate may change."""
    return float(np.max(np.abs(move - (move @ like) / (like @ like) * like)))
