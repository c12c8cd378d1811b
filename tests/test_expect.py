"""Comparisons: what agrees, what does not, and that NaN always loses."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader import expect
from grader.expect import DOUBLE, EXACT, EXACT_SINGLE, SINGLE, Tolerance
from grader.model import Failure
from grader.numeric import STEP, STEP_SINGLE

TOLERANCES = [DOUBLE, SINGLE, EXACT, EXACT_SINGLE]
SHAPES = hnp.array_shapes(min_dims=1, max_dims=2, max_side=6)
NUMBERS = st.floats(-100, 100, allow_subnormal=False)


def described(value: Any, kind: str = "array") -> dict[str, Any]:
    """What the child side says of a value."""
    return {"kind": kind, "type": type(value).__name__, "value": np.asarray(value)}


@pytest.mark.parametrize("tolerance", TOLERANCES)
@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_nan_and_infinity_never_agree(tolerance: Tolerance, bad: float) -> None:
    """Where either side is NaN or infinite the entry fails; of a given array only that one."""
    numbers, spoiled = np.array([1.0, 2.0, 3.0]), np.array([1.0, bad, 3.0])
    assert tolerance.holds(numbers, spoiled).tolist() == [True, False, True]
    assert not tolerance.holds(spoiled, numbers)[1]
    assert not tolerance.holds(spoiled, spoiled)[1]


@given(hnp.arrays(np.float64, SHAPES, elements=NUMBERS), st.sampled_from(TOLERANCES))
def test_an_array_agrees_with_itself(values: np.ndarray, tolerance: Tolerance) -> None:
    """No array of numbers is ever found to differ from itself."""
    assert tolerance.holds(values, values).all()


@settings(max_examples=200)
@given(
    hnp.arrays(np.float64, SHAPES, elements=NUMBERS),
    st.integers(0, 35),
    st.sampled_from([-5e-4, 5e-4]),
)
def test_error_of_one_in_two_thousand_is_noticed(values: np.ndarray, at: int, error: float) -> None:
    """A relative error of 0.05 % in one entry, at least 1/1000 of the largest, is noticed."""
    largest, place = np.abs(values).max(), np.unravel_index(at % values.size, values.shape)
    if not abs(values[place]) >= max(1e-3 * largest, 1e-6):
        return
    wrong = values.copy()
    wrong[place] *= 1 + error
    holds = DOUBLE.holds(values, wrong)
    assert not holds[place]
    assert holds.sum() == holds.size - 1


@pytest.mark.parametrize(
    ("tolerance", "step", "epsilon"),
    [(DOUBLE, STEP, 2.0**-52), (SINGLE, STEP_SINGLE, 2.0**-23)],
)
def test_tolerance_is_above_the_noise(tolerance: Tolerance, step: float, epsilon: float) -> None:
    """The tolerance is ten times what truncation and rounding of the differences can add up to."""
    noise = step**2 / 6 + epsilon / step  # of a function whose third derivative is as its first
    assert 10 * noise <= tolerance.of_largest
    assert tolerance.of_largest < 2e-3


@pytest.mark.parametrize(
    ("wanted", "given"), [(0.1, 0.1 + 1e-9), (36 / 41, float(np.float32(36 / 41))), (1.0, 2.0)]
)
def test_numbers_that_are_compared_are_shown_different(wanted: float, given: float) -> None:
    """Two numbers, and two arrays, that are not the same are never written alike."""
    one, other = expect.pair(wanted, given)
    assert one != other
    tables = expect.texts_of_arrays(np.array([[wanted, 1.0]]), np.array([[given, 1.0]]))
    assert tables[0] != tables[1]
    assert expect.pair(1.0, 2.0) == ("1", "2")


def test_scale_widens_for_what_cancels() -> None:
    """A zero that was computed from large numbers may carry their rounding, no more."""
    zero, rounding = np.zeros(2), np.full(2, 1e-8)
    assert not DOUBLE.holds(zero, rounding).any()
    assert DOUBLE.holds(zero, rounding, scale=1.0).all()
    assert not DOUBLE.holds(zero, np.full(2, 1e-6), scale=1.0).any()


@pytest.mark.parametrize(
    ("given_value", "id_", "usable"),
    [
        ({"kind": "none", "type": "NoneType"}, "returned_none", False),
        ({"kind": "other", "type": "dict"}, "returned_kind", False),
        (described(np.array([1j])), "returned_kind", False),
        (described(np.array([True])), "returned_kind", False),
        (described(np.ones(3)), "returned_shape", False),
        (described(np.ones((1, 2))), "returned_shape", False),
        (described(np.array([1.0, np.nan])), "returned_nan", True),
        (described(np.array([np.inf, 1.0])), "returned_nan", True),
    ],
)
def test_what_is_no_array(given_value: dict[str, Any], id_: str, usable: bool) -> None:
    """Kind and shape come before values; a wrong shape keeps what builds on it from being asked."""
    with pytest.raises(Failure) as caught:
        expect.array(given_value, "Linear.forward", (2,))
    assert (caught.value.message.id, caught.value.usable) == (id_, usable)
    assert caught.value.values["who"] == "Linear.forward"


def message_of(caught: pytest.ExceptionInfo[Failure]) -> tuple[str, dict[str, Any]]:
    """Return the id and the values of a failure's message, without who returned it."""
    values = dict(caught.value.message.values)
    assert values.pop("who") == "TLNN.forward"
    return caught.value.message.id, values


