"""Which rule explains the steps of a program: gradient descent on a loss, with or without a memory.

The gradient of a loss L at the parameters is ``J^T dL/dy``, where J are the differences of the
outputs. Without a contract one positive scale, common to all parameters, is free: it holds the
learning rate and what the loss is divided by. The losses are the squared error, the cross-entropy
of shares and of scores, and the absolute error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from grader.contract import sigmoid
from grader.numeric import Array
from grader.observation.program_observation import ForwardPass, ProgramObservation, ProgramStep

RELATIVE = 1e-4
RELATIVE_SINGLE = 2e-2
"""How far an entry of a step may be from the fitted one, beside the largest of its parameter:
differences with a step of 2^-17 err by 1e-9, and the smallest mistake that people make is 1 %.
In float32 differences carry 2^-24 over the step, 1e-2 of values of one."""

BESIDE_ALL = 1e-6
"""The same beside the largest entry of all parameters: one loss carries the rounding of all."""

ROUNDING = 2.0**-50
ROUNDING_SINGLE = 2.0**-22
"""Four roundings of a stored parameter: what is left of a small step is known no better."""

SAME_SCALE = 1e-3
"""Scales of two parameters that agree so well are one: a right program's agree to 1e-8."""

MOMENTA = (1e-3, 0.9999)
"""The least and the largest share of the step before that a memory may add."""

MOST_ENTRIES_FIT = 0.6
"""Where more than half of all entries fit one scale in every step, that scale is the program's."""

LEAST_ENTRIES = 2
"""One entry fits any scale; two that fit one scale in every step do not by chance."""

Losses = dict[str, Callable[[Array, Array], Array]]


def _softmax(scores: Array) -> Array:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _of_scores(y: Array, t: Array) -> Array:
    return np.asarray((sigmoid(y) if y.shape[1] == 1 else _softmax(y)) - t)


LOSSES: Losses = {
    "squared error": lambda y, t: y - t,
    "cross-entropy": lambda y, t: (y - t) / (y * (1 - y)),
    "cross-entropy of classes": lambda y, t: -t / y,
    "cross-entropy of scores": _of_scores,
    "absolute error": lambda y, t: np.sign(y - t),
}
"""Name -> dL/dy of outputs ``(N, D)`` and targets ``(N, D)``, but for a scale."""


@dataclass(frozen=True, slots=True)
class StepFit:
    """What explains the steps.

    Parameters
    ----------
    rule
        ``descent``, ``momentum``, ``decay``, ``adam`` or ``rmsprop`` where all parameters fit;
        ``in part`` where some do; ``uphill`` where all go up; ``none`` where nothing fits;
        ``unknown`` where no labels are known, or calls do not repeat.
    loss
        The name of the loss.
    fits
        For each parameter, whether it fits.
    scales
        For each parameter, its step over its gradient, or NaN where they are not parallel.
    shares
        For each parameter, the share of its entries that fit, where most of all entries do.
    actual, expected
        For each parameter, of the first step: what it moved by, and the gradient at the common
        scale, at the entries that were compared.
    """

    rule: str
    loss: str = ""
    fits: tuple[bool, ...] = ()
    scales: tuple[float, ...] = ()
    shares: tuple[float, ...] = ()
    actual: tuple[Array, ...] = ()
    expected: tuple[Array, ...] = ()


@dataclass(frozen=True, slots=True)
class _Hypothesis:
    """Gradients of all steps under one loss: for each step, for each parameter."""

    loss: str
    gradients: tuple[tuple[Array, ...], ...]


def fit(observation: ProgramObservation) -> StepFit:
    """Return what explains the steps of a program."""
    steps = observation.steps
    if not steps or not all(f.is_steady for step in steps for f in step.forwards):
        return StepFit("unknown")
    moves = [_moves(observation, step) for step in steps]
    hypotheses = list(_hypotheses(observation, moves))
    if not hypotheses:
        return StepFit("unknown")
    for rule in (_descent, _memory, _decay, _adaptive):
        for hypothesis in hypotheses:
            name = rule(observation, hypothesis, moves)
            if name:
                every = (True,) * len(observation.names)
                return StepFit(name, hypothesis.loss, every)
    partial = [_partial(observation, hypothesis, moves) for hypothesis in hypotheses]
    best = max(partial, key=lambda one: sum(one.fits))
    if any(best.fits):
        return best
    for hypothesis in hypotheses:
        mostly = _mostly(observation, hypothesis, moves)
        if mostly is not None:
            return mostly
    return StepFit("none" if _repeats(observation, moves) else "unknown", best.loss)


def _moves(observation: ProgramObservation, step: ProgramStep) -> tuple[Array, ...]:
    """How far each parameter moved downwards, at the entries that are compared."""
    return tuple(
        (before - after).ravel()[list(entries)]
        for before, after, entries in zip(step.before, step.after, observation.entries, strict=True)
    )


# ---- gradients under a hypothesis ----


