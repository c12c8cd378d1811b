"""The search for the mistake behind an array: rank by rank, what fits all cases of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from grader import expect
from grader.diagnosis.case import Case, moving
from grader.diagnosis.fitting import (
    RIGHT,
    Scale,
    constant_scales,
    fits,
    fitting_formula,
    scales,
    suffice,
)
from grader.diagnosis.formula import Formula
from grader.diagnosis.mistake import Mistake, Rank
from grader.diagnosis.mistakes import MISTAKES
from grader.diagnosis.two_mistakes import two_mistakes
from grader.model import Finding, frozen
from grader.numeric import Array

UNEXPLAINED = "unexplained"
MAX_NAMES = 3
"""A reader gets so many names of mistakes at most."""

SHOWN_TRIALS = 3
"""So many trials are listed by name; the others are counted."""

NAMES = {
    "dx": "gradient at the input",
    "dw": "gradient of the weights",
    "db": "gradient of the bias",
    "dy": "gradient of the loss",
    "value": "result of forward",
    "net": "step of the whole network",
}
"""What a reader calls the arrays."""

FormulaRows = Sequence[tuple[Mistake | None, Formula]]
RIGHT_FORMULA: FormulaRows = ((None, RIGHT),)
OTHER_SLUGS = {"net_lr_ignored": "net_lr_not_passed"}


def explanations(
    cases: Sequence[Case], subject: str, array: str, mistakes: Iterable[Mistake] = MISTAKES
) -> list[Finding]:
    """Name the mistakes that fit all cases, of the first rank at which one does; else nothing."""
    if not suffice(cases):
        return []
    own = [one for one in mistakes if subject in one.subjects and one.array == array]
    search = _Search(cases, subject, array, own)
    for rank in Rank:
        by_slug = {finding.slug: finding for finding in reversed(list(search.at(rank)))}
        if by_slug:
            return list(by_slug.values())[::-1][:MAX_NAMES]
    return []


class _Search:
    """What fits the cases of one array, at each rank."""

    def __init__(
        self, cases: Sequence[Case], subject: str, array: str, own: Sequence[Mistake]
    ) -> None:
        self.cases, self.subject, self.array, self.own = cases, subject, array, own
        self.moving_cases = moving(cases)
        plain = [one for one in own if one.rank in (Rank.PLAIN, Rank.TRANSFORM)]
        self.plain = [(one, formula) for one in plain for formula in one.formulas]
        self.moves_right = fits(RIGHT, self.moving_cases)

    def at(self, rank: Rank) -> Iterable[Finding]:
        """What fits at a rank, the most likely first."""
        array, cases = self.array, self.moving_cases
        if rank is Rank.PLAIN:
            yield from self._with_factor(RIGHT_FORMULA, lambda f: scales(f, array, cases, 1))
        if rank is Rank.PRODUCT:
            yield from self._with_factor(RIGHT_FORMULA, lambda f: scales(f, array, cases))
            yield from self._with_factor(self.plain, lambda f: scales(f, array, cases, 1))
        elif rank in (Rank.SCALED, Rank.SCALED_MISTAKE):
            rows = RIGHT_FORMULA if rank is Rank.SCALED else self.plain
            yield from self._with_factor(rows, lambda f: constant_scales(f, array, cases))
        elif rank is Rank.TWO:
            for two in two_mistakes(self.cases, array, self.own, self.subject):
                yield self._finding(two.slug, two.formula, **two.values)
        elif not (self.moves_right and rank in (Rank.PLAIN, Rank.TRANSFORM)):
            for one in (one for one in self.own if one.rank is rank):
                formula = fitting_formula(one, self.cases)
                if formula is not None:
                    yield self._finding(one.slug, formula)

    def _with_factor(
        self, rows: FormulaRows, scales_of: Callable[[Formula], Iterable[Scale]]
    ) -> Iterable[Finding]:
        """What fits with a factor; a formula without a mistake is the right one."""
        for one, formula in rows:
            yield from (self._scaled_finding(one, formula, scale) for scale in scales_of(formula))

    def _scaled_finding(self, one: Mistake | None, formula: Formula, scale: Scale) -> Finding:
        slug = f"{self.array}_{scale.slug}" if one is None else f"{one.slug}+{scale.slug}"
        texts = tuple(part.formula.text for part in scale.parts)
        factor = texts if len(texts) > 1 else texts[0]
        number = {} if scale.number is None else {"k": scale.number}
        return self._finding(OTHER_SLUGS.get(slug, slug), formula, factor=factor, **number)

    def _finding(self, slug: str, formula: Formula, **values: Any) -> Finding:
        values |= dict(formula.constants or {})
        trials = len({case.trial for case in self.cases})
        facts = {"array": self.array, "name": NAMES[self.array], "of": trials, "fits": trials}
        return Finding(slug, self.subject, frozen(**facts, formula=formula.text, **values))


def unexplained(cases: Sequence[Case], subject: str, array: str) -> list[Finding]:
    """Say honestly that no formula fits: the worst entry, and which trials are right."""
    if not suffice(cases):
        return []
    errors = {k: _errors(case) for k, case in enumerate(cases) if case.has_right_shape}
    worst = max(errors, key=lambda k: float(errors[k].max(initial=0.0)), default=None)
    if worst is None or not np.any(errors[worst]):
        return []
    place = [int(i) for i in np.unravel_index(int(errors[worst].argmax()), errors[worst].shape)]
    trials = list(dict.fromkeys(case.trial for case in cases))
    wrong = [t for t in trials if not all(c.is_right for c in cases if c.trial == t)]
    right = len(trials) - len(wrong)
    values = {
        "array": array,
        "name": NAMES[array],
        "of": len(trials),
        **entry_of(cases[worst].numbers, cases[worst].expected, place),
        "fits": right,
        "but": "; wrong for: {trials}" if right else "",
        "trials": shortened(wrong),
    }
    return [Finding(UNEXPLAINED, subject, frozen(**values))]


def shortened(trials: Sequence[str]) -> tuple[str, ...]:
    """Return the names of some trials, and how many more there are."""
    more = len(trials) - SHOWN_TRIALS
    return (*trials[:SHOWN_TRIALS], f"and {more} more") if more > 1 else tuple(trials)


def _errors(case: Case) -> Array:
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(np.abs(case.numbers - case.expected), nan=np.inf)


def entry_of(actual: Array, expected: Array, at: Sequence[int]) -> dict[str, str]:
    """Return what a message says of one entry: where it is, what it is, and what it should be."""
    got, right = float(actual[tuple(at)]), float(expected[tuple(at)])
    wanted_text, got_text = expect.pair(right, got)
    return {
        "at": ", in its worst entry, at {where} of shape {shape}," if expected.size > 1 else "",
        "where": expect.text_of_place(at),
        "shape": expect.text_of_shape(expected.shape),
        "got": got_text,
        "wanted": wanted_text,
        "ratio": "{number} times as much" if right else "nothing at all",
        "number": expect.pair(1.0, got / right)[1] if right else "0",
    }
