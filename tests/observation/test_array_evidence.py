"""Two arrays as evidence: cut around the worst entry, rounded, and as JSON has them."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from grader.checks.base import part
from grader.expect import DOUBLE, mismatch, same
from grader.model import Failure, Item, Outcome, Part, Verdict
from grader.numeric import Array
from grader.observation import array_evidence
from grader.pipeline import outcomes

ITEM = Item("linear.backward.input", 1.0, "All", 10.0)


def wrong(wanted: Array, given: Array, id_: str = "wrong_gradient", **values: Any) -> Failure:
    """The failure that two arrays make."""
    with pytest.raises(Failure) as caught:
        same(wanted, given, DOUBLE, id_, **{"array": "dx", "trial": "a batch", **values})
    return caught.value


def pair(wanted: Array, given: Array, **values: Any) -> dict[str, Any]:
    found: dict[str, Any]
    [found] = array_evidence.evidence([wrong(wanted, given, **values)])["arrays"]
    return found


@pytest.mark.parametrize(
    "shape", [(40, 30), (12, 12), (13, 2), (1, 20), (5,), (20,), (6, 4, 5), ()]
)
def test_the_worst_entry_is_in_the_cut(shape: tuple[int, ...]) -> None:
    """Whatever the shape and the place, at most 12 by 12 entries are shown, the worst among them."""
    rng = np.random.default_rng(1)
    for _ in range(20):
        wanted = np.array(rng.standard_normal(shape))
        given = np.array(wanted + 0.001)
        given[tuple(rng.integers(n) for n in shape)] += 10.0
        found = pair(wanted, given)
        mine, theirs = np.array(found["given"]), np.array(found["numeric"])
        assert mine.shape == theirs.shape
        assert max(mine.shape) <= array_evidence.SIDE
        away = np.abs(mine - theirs)
        assert tuple(found["worst"]) == np.unravel_index(away.argmax(), away.shape)
        assert away.max() == pytest.approx(10.001, abs=1e-4)


def test_numbers_are_rounded_and_others_are_null() -> None:
    """Six significant digits are kept; NaN and infinity are null, and it is all JSON."""
    found = pair(np.array([[1.23456789, 2.0, 3.0]]), np.array([[-1234567.89, math.nan, math.inf]]))
    assert found["given"] == [[-1234570.0, None, None]]
    assert found["numeric"] == [[1.23457, 2.0, 3.0]]
    assert found["worst"] == [0, 1]
    assert json.loads(json.dumps(found, allow_nan=False)) == found


def test_gradients_alone_are_shown_and_at_most_two() -> None:
    """Of several failures the first two about gradients count; others show no arrays."""
    one, zero = np.ones((2, 2)), np.zeros((2, 2))
    failures = [
        Failure("returned_none", who="x"),
        wrong(one, zero, "wrong_value"),
        wrong(one, zero, trial="first"),
        wrong(one, 2 * one, "wrong_step", trial="second", array="of layers[0].w"),
        wrong(one, zero, trial="third"),
    ]
    found = array_evidence.evidence(failures)["arrays"]
    assert [(entry["trial"], entry["name"]) for entry in found] == [
        ("first", "dx"),
        ("second", "gradient of layers[0].w"),
    ]
    assert dict(array_evidence.evidence(failures[:2])) == {}


def test_a_bound_is_not_shown_as_a_gradient() -> None:
    """Where what was wanted only bounds what is right, nothing is set beside the answer."""
    one, holds = np.ones((2, 2)), np.zeros((2, 2), bool)
    failure = mismatch(one, -one, holds, "wrong_gradient", compares=False, array="dx")
    assert dict(array_evidence.evidence([failure])) == {}


def test_what_a_student_called_an_array_is_harmless() -> None:
    """A name and a trial are short text without control characters."""
    found = pair(np.ones(2), np.zeros(2), array="of \x1b[31m" + "x" * 500, trial="a\nb\u202e")
    assert len(found["name"]) <= 100
    assert (found["name"] + found["trial"]).isprintable()


def holding(parts: Sequence[Part], **more: Any) -> Outcome:
    """Return what a check with such parts returns, before its verdict is settled."""
    return Outcome(ITEM, Verdict.PASSED, 1.0, parts=tuple(parts), **more)


def test_outcomes_carry_the_arrays_beside_other_evidence() -> None:
    """A check that fails whole, or in parts, shows them; one that holds shows none."""
    failure = wrong(np.ones((2, 2)), np.zeros((2, 2)))

    def fail() -> None:
        raise failure

    whole = outcomes.failed(ITEM, failure)
    parts = [part("one", fail), part("other", lambda: None)]
    partly = outcomes.with_verdict(holding(parts, evidence={"steps": 3}))
    assert partly.evidence["steps"] == 3
    assert partly.evidence["arrays"] == whole.evidence["arrays"]
    assert len(whole.evidence["arrays"]) == 1
    assert dict(outcomes.with_verdict(holding(parts[1:])).evidence) == {}
