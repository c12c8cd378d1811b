"""Number nine: two learning rates next to each other, one that learns and one that does not.

Scan rates and seeds, narrow one crossing down to neighbouring floats, and look at what
parts the two: rounding, a step too long for the curvature, or something else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .lab_batch import (
    Array,
    Kind,
    Params,
    Plan,
    batches,
    follow,
    forward,
    gradients,
    starts,
    step,
)
from .lab_result import XOR, Bench

KIND = Kind(hidden="relu", loss="bce")
LEARNED = 0.1
"""A loss after the last epoch below which a run has learned; failed ones stay above 0.15."""

Outcome = Callable[[Array], Array]
"""Learning rates (R,) to final losses (R,)."""


@dataclass(frozen=True)
class Crossing:
    """Two rates of one seed, with the final loss of each."""

    seed: int
    low: float
    high: float
    losses: tuple[float, float]


def outcome(bench: Bench, seed: int, epochs: int, *, dtype: Any = np.float64) -> Outcome:
    """Return the experiment of one seed: the final loss as a function of the rate."""
    x, t = (array.astype(dtype) for array in XOR())

    def final(rates: Array) -> Array:
        rng = np.random.default_rng(seed)
        params = [np.repeat(a, len(rates), 0).astype(dtype) for a in starts(KIND, [rng])]
        plan = Plan(KIND, rates.astype(dtype), epochs, 21)
        return bench.train(params, plan, (x, t), [rng]).losses[-1]

    return final


def jumps(rates: Array, losses: Array) -> list[int]:
    """Return every i where one of rates i and i + 1 learns and the other does not."""
    return [int(i) for i in np.flatnonzero(np.diff(losses < LEARNED))]


def narrow(final: Outcome, low: float, high: float, *, runs: int, gap: float) -> Array:
    """Return two rates on either side of a jump, `gap` apart or neighbouring floats.

    Each round tries `runs` rates side by side, and goes on with the first jump.
    """
    while high - low > gap and np.nextafter(low, high) < high:
        rates = np.unique(np.linspace(low, high, runs))
        found = jumps(rates, final(rates))
        if not found:  # the ends alone may differ from what a batch of others finds
            break
        low, high = rates[found[0]], rates[found[0] + 1]
    return np.array([low, high])


def ladder(middle: float) -> Array:
    """Return rates at relative distances 1e-3 down to 1e-15 on both sides of a crossing."""
    away = 10.0 ** -np.arange(3, 16)
    return np.concatenate([middle * (1 - away), middle * (1 + away[::-1])])


def sharpness(params: Params, run: int) -> float:
    """Return the largest eigenvalue of the Hessian of the whole data's loss."""
    x, t = (array[None] for array in XOR())
    theta = np.concatenate([a[run].ravel() for a in params])
    h = 1e-6
    moved = theta + h * np.concatenate([np.eye(theta.size), -np.eye(theta.size)])
    slopes = np.concatenate(
        [g.reshape(len(moved), -1) for g in gradients(_unravel(moved, params), KIND, x, t)], axis=1
    )
    hessian = (slopes[: theta.size] - slopes[theta.size :]) / (2 * h)
    return float(np.linalg.eigvalsh((hessian + hessian.T) / 2)[-1])


def _unravel(flat: Array, like: Params) -> Params:
    cuts = np.cumsum([a[0].size for a in like])[:-1]
    parts = np.split(flat, cuts, axis=1)
    return [part.reshape(-1, *a.shape[1:]) for part, a in zip(parts, like, strict=True)]


def edge_of_stability(bench):
    raise SystemExit
