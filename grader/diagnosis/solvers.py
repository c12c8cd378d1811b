"""How the constants of a formula are found: each solver offers a few values, and the fit decides.

A solver reads constants off some wrong cases, and the formula has to give all cases with them.
That is a test of its own, so it offers only constants that mean something: ``is_plausible``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np

from grader.diagnosis.case import FIT, Case, agrees, moving, resting, wrong
from grader.diagnosis.fitting import RIGHT, are_alike, ratios_of
from grader.diagnosis.formula import Formula
from grader.diagnosis.mistake import Constants, Solver
from grader.numeric import Array

TRIVIAL = 1e-9
"""A constant so near to one that changes nothing is none."""

Condition = Callable[[Sequence[Case], float], bool]


def is_plausible(constant: float, times: int) -> bool:
    """Whether a constant was seen more than once, or is a round number: else anything would fit."""
    rounded_off = float(f"{constant:.2g}")
    return times > 1 or abs(constant - rounded_off) <= 1e-7 * abs(constant)


def one_of(*values: float, condition: Callable[[Sequence[Case]], bool] | None = None) -> Solver:
    """Offer each of some values, if some case is wrong and a condition holds."""

    def solve(cases: Sequence[Case], _: Formula) -> Iterator[Constants]:
        if wrong(moving(cases)) and (condition is None or condition(cases)):
            yield from ({"k": value} for value in values)

    return solve


DECIMALS = one_of(*range(8))
"""A number of decimals to which something is rounded."""


def second_calls(cases: Sequence[Case]) -> bool:
    """Whether a step was seen after which an object took another one."""
    return any(case.call_index for case in moving(cases))


def is_another_scale(_: Sequence[Case], k: float) -> bool:
    """Whether a factor of an input is neither 0 nor 1."""
    return abs(k) > 1e-3 and abs(k - 1) > 1e-3


def slope_above(expression: str) -> Condition:
    """Ask that the least slope k is positive, and that some slope is larger: else it is a constant."""
    slope = Formula(expression)
    return lambda cases, k: k > 0 and any(np.any(slope(case) > k) for case in cases)


def affine(
    *trivial: float,
    entries: int = 1,
    between: tuple[float, float] = (-np.inf, np.inf),
) -> Solver:
    """Solve a formula that is affine in k for the first wrong case, by least squares.

    Parameters
    ----------
    trivial
        Values beside 0 that make the formula another one.
    entries
        How many entries the wrong cases must have.
    between
        Where k must lie.
    """

    def solve(cases: Sequence[Case], formula: Formula) -> Iterator[Constants]:
        wrong_cases = wrong(moving(cases))
        if not wrong_cases or sum(case.right.size for case in wrong_cases) < entries:
            return
        at_zero, slope = _line(formula, wrong_cases[0])
        k = float(np.sum((wrong_cases[0].numbers - at_zero) * slope) / np.sum(slope * slope))
        is_another = all(abs(k - value) > TRIVIAL for value in (0.0, *trivial))
        if between[0] < k < between[1] and is_another and is_plausible(k, len(wrong_cases)):
            yield {"k": k}

    return solve


def _line(formula: Formula, case: Case) -> tuple[Array, Array]:
    """What a formula gives for k = 0, and how that changes with k."""
    at_zero = formula.with_constants(k=0.0)(case)
    return at_zero, formula.with_constants(k=1.0)(case) - at_zero


def reciprocal(cases: Sequence[Case], formula: Formula) -> Iterator[Constants]:
    """Solve a formula whose k is added to a denominator: 1 over it is affine in k."""
    for case in wrong(cases)[:1]:
        at = case.wrong_entries
        at_zero, at_one = (1 / formula.with_constants(k=value)(case)[at] for value in (0.0, 1.0))
        k = float(np.median((1 / case.numbers[at] - at_zero) / (at_one - at_zero)))
        if abs(k) >= 1e-7:  # a smaller guard changes nothing
            yield {"k": k}


def _finite(arrays: Iterable[Array]) -> Array:
    """Join flat arrays, perhaps none, and leave out infinities and NaN."""
    numbers = np.concatenate([np.zeros(0), *arrays])
    return numbers[np.isfinite(numbers)]


def median(expression: str, *, entries: int = 1, condition: Condition | None = None) -> Solver:
    """Take the median of an expression of ``actual`` over the wrong entries of all cases.

    Entries at which the expression is not finite do not count; ``entries`` others are needed.
    """
    formula_of_k = Formula(expression)

    def solve(cases: Sequence[Case], _: Formula) -> Iterator[Constants]:
        numbers = _finite(formula_of_k(case)[case.wrong_entries] for case in wrong(cases))
        if numbers.size < entries:
            return
        k = float(np.median(numbers))
        if is_plausible(k, numbers.size) and (condition is None or condition(cases, k)):
            yield {"k": k}

    return solve


def largest(
    expression: str,
    *,
    sign: int = 1,
    times: int = 1,
    decimals: int | None = None,
    condition: Condition | None = None,
) -> Solver:
    """Take the largest value of an expression of ``actual`` over the wrong cases.

    Parameters
    ----------
    expression
        An expression that has the limit for a value wherever it is reached.
    sign
        -1 for the smallest.
    times
        How often the limit must be reached.
    decimals
        To how many the limit must be round, or None: a clipped input and a clipped output look
        the same, but only one of the two limits is a round number.
    condition
        What else must hold of the cases and the limit.
    """
    formula_of_limit = Formula(expression)

    def solve(cases: Sequence[Case], _: Formula) -> Iterator[Constants]:
        by_trial = {case.trial: case for case in wrong(moving(cases))}  # a rate is no other number
        numbers = _finite(np.ravel(sign * formula_of_limit(case)) for case in by_trial.values())
        if not numbers.size:
            return
        limit = float(numbers.max())
        count = int(np.sum(numbers >= limit - 1e-9 * abs(limit)))
        limit = sign * limit if decimals is None else sign * float(np.round(limit, decimals))
        if abs(limit) >= TRIVIAL and count >= times:
            is_limit = is_plausible(limit, count if decimals is None else 1)
            if is_limit and (condition is None or condition(cases, limit)):
                yield {"k": limit}

    return solve


def bisection(low: float, high: float) -> Solver:
    """Solve for the guard with which a formula gives the first wrong case its value.

    The formula must change its value one way only between the two ends.
    """

    def solve(cases: Sequence[Case], formula: Formula) -> Iterator[Constants]:
        wrong_cases = wrong(cases)
        if not wrong_cases:
            return
        expected, ends = float(wrong_cases[0].numbers[0]), [low, high]

        def error(k: float) -> float:
            return float(formula.with_constants(k=k)(wrong_cases[0])) - expected

        at_low = error(low)
        if not at_low * error(high) < 0:
            return
        for _ in range(80):
            middle = sum(ends) / 2
            ends[0 if error(middle) * at_low > 0 else 1] = middle
        if is_plausible(sum(ends) / 2, len(wrong_cases)):
            yield {"k": sum(ends) / 2}

    return solve


def border(*, stops_above: bool) -> Solver:
    """Find the positive input at which something begins to pass, or no longer does.

    The constants are k and the two inputs between which it lies, ``low`` and ``high``.
    """

    def solve(cases: Sequence[Case], _: Formula) -> Iterator[Constants]:
        if not all(case.has_right_shape for case in cases):
            return
        wrong_inputs = np.concatenate([c.x[(c.x > 0) & c.wrong_entries] for c in cases])
        right_inputs = np.concatenate([c.x[(c.x > 0) & ~c.wrong_entries] for c in cases])
        below, above = (right_inputs, wrong_inputs) if stops_above else (wrong_inputs, right_inputs)
        low, high = float(below.max()), float(above.min())
        if low < high:
            yield {"k": (low + high) / 2, "low": low, "high": high}

    return solve


def clip_of_upstream(cases: Sequence[Case], formula: Formula) -> Iterator[Constants]:
    """Find the limit of a clipped upstream gradient, the ``g`` of a formula that is linear in it.

    Every set of entries that a clip could cut is tried: between two of them the rest is linear in k.
    """
    body = Formula(formula.expression.partition(" with ")[0])
    each = list({case.trial: case for case in wrong(moving(cases))}.values())
    for case in each[:4]:
        sizes = np.unique(np.abs(case.g))
        for low in (0.0, *sizes[:-1]):
            is_cut = np.abs(case.g) > low
            at_zero = body.with_constants(g=np.where(is_cut, 0.0, case.g))(case)
            slope = body.with_constants(g=np.where(is_cut, np.sign(case.g), 0.0))(case)
            size = float(np.sum(slope * slope))
            limit = float(np.sum(slope * (case.numbers.reshape(slope.shape) - at_zero)))
            if size and limit / size > FIT:
                yield {"k": limit / size}


def rate_of_first_call(cases: Sequence[Case], _: Formula) -> Iterable[Constants]:
    """The learning rate of the first call."""
    return [{"k": case.lr} for case in cases if not case.call_index][:1]


def rate_at_rest(cases: Sequence[Case], _: Formula) -> Iterable[Constants]:
    """The learning rate with which a step was taken where it was zero."""
    ratios = ratios_of(RIGHT, resting(cases))
    values = [ratio for _, ratio in ratios or ()]
    return [{"k": values[0]}] if values and abs(values[0]) >= TRIVIAL and are_alike(values) else []


def half_precision(cases: Sequence[Case], _: Formula) -> Iterable[Constants]:
    """Offer no constants where all numbers are exact in 16 bits, and nearly the right ones."""
    steps = moving(cases)
    if not all(case.has_right_shape for case in steps):
        return
    entries = np.concatenate([case.numbers.ravel() for case in steps])
    rights = np.concatenate([case.right.ravel() for case in steps])
    if len(np.unique(np.abs(entries))) < 8 or np.any(np.abs(entries) > 6e4):
        return
    is_near = np.abs(entries.astype(np.float16).astype(np.float64) - entries) <= 1e-9 * np.abs(
        entries
    )
    scales = np.concatenate([np.full(c.right.size, np.max(np.abs(c.right))) for c in steps])
    if np.all(is_near & (np.abs(entries - rights) <= 1e-2 * scales)):
        yield {}


def another_matrix(cases: Sequence[Case], _: Formula) -> Iterable[Constants]:
    """Offer no constants where one matrix, and no multiple of w.T, makes dX in each trial."""
    if not all(case.has_right_shape for case in cases):
        return
    by_trial = {c.trial: [d for d in cases if d.trial == c.trial] for c in cases}
    tall_trials = [t for t in by_trial.values() if t[0].g.shape[0] > t[0].g.shape[1]]
    if len(tall_trials) < 2 or not all(_one_matrix(t) for t in by_trial.values()):
        return
    if ratios_of(RIGHT, cases) is None:
        yield {}


def _one_matrix(cases: Sequence[Case]) -> bool:
    """Whether one matrix takes the upstream gradient of a trial to dX at every learning rate."""
    first = cases[0]
    matrix = np.linalg.lstsq(first.g, first.numbers, rcond=None)[0]
    same = all(agrees(case.numbers, first.actual) for case in cases)
    return same and agrees(first.g @ matrix, first.actual)
