"""What the messages of a class's checks show, where its arrays rule the other mistakes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from grader.diagnosis.case import Case
from grader.diagnosis.explain import explain
from grader.diagnosis.formula import Formula
from grader.diagnosis.observation import Observation
from grader.model import Message, frozen
from grader.numeric import Array
from tests.diagnosis.synthetic_cases import right_cases, with_mistake

ARRAYS = {"Linear": ("value", "dx", "dw", "db"), "MSE": ("value", "dy"), "CrossEntropy": ("value", "dy"),
          "BinaryCrossEntropy": ("value", "dy"), "Sigmoid": ("value", "dx")}  # fmt: skip


def message(id_: str, **values: Any) -> Message:
    return Message(id_, frozen(**values))


def observed(subject: str, **others: list[Case]) -> Observation:
    """Return the observation of a class that is right, but for some arrays."""
    cases = {array: right_cases(subject, array) for array in ARRAYS[subject]} | others
    return Observation({array: tuple(ones) for array, ones in cases.items()})


def named(check: str, subject: str, *failures: Message, **others: list[Case]) -> list[str]:
    """Return the slugs of what failures of a check show."""
    findings = explain(observed(subject, **others), check, subject, failures)
    return [finding.slug for finding in findings]


def spoilt(subject: str, array: str, by: float = 0.5) -> list[Case]:
    """Return cases of an array that are all off by a number that no formula explains."""
    rng = np.random.default_rng(8)
    return [
        replace(case, actual=case.numbers + by * rng.standard_normal(case.right.shape))
        for case in right_cases(subject, array)
    ]


MEMORY = [
    ("forward_stale", "stale_memory"), ("backward_stale", "stale_memory"), ("step_stale", "stale_memory"),
    ("backward_differs", "backward_spoils_memory"), ("shared", "instances_share"), ("step_shared", "instances_share"),
]  # fmt: skip


@pytest.mark.parametrize(("id_", "slug"), MEMORY)
def test_memory_is_blamed_where_nothing_else_can_be(id_: str, slug: str) -> None:
    """A layer whose first answers are right remembers too much; one that is wrong may only seem to."""
    failure = message(id_)
    assert named("linear.state", "Linear", failure) == [slug]
    for array in ("value", "dx"):
        assert named("linear.state", "Linear", failure, **{array: spoilt("Linear", array)}) == []


def test_a_step_at_rest_is_no_memory() -> None:
    """A parameter that moves at a learning rate of zero makes later answers differ as well."""
    moving = [
        replace(case, actual=case.right) if case.at_rest else case
        for case in right_cases("Linear", "dw")
    ]
    assert named("linear.state", "Linear", message("step_stale"), dw=moving) == []
    assert named("sigmoid.state", "Sigmoid", message("backward_differs")) == ["backward_spoils_memory"]  # fmt: skip


@pytest.mark.parametrize(
    ("check", "failures", "slug"),
    [
        ("linear.state", [message("changed", what="x")], "mutates_argument"),
        ("linear.state", [message("changed", what="the output of forward")], "mutates_argument"),
        ("linear.state", [message("overwritten")], "returns_aliased_buffer"),
        ("linear.init", [message("parameter_count", got=6, wanted=8),
                         message("bias_not_left_out", got=8, wanted=6)], "bias_flag_inverted"),
        ("linear.init", [message("parameter_count", got=6, wanted=8)], "bias_not_used"),
        ("linear.init", [message("bias_not_left_out", got=8, wanted=6)], "bias_flag_ignored"),
        ("linear.init", [message("weights_not_distinct")], "symmetric_init"),
        ("linear.init", [message("weights_not_centred")], "init_not_centred"),
        ("linear.forward", [message("returned_nan")], "overflow_nan"),
        ("linear.backward.input", [message("returned_kind", kind="tuple")], "returns_tuple"),
        ("linear.forward", [message("returned_none")], "return_missing"),
    ],
)  # fmt: skip
def test_a_message_shows_its_mistake(check: str, failures: list[Message], slug: str) -> None:
    """What was seen has one explanation."""
    assert named(check, "Linear", *failures) == [slug]


@pytest.mark.parametrize(
    ("check", "failures"),
    [
        ("linear.init", [message("parameter_count", got=7, wanted=8)]),
        ("linear.init", [message("bias_not_left_out", got=2, wanted=6)]),
        ("linear.init", [message("weights_not_distinct"), message("parameter_count", got=7, wanted=8)]),
        ("linear.state", [message("returned_nan")]),
        ("linear.backward.input", [message("returned_kind", kind="dict")]),
        ("linear.state", []),
    ],
)  # fmt: skip
def test_a_message_that_may_mean_several_mistakes_shows_none(
    check: str, failures: list[Message]
) -> None:
    """Where the test of a symptom does not hold, nothing is claimed."""
    assert named(check, "Linear", *failures) == []


def test_a_parameter_that_never_moves_is_named_where_all_parts_say_so() -> None:
    """One part alone may have had nothing to move."""
    failure = message("not_updated", name="w")
    still = [
        replace(case, actual=np.zeros_like(case.right)) for case in right_cases("Linear", "dw")
    ]
    gone: dict[str, list[Case]] = {"dw": [], "db": []}
    slugs = named("linear.backward.weights", "Linear", failure, failure, **gone)
    assert slugs == ["parameter_not_updated"]
    assert named("linear.backward.weights", "Linear", failure, **gone) == []
    assert named("linear.backward.weights", "Linear", failure, dw=still) != []


def ends(small: float, large: float) -> list[Message]:
    return [message("ends_too_small", got=small), message("ends_too_large", got=large)]


@pytest.mark.parametrize("subject", ["CrossEntropy", "BinaryCrossEntropy"])
@pytest.mark.parametrize("added", [False, True])
def test_a_guard_that_is_too_large_shows_at_both_ends(subject: str, added: bool) -> None:
    """The losses of a right and of a wrong prediction follow from one and the same small number."""
    eps = 0.01
    right = -np.log(1 + eps) if added else -np.log(1 - eps)
    wrong = -np.log(eps)
    small = (wrong + right) / 2 if subject == "BinaryCrossEntropy" else wrong
    check = f"{'bce' if subject == 'BinaryCrossEntropy' else 'cross_entropy'}.ends"
    assert named(check, subject, *ends(small, right)) == ["guard_too_large"]
    assert named(check, subject, *ends(1.5 * small, right)) == []
    assert named(check, subject, ends(small, right)[0]) == []
    nan = message("returned_nan")
    assert named(check, subject, nan) == ["ends_not_finite"]


def test_a_guard_may_show_in_the_value_as_well() -> None:
    """A loss that is the right one with such a guard is right but for it; any other is not."""
    eps = 0.01
    failures = ends(-np.log(eps), -np.log(1 + eps))
    guarded = with_mistake(
        right_cases("CrossEntropy", "value"),
        lambda c: np.array([-np.sum(c.t * np.log(c.y + eps)) / c.n]),
    )
    assert named("cross_entropy.ends", "CrossEntropy", *failures, value=guarded) == ["guard_too_large"]  # fmt: skip
    other = spoilt("CrossEntropy", "value")
    assert named("cross_entropy.ends", "CrossEntropy", *failures, value=other) == []


# ---- numbers that nothing explains ----


def test_numbers_that_no_formula_gives_are_told_by_their_worst_entry() -> None:
    """The trials that are right are counted, and those that are wrong are named."""
    cases = right_cases("Linear", "dx")
    first = cases[0].trial
    odd = [
        replace(case, actual=case.numbers + np.eye(*case.right.shape))
        if case.trial == first
        else case
        for case in cases
    ]
    [finding] = explain(
        observed("Linear", dx=odd), "linear.backward.input", "Linear", [message("wrong_gradient")]
    )
    assert finding.slug == "unexplained"
    assert finding.values["trials"] == (first,)
    assert finding.values["fits"] == len({case.trial for case in cases}) - 1


def test_shapes_that_no_formula_gives_are_not_told_again() -> None:
    """A wrong shape that has no name is left to the check's own message."""
    failure = message("returned_shape")
    wrong = [replace(case, actual=np.zeros(3)) for case in right_cases("Linear", "dx")]
    assert named("linear.backward.input", "Linear", failure, dx=wrong) == []
    assert named("linear.backward.input", "Linear", message("wrong_gradient"), dx=wrong) == []
    assert named("linear.backward.input", "Linear", message("wrong_gradient"), dx=[]) == []
    assert named("linear.backward.input", "Linear", message("wrong_gradient")) == []


def test_a_transposed_gradient_is_named_by_its_shape() -> None:
    """What came of the wrong shape may be the array of a known mistake."""
    cases = with_mistake(right_cases("Linear", "dx"), Formula("right.T"))
    slugs = named("linear.backward.input", "Linear", message("returned_shape"), dx=cases)
    assert slugs == ["dx_transposed"]


@pytest.mark.parametrize(
    ("compute", "slug"),
    [
        (lambda c: c.n * c.right, "dw_times_n"),
        (lambda c: 2.5 * c.right, "dw_scaled"),
        (lambda c: 0.1 * c.right / c.lr, "dw_lr_ignored"),
        (lambda c: c.n * c.lr * c.right, "dw_times_n+times_lr"),
        (lambda c: 2.5 * c.x.T @ np.sign(c.g), "unexplained"),
    ],
)
def test_a_factor_of_the_right_array_is_named(compute: Callable[[Case], Array], slug: str) -> None:
    """A gradient that is the right one times a number is that number's mistake."""
    cases = with_mistake(right_cases("Linear", "dw"), compute)
    assert named("linear.backward.weights", "Linear", message("wrong_step"), dw=cases) == [slug]