def _hypotheses(
    observation: ProgramObservation, moves: Sequence[tuple[Array, ...]]
) -> Iterator[_Hypothesis]:
    """Yield gradients for each loss; of last passes and sums of passes, and of labels, what fits best."""
    for loss in LOSSES:
        gradients = []
        for step, move in zip(observation.steps, moves, strict=True):
            options = list(_gradients(observation, step, loss))
            if not options:
                break
            gradients.append(min(options, key=lambda one: _misfit(one, move)))
        else:
            yield _Hypothesis(loss, tuple(gradients))


def _gradients(
    observation: ProgramObservation, step: ProgramStep, loss: str
) -> Iterator[tuple[Array, ...]]:
    """Yield what the gradients of a step may be: of its last pass, of all its passes together."""
    *_, last = step.forwards
    for labels in _labels(observation, last):
        yield _gradient(last, labels, loss)
    if len(step.forwards) > 1:
        each = [next(iter(_labels(observation, one)), None) for one in step.forwards]
        known = [(f, t) for f, t in zip(step.forwards, each, strict=True) if t is not None]
        if len(known) == len(step.forwards):
            parts = [_gradient(f, t, loss) for f, t in known]
            yield tuple(np.sum(arrays, axis=0) for arrays in zip(*parts, strict=True))


def _labels(observation: ProgramObservation, one: ForwardPass) -> Iterator[Array]:
    """Yield what may be the labels of a pass: by a data set that has its samples, then by sight."""
    for samples, labels in observation.datasets:
        table = {row.tobytes(): label for row, label in zip(samples, labels, strict=True)}
        found = [table.get(row.tobytes()) for row in one.x]
        if all(label is not None for label in found):
            yield np.array(found, np.float64)
    yield from one.labels


def _gradient(one: ForwardPass, labels: Array, loss: str) -> tuple[Array, ...]:
    targets = labels[:, np.newaxis]
    if one.y.shape[1] > 1:
        targets = (labels[:, np.newaxis] > 0).astype(np.float64) == np.arange(one.y.shape[1])
    with np.errstate(all="ignore"):
        upstream = LOSSES[loss](one.y, np.asarray(targets, np.float64))
        return tuple(np.einsum("end,nd->e", J, upstream) for J in one.jacobians)


# ---- rules ----


def _misfit(gradients: Sequence[Array], moves: Sequence[Array]) -> float:
    """How far moves are from gradients at their best common positive scale, 0 to 1."""
    g, m = np.concatenate(gradients), np.concatenate(moves)
    if not np.all(np.isfinite(g)) or not np.any(g) or not np.any(m):
        return 1.0
    cosine = float(g @ m / (np.linalg.norm(g) * np.linalg.norm(m)))
    return 1.0 - cosine


def _fits(
    observation: ProgramObservation, expected: Sequence[Array], actual: Sequence[Array]
) -> list[bool]:
    """Whether each parameter moved as expected."""
    relative = RELATIVE_SINGLE if observation.single else RELATIVE
    rounding = ROUNDING_SINGLE if observation.single else ROUNDING
    everything = max((float(np.max(np.abs(e), initial=0.0)) for e in expected), default=0.0)
    return [
        bool(
            np.all(
                np.abs(e - a)
                <= relative * np.max(np.abs(e), initial=0.0) + BESIDE_ALL * everything + rounding
            )
        )
        for e, a in zip(expected, actual, strict=True)
    ]


def _combine(
    columns: Sequence[Sequence[Array]], moves: Sequence[Array]
) -> tuple[Array, list[Array]]:
    """Return the coefficients that combine columns best into moves, and the combination by parameter."""
    matrix = np.stack([np.concatenate(column) for column in columns], axis=1)
    target = np.concatenate(moves)
    if not np.all(np.isfinite(matrix)) or not np.all(np.isfinite(target)):
        return np.zeros(len(columns)), [np.full_like(move, np.inf) for move in moves]
    coefficients = np.linalg.lstsq(matrix, target, rcond=None)[0]
    pieces = np.split(matrix @ coefficients, np.cumsum([len(m) for m in moves])[:-1])
    return coefficients, pieces


def _descent(
    observation: ProgramObservation, hypothesis: _Hypothesis, moves: Sequence[tuple[Array, ...]]
) -> str:
    """Plain descent: every step is the gradient at a positive scale."""
    for gradients, move in zip(hypothesis.gradients, moves, strict=True):
        (scale,), expected = _combine([gradients], move)
        if not all(_fits(observation, expected, move)):
            return ""
        if scale < 0:
            return "uphill"
    return "descent"


def _memory(
    observation: ProgramObservation, hypothesis: _Hypothesis, moves: Sequence[tuple[Array, ...]]
) -> str:
    """Momentum: a share of the step before is added."""
    for k in range(1, len(moves)):
        (scale, share), expected = _combine([hypothesis.gradients[k], moves[k - 1]], moves[k])
        if not (all(_fits(observation, expected, moves[k])) and scale > 0):
            return ""
        if not MOMENTA[0] < share < MOMENTA[1]:
            return ""
    return "momentum" if len(moves) > 1 else ""


