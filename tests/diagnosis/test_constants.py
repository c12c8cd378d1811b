"""Each mistake with a constant: where its formula was computed with one, it is named, and so is that."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from grader.contract import sigmoid, softmax
from grader.diagnosis.case import Case
from grader.diagnosis.formula import Formula
from grader.diagnosis.mistake import Rank
from grader.diagnosis.mistakes import MISTAKES
from grader.diagnosis.search import explanations
from grader.numeric import Array
from tests.diagnosis.synthetic_cases import Compute, right_cases, with_mistake

C = np.clip


def _row(slug: str, formula: int = 0, **constants: float) -> Formula:
    """A formula of the table with values for its constants."""
    [one] = [one for one in MISTAKES if one.slug == slug]
    return one.formulas[formula].with_constants(**constants)


def _y_round(case: Case) -> Array:
    y = np.round(case.y, 2)
    return case.g * y * (1 - y)


def _shrunk(case: Case, k: float) -> Array:
    return np.asarray(case.right * min(1.0, k / np.linalg.norm(case.right)))


def _unit_columns(case: Case) -> Array:
    after = case.w - case.lr * case.right
    return np.asarray((case.w - after / np.linalg.norm(after, axis=0)) / case.lr)


def _other(case: Case) -> Array:
    rng = np.random.default_rng([case.w.size, len(case.x)])
    return np.asarray(case.g @ rng.standard_normal(case.w.shape).T)


PROGRAMS: dict[tuple[str, str] | tuple[str, str, int], tuple[str, Compute]] = {
    ("dx_clipped", "Linear"): ("dx", lambda c: C(c.right, -1, 1)),
    ("dw_clipped", "Linear"): ("dw", lambda c: C(c.right, -1.5, 1.5)),
    ("db_clipped", "Linear"): ("db", lambda c: C(c.right, -0.5, 0.5)),
    ("dy_clipped", "BinaryCrossEntropy"): ("dy", lambda c: C(c.right, -0.1, 0.1)),
    ("value_clipped", "ReLU"): ("value", lambda c: C(c.right, -2, 2)),
    ("dx_rounded", "Linear"): ("dx", lambda c: np.round(c.right, 3)),
    ("dw_rounded", "Linear"): ("dw", lambda c: np.round(c.right, 2)),
    ("db_rounded", "Linear"): ("db", lambda c: np.round(c.right, 1)),
    ("dy_rounded", "MSE"): ("dy", lambda c: np.round(c.right, 3)),
    ("value_rounded", "Sigmoid"): ("value", lambda c: np.round(c.right, 2)),
    ("dx_half_precision", "Linear"): ("dx", lambda c: c.right.astype(np.float16)),
    ("dw_half_precision", "Linear"): ("dw", lambda c: c.right.astype(np.float16)),
    ("db_half_precision", "Linear"): ("db", lambda c: c.right.astype(np.float16)),
    ("value_half_precision", "Tanh"): ("value", lambda c: c.right.astype(np.float16)),
    ("dx_limited_in_length", "Linear"): ("dx", lambda c: _shrunk(c, 5)),
    ("dw_limited_in_length", "Linear"): ("dw", lambda c: _shrunk(c, 5)),
    ("db_limited_in_length", "Linear"): ("db", lambda c: _shrunk(c, 3)),
    ("dy_limited_in_length", "CrossEntropy"): ("dy", lambda c: _shrunk(c, 1)),
    ("dx_shifted", "Sigmoid"): ("dx", lambda c: c.right + 0.25),
    ("dw_shifted", "Linear"): ("dw", lambda c: c.right + 0.25),
    ("db_shifted", "Linear"): ("db", lambda c: c.right - 0.25),
    ("dy_shifted", "MSE"): ("dy", lambda c: c.right + 0.01),
    ("value_shifted", "Tanh"): ("value", lambda c: c.right + 0.1),
    ("upstream_clipped", "Linear"): ("dx", lambda c: C(c.g, -1, 1) @ c.w.T),
    ("upstream_clipped", "Linear", 2): ("dw", lambda c: c.x.T @ C(c.g, -2, 2)),
    ("upstream_clipped", "Linear", 3): ("db", lambda c: C(c.g, -2, 2).sum(axis=0)),
    ("upstream_clipped", "Tanh"): ("dx", lambda c: C(c.g, -1, 1) * (1 - c.y**2)),
    ("dx_through_other_weights", "Linear"): ("dx", _other),
    ("weight_decay_added", "Linear"): ("dw", lambda c: c.right + 0.01 * c.w),
    ("bias_decay_added", "Linear"): ("db", lambda c: c.right + 0.01 * c.b),
    ("weights_normalised", "Linear"): ("dw", _unit_columns),
    ("dw_input_rounded", "Linear"): ("dw", lambda c: np.round(c.x, 1).T @ c.g),
    ("momentum_left_in", "Linear"): ("dw", lambda c: c.right * (1 + 0.9 * c.call_index)),
    ("momentum_left_in", "Linear", 2): ("db", lambda c: c.right * (1 + 0.5 * c.call_index)),
    ("step_by_adagrad", "Linear"): (
        "dw",
        lambda c: c.right / np.sqrt(1e-7 + (c.call_index + 1) * c.right**2),
    ),
    ("step_by_adagrad", "Linear", 2): (
        "db",
        lambda c: c.right / (np.sqrt((c.call_index + 1) * c.right**2) + 1e-8),
    ),
    ("sigmoid_input_scaled", "Sigmoid"): ("value", lambda c: sigmoid(0.3 * c.x)),
    ("tanh_input_scaled", "Tanh"): ("value", lambda c: np.tanh(0.3 * c.x)),
    ("sigmoid_input_clipped", "Sigmoid"): ("value", lambda c: sigmoid(C(c.x, -2, 2))),
    ("sigmoid_output_clipped", "Sigmoid"): ("value", lambda c: C(c.y, 0.1, 0.9)),
    ("sigmoid_slope_has_floor", "Sigmoid"): (
        "dx",
        lambda c: c.g * np.maximum(c.y * (1 - c.y), 0.1),
    ),
    ("tanh_slope_has_floor", "Tanh"): ("dx", lambda c: c.g * np.maximum(1 - c.y**2, 0.1)),
    ("sigmoid_slope_of_rounded_output", "Sigmoid"): ("dx", _y_round),
    ("relu_leaky_gradient", "ReLU"): ("dx", lambda c: c.g * np.where(c.x > 0, 1, 0.2)),
    ("relu_leaky", "ReLU"): ("value", lambda c: np.where(c.x > 0, c.x, 0.2 * c.x)),
    ("relu_floor", "ReLU"): ("value", lambda c: np.maximum(c.x, 0.5)),
    ("relu_threshold_gradient", "ReLU"): ("dx", lambda c: c.g * (c.x > 2)),
    ("relu_threshold", "ReLU"): ("value", lambda c: c.x * (c.x > 2)),
    ("leaky_other_gradient", "LeakyReLU"): ("dx", lambda c: c.g * np.where(c.x > 0, 1, 0.2)),
    ("leaky_other_slope", "LeakyReLU"): ("value", lambda c: np.where(c.x > 0, c.x, 0.2 * c.x)),
    ("leaky_threshold_gradient", "LeakyReLU"): (
        "dx",
        lambda c: c.g * np.where(c.x > 1, 1, 0.01),
    ),
    ("leaky_threshold", "LeakyReLU"): ("value", lambda c: np.where(c.x > 1, c.x, 0.01 * c.x)),
    ("relu_gradient_dies_above", "ReLU"): ("dx", lambda c: c.g * ((c.x > 0) & (c.x < 3))),
    ("softmax_eps_too_big", "Softmax"): ("value", _row("softmax_eps_too_big", k=0.01)),
    ("softmax_temperature", "Softmax"): ("value", lambda c: softmax(0.5 * c.x)),
    ("loss_grad_of_clipped_error", "MSE"): ("dy", lambda c: 2 * C(c.y - c.t, -1, 1) / c.y.size),
    ("bce_eps_too_big", "BinaryCrossEntropy"): ("value", _row("bce_eps_too_big", 1, k=0.05)),
    ("bce_weighted", "BinaryCrossEntropy"): ("value", _row("bce_weighted", k=3.0)),
    ("bce_arguments_swapped", "BinaryCrossEntropy"): (
        "value",
        _row("bce_arguments_swapped", k=1e-8),
    ),
    ("bce_of_rounded_prediction", "BinaryCrossEntropy"): (
        "value",
        _row("bce_of_rounded_prediction", k=1e-7),
    ),
    ("bce_grad_eps_too_big", "BinaryCrossEntropy"): (
        "dy",
        lambda c: (c.y - c.t) / (c.y * (1 - c.y) + 0.01) / c.y.size,
    ),
    ("bce_grad_eps_in_each_term", "BinaryCrossEntropy"): (
        "dy",
        lambda c: (-c.t / (c.y + 0.01) + (1 - c.t) / (1.01 - c.y)) / c.y.size,
    ),
    ("ce_eps_too_big", "CrossEntropy"): (
        "value",
        lambda c: np.array([-np.sum(c.t * np.log(c.y + 0.01)) / c.n]),
    ),
    ("ce_grad_eps_too_big", "CrossEntropy"): ("dy", lambda c: -c.t / (c.y + 0.01) / c.n),
}
"""Slug, class (and a number where both are the same twice) -> array and what a program computes."""


def found(cases: list[Case], subject: str, array: str) -> list[str]:
    """The slugs of what explains cases."""
    return [finding.slug for finding in explanations(cases, subject, array)]


@pytest.mark.parametrize("key", PROGRAMS, ids=lambda key: "-".join(map(str, key)))
def test_a_mistake_with_a_constant_is_named(key: tuple[str, str] | tuple[str, str, int]) -> None:
    """A program with such a constant is given this name."""
    bug, subject = key[:2]
    array, compute = PROGRAMS[key]
    assert bug in found(with_mistake(right_cases(subject, array), compute), subject, array)


def _resting(compute: Compute, of_moving: Compute = lambda case: case.right) -> list[Case]:
    """Cases in which a parameter moves at a learning rate of zero as well."""
    return [
        replace(case, actual=np.asarray(compute(case) if case.at_rest else of_moving(case)))
        for case in right_cases("Linear", "dw")
    ]


def test_a_rate_of_zero_that_means_a_default() -> None:
    """A step at a rate of zero, and right ones elsewhere."""
    cases = _resting(lambda case: 0.1 * case.right)
    assert found(cases, "Linear", "dw") == ["lr_zero_means_default"]


def test_the_rate_of_the_first_call() -> None:
    """Every call steps with the rate of the first, at zero as well."""
    cases = _resting(lambda c: c.right * 0.125, lambda c: c.right * 0.125 / c.lr)
    assert found(cases, "Linear", "dw") == ["lr_of_first_call_kept"]


def test_weights_that_shrink() -> None:
    """Weights lose a part of themselves in every step, at a rate of zero as well."""
    cases = _resting(lambda c: 0.001 * c.w, lambda c: c.right + 0.001 * c.w / c.lr)
    assert found(cases, "Linear", "dw") == ["weights_shrink_every_step"]


def test_weights_that_are_clipped() -> None:
    """Weights are cut off after the step."""
    cases = []
    for case in right_cases("Linear", "dw"):
        after = C(case.w - case.lr * case.right, -0.5, 0.5)
        actual = (case.w - after) / (case.lr or 1.0)
        cases.append(replace(case, w_after=after, actual=actual))
    assert found(cases, "Linear", "dw") == ["weights_clipped"]


def test_every_constant_has_a_test() -> None:
    """No row with a constant stands in the table without a program that it names."""
    tested = {bug for bug, *_ in PROGRAMS}
    tested |= {"lr_zero_means_default", "lr_of_first_call_kept", "weights_shrink_every_step"}
    tested |= {"weights_clipped"}
    assert {one.slug for one in MISTAKES if one.rank in (Rank.CONSTANT, Rank.VAGUE)} == tested


def test_the_constant_is_told() -> None:
    """A finding carries the constant as a number, and the formula with a place for it."""
    cases = with_mistake(right_cases("Linear", "dx"), Formula("clip(right, -1, 1)"))
    [finding] = explanations(cases, "Linear", "dx")
    assert finding.values["formula"] == "the right one, clipped to -{k} ... {k}"
    assert finding.values["k"] == pytest.approx(1.0)
