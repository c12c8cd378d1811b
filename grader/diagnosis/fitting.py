"""When a mistake fits: its formula gives every case what the student's code gave.

A name that is wrong is worse than none. So a formula must fit every case, and a factor or a
constant must be the same expression, or the same number, in all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from grader.diagnosis.case import FIT, Case, agrees, moving, resting
from grader.diagnosis.factors import CONSTANT, CONSTANT_RATE, FACTORS, Factor
from grader.diagnosis.formula import Formula
from grader.diagnosis.mistake import Constants, Mistake
from grader.numeric import Array

RIGHT = Formula("right")
FEW = 4
"""Fewer numbers than these fit too many formulas."""


def prediction_of(formula: Callable[[Case], Any], case: Case) -> Array | None:
    """What a formula gives for a case, as float64, or None where numpy itself would refuse it."""
    try:
        with np.errstate(all="ignore"):
            prediction = np.asarray(formula(case), np.float64)
            if case.before is not None:  # numpy spreads what it takes from a parameter
                sides = np.broadcast_shapes(case.before.shape, prediction.shape)
                prediction = np.broadcast_to(prediction, sides)
    except (ValueError, IndexError, ArithmeticError):
        return None
    is_one_loss = case.t.size and case.right.shape == (1,) and prediction.size == 1
    return prediction.reshape(1) if is_one_loss else prediction


def fits_one(formula: Formula, case: Case) -> bool:
    """Whether a formula gives a case what the student's code gave.

    A step that would make its parameter grow is refused where it is taken in place.
    """
    prediction = prediction_of(formula, case)
    grown = (
        prediction is not None
        and case.before is not None
        and prediction.shape != case.before.shape
        and case.actual is None
    )
    return grown or agrees(prediction, case.actual)


def fits(formula: Formula, cases: Sequence[Case]) -> bool:
    """Whether a formula gives every case what the student's code gave."""
    return bool(cases) and all(fits_one(formula, case) for case in cases)


def suffice(cases: Sequence[Case]) -> bool:
    """Whether cases say enough for a name: some of them wrong, and not a mere handful of numbers."""
    entries = sum(case.actual.size for case in cases if case.actual is not None)
    missing = sum(1 for case in cases if case.actual is None)
    return entries > 1 and entries + missing >= FEW and not all(case.is_right for case in cases)


def fitting_formula(mistake: Mistake, cases: Sequence[Case]) -> Formula | None:
    """The formula of a mistake, with its constants, that fits all cases; None where none does.

    Where a simpler formula fits as well, the mistake cannot be told from that one.
    """
    moving_cases, resting_cases = moving(cases), resting(cases)
    for formula in mistake.formulas:
        for constants in _constants(mistake, cases, formula):
            complete = formula.with_constants(**constants)
            at_rest = mistake.at_rest and mistake.at_rest.with_constants(**constants)
            if (not formula.expression or fits(complete, moving_cases)) and (
                at_rest is None or fits(at_rest, resting_cases)
            ):
                is_told_apart = mistake.simpler is None or not fits(mistake.simpler, moving_cases)
                return complete if is_told_apart else None
    return None


def _constants(mistake: Mistake, cases: Sequence[Case], formula: Formula) -> Iterable[Constants]:
    """What the constants may be; numbers from which nothing can be computed give none."""
    if mistake.constant is None:
        return ({},)
    try:
        with np.errstate(all="ignore"):
            candidates = list(mistake.constant(cases, formula))
    except (ArithmeticError, ValueError, IndexError):
        return ()
    return (constants for constants in candidates if np.all(np.isfinite(list(constants.values()))))


@dataclass(frozen=True, slots=True)
class Scale:
    """The factor of a fit: one or two of ``FACTORS``, or a number that is the same in every case."""

    parts: tuple[Factor, ...]
    number: float | None = None

    @property
    def slug(self) -> str:
        """The slugs of all parts, in a stable order."""
        return "+".join(part.slug for part in self.parts)


Ratios = Sequence[tuple[Case, float]]


def scales(
    formula: Formula, array: str, cases: Sequence[Case], max_factors: int = 2
) -> list[Scale]:
    """List the factors with which a formula gives every case what the student's code gave.

    ``most`` is how many may be multiplied. Two are tried where no single one fits.
    """
    ratios = ratios_of(formula, cases)
    if ratios is None or all(abs(ratio - 1.0) <= FIT for _, ratio in ratios):
        return []
    values = {f: _values(f, ratios) for f in FACTORS if array in f.arrays}
    expected = np.array([ratio for _, ratio in ratios])
    for count in range(1, max_factors + 1):
        matching = [
            Scale(parts)
            for parts in combinations(values, count)
            if np.all(
                abs(np.prod([values[f] for f in parts], axis=0) - expected) <= FIT * abs(expected)
            )
        ]
        if matching:
            return matching
    return []


def _values(factor: Factor, ratios: Ratios) -> Array:
    """The number that a factor is in each case; NaN in a case that has none."""
    values = []
    for case, _ in ratios:
        try:
            values.append(factor.value(case))
        except (IndexError, ZeroDivisionError):
            values.append(np.nan)
    return np.array(values)


def constant_scales(formula: Formula, array: str, cases: Sequence[Case]) -> list[Scale]:
    """A number that is the same in every case, or a fixed learning rate in place of the one given."""
    ratios = ratios_of(formula, cases)
    if not ratios:
        return []
    values = [ratio for _, ratio in ratios]
    if abs(values[0]) > 1e-9 and abs(values[0] - 1.0) > FIT and are_alike(values):
        return [Scale((CONSTANT,), values[0])]
    steps = [ratio * case.lr for case, ratio in ratios]
    several = len({case.lr for case, _ in ratios}) > 1
    if array in CONSTANT_RATE.arrays and several and abs(steps[0]) > 1e-9 and are_alike(steps):
        return [Scale((CONSTANT_RATE,), steps[0])]
    return []


def are_alike(values: Sequence[float]) -> bool:
    """Whether numbers are the same, up to the noise of differences."""
    return bool(np.ptp(values) <= FIT * abs(values[0]))


def ratios_of(formula: Formula, cases: Sequence[Case]) -> Ratios | None:
    """The factor of each case that has one; None where some case cannot be a multiple at all."""
    ratios = []
    for case in cases:
        prediction = prediction_of(formula, case)
        if prediction is None or case.actual is None or prediction.shape != case.actual.shape:
            if fits_one(formula, case):
                continue
            return None
        with np.errstate(all="ignore"):
            size = float(np.sum(prediction * prediction))
            ratio = float(np.sum(prediction * case.actual)) / size if size else 0.0
            if not agrees(ratio * prediction, case.actual):
                return None
        if size:
            ratios.append((case, ratio))
    return ratios if len(ratios) > 1 else None
