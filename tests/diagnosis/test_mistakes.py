"""Each mistake alone: where its formula was computed it is named, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest

from grader.diagnosis import Texts
from grader.diagnosis.case import Case, moving
from grader.diagnosis.factors import FACTORS, Factor
from grader.diagnosis.fitting import fits
from grader.diagnosis.formula import Formula
from grader.diagnosis.mistake import Mistake
from grader.diagnosis.mistakes import MISTAKES
from grader.diagnosis.search import explanations, unexplained
from grader.reports.language import english
from grader.reports.messages import fill
from grader.reports.phrases import compose
from tests.diagnosis.synthetic_cases import right_cases, with_mistake

pytestmark = pytest.mark.no_cover

TEXTS = Texts()
PLAIN = [one for one in MISTAKES if one.constant is None]
ROWS = [(one, formula, s) for one in PLAIN for formula in one.formulas for s in one.subjects]
IDS = [f"{one.slug}-{one.array}-{subject}-{formula.expression}" for one, formula, subject in ROWS]
ARRAYS = [
    *[("Linear", array) for array in ("dx", "dw", "db", "value")],
    *[(s, a) for s in ("Sigmoid", "ReLU", "Tanh", "Softmax", "LeakyReLU") for a in ("dx", "value")],
    *[(s, a) for s in ("MSE", "BinaryCrossEntropy", "CrossEntropy") for a in ("dy", "value")],
]


def slugs(
    cases: list[Case], subject: str, array: str, known: Iterable[Mistake] = MISTAKES
) -> list[str]:
    """The slugs of what explains cases."""
    return [finding.slug for finding in explanations(cases, subject, array, known)]


def differs(cases: list[Case]) -> bool:
    """Whether a mistake shows in some case at all."""
    return not all(case.is_right for case in cases)


@pytest.mark.parametrize(("known", "formula", "subject"), ROWS, ids=IDS)
def test_a_mistake_names_its_own_formula(known: Mistake, formula: Formula, subject: str) -> None:
    """Its numbers are given its name, or that of a formula that gives the same numbers."""
    cases = with_mistake(right_cases(subject, known.array), formula)
    if not differs(cases):
        pytest.skip("the same as the right formula for this class")
    found = slugs(cases, subject, known.array)
    assert found
    if known.slug not in found:
        named = {slug.split("+")[0] for slug in found}
        equal = [
            f
            for m in PLAIN
            for f in m.formulas
            if (m.slug in named, m.array) == (True, known.array)
        ]
        scaled = [slug for slug in found if slug.startswith(f"{known.array}_")]
        assert any(fits(f, moving(cases)) for f in equal) or scaled or known.simpler


@pytest.mark.parametrize(("known", "formula", "subject"), ROWS, ids=IDS)
def test_without_it_nothing_false_is_said(known: Mistake, formula: Formula, subject: str) -> None:
    """Where a mistake is unknown, only formulas that give the same numbers are named."""
    cases = with_mistake(right_cases(subject, known.array), formula)
    rest = [one for one in MISTAKES if one.slug != known.slug]
    found = slugs(cases, subject, known.array, rest)
    assert known.slug not in found
    if not found and differs(cases):
        assert all(f.slug == "unexplained" for f in unexplained(cases, subject, known.array))


@pytest.mark.parametrize(("known", "formula", "subject"), ROWS, ids=IDS)
def test_a_formula_tells_what_it_evaluates(known: Mistake, formula: Formula, subject: str) -> None:
    """A student reads the expression that is evaluated, or prose where code reads badly."""
    assert subject in known.subjects
    shown = formula.text.replace("the right one", "right")
    assert formula.prose or shown == formula.expression


@pytest.mark.parametrize(("subject", "array"), ARRAYS)
def test_right_numbers_get_no_finding(subject: str, array: str) -> None:
    """Nothing is said where nothing is wrong."""
    cases = right_cases(subject, array)
    assert explanations(cases, subject, array) == []
    assert unexplained(cases, subject, array) == []


@pytest.mark.parametrize(("subject", "array"), ARRAYS)
def test_noise_is_unexplained(subject: str, array: str) -> None:
    """Numbers that no formula gives have no name, but the finding tells the worst of them."""
    rng = np.random.default_rng(3)
    cases = [
        case
        if case.at_rest
        else replace(case, actual=case.right + rng.standard_normal(case.right.shape))
        for case in right_cases(subject, array)
    ]
    assert explanations(cases, subject, array) == []
    [finding] = unexplained(cases, subject, array)
    assert finding.values["fits"] < finding.values["of"]
    text = fill(TEXTS["unexplained"].evidence, compose(finding.values, english))
    assert "{" not in text
    assert str(finding.values["got"]) in text


def test_unexplained_tells_which_trials_are_right() -> None:
    """Where only some trials are wrong, the finding names those."""
    cases = right_cases("Sigmoid", "dx")
    wrong = {cases[-1].trial}
    rng = np.random.default_rng(4)
    mixed = [
        replace(c, actual=c.right * rng.uniform(2, 3, c.right.shape)) if c.trial in wrong else c
        for c in cases
    ]
    [finding] = unexplained(mixed, "Sigmoid", "dx")
    assert finding.values["fits"] == finding.values["of"] - 1
    assert finding.values["trials"] == tuple(wrong)


@pytest.mark.parametrize("factor", FACTORS, ids=lambda factor: factor.slug)
@pytest.mark.parametrize(("subject", "array"), ARRAYS)
def test_a_factor_is_named(subject: str, array: str, factor: Factor) -> None:
    """The right formula times a factor has the factor's name, or that of an equal formula."""
    if array not in factor.arrays:
        pytest.skip("cannot happen to this array")
    cases = right_cases(subject, array)
    try:
        times = [1.0 if case.at_rest else factor.value(case) for case in cases]
    except (IndexError, ZeroDivisionError):
        pytest.skip("has no value for this class")
    wrong = [
        replace(c, actual=np.asarray(c.numbers * k)) for c, k in zip(cases, times, strict=True)
    ]
    if not differs(wrong):
        pytest.skip("no case shows it")
    found = slugs(wrong, subject, array)
    assert found
    assert f"{array}_{factor.slug}" in found or not any(slug.startswith("dx_sc") for slug in found)


