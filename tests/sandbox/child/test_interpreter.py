"""The machine: runs the examiner's programs, and turns whatever a student's code does into data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from grader.sandbox.child.interpreter import Interpreter
from grader.sandbox.child.serialize import describe, explain, find_arrays

SOURCE = b"""
import numpy as np
class Linear:
    def __init__(self, n):
        self.w = np.eye(n)
        self.deep = {'b': [np.zeros(n)]}
    def forward(self, x):
        self.seen = x
        return x @ self.w + self.deep['b'][0]
    def fails(self):
        raise ValueError('no')
def ragged(n): return np.zeros(n)
count = [0]
def growing():
    count[0] += 1
    return np.zeros(count[0])
"""


@pytest.fixture
def interpreter() -> Iterator[Interpreter]:
    """A machine with a small submission in it."""
    interpreter = Interpreter()
    names = {"Linear": ["Dense"], "growing": [], "train": []}
    lines: list[list[Any]] = [
        ["load", "_", {"layers.py": SOURCE}, "x"],
        ["import", "_", "layers.py", 5.0],
        ["bind", "_", names, {}],
    ]
    assert interpreter.run(lines)[:2] == [None, None]
    yield interpreter
    interpreter.library and __import__("sys").meta_path.remove(interpreter.library)
    __import__("sys").modules.pop("handed_in.layers", None)


def ask(interpreter: Interpreter, program: Sequence[Sequence[Any]]) -> list[Any]:
    """Run a program; return its answers, of which a test knows the shape."""
    return list(interpreter.run(program))


def test_a_program_answers_line_by_line(interpreter: Interpreter) -> None:
    """Only what asks is answered with a value; the rest with nothing."""
    answers = ask(interpreter, [
        ["new", "a", "Linear", [2], {}], ["put", "x", np.ones((1, 2))],
        ["call", "y", {"$": "a"}, "forward", [{"$": "x"}], {}], ["read", "_", {"$": "y"}],
    ])  # fmt: skip
    assert answers[:3] == [None] * 3
    assert np.array_equal(answers[3]["value"]["value"], np.ones((1, 2)))


def test_an_error_skips_what_needs_it(interpreter: Interpreter) -> None:
    """What fails says so once; what needs its result names the register, and the rest goes on."""
    answers = ask(interpreter, [
        ["new", "a", "Linear", [2], {}], ["call", "b", {"$": "a"}, "fails", [], {}],
        ["read", "_", {"$": "b"}], ["read", "_", {"$": "a"}],
    ])  # fmt: skip
    assert answers[1]["error"]["type"] == "ValueError"
    assert answers[1]["error"]["line"] == 11
    assert answers[2] == {"skipped": "b"}
    assert answers[3]["value"]["kind"] == "other"


def test_a_missing_name_is_an_error(interpreter: Interpreter) -> None:
    """A class that the submission lacks is an error of its own kind."""
    assert ask(interpreter, [["new", "a", "train", [], {}]])[0]["error"] == {
        "type": "Missing",
        "text": "train",
    }


def test_a_failed_line_leaves_no_old_value(interpreter: Interpreter) -> None:
    """A register keeps nothing of an earlier program where the new line failed."""
    ask(interpreter, [["put", "a", 1]])
    assert ask(interpreter, [["new", "a", "train", [], {}], ["read", "_", {"$": "a"}]])[1] == {
        "skipped": "a"
    }


def test_arrays_are_listed_and_assigned(interpreter: Interpreter) -> None:
    """Float arrays are found through attributes and containers, and can be written in place."""
    ask(interpreter, [["new", "a", "Linear", [2], {}]])
    arrays = ask(interpreter, [["arrays", "_", {"$": "a"}]])[0]["value"]
    assert [entry["path"] for entry in arrays] == [
        [["attr", "w"]],
        [["attr", "deep"], ["item", 0], ["item", 0]],
    ]
    ask(
        interpreter,
        [
            ["assign", "_", {"$": "a"}, arrays[1]["path"], np.ones(2)],
            ["put", "x", np.zeros((1, 2))],
        ],
    )
    answers = ask(
        interpreter,
        [["call", "y", {"$": "a"}, "forward", [{"$": "x"}], {}], ["read", "_", {"$": "y"}]],
    )
    assert np.array_equal(answers[1]["value"]["value"], np.ones((1, 2)))


def test_each_entry_is_perturbed(interpreter: Interpreter) -> None:
    """Up and down for every entry, and everything is as it was afterwards."""
    call = ["call", "y", {"$": "a"}, "forward", [{"$": "x"}], {}]
    ask(interpreter, [["new", "a", "Linear", [2], {}], ["put", "x", np.zeros((1, 2))]])
    answers = ask(interpreter, [
        ["perturb_entries", "s", {"$": "x"}, 0.5, [call], "y"], ["read", "_", {"$": "s"}], ["read", "_", {"$": "x"}],
        ["perturb_entries", "t", [{"$": "a"}, [["attr", "w"]]], 0.5, [call], "y"], ["read", "_", {"$": "t"}],
        ["arrays", "_", {"$": "a"}],
    ])  # fmt: skip
    assert answers[1]["value"]["value"].shape == (2, 2, 1, 2)
    assert answers[1]["value"]["value"][0].tolist() == [[[0.5, 0.0]], [[-0.5, 0.0]]]
    assert not answers[2]["value"]["value"].any()
    assert answers[4]["value"]["value"].shape == (4, 2, 1, 2)
    assert np.array_equal(answers[5]["value"][0]["array"], np.eye(2))


def test_results_of_different_shapes_are_an_error(interpreter: Interpreter) -> None:
    """Rounds of different shapes are an error, not a crash."""
    body = [["new", "g", "growing", [], {}]]
    assert ask(interpreter, [["repeat", "r", 3, body, ["g"]]])[0]["error"]["type"] == "Ragged"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "none"), (1, "number"), (True, "number"), (2.5, "number"), (np.float32(1), "array"),
        (np.zeros(3), "array"), (np.ma.array([1.0]), "array"), ([1, 2], "list"), ((1, 2), "list"),
        ([[1], [2, 3]], "other"), ("text", "text"), ({}, "other"), (object(), "other"), (lambda: 0, "other"),
        (np.zeros(1_000_001), "huge"), (np.array(["a"]), "other"), (np.array([None]), "other"), (2**70, "other"),
        (np.zeros(2, np.longdouble), "array"), (1j, "other"), (np.zeros((1,) * 9), "huge"),
    ],
)  # fmt: skip
def test_values_are_described(value: Any, kind: str) -> None:
    """Whatever a student returns has a kind, and only plain values travel."""
    assert describe(value)["kind"] == kind


class Liar(np.ndarray):
    """An array that lies whenever Python asks it something."""

    __hash__ = None

    def __eq__(self, other: object) -> Any:
        return True

    def __array_finalize__(self, other: Any) -> None:
        self.fake = 1

    def __array_ufunc__(self, *_: Any, **__: Any) -> Any:
        return np.zeros(3)


def test_a_subclass_of_array_becomes_a_plain_array() -> None:
    """A subclass cannot answer for itself: its buffer is what travels."""
    value = describe(np.ones(3).view(Liar))["value"]
    assert type(value) is np.ndarray
    assert value.tolist() == [1.0, 1.0, 1.0]


class Mute(Exception):
    """An exception that raises when asked for its text."""

    def __str__(self) -> str:
        raise SystemExit


def test_an_exception_without_a_text_has_a_type() -> None:
    """Its kind is still told."""
    assert explain(Mute())["type"] == "Mute"


def test_circles_are_walked_once() -> None:
    """Circles and wide containers are walked once, and no further than some number of arrays."""
    node: list[Any] = [np.ones(1) for _ in range(1000)]
    node.append(node)
    assert 0 < len(find_arrays(node)) <= 200


def test_a_number_in_the_place_of_an_array_cannot_be_assigned_to(interpreter: Interpreter) -> None:
    """What was an array may be a number by now: that is the student's error, not the machine's."""
    layer = ask(interpreter, [["new", "a", "Linear", [2], {}], ["put", "s", 1.0]])
    assert layer == [None, None]
    interpreter.registers["a"].w = np.float64(2.0)
    [answer] = ask(interpreter, [["assign", "_", {"$": "a"}, [["attr", "w"]], np.ones(2)]])
    assert answer["error"]["type"] == "AttributeError"


def test_an_edited_method_lasts_until_its_own_comes_back(interpreter: Interpreter) -> None:
    """Under every name of the class, and without a new object; a method that is not there is an error."""
    text = "def forward(self, x):\n    return x * 0 + 7.0"
    call: list[Any] = [
        ["call", "y", {"$": "a"}, "forward", [np.ones((1, 2))], {}],
        ["read", "_", {"$": "y"}],
    ]
    new: list[Any] = ["new", "a", "Linear", [2], {}]
    edited = ask(interpreter, [new, ["use_method", "_", "Linear", "forward", text], *call])[-1]
    own = ask(interpreter, [["use_method", "_", "Linear", "forward", ""], *call])[-1]
    assert edited["value"]["value"].tolist() == [[7.0, 7.0]]
    assert own["value"]["value"].tolist() == [[1.0, 1.0]]
    [absent] = ask(interpreter, [["use_method", "_", "Linear", "backward", text]])
    assert absent["error"]["type"] == "Missing"
