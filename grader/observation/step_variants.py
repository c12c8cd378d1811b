"""Parameters that move along their gradient but for something that people add on purpose.

Weights may decay where biases do not, and the entries of a gradient may be clipped. Neither is a
mistake of back-propagation.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grader.numeric import Array
from grader.observation.program_observation import ProgramObservation
from grader.observation.step_hypotheses import Hypothesis, combine, fits_of
from grader.observation.step_rules import SAME_SCALE

MOST_DECAY = 0.1
"""The largest share of a weight that one step of decay takes away; usual are 1e-5 to 1e-2."""

LEAST_CLIPPED = 3
"""Entries of one size, in all steps, that show a limit: one alone is the largest of any gradient."""


def vary(
    observation: ProgramObservation,
    hypothesis: Hypothesis,
    moves: Sequence[tuple[Array, ...]],
    fits: Sequence[bool],
    scales: Sequence[float],
) -> tuple[bool, ...]:
    """Return which parameters fit if decay and clipping are allowed.

    ``fits`` says which do without, ``scales`` is the common scale of each step. Where a step has none,
    because its gradient is zero, nothing is allowed.
    """
    if not all(scale > 0 for scale in scales):
        return tuple(fits)
    return tuple(
        does_fit
        or _decays(observation, hypothesis, moves, k, scales)
        or _is_clipped(observation, hypothesis, moves, k, scales)
        for k, does_fit in enumerate(fits)
    )


def _decays(
    observation: ProgramObservation,
    hypothesis: Hypothesis,
    moves: Sequence[tuple[Array, ...]],
    k: int,
    scales: Sequence[float],
) -> bool:
    """Whether a parameter loses one small share of itself in every step, beside its gradient.

    The share may follow a learning rate that changes from step to step.
    """
    values = [step.before[k].ravel()[list(observation.entries[k])] for step in observation.steps]
    if len(values[0]) < 2:
        return False
    plain = [scale * g[k] for scale, g in zip(scales, hypothesis.gradients, strict=True)]
    shares = [
        float(combine([[v]], [move[k] - p])[0][0])
        for v, move, p in zip(values, moves, plain, strict=True)
    ]
    if not (min(shares) > 0 and max(shares) < MOST_DECAY):
        return False
    # Where the decay is slight a step shows it no better than the other parameters show their scale.
    for share in (np.median(shares), np.median(np.divide(shares, scales)) * np.array(scales)):
        expected = [
            p + s * v for p, s, v in zip(plain, share * np.ones(len(plain)), values, strict=True)
        ]
        if all(fits_of(observation, [e], [m[k]])[0] for e, m in zip(expected, moves, strict=True)):
            return True
    return False


def _is_clipped(
    observation: ProgramObservation,
    hypothesis: Hypothesis,
    moves: Sequence[tuple[Array, ...]],
    k: int,
    scales: Sequence[float],
) -> bool:
    """Whether a parameter moves along its gradient but for entries that stop at one size.

    The size is the largest of any parameter, in every step in which something stops.
    """
    limit = max(
        float(np.max(np.abs(np.concatenate(move)))) / scale
        for move, scale in zip(moves, scales, strict=True)
    )
    stopped = 0
    for gradients, move, scale in zip(hypothesis.gradients, moves, scales, strict=True):
        clipped = scale * np.clip(gradients[k], -limit, limit)
        if not fits_of(observation, [clipped], [move[k]])[0]:
            return False
        sizes = np.abs(np.concatenate(move)) / scale
        stopped += int(np.sum(sizes >= limit * (1 - SAME_SCALE)))
    return stopped >= LEAST_CLIPPED
