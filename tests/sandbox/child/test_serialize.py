"""A student's objects are described as data, and their arrays are found wherever they stand."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pytest

from grader.sandbox.child import serialize
from grader.sandbox.child.absent_packages import AbsentPackage
from grader.sandbox.child.alarm import Late
from grader.sandbox.child.serialize import ListArray, find_arrays, follow_path
from grader.sandbox.child.source_text import Undecodable


class Slotted:
    """An object whose arrays stand in slots, in its class, and in what a function keeps."""

    __slots__ = ("unset", "w")
    table: ClassVar = [[1.0, 2.0], [3.0, 4.0]]

    def __init__(self) -> None:
        self.w = np.zeros(3)


def remembers() -> Any:
    """Return a function that keeps an array, and has a variable that is never assigned."""
    kept = np.ones(2)
    if kept.size > 5:
        later = kept

    def function() -> Any:
        return kept, later

    return function


@pytest.mark.parametrize(
    ("target", "paths"),
    [
        (Slotted(), [[["attr", "w"]], [["attr", "table"]]]),
        (remembers(), [[["free", "kept"]]]),
        ({"a": [np.zeros(2), 1], "b": (np.zeros(3),)}, [[["item", 0], ["item", 0]], [["item", 1], ["item", 0]]]),
        ([np.zeros(0), np.zeros(2, int), np.zeros((1,) * 9), "text"], []),
        ([0.5, 1.5], [[]]),
        ([[0.5], [1.5, 2.5]], [[["item", 0]], [["item", 1]]]),
        ([np.zeros(serialize.MAX_TOTAL_ENTRIES), np.zeros(2)], [[["item", 0]]]),
    ],
)  # fmt: skip
def test_arrays_are_found_wherever_they_stand(target: Any, paths: list[Any]) -> None:
    """Nearest first, lists of floats among them; no more entries than any network has."""
    arrays = find_arrays(target)
    assert [path for path, _ in arrays] == paths
    for path, array in arrays:
        assert np.array_equal(np.asarray(follow_path(target, path)), np.asarray(array))


def test_a_view_of_an_array_is_no_second_one() -> None:
    """A transposed copy of the name moves with the array that it shows."""
    array = np.zeros((2, 3))
    assert len(find_arrays({"w": array, "t": array.T})) == 1


def test_a_path_may_go_very_deep_but_not_without_end() -> None:
    """What a network holds is near; a chain of objects is left alone."""
    chain: Any = np.zeros(2)
    for _ in range(serialize.MAX_DEPTH + 1):
        chain = [chain]
    assert find_arrays(chain) == []


def test_a_list_of_floats_is_written_to_like_an_array() -> None:
    """The student's own list changes in place, as a whole and entry by entry."""
    rows = [[1.0, 2.0], [3.0, 4.0]]
    array = ListArray(rows)
    assert (array.shape, array.size, array.flat[2]) == ((2, 2), 4, 3.0)
    array[...] = np.zeros((2, 2))
    assert rows == [[0.0, 0.0], [0.0, 0.0]]
    array.flat[3] = 7.0
    assert rows == [[0.0, 0.0], [0.0, 7.0]]
    assert np.asarray(array, np.float32).dtype == np.float32


def test_many_variables_are_divided_so_that_all_are_looked_at() -> None:
    """No container has more entries than a search goes through."""
    values = {f"v{k}": np.zeros(1) for k in range(2 * serialize.MAX_CHILDREN + 1)}
    chunks = serialize.in_chunks(values)
    assert [len(chunk) for chunk in chunks] == [serialize.MAX_CHILDREN] * 2 + [1]
    assert len(find_arrays(chunks)) == len(values)


class Layer:
    """Has methods of every kind."""

    size = 3

    def forward(self, x: Any) -> Any:
        """Not listed: the contract knows it."""

    def step(self, lr: float, *more: Any, fast: bool = False, **rest: Any) -> None:
        """Listed with its parameters."""

    fit = print


def test_methods_are_listed_with_their_parameters() -> None:
    """What takes anything further is called so, and what Python cannot describe is left out."""
    methods = dict(serialize.list_methods(Layer()))
    assert methods["step"] == [
        ["lr", True, True], ["*args", False, True], ["fast", False, False], ["**kwargs", False, True],
    ]  # fmt: skip
    assert "forward" not in methods
    assert "size" not in methods


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ValueError("wrong"), {"type": "ValueError", "text": "wrong"}),
        (Late(), {"type": "LateError"}),
        (type("Missing", (Exception,), {})("x"), {"type": "MissingError", "text": "x"}),
        (OSError(f"{serialize.PYTHON_FOLDERS[0]}os.py"), {"text": "os.py"}),
    ],
)
def test_an_error_is_its_type_and_its_text(error: BaseException, expected: dict[str, Any]) -> None:
    """Names that are the grader's own are never a student's, and no path of this machine is told."""
    explanation = serialize.explain(error)
    assert {key: explanation[key] for key in expected} == expected


def test_an_error_names_the_last_line_of_the_submission() -> None:
    """Files of the machine in between are passed over; a wrong text names its own line."""
    code = compile("def f():\n    return 1 / 0\n", "layers.py", "exec")
    names: dict[str, Any] = {}
    exec(code, names)
    with pytest.raises(ZeroDivisionError) as raised:
        names["f"]()
    explanation = serialize.explain(raised.value)
    assert (explanation["file"], explanation["line"], explanation["function"]) == (
        "layers.py",
        2,
        "f",
    )
    with pytest.raises(SyntaxError) as wrong:
        compile("x = 1\ny = (", "network.py", "exec")
    explanation = serialize.explain(wrong.value)
    assert (explanation["file"], explanation["line"]) == ("network.py", 2)
    undecodable = Undecodable("ascii", 3)
    undecodable.filename = "losses.py"
    assert serialize.explain(undecodable) == {
        "type": "Undecodable", "text": "ascii", "file": "losses.py", "line": 3,
    }  # fmt: skip


def test_an_error_whose_text_raises_has_none() -> None:
    """A student's error may do anything when it is asked for its text."""

    class Mute(Exception):
        def __str__(self) -> str:
            raise SystemExit

    assert serialize.explain(Mute()) == {"type": "Mute", "text": ""}


def test_a_package_that_is_not_there_is_the_error_itself() -> None:
    """numpy says that it got no number; the reason is the package."""
    error = TypeError("no number")
    error.__cause__ = AbsentPackage("torch", "nn.Linear")
    assert serialize.explain(error)["type"] == "AbsentPackage"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "none"), (1.5, "number"), (True, "number"), (10**400, "other"), ("text", "text"), ([1, 2], "list"),
        ([1, [2]], "other"), (["a"], "other"), (np.zeros(2), "array"), (np.float32(1), "array"),
        (np.zeros(2, np.longdouble), "array"), (np.zeros((1,) * 9), "huge"),
        (np.broadcast_to(0.0, (serialize.MAX_ENTRIES + 1,)), "huge"), (np.array(["a"]), "other"), (object(), "other"),
    ],
)  # fmt: skip
def test_every_value_has_a_kind(value: Any, kind: str) -> None:
    """Arrays of numbers come back as they are; what is too large or no number is only named."""
    assert serialize.describe(value)["kind"] == kind


def test_a_list_that_holds_itself_is_no_array_and_ends() -> None:
    """Numpy would follow it for ever, and a right submission beside it would be late."""
    losses: list[Any] = [[1.0], [2.0]]
    losses.append(losses)
    assert serialize.describe(losses) == {"kind": "other", "type": "list"}