def _decay(
    observation: ProgramObservation, hypothesis: _Hypothesis, moves: Sequence[tuple[Array, ...]]
) -> str:
    """Weight decay: a share of the parameters is taken away."""
    for step, gradients, move in zip(observation.steps, hypothesis.gradients, moves, strict=True):
        values = [
            before.ravel()[list(entries)]
            for before, entries in zip(step.before, observation.entries, strict=True)
        ]
        (scale, share), expected = _combine([gradients, values], move)
        if not (all(_fits(observation, expected, move)) and scale > 0 and 0 < share < 1):
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


def _adaptive(
    _: ProgramObservation, hypothesis: _Hypothesis, moves: Sequence[tuple[Array, ...]]
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


# ---- in part ----


def _partial(
    observation: ProgramObservation, hypothesis: _Hypothesis, moves: Sequence[tuple[Array, ...]]
) -> StepFit:
    """Find the parameters that move along their gradients at one common scale."""
    count = len(observation.names)
    scales = np.full((len(moves), count), np.nan)
    for k, (gradients, move) in enumerate(zip(hypothesis.gradients, moves, strict=True)):
        for n in range(count):
            (scale,), expected = _combine([[gradients[n]]], [move[n]])
            if _fits(observation, expected, [move[n]])[0] and np.any(gradients[n]):
                scales[k, n] = scale
    group = _largest_group(scales, [len(entries) for entries in observation.entries])
    common = [float(np.mean(row[list(group)])) if group else 1.0 for row in scales]
    fits = tuple(n in group for n in range(count))
    relative = np.mean(scales / np.array(common)[:, np.newaxis], axis=0)
    spread = np.ptp(scales / np.array(common)[:, np.newaxis], axis=0)
    steady = np.where(spread <= SAME_SCALE * np.abs(relative), relative, np.nan)
    gradients = hypothesis.gradients[0]
    return StepFit(
        "in part" if group else "none", hypothesis.loss, fits,
        tuple(float(one) for one in steady), (), moves[0],
        tuple(common[0] * gradient for gradient in gradients),
    )  # fmt: skip


def _mostly(
    observation: ProgramObservation, hypothesis: _Hypothesis, moves: Sequence[tuple[Array, ...]]
) -> StepFit | None:
    """Find a scale at which most entries of all parameters fit, as where one row is a bias that stays."""
    fits = np.ones(len(observation.names), bool)
    shares = np.ones(len(observation.names))
    first: list[Array] = []
    for gradients, move in zip(hypothesis.gradients, moves, strict=True):
        g, m = np.concatenate(gradients), np.concatenate(move)
        with np.errstate(all="ignore"):
            scale = float(np.median((m / g)[np.abs(g) > SAME_SCALE * np.max(np.abs(g))]))
        expected = [scale * gradient for gradient in gradients]
        bound = RELATIVE_SINGLE if observation.single else RELATIVE
        near = np.abs(m - scale * g) <= bound * np.abs(scale) * np.max(np.abs(g))
        if not scale > 0 or not np.mean(near) >= MOST_ENTRIES_FIT:
            return None
        fits &= np.array(_fits(observation, expected, move))
        pieces = np.split(near, np.cumsum([len(piece) for piece in move])[:-1])
        shares = np.minimum(shares, [np.mean(piece) for piece in pieces])
        first = first or expected
    wrong = (np.nan,) * len(observation.names)
    return StepFit(
        "in part", hypothesis.loss, tuple(map(bool, fits)), wrong,
        tuple(map(float, shares)), moves[0], tuple(first),
    )  # fmt: skip


def _largest_group(scales: Array, sizes: Sequence[int]) -> tuple[int, ...]:
    """Return the parameters that share a positive scale in every step: the group with most entries."""
    groups: list[tuple[int, ...]] = [()]
    for n in range(scales.shape[1]):
        own = scales[:, n]
        if not np.all(own > 0):
            continue
        alike = np.all(
            np.abs(scales - own[:, np.newaxis]) <= SAME_SCALE * own[:, np.newaxis], axis=0
        )
        groups.append(tuple(int(k) for k in np.flatnonzero(alike)))
    best = max(groups, key=lambda group: (sum(sizes[k] for k in group), -len(group)))
    return best if sum(sizes[k] for k in best) >= LEAST_ENTRIES else ()


def _repeats(observation: ProgramObservation, moves: Sequence[tuple[Array, ...]]) -> bool:
    """Whether equal parameters and samples gave equal steps: the program has no memory, and no chance."""
    for k, first in enumerate(observation.steps):
        for j, other in enumerate(observation.steps[:k]):
            is_same = all(
                np.array_equal(a, b) for a, b in zip(first.before, other.before, strict=True)
            ) and np.array_equal(first.forwards[-1].x, other.forwards[-1].x)
            if is_same:
                return all(
                    np.allclose(a, b, rtol=RELATIVE, atol=ROUNDING)
                    for a, b in zip(moves[k], moves[j], strict=True)
                )
    return False
