"""Factors: a formula, right or wrong, times a number that follows from the trial.

Each case tells its own number by least squares; a factor is named only where one
expression gives every case its number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from grader.diagnosis.base import Case, Formula, agrees, predicted


@dataclass(frozen=True, slots=True)
class Factor:
    """A number that follows from a case: its slug, how a student writes it, what it means."""

    slug: str
    text: str
    value: Callable[[Case], float]
    explanation: str
    advice: str


def _width(case: Case) -> int:
    return int(case.right.shape[-1]) if case.right.ndim > 1 else 1


FACTORS = (
    Factor("sign", "-1", lambda c: -1.0, "The sign is wrong.", "Gradient descent subtracts lr times the gradient once; look for a minus too many or too few."),
    Factor("over_n", "1/N", lambda c: 1.0 / c.n, "It is divided by the size of the batch once too often.", "The mean over the batch is taken once, where the loss is computed; the layers only sum."),
    Factor("times_n", "N", lambda c: float(c.n), "The division by the size of the batch is missing.", "If forward takes a mean, its gradient carries 1/N."),
    Factor("times_lr", "lr", lambda c: c.lr, "It is multiplied by the learning rate once too often.", "The learning rate belongs into the step alone, once."),
    Factor("over_lr", "1/lr", lambda c: 1.0 / c.lr, "The learning rate does not come in.", "The step is lr times the gradient."),
    Factor("doubled", "2", lambda c: 2.0, "It is twice as large as it should be.", "Look for a factor of 2 that belongs to the other of forward and backward, or for a step taken twice."),
    Factor("halved", "1/2", lambda c: 0.5, "It is half as large as it should be: a factor of 2 is missing.", "The derivative of a square carries a factor of 2, unless forward has a half."),
    Factor("over_in", "1/in", lambda c: 1.0 / c.x.shape[-1], "It is divided by the number of inputs.", "No mean over features is part of this gradient."),
    Factor("over_out", "1/out", lambda c: 1.0 / c.g.shape[-1], "It is divided by the number of outputs.", "No mean over outputs is part of this gradient."),
    Factor("over_width", "1/D", lambda c: 1.0 / _width(c), "It is divided by the number of columns once too often.", "Count over which entries forward takes its mean: N, or all N*D."),
    Factor("times_width", "D", lambda c: float(_width(c)), "The division by the number of columns is missing.", "Count over which entries forward takes its mean: N, or all N*D."),
    Factor("per_turn", "the number of backwards so far", lambda c: c.turn + 1.0, "The gradients of earlier calls are still in it.", "Start each backward from zero: assign the gradient, do not add to it."),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scale:
    """The factor of a fit: one or two of ``FACTORS``, or a number that is the same in every case."""

    parts: tuple[Factor, ...]
    text: str


def scales(compute: Formula, cases: Sequence[Case]) -> list[Scale]:
    """List the factors with which a formula gives every case what the student's code gave."""
    ratios = _ratios(compute, cases)
    if ratios is None or all(abs(ratio - 1.0) <= 1e-6 for _, ratio in ratios):
        return []
    single = [factor for factor in FACTORS if _explains((factor,), ratios)]
    if single:
        return _distinct([(factor,) for factor in single])
    pairs = [pair for pair in combinations(FACTORS, 2) if _explains(pair, ratios)]
    return _distinct(pairs) or _constant(ratios)


def _ratios(compute: Formula, cases: Sequence[Case]) -> list[tuple[Case, float]] | None:
    """The factor of each case that has one; None where some case cannot be a multiple at all."""
    found = []
    for case in cases:
        prediction = predicted(compute, case)
        if prediction is None or case.given is None or prediction.shape != case.given.shape:
            if agrees(prediction, case.given):
                continue
            return None
        size = float(np.sum(prediction * prediction))
        ratio = float(np.sum(prediction * case.given)) / size if size else 0.0
        if not agrees(ratio * prediction, case.given):
            return None
        if size:
            found.append((case, ratio))
    return found if len(found) > 1 else None


def _explains(parts: tuple[Factor, ...], ratios: Sequence[tuple[Case, float]]) -> bool:
    return all(abs(_product(parts, case) - ratio) <= 1e-6 * abs(ratio) for case, ratio in ratios)


def _product(parts: tuple[Factor, ...], case: Case) -> float:
    product = 1.0
    for part in parts:
        try:
            product *= part.value(case)
        except (IndexError, ZeroDivisionError):
            return float("nan")
    return product


def _distinct(found: Sequence[tuple[Factor, ...]]) -> list[Scale]:
    return [Scale(parts, " * ".join(part.text for part in parts)) for parts in found]


CONSTANT = Factor(
    "scaled", "a constant", lambda c: 1.0, "It is the right one times a constant.",
    "Look for a number that multiplies it and does not belong there.",
)  # fmt: skip
CONSTANT_RATE = Factor(
    "lr_ignored", "a fixed learning rate", lambda c: 1.0,
    "The step is always taken with the same learning rate, whatever was asked for.",
    "Use the lr that backward was given, and pass it on.",
)  # fmt: skip


def _constant(ratios: Sequence[tuple[Case, float]]) -> list[Scale]:
    """A number that is the same in every case, or a fixed learning rate in place of the one given."""
    values = [ratio for _, ratio in ratios]
    if abs(values[0]) > 1e-9 and np.ptp(values) <= 1e-6 * abs(values[0]):
        return [Scale((CONSTANT,), f"{values[0]:.6g}")]
    steps = [ratio * case.lr for case, ratio in ratios]
    if len({case.lr for case, _ in ratios}) > 1 and np.ptp(steps) <= 1e-6 * abs(steps[0]):
        return [Scale((CONSTANT_RATE,), f"{steps[0]:.6g}/lr")]
    return []


NAMED = (*FACTORS, CONSTANT, CONSTANT_RATE)