@pytest.mark.parametrize(
    ("answers", "id_", "values"),
    [
        (np.ones((50, 100, 2)), "returned_shape", {"got": "(100, 2)", "wanted": "(100, 1)"}),
        (np.ones((50, 100)), "returned_shape", {"got": "(100,)", "wanted": "(100, 1)"}),
        (np.ones(50), "returned_number", {"wanted": "(100, 1)"}),
        (np.full((50, 100, 1), np.nan), "returned_nan", {"count": 100, "of": 100}),
    ],
)
def test_many_answers_are_told_as_one(
    answers: np.ndarray, id_: str, values: dict[str, Any]
) -> None:
    """Where many calls answered, the message is about one of them: the student knows no stack."""
    with pytest.raises(Failure) as caught:
        expect.stacked(described(answers), "TLNN.forward", (50,), (100, 1))
    assert message_of(caught) == (id_, values)


def test_right_answers_come_back_stacked() -> None:
    """Answers of the right shape come back as one array."""
    answers = np.arange(6.0).reshape(2, 3, 1)
    assert np.array_equal(expect.stacked(described(answers), "f", (2,), (3, 1)), answers)
    with pytest.raises(Failure, match="returned_shape"):
        expect.stacked(described(answers), "f", (3,), (3, 1))


def test_answers_of_a_sweep_are_told_as_one() -> None:
    """Answers that lie along two axes are told of as one answer, too."""
    answers = np.ones((6, 2, 5, 3))
    answers[1, 1, 2] = np.nan
    with pytest.raises(Failure) as caught:
        expect.stacked(described(answers), "TLNN.forward", (6, 2), (5, 3))
    assert message_of(caught) == ("returned_nan", {"count": 3, "of": 15})


def test_a_number_is_no_array_of_shape_nothing() -> None:
    """A number instead of an array is called a number, and an array instead of one an array."""
    with pytest.raises(Failure) as caught:
        expect.array(described(2.0, "number"), "TLNN.forward", (5, 1))
    assert message_of(caught) == ("returned_number", {"wanted": "(5, 1)"})
    shape = expect.wrong_shape("TLNN.cal_loss", (), (5, 1))
    assert (shape.message.id, shape.values["got"]) == ("returned_not_scalar", "(5, 1)")


def test_integers_and_lists_are_arrays() -> None:
    """An answer of integers or in a list is taken as floats."""
    taken = expect.array(described([1, 2], "list"), "f", (2,))
    assert taken.dtype == np.float64
    assert taken.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("value", [2, 2.0, np.array(2.0), np.array([2.0]), np.array([[2.0]])])
def test_one_number(value: Any) -> None:
    """A loss may be a number, or an array with one entry."""
    assert expect.scalar(described(value, "number"), "MSE.forward") == 2.0


@pytest.mark.parametrize(
    ("value", "id_"),
    [(np.ones(2), "returned_not_scalar"), (np.ones(0), "returned_not_scalar"),
     (math.nan, "returned_nan"), (math.inf, "returned_nan")],
)  # fmt: skip
def test_what_is_no_number(value: Any, id_: str) -> None:
    """An array of losses, NaN and infinity are no loss."""
    with pytest.raises(Failure) as caught:
        expect.scalar(described(value), "MSE.forward")
    assert caught.value.message.id == id_


def test_the_worst_entry_is_told() -> None:
    """The message names the entry that is furthest off, and how many are wrong; NaN is furthest."""
    wanted = np.array([[1.0, 2.0], [3.0, 4.0]])
    with pytest.raises(Failure) as caught:
        expect.same(wanted, np.array([[1.0, 2.5], [9.0, 4.0]]), DOUBLE, "wrong_value")
    values = caught.value.values
    assert (values["where"], values["wanted"], values["got"]) == ("(1, 0)", "3", "9")
    assert (values["wrong"], values["of"]) == (2, 4)
    with pytest.raises(Failure) as caught:
        expect.same(wanted, np.array([[1.0, np.nan], [9.0, 4.0]]), DOUBLE, "wrong_value")
    assert (caught.value.values["where"], caught.value.values["got"]) == ("(0, 1)", "nan")


def test_a_place_in_a_row_of_numbers_is_one_index() -> None:
    """A place has as many indices as the array has axes, and no stray comma."""
    assert expect.text_of_place((2, 0)) == "(2, 0)"
    assert expect.text_of_place((int(np.argmax(np.eye(9)[8])),)) == "[8]"
    with pytest.raises(Failure) as caught:
        expect.same(np.zeros(9), np.eye(9)[8], DOUBLE, "wrong_step")
    assert caught.value.values["where"] == "[8]"