def test_two_factors_are_both_named() -> None:
    """A product of two factors names both, and says what both mean."""
    cases = with_mistake(right_cases("Linear", "dw"), lambda c: -c.right / c.n)
    assert slugs(cases, "Linear", "dw") == ["dw_sign+over_n"]
    told = TEXTS["dw_sign+over_n"].explanation
    assert "sign" in told
    assert "size of the batch" in told


def test_a_formula_with_a_factor_names_both() -> None:
    """A wrong formula times a factor names both, and says what both mean."""
    cases = with_mistake(right_cases("Linear", "dw"), lambda c: np.outer(c.x[0], c.g[0]) / c.n)
    assert slugs(cases, "Linear", "dw") == ["dw_first_sample_only+over_n"]


def test_a_rate_of_zero_disturbs_no_factor() -> None:
    """A gradient times the learning rate is named although one rate was zero."""
    cases = with_mistake(right_cases("Sigmoid", "dx"), lambda c: c.right * c.lr)
    assert slugs(cases, "Sigmoid", "dx") == ["dx_times_lr"]


def test_a_layer_whose_bias_is_never_used_is_not_told_of_layers_without_one() -> None:
    """A formula about layers without bias is silent where no layer has one."""
    cases = [replace(case, b=np.zeros_like(case.b)) for case in right_cases("Linear", "dw")]
    wrong = with_mistake(cases, lambda case: np.zeros_like(case.right))
    assert slugs(wrong, "Linear", "dw") == ["dw_not_updated"]


def test_nan_fits_nothing() -> None:
    """Numbers that are not numbers have no name."""
    cases = [
        replace(case, actual=np.full(case.right.shape, np.nan))
        for case in right_cases("Sigmoid", "value")
    ]
    assert explanations(cases, "Sigmoid", "value") == []


def test_one_wrong_entry_has_no_constant() -> None:
    """A single wrong number fits any constant, so no constant is named."""
    cases = right_cases("MSE", "value")
    wrong = [replace(cases[0], actual=cases[0].right * 0.7345678), *cases[1:]]
    assert explanations(wrong, "MSE", "value") == []
