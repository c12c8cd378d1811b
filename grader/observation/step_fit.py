"""Which rule explains the steps of a program: gradient descent on a loss, with or without a memory.

Without a contract one positive scale, common to all parameters, is free: it holds the learning
rate and what the loss is divided by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from grader.numeric import Array
from grader.observation.program_observation import ProgramObservation
from grader.observation.step_hypotheses import (
    RELATIVE,
    RELATIVE_SINGLE,
    ROUNDING,
    Hypothesis,
    combine,
    fits_of,
    hypotheses_of,
    moves_of,
)
from grader.observation.step_rules import MOMENTA, SAME_SCALE, adaptive, decay, descent, memory
from grader.observation.step_variants import vary

MOST_ENTRIES_FIT = 0.6
"""Where so many of all entries fit one scale in every step, that scale is the program's."""


@dataclass(frozen=True, slots=True)
class StepFit:
    """What explains the steps.

    Parameters
    ----------
    rule
        ``descent``, ``momentum``, ``decay``, ``adam``, ``rmsprop`` or ``adagrad`` where all parameters fit;
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


def fit(observation: ProgramObservation) -> StepFit:
    """Return what explains the steps of a program."""
    steps = observation.steps
    if not steps or not all(f.is_steady for step in steps for f in step.forwards):
        return StepFit("unknown")
    moves = [moves_of(observation, step) for step in steps]
    hypotheses = list(hypotheses_of(observation, moves))
    if not hypotheses:
        return StepFit("unknown")
    for rule in (descent, memory, decay, adaptive):
        for hypothesis in hypotheses:
            name = rule(observation, hypothesis, moves)
            if name:
                every = (True,) * len(observation.names)
                return StepFit(name, hypothesis.loss, every)
    partial = [(_partial(observation, one, moves), one) for one in hypotheses]
    best, hypothesis = max(partial, key=lambda pair: sum(pair[0].fits))
    if any(best.fits):
        n = best.fits.index(True)
        scales = [
            float(combine([[gradients[n]]], [move[n]])[0][0])
            for gradients, move in zip(hypothesis.gradients, moves, strict=True)
        ]
        fits = vary(observation, hypothesis, moves, best.fits, scales)
        return replace(best, fits=fits, rule="descent" if all(fits) else best.rule)
    for hypothesis in hypotheses:
        mostly = _mostly(observation, hypothesis, moves)
        if mostly is not None:
            return mostly
    return StepFit("none" if _repeats(observation, moves) else "unknown", best.loss)


def _partial(
    observation: ProgramObservation, hypothesis: Hypothesis, moves: Sequence[tuple[Array, ...]]
) -> StepFit:
    """Find the parameters that move by one rule, plain or with a memory, at one common scale."""
    best = StepFit("none", hypothesis.loss, (False,) * len(observation.names))
    sizes = np.array([len(entries) for entries in observation.entries])
    for columns, start in ((_plain_columns, 0), (_memory_columns, 1)):
        by_step = [columns(hypothesis, moves, k) for k in range(start, len(moves))]
        for n in range(len(observation.names)):
            if not by_step or sizes[n] < 2 * len(by_step[0]):
                continue
            fits = _alike(observation, by_step, moves[start:], n)
            if fits[n] and sizes @ np.array(fits) > sizes @ np.array(best.fits):
                best = _in_part(observation, hypothesis, moves, fits, n)
    return best


Columns = Sequence[Sequence[Array]]
"""What a step is made of, a column each: for each parameter, an array."""


def _plain_columns(hypothesis: Hypothesis, _: Sequence[tuple[Array, ...]], step: int) -> Columns:
    return [hypothesis.gradients[step]]


def _memory_columns(
    hypothesis: Hypothesis, moves: Sequence[tuple[Array, ...]], step: int
) -> Columns:
    return [hypothesis.gradients[step], moves[step - 1]]


def _alike(
    observation: ProgramObservation,
    by_step: Sequence[Columns],
    moves: Sequence[tuple[Array, ...]],
    n: int,
) -> list[bool]:
    """Whether each parameter moves in every step as the columns say at the scales of one parameter."""
    fits = [True] * len(observation.names)
    for columns, move in zip(by_step, moves, strict=True):
        scales, _ = combine([[column[n]] for column in columns], [move[n]])
        if not scales[0] > 0 or not all(0 <= share < MOMENTA[1] for share in scales[1:]):
            return [False] * len(fits)
        expected = [
            np.asarray(sum(s * column[k] for s, column in zip(scales, columns, strict=True)))
            for k in range(len(fits))
        ]
        fits = [a and b for a, b in zip(fits, fits_of(observation, expected, move), strict=True)]
    return fits


def _in_part(
    observation: ProgramObservation,
    hypothesis: Hypothesis,
    moves: Sequence[tuple[Array, ...]],
    fits: Sequence[bool],
    n: int,
) -> StepFit:
    """Say of the parameters that do not fit how many times as far they move, where that is constant."""
    ratios = np.full((len(moves), len(fits)), np.nan)
    for step, (gradients, move) in enumerate(zip(hypothesis.gradients, moves, strict=True)):
        (common,), _ = combine([[gradients[n]]], [move[n]])
        for k, gradient in enumerate(gradients):
            (scale,), expected = combine([[gradient]], [move[k]])
            if np.any(gradient) and common and fits_of(observation, expected, [move[k]])[0]:
                ratios[step, k] = scale / common
    steady = np.ptp(ratios, axis=0) <= SAME_SCALE * np.abs(np.mean(ratios, axis=0))
    scales = np.where(steady, np.mean(ratios, axis=0), np.nan)
    (common,), _ = combine([[hypothesis.gradients[0][n]]], [moves[0][n]])
    expected_first = tuple(common * gradient for gradient in hypothesis.gradients[0])
    return StepFit(
        "in part", hypothesis.loss, tuple(fits), tuple(map(float, scales)), (), moves[0],
        expected_first,
    )  # fmt: skip


def _mostly(
    observation: ProgramObservation, hypothesis: Hypothesis, moves: Sequence[tuple[Array, ...]]
) -> StepFit | None:
    """Find a scale at which most entries of all parameters fit, as where one row is a bias that stays."""
    fits = np.ones(len(observation.names), bool)
    shares = np.ones(len(observation.names))
    first: list[Array] = []
    scales: list[float] = []
    for gradients, move in zip(hypothesis.gradients, moves, strict=True):
        g, m = np.concatenate(gradients), np.concatenate(move)
        is_large = np.abs(g) > SAME_SCALE * np.max(np.abs(g))
        if not np.any(is_large):
            return None
        with np.errstate(all="ignore"):
            scale = float(np.median((m / g)[is_large]))
        expected = [scale * gradient for gradient in gradients]
        bound = RELATIVE_SINGLE if observation.single else RELATIVE
        near = np.abs(m - scale * g) <= bound * np.abs(scale) * np.max(np.abs(g))
        if not scale > 0 or not np.mean(near) >= MOST_ENTRIES_FIT:
            return None
        fits &= np.array(fits_of(observation, expected, move))
        pieces = np.split(near, np.cumsum([len(piece) for piece in move])[:-1])
        shares = np.minimum(shares, [np.mean(piece) for piece in pieces])
        first = first or expected
        scales.append(scale)
    varied = vary(observation, hypothesis, moves, tuple(map(bool, fits)), scales)
    wrong = (np.nan,) * len(observation.names)
    return StepFit(
        "descent" if all(varied) else "in part", hypothesis.loss, varied, wrong,
        tuple(map(float, shares)), moves[0], tuple(first),
    )  # fmt: skip


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
