"""Two mistakes in one array, where no single one explains it.

Tried in this order, and the first kind that fits counts: a known formula, right or wrong, with a factor and a
constant; what happens to a result (a clip, a rounding) after a known wrong formula; a mistake with a constant,
times a factor; and at last a sum of two terms, which names no mistake, but says what the numbers equal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from grader.diagnosis.case import Case, moving, resting
from grader.diagnosis.factors import CONSTANT, CONSTANT_RATE, FACTORS, Factor
from grader.diagnosis.fitting import (
    RIGHT,
    are_alike,
    fitting_formula,
    prediction_of,
    ratios_of,
)
from grader.diagnosis.formula import Formula
from grader.diagnosis.mistake import Mistake, Rank
from grader.diagnosis.sums import Sum, Sums
from grader.diagnosis.terms import terms_of
from grader.numeric import Array

TWO_TERMS = "of_two_terms"
SHIFTED = "{array}_shifted"
AFTERWARDS = ("{array}_clipped", "{array}_rounded", "{array}_limited_in_length")
"""What may happen to a result that is wrong already."""

NOTHING = 1e-9
"""A rate so small is none."""

LEAST_VALUES = 8
"""So many different numbers must be given, and as many of them as a third of all: else many formulas would fit."""

Row = tuple[Mistake | None, Formula]


@dataclass(frozen=True, slots=True)
class TwoMistakes:
    """What fits: a slug that names both, the formula, and the values of the evidence."""

    slug: str
    formula: Formula
    values: Mapping[str, Any] = field(default_factory=dict)


def two_mistakes(
    cases: Sequence[Case], array: str, own: Sequence[Mistake], subject: str
) -> Iterator[TwoMistakes]:
    """Yield what fits all cases, of the first kind of which one does.

    Parameters
    ----------
    cases
        All cases of the array; in each, numbers of the right shape were given.
    array
        Its name, such as ``dx``.
    own
        The known mistakes of the class and the array.
    subject
        The class.
    """
    if array == "net" or not cases or not all(case.has_right_shape for case in cases):
        return
    search = _Pairs(moving(cases), array, own, subject)
    if not all(case.is_right for case in resting(cases)):
        yield from search.fixed_rate(resting(cases))
        return
    for kind in (search.shifted, search.afterwards, search.scaled, search.of_two_terms):
        fitting = list(kind())
        if fitting:
            yield from fitting
            return


class _Pairs:
    def __init__(
        self, cases: Sequence[Case], array: str, own: Sequence[Mistake], subject: str
    ) -> None:
        self.cases, self.array, self.own, self.subject = cases, array, own, subject
        plain = [one for one in own if one.rank is Rank.PLAIN]
        self.rows: list[Row] = [(None, RIGHT), *((one, f) for one in plain for f in one.formulas)]

    def shifted(self) -> Iterator[TwoMistakes]:
        """A known formula, right or wrong, times a factor, and a constant that is added."""
        slug = SHIFTED.format(array=self.array)
        sums = Sums(self.cases, [formula for _, formula in self.rows])
        for one in sums.with_constant(self.array):
            row, formula = self.rows[one.first]
            base = self._slug(row, one.factor)
            if base:
                yield TwoMistakes(f"{base}+{slug}", formula, self._factor_values(one))
            if row is None:
                return  # what explains it with less is likelier

    def _slug(self, row: Mistake | None, factor: Factor | None) -> str:
        if row is None:
            return (
                f"{self.array}_{factor.slug}" if factor else ""
            )  # a mere shift is a single mistake
        return f"{row.slug}+{factor.slug}" if factor else row.slug

    def _factor_values(self, one: Sum) -> dict[str, Any]:
        number = {"k": one.numbers[0]} if one.factor is CONSTANT else {}
        factor = {"factor": one.factor.formula.text} if one.factor else {}
        return {**number, **factor, "shift": one.numbers[1]}

    def afterwards(self) -> Iterator[TwoMistakes]:
        """What happens to the result of a wrong formula, as it may happen to that of the right one."""
        slugs = {slug.format(array=self.array) for slug in AFTERWARDS}
        after = [one for one in self.own if one.slug in slugs]
        for row, formula in self.rows[1:] if after and self._say_enough() else ():
            cases = self._as_if_right(formula)
            for one in after if cases and row else ():
                fitting = fitting_formula(one, cases)
                if fitting is not None and row is not None:
                    values = {"inner": formula.text, **(fitting.constants or {})}
                    yield TwoMistakes(f"{row.slug}+{one.slug}", fitting, values)

    def _as_if_right(self, formula: Formula) -> list[Case]:
        """Return the cases with what a formula gives in the place of what is right; none where it does not suit."""
        cases = []
        for case in self.cases:
            prediction = prediction_of(formula, case)
            if prediction is None or prediction.shape != case.numbers.shape:
                return []
            if not np.all(np.isfinite(prediction)):
                return []
            cases.append(replace(case, right=prediction))
        return cases

    def scaled(self) -> Iterator[TwoMistakes]:
        """A mistake with a constant, times a factor."""
        if not self._say_enough():
            return
        for factor in (one for one in FACTORS if self.array in one.arrays):
            cases = self._divided_by(factor)
            for one in self.own if cases else ():
                if one.rank is Rank.CONSTANT and one.at_rest is None:
                    fitting = fitting_formula(one, cases)
                    if fitting is not None:
                        values = {"factor": factor.formula.text, **(fitting.constants or {})}
                        yield TwoMistakes(f"{one.slug}+{factor.slug}", fitting, values)

    def _divided_by(self, factor: Factor, cases: Sequence[Case] | None = None) -> list[Case]:
        """Return cases as if a factor had been left out; none where some case has no such factor."""
        cases = self.cases if cases is None else cases
        try:
            values = [factor.value(case) for case in cases]
        except (IndexError, ZeroDivisionError):
            return []
        pairs = zip(cases, values, strict=True)
        return (
            [replace(case, actual=case.numbers / value) for case, value in pairs]
            if all(values)
            else []
        )

    def fixed_rate(self, at_rest: Sequence[Case]) -> Iterator[TwoMistakes]:
        """A fixed learning rate in the place of the one given, at rest as well, times a factor."""
        known = self.array in CONSTANT_RATE.arrays and len({case.lr for case in self.cases}) > 1
        for factor in (one for one in FACTORS if known and self.array in one.arrays):
            ratios = ratios_of(RIGHT, self._divided_by(factor, [*self.cases, *at_rest]))
            steps = [ratio * (case.lr or 1.0) for case, ratio in ratios or ()]
            if steps and abs(steps[0]) > NOTHING and are_alike(steps):
                texts = (factor.formula.text, CONSTANT_RATE.formula.text)
                slug = f"{self.array}_{factor.slug}+{CONSTANT_RATE.slug}"
                yield TwoMistakes(slug, RIGHT, {"factor": texts, "k": steps[0]})

    def _say_enough(self) -> bool:
        """Whether most numbers are not the same few: what is cut off everywhere fits many formulas."""
        by_trial = {case.trial: case for case in self.cases}  # another rate gives the same numbers
        numbers: Array = np.concatenate([case.numbers.ravel() for case in by_trial.values()])
        values = np.unique(np.abs(numbers[numbers != 0]).round(9))
        return bool(len(values) >= max(LEAST_VALUES, numbers.size / 3))

    def of_two_terms(self) -> Iterator[TwoMistakes]:
        """The first sum of two known terms that fits."""
        formulas = [RIGHT, *terms_of(self.subject, self.array), *(f for _, f in self.rows[1:])]
        for one in Sums(self.cases, formulas).of_two():
            if one.second is None:
                continue
            other = formulas[one.second]
            values = {"k": one.numbers[0], "other": other.text, "second": one.numbers[1]}
            yield TwoMistakes(f"{self.array}_{TWO_TERMS}", formulas[one.first], values)
            return
