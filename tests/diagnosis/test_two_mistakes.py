"""Two mistakes in one array: they are named together, told by what the numbers equal, and never by chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from grader.diagnosis import Texts
from grader.diagnosis.case import Case
from grader.diagnosis.search import explanations
from grader.numeric import Array
from grader.reports.language import translator
from grader.reports.messages import fill
from grader.reports.phrases import compose
from grader.reports.text_catalogue import default
from tests.diagnosis.synthetic_cases import right_cases, with_mistake

pytestmark = pytest.mark.no_cover

Compute = Callable[[Case], Any]


def _halves(case: Case) -> Array:
    return np.asarray((-1 * case.t / case.y + 2 * (1 - case.t) / (1 - case.y)) / case.y.size)


PAIRS: dict[str, tuple[str, str, Compute]] = {
    "dx_halved+dx_shifted": ("Sigmoid", "dx", lambda c: 0.5 * c.y * (1 - c.y) * c.g + 0.01),
    "dx_scaled+dx_shifted": ("Tanh", "dx", lambda c: 0.3 * c.right - 0.7),
    "dw_over_n+dw_shifted": ("Linear", "dw", lambda c: c.right / c.n + 0.02),
    "dx_sign+dx_shifted": ("Linear", "dx", lambda c: 0.25 - c.right),
    "value_doubled+value_shifted": ("MSE", "value", lambda c: 2 * c.right + 0.125),
    "chain_rule_missing_prev_grad+dx_shifted": ("Sigmoid", "dx", lambda c: c.y * (1 - c.y) + 0.01),
    "sigmoid_missing_one_minus_y+over_n+dx_shifted": ("Sigmoid", "dx", lambda c: c.g * c.y / c.n + 0.3),
    "sigmoid_missing_y+scaled+dx_shifted": ("Sigmoid", "dx", lambda c: 0.3 * c.g * (1 - c.y) + 0.3),
    "sigmoid_uses_tanh_derivative+dx_clipped": ("Sigmoid", "dx", lambda c: np.clip(c.g * (1 - c.y**2), -0.6, 0.6)),
    "sigmoid_missing_y+dx_rounded": ("Sigmoid", "dx", lambda c: np.round(c.g * (1 - c.y), 3)),
    "sigmoid_slope_has_floor+over_n": ("Sigmoid", "dx", lambda c: c.g * np.maximum(c.y * (1 - c.y), 0.1) / c.n),
    "relu_leaky_gradient+doubled": ("ReLU", "dx", lambda c: 2 * c.g * np.where(c.x > 0, 1, 0.2)),
    "dx_of_two_terms": ("ReLU", "dx", lambda c: c.right + 0.1 * c.x),
    "dw_of_two_terms": ("Linear", "dw", lambda c: 0.9 * c.right + 0.045 * c.w),
    "dy_of_two_terms": ("BinaryCrossEntropy", "dy", _halves),
}  # fmt: skip
"""Slug -> class, array, and what a program computes."""


def found(subject: str, array: str, compute: Compute) -> list[str]:
    """The slugs of what explains a program."""
    cases = with_mistake(right_cases(subject, array), compute)
    return [finding.slug for finding in explanations(cases, subject, array)]


@pytest.mark.parametrize("slug", PAIRS)
def test_two_mistakes_are_named_together(slug: str) -> None:
    """Where no single mistake fits and two of them do, both are named."""
    assert slug in found(*PAIRS[slug])


@pytest.mark.parametrize(
    ("slug", "english", "chinese"),
    [
        (
            "dx_halved+dx_shifted",
            "Your gradient at the input equals 1/2 times the right one plus 0.01 (in ",
            "次等於 1/2 乘以正確值，再加上 0.01。",
        ),
        (
            "dw_of_two_terms",
            "Your gradient of the weights equals 0.9 times the right one plus 0.045 times w (in ",
            "次等於 0.9 乘以正確值，再加上 0.045 乘以 w。",
        ),
        (
            "sigmoid_uses_tanh_derivative+dx_clipped",
            "equals the right one, clipped to -0.6 ... 0.6, if prev_grad * (1 - y ** 2) takes the "
            "place of the right one (in ",
            "若以 prev_grad * (1 - y ** 2) 取代正確值",
        ),
    ],
)
def test_a_reader_is_told_what_the_numbers_equal(slug: str, english: str, chinese: str) -> None:
    """The evidence says the factor, the formula and what is added, in both languages."""
    subject, array, compute = PAIRS[slug]
    cases = with_mistake(right_cases(subject, array), compute)
    [finding] = [f for f in explanations(cases, subject, array) if f.slug == slug]
    for language, text in (("en", english), ("zh_TW", chinese)):
        tr = translator(language)
        evidence = default(language).mistakes[slug].evidence
        assert text in fill(evidence, compose(finding.values, tr), tr)


@pytest.mark.parametrize(("subject", "array"), [
    ("Linear", "dx"), ("Linear", "dw"), ("Linear", "db"), ("Linear", "value"), ("Sigmoid", "dx"), ("ReLU", "dx"),
    ("Softmax", "dx"), ("MSE", "dy"), ("MSE", "value"), ("BinaryCrossEntropy", "dy"), ("CrossEntropy", "value"),
])  # fmt: skip
@pytest.mark.parametrize("seed", range(5))
def test_random_numbers_fit_no_sum(subject: str, array: str, seed: int) -> None:
    """However the numbers of a wrong program fall, it has no name by chance."""
    rng = np.random.default_rng(seed)
    assert found(subject, array, lambda c: rng.standard_normal(c.right.shape)) == []
    assert found(subject, array, lambda c: c.right * rng.uniform(0.5, 2, c.right.shape)) == []


@pytest.mark.parametrize("array", ["dx", "dw", "db"])
def test_a_constant_that_changes_is_none(array: str) -> None:
    """What is added must be the same number in all trials, and so must be the factor."""
    rng = np.random.default_rng(1)
    assert found("Linear", array, lambda c: 0.5 * c.right + rng.uniform(1, 2)) == []
    assert found("Linear", array, lambda c: rng.uniform(1, 2) * c.right + 0.01) == []


def test_one_trial_that_does_not_fit_leaves_the_rest_unexplained() -> None:
    """A name is given only where it fits every trial: also those by which nothing was fitted."""
    cases = with_mistake(right_cases("Sigmoid", "dx"), lambda c: 0.5 * c.right + 0.01)
    for k in range(len(cases)):
        changed = replace(cases[k], actual=cases[k].numbers * 1.001)
        others = [*cases[:k], changed, *cases[k + 1 :]]
        assert explanations(others, "Sigmoid", "dx") == []


def test_numbers_that_are_cut_off_everywhere_fit_no_formula() -> None:
    """Where only the signs are left, any formula of these signs would fit."""
    assert found("Sigmoid", "dx", lambda c: np.clip(c.g * (1 - c.y), -1e-4, 1e-4)) == []


def test_every_slug_of_two_mistakes_has_a_text() -> None:
    """What is named can be told."""
    assert set(PAIRS) <= set(Texts())
