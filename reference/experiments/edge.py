"""Number nine: two learning rates next to each other, one that learns and one that does not.

Scan rates and seeds, narrow one crossing down to neighbouring floats, and look at what
parts the two: rounding, a step too long for the curvature, or something else. Told as
an experiment in nine.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..data import generate_XOR_easy
from .batch import Array, Kind, Params, Plan, batches, forward, looks, starts, step
from .result import Bench

KIND = Kind(hidden="relu", loss="bce")
SIZE = 21
LEARNED = 0.1
"""A final loss below this is a success; a run that got stuck stays above 0.15."""

Outcome = Callable[[Array], Array]
"""Learning rates (R,) to final losses (R,)."""


@dataclass(frozen=True)
class Parting:
    """How two runs drew apart: K looks, and the step at which their ReLUs first disagreed."""

    steps: Array
    distances: Array
    curved: Array  # rate * sharpness, (K, 2); beyond 2 a step would climb
    bend: int
    leap: tuple[float, float]  # the distance before that step, and after it


@dataclass(frozen=True)
class Arithmetic:
    """The type of the numbers; mirrored, every sum over units runs in another order."""

    dtype: Any = np.float64
    mirrored: bool = False


OTHERS = {
    "units in reverse": Arithmetic(mirrored=True),
    "long double": Arithmetic(np.longdouble),  # 64 bits in place of 53, on most machines
    "float32": Arithmetic(np.float32),
}


def outcome(bench: Bench, seed: int, epochs: int, arithmetic: Arithmetic | None = None) -> Outcome:
    """Return the experiment of one seed: the final loss as a function of the rate."""
    arithmetic = arithmetic or Arithmetic()
    dtype = arithmetic.dtype
    x, t = (array.astype(dtype) for array in generate_XOR_easy())

    def final(rates: Array) -> Array:
        rng = np.random.default_rng(seed)
        start = starts(KIND, [rng])
        start = mirror(start) if arithmetic.mirrored else start
        params = [np.repeat(array, len(rates), axis=0).astype(dtype) for array in start]
        plan = Plan(KIND, rates.astype(dtype), epochs, SIZE)
        return np.asarray(bench.train(params, plan, (x, t), [rng], exact=True).losses[-1])

    return final


def mirror(params: Params) -> Params:
    """Return the same networks with the units of both hidden layers in reverse."""
    w1, b1, w2, b2, w3 = params
    back = slice(None, None, -1)
    turned = [w1[..., back], b1[..., back], w2[:, back, back], b2[..., back], w3[:, back]]
    return [np.ascontiguousarray(array) for array in turned]


def falls(losses: Array) -> list[int]:
    """Return every i where rate i learns and rate i + 1 does not."""
    learned = losses < LEARNED
    return [int(i) for i in np.flatnonzero(learned[:-1] & ~learned[1:])]


def crossings(losses: Array) -> int:
    """Return how many times neighbours in a scan differ."""
    return int(np.count_nonzero(np.diff(losses < LEARNED)))


def narrow(final: Outcome, low: float, high: float, *, runs: int = 16, gap: float = 0.0) -> Array:
    """Return a rate that learns and one that does not, `gap` apart or neighbouring floats.

    Each round tries some rates side by side, and goes on with the first fall.
    """
    while high - low > gap and np.nextafter(low, high) < high:
        rates = np.unique(np.linspace(low, high, runs))
        found = falls(final(rates))
        if not found:
            break
        low, high = rates[found[0]], rates[found[0] + 1]
    return np.array([low, high])


AWAY = 10.0 ** -np.arange(3, 16, 2)
"""How far from a crossing, relatively, other arithmetic is tried on both sides."""


def around(final: Outcome, rate: float) -> Array:
    """Return who learns (2, A) at rates a little below a crossing, and above it."""
    losses = final(np.concatenate([rate * (1 - AWAY), rate * (1 + AWAY)]))
    return losses.reshape(2, -1) < LEARNED


def held(ours: Array, theirs: Array) -> float:
    """Return how near to the crossing both kinds of arithmetic still agree, coming from afar."""
    same = np.logical_and.accumulate((ours == theirs).all(axis=0))
    return float(AWAY[same][-1]) if same.any() else np.inf


def part(seed: int, rates: Array, epochs: int) -> Parting:
    """Train with two rates side by side, and watch them draw apart."""
    rng = np.random.default_rng(seed)
    params = [np.repeat(array, 2, axis=0) for array in starts(KIND, [rng])]
    x, t = (array[None] for array in generate_XOR_easy())
    steps, at = batches(x, t, SIZE, [rng]), set(looks(epochs, 150).tolist())
    seen, distances, bend = [], [0.0], -1
    for now in range(epochs):
        batch = next(steps)
        if bend < 0 and _disagree(params, batch[0]):
            bend = now
        if now in at:
            seen.append((now, distances[-1], *(rates * sharpness(params))))
        step(params, KIND, *batch, rates.reshape(2, 1, 1))
        distances.append(max(float(np.abs(a[0] - a[1]).max()) for a in params))
    looked = np.array(seen)
    leap = (distances[bend], distances[bend + 1]) if bend >= 0 else (0.0, 0.0)
    return Parting(looked[:, 0], looked[:, 1], looked[:, 2:], bend, leap)


def _disagree(params: Params, x: Array) -> bool:
    """Tell whether a ReLU lets a point through in one run and not in the other."""
    return any(bool(((h[0] > 0) != (h[1] > 0)).any()) for h in forward(params, KIND, x)[:2])


def sharpness(params: Params, h: float = 1e-5) -> Array:
    """Return the largest eigenvalue (S,) of the Hessian of the loss on all points.

    A ReLU's bend has no second derivative; which points pass is held as it is here.
    """
    x, t = (array[None] for array in generate_XOR_easy())
    passes = [layer > 0 for layer in forward(params, KIND, x)[:2]]
    runs = range(len(params[0]))
    return np.array([_sharpest(_run(params, s), _run(passes, s), x, t, h) for s in runs])


def _run(arrays: list[Array], s: int) -> list[Array]:
    return [array[s : s + 1] for array in arrays]


def _sharpest(one: Params, passes: list[Array], x: Array, t: Array, h: float) -> float:
    theta = np.concatenate([array.ravel() for array in one])
    moved = theta + h * np.concatenate([np.eye(theta.size), -np.eye(theta.size)])
    cuts = np.cumsum([array.size for array in one])[:-1]
    parts = np.split(moved, cuts, axis=1)
    shaped = [p.reshape(-1, *a.shape[1:]) for p, a in zip(parts, one, strict=True)]
    ahead, behind = np.split(_slopes(shaped, passes, x, t), 2)
    hessian = (ahead - behind) / (2 * h)
    return float(np.linalg.eigvalsh((hessian + hessian.T) / 2)[-1])


def _slopes(params: Params, passes: list[Array], x: Array, t: Array) -> Array:
    """Return the gradients, one row a run, where given points pass the ReLUs."""
    w1, b1, w2, b2, w3 = params
    first = (x @ w1 + b1) * passes[0]
    second = (first @ w2 + b2) * passes[1]
    g3 = (1 / (1 + np.exp(-(second @ w3))) - t) / t.size
    g2 = g3 @ w3.swapaxes(1, 2) * passes[1]
    g1 = g2 @ w2.swapaxes(1, 2) * passes[0]
    grads = [x.swapaxes(1, 2) @ g1, g1.sum(1), first.swapaxes(1, 2) @ g2, g2.sum(1)]
    grads.append(second.swapaxes(1, 2) @ g3)
    return np.concatenate([grad.reshape(len(w1), -1) for grad in grads], axis=1)
