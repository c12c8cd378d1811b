"""Arrays that are a sum: a multiple of a known formula and a constant, or multiples of two formulas.

The numbers of a sum are fitted to every other trial, with each trial counted alike, and a sum fits where
it gives every entry of all trials, the others too, within the tolerance of any other formula.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from grader.diagnosis.case import FIT, Case, agrees
from grader.diagnosis.factors import CONSTANT, FACTORS, Factor
from grader.diagnosis.fitting import prediction_of
from grader.diagnosis.formula import Formula
from grader.numeric import Array

ONE = Formula("ones_like(right)")
LEAST = 100 * FIT
"""A term that is smaller than this, beside the largest entry, is not told from noise."""

VALUES_PER_NUMBER = 4
"""So many different values must be given for each number that is fitted."""

STEEPEST = 1e4
"""The condition up to which two columns are told apart: two more digits than ``FIT`` are left."""

DIGITS = 6
"""Fitted numbers are rounded to so many digits, if they fit then."""

Prediction = Sequence[Array]
"""What a formula gives for each case."""


@dataclass(frozen=True, slots=True)
class Sum:
    """A multiple of one formula, and a multiple of another, or of one.

    Parameters
    ----------
    first, second
        Which of the formulas; None for a constant in the place of the second.
    factor
        What the first is multiplied by, where that has a name; None where it is 1.
    numbers
        The multiple of the first (1 where it has a name) and of the second.
    """

    first: int
    second: int | None
    factor: Factor | None
    numbers: tuple[float, float]


class Sums:
    """The sums that fit the cases of one array, in each of which numbers of the right shape were given."""

    def __init__(self, cases: Sequence[Case], formulas: Sequence[Formula]) -> None:
        self.cases = cases
        self.actual = [case.numbers for case in cases]
        self._weights = [1 / max(float(np.max(np.abs(a), initial=0.0)), 1e-30) for a in self.actual]
        self._most = self._most_numbers()
        self._columns = {k: c for k, f in enumerate(formulas) if (c := self._column(f)) is not None}

    def with_constant(self, array: str) -> Iterator[Sum]:
        """Yield the multiples of each formula with which a constant fits; those by a named factor come first."""
        ones = self._column(ONE)
        for k, column in self._columns.items():
            if ones is None:
                return
            for factor in (None, *(one for one in FACTORS if array in one.arrays)):
                scaled = column if factor is None else self._times(factor, column)
                rest = None if scaled is None else self._fit_rest(scaled, ones)
                if rest is not None:
                    yield Sum(k, None, factor, (1.0, rest))
                    break
            else:
                numbers = self._fit(column, ones)
                if numbers is not None:
                    yield Sum(k, None, CONSTANT, numbers)

    def of_two(self) -> Iterator[Sum]:
        """Yield the sums of two formulas, in the order of the formulas."""
        if self._most < 2:
            return
        kept = list(self._columns.items())
        flat = [self._half(column) for _, column in kept]
        target = self._half(self.actual)
        for i, j in _near(flat, target):
            numbers = self._fit(kept[i][1], kept[j][1])
            if numbers is not None:
                yield Sum(kept[i][0], kept[j][0], None, numbers)

    def _most_numbers(self) -> int:
        """Return how many numbers may be fitted: none without trials that confirm them."""
        is_finite = all(np.all(np.isfinite(a)) for a in self.actual)
        if len({case.trial for case in self.cases}) < 3 or not is_finite:
            return 0
        values = np.concatenate([a.ravel() for a in self.actual])
        return len(np.unique(np.abs(values[values != 0]).round(9))) // VALUES_PER_NUMBER

    def _column(self, formula: Formula) -> Prediction | None:
        """Return what a formula gives, where it is finite and has the shape of what was given."""
        if not self._most:
            return None
        column = []
        for case in self.cases:
            prediction = prediction_of(formula, case)
            if prediction is None or prediction.size not in (1, case.numbers.size):
                return None
            if prediction.size > 1 and prediction.shape != case.numbers.shape:
                return None
            column.append(np.broadcast_to(prediction, case.numbers.shape))
        is_finite = all(np.all(np.isfinite(p)) for p in column)
        return column if is_finite and any(np.any(p) for p in column) else None

    def _times(self, factor: Factor, column: Prediction) -> Prediction | None:
        try:
            return [factor.value(case) * p for case, p in zip(self.cases, column, strict=True)]
        except (IndexError, ZeroDivisionError):
            return None

    def _fit_rest(self, column: Prediction, ones: Prediction) -> float | None:
        """Return the constant that has to be added, if it is one in all cases."""
        at = int(np.argmax(self._weights))  # where the numbers are smallest, it shows best
        rest = float(np.mean(self.actual[at] - column[at]))
        for number in dict.fromkeys((_rounded(rest), rest)):
            if self._holds(column, ones, (1.0, number)):
                return number
        return None

    def _fit(self, one: Prediction, other: Prediction) -> tuple[float, float] | None:
        """Return the two numbers that fit all cases, found in every other one."""
        if self._most < 2:
            return None
        matrix = np.stack([self._half(one), self._half(other)], axis=1)
        sizes = np.linalg.norm(matrix, axis=0)
        if not np.all(sizes) or np.linalg.cond(matrix / sizes) > STEEPEST:
            return None
        target = self._half(self.actual)
        a, b = np.linalg.lstsq(matrix / sizes, target, rcond=None)[0] / sizes
        for numbers in ((_rounded(a), _rounded(b)), (float(a), float(b))):
            if self._holds(one, other, numbers):
                return numbers
        return None

    def _half(self, column: Prediction) -> Array:
        """Return all entries of every other trial, each case beside its own largest."""
        trials = list(dict.fromkeys(case.trial for case in self.cases))[::2]
        return np.concatenate([
            (p * weight).ravel()
            for case, p, weight in zip(self.cases, column, self._weights, strict=True)
            if case.trial in trials
        ])  # fmt: skip

    def _holds(self, one: Prediction, other: Prediction, numbers: tuple[float, float]) -> bool:
        """Whether a sum gives all cases, and both terms matter in several of them."""
        a, b = numbers
        matter = np.zeros(2, int)
        for actual, p, q, weight in zip(self.actual, one, other, self._weights, strict=True):
            if not agrees(a * p + b * q, actual):
                return False
            largest = [float(np.max(np.abs(term), initial=0.0)) for term in (a * p, b * q)]
            matter += np.array(largest) * weight > LEAST
        return bool(np.all(matter > 1))


def _near(columns: Sequence[Array], target: Array) -> Iterator[tuple[int, int]]:
    """Yield the pairs of columns whose span comes near a target: those alone are worth an exact fit."""
    size = float(target @ target)
    for i, one in enumerate(columns):
        for j in range(i + 1, len(columns)):
            other = columns[j]
            gram = np.array([[one @ one, one @ other], [one @ other, other @ other]])
            right = np.array([one @ target, other @ target])
            if np.linalg.det(gram) <= 1e-9 * gram[0, 0] * gram[1, 1]:
                continue
            # What is left of the target; FIT squared would be below the noise of this difference.
            if size - float(right @ np.linalg.solve(gram, right)) <= 1e-9 * size:
                yield i, j


def _rounded(number: float) -> float:
    return float(f"{number:.{DIGITS}g}")
