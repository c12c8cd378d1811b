"""Rules by which steps may follow gradients: plain, with a memory, with decay, of adapted size.

Each takes an observation, a hypothesis and the moves of all steps, and returns the name of what
explains every parameter in every step, or nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grader.numeric import Array
from grader.observation.program_observation import ProgramObservation
from grader.observation.step_hypotheses import Hypothesis, combine, fits_of

SAME_SCALE = 1e-3
"""Scales of two parameters that agree so well are one: a right program's agree to 1e-8."""

MOMENTA = (1e-3, 0.9999)
"""The least and the largest share of the step before that a memory may add."""


def descent(
    observation: ProgramObservation, hypothesis: Hypothesis, moves: Sequence[tuple[Array, ...]]
) -> str:
    """Plain descent: every step is the gradient at a positive scale; parameters that stay go nowhere."""
    if not all(any(np.any(entries) for entries in move) for move in moves):
        return ""
    for gradients, move in zip(hypothesis.gradients, moves, strict=True):
        (scale,), expected = combine([gradients], move)
        if not all(fits_of(observation, expected, move)):
            return ""
        if scale < 0:
            return "uphill"
    return "descent"


def memory(
    observation: ProgramObservation, hypothesis: Hypothesis, moves: Sequence[tuple[Array, ...]]
) -> str:
    """Momentum: a share of the step before is added."""
    for k in range(1, len(moves)):
        (scale, share), expected = combine([hypothesis.gradients[k], moves[k - 1]], moves[k])
        if not (all(fits_of(observation, expected, moves[k])) and scale > 0):
            return ""
        if not MOMENTA[0] < share < MOMENTA[1]:
            return ""
    return "momentum" if len(moves) > 1 else ""


def decay(
    observation: ProgramObservation, hypothesis: Hypothesis, moves: Sequence[tuple[Array, ...]]
) -> str:
    """Weight decay: a share of the parameters is taken away."""
    for step, gradients, move in zip(observation.steps, hypothesis.gradients, moves, strict=True):
        values = [
            before.ravel()[list(entries)]
            for before, entries in zip(step.before, observation.entries, strict=True)
        ]
        (scale, share), expected = combine([gradients, values], move)
        if not (all(fits_of(observation, expected, move)) and scale > 0 and 0 < share < 1):
            return ""
    return "decay"


ADAPTIVE = {
    "adam": [(0.9, 0.999), (0.9, 0.99), (0.5, 0.999), (0.8, 0.999)],
    "rmsprop": [(0.0, 0.9), (0.0, 0.99), (0.0, 0.999), (0.0, 0.95)],
    "adagrad": [(0.0, 1.0)],
}
"""Usual shares that the two memories of an adaptive rule keep (Kingma and Ba 2015; Hinton 2012)."""

ADAPTIVE_RELATIVE = 1e-2
"""The small number beside the root of the memory, 1e-8 by custom, moves small steps by this much."""


def adaptive(
    _: ProgramObservation, hypothesis: Hypothesis, moves: Sequence[tuple[Array, ...]]
) -> str:
    """Steps over the root of squared gradients: their size says nothing of the gradient's."""
    gradients = [np.concatenate(g) for g in hypothesis.gradients]
    targets = [np.concatenate(m) for m in moves]
    if not all(np.all(np.isfinite(g)) for g in gradients):
        return ""
    for name, pairs in ADAPTIVE.items():
        for keep, keep_squares in pairs:
            for corrects in (True, False):
                expected = _adaptive_steps(gradients, keep, keep_squares, corrects)
                if _scaled_alike(expected, targets, gradients):
                    return name
    return ""


def _adaptive_steps(
    gradients: Sequence[Array], keep: float, keep_squares: float, corrects: bool
) -> list[Array]:
    mean, squares = np.zeros_like(gradients[0]), np.zeros_like(gradients[0])
    steps = []
    for count, g in enumerate(gradients, 1):
        mean = keep * mean + (1 - keep) * g
        share = 1 - keep_squares if keep_squares < 1 else 1.0
        squares = keep_squares * squares + share * g**2
        m, s = mean, squares
        if corrects and keep_squares < 1:
            m, s = mean / (1 - keep**count), squares / (1 - keep_squares**count)
        with np.errstate(all="ignore"):
            steps.append(np.where(s > 0, m / np.sqrt(s), 0.0))
    return steps


def _scaled_alike(
    expected: Sequence[Array], actual: Sequence[Array], gradients: Sequence[Array]
) -> bool:
    scale = None
    for e, a, g in zip(expected, actual, gradients, strict=True):
        large = np.abs(g) > SAME_SCALE * np.max(np.abs(g))
        if not np.any(large) or not np.any(e[large]):
            return False
        own = float(e[large] @ a[large] / (e[large] @ e[large]))
        scale = own if scale is None else scale
        if own <= 0 or abs(own - scale) > ADAPTIVE_RELATIVE * scale:
            return False
        if not np.all(np.abs(a - scale * e)[large] <= ADAPTIVE_RELATIVE * scale):
            return False
    return True
