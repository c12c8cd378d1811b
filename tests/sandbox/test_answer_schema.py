"""The schema of answers: whatever the interpreter never sends is rejected before a check reads it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.sandbox.answer_schema import VALUES, fits
from grader.sandbox.child.interpreter import ANSWERING


@pytest.mark.parametrize(
    ("instruction", "answer"),
    [
        (["import", "_", "a.py", 1], {"value": []}),
        (["import", "_", "a.py", 1], {"skipped": "x"}),
        (["put", "_", 1, "C"], {"value": 1}),
        (["methods", "_", {"$": "m"}], {"value": [[]]}),
        (["methods", "_", {"$": "m"}], {"value": [1]}),
        (["perturb_arrays", "_", {"$": "m"}, [], "y"], {"value": []}),
        (["bind", "_", {"MSE": []}, {}], {"value": {"Another": []}}),
        (["kind", "_", {"$": "m"}], {"value": {"type": "a", "is": [], "size": 2**64 - 1}}),
    ],
)
def test_an_answer_of_another_form_is_rejected(instruction: list[Any], answer: Any) -> None:
    """Whatever a child sends in the machine's place is known by its form, before any check reads it."""
    assert not fits(instruction, answer)


def test_every_answer_has_a_schema() -> None:
    """The machine's list of answering instructions and the host side's forms are one."""
    assert set(VALUES) == ANSWERING


ARRAY = {"path": [["attr", "w"]], "array": np.zeros(2), "dtype": "<f8"}


@pytest.mark.parametrize(
    "part",
    [[{"value": 1}, None], [], [None], ["text", None], [[ARRAY], None], [None, np.zeros(2)], 1],
)
def test_a_look_at_edits_answers_with_arrays_alone(part: Any) -> None:
    """Each place that is asked for has an array, where arrays are listed a list of them, or nothing."""
    program = [["put", "r", 1], ["read", "_", {"$": "r"}], ["arrays", "_", {"$": "r"}]]
    look = ["look_at_edits", "_", "MSE", "forward", [""], program, [1, 2]]
    for right in (None, [None, None], [np.zeros(3), [ARRAY]], [np.zeros((2, 1)), []]):
        assert fits(look, {"value": [right]})
    assert not fits(look, {"value": [part]})
