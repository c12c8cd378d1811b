"""A student's object is looked at without running the code of its class: no watch ends a program."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from grader.sandbox.child.call_parts import holds_numbers, is_owner
from grader.sandbox.child.class_driver import network_classes
from grader.sandbox.child.definitions import list_other_names
from grader.sandbox.child.forward_calls import ForwardCall
from grader.sandbox.child.inventory import list_definitions
from grader.sandbox.child.loop_bodies import copy_variables
from grader.sandbox.child.program_survey import Survey
from grader.sandbox.child.program_watch import LastCalls
from grader.sandbox.child.run_main import EpochLimit
from grader.sandbox.child.samples import (
    is_bare,
    read_labels,
    read_numbers,
    read_pairs,
    read_samples,
)
from grader.sandbox.child.serialize import find_arrays
from grader.sandbox.child.step_watch import StepWatch
from grader.sandbox.child.student_objects import attributes_of, has_attributes, is_a
from grader.sandbox.child.trainer_watch import TrainerWatch
from tests.sandbox.child.followed import frame_of


class Names(dict[str, Any]):
    """A dictionary whose keys are read as attributes: a missing one raises KeyError."""

    __getattr__ = dict.__getitem__


class Slots(dict[str, Any]):
    """The same without a ``__dict__``."""

    __slots__ = ()
    __getattr__ = dict.__getitem__


class Entries(list[Any]):
    """A list that raises whatever attribute is asked for."""

    def __getattr__(self, name: str) -> Any:
        raise LookupError(name)


class Closed:
    """An object that raises whatever is asked of it."""

    def __getattribute__(self, name: str) -> Any:
        raise LookupError(name)

    def __eq__(self, other: object) -> bool:
        raise LookupError

    __hash__ = None  # type: ignore[assignment]


class Unset:
    """An object with a slot that is empty, and an answer of its own for that."""

    __slots__ = ("cache", "w")

    def __init__(self) -> None:
        self.w = np.ones((2, 1))

    def __getattr__(self, name: str) -> Any:
        raise LookupError(name)


def objects() -> Iterator[Any]:
    """Yield objects of a student, alone and in lists."""
    for value in (Names(w=np.ones((2, 1))), Slots(w=np.ones(2)), Entries([1.0, 2.0]), Closed(), Unset()):  # fmt: skip
        yield value
        yield [value]
        yield [[value, value], [value, value]]
        yield [(value, value)]
        yield (value, [1.0])


@pytest.mark.parametrize("read", [read_numbers, read_samples, read_pairs, is_bare, is_owner])
def test_reading_raises_nothing(read: Any) -> None:
    """What holds no numbers is read as None, whatever its class does with a question."""
    for value in objects():
        read(value)
        read_labels(value, 1)
        holds_numbers("value", value)
        copy_variables({"value": value})


def test_a_list_of_a_class_of_its_own_holds_numbers() -> None:
    """It is read as other lists are, as far as numpy can."""
    assert read_samples([[0.1, 0.2], [0.3, 0.4]]) is not None
    assert read_samples([np.array([0.1]), np.array([0.2])]) is not None
    endless: list[Any] = []
    endless.append(endless)
    assert read_numbers(endless) is None


def test_arrays_are_listed_beside_what_raises() -> None:
    """An attribute that raises hides no other."""
    assert [path for path, _ in find_arrays([Unset(), Closed()])] == [[["item", 0], ["attr", "w"]]]


def forward(layers: Any, x: Any) -> Any:
    """Pass samples through layers."""
    for layer in layers:
        layer["x"] = x
        x = 1 / (1 + np.exp(-(x @ layer["w"])))
    return x


X = np.random.default_rng(1).uniform(size=(6, 2))
FORWARD = (forward.__code__.co_filename, "forward", forward.__code__.co_firstlineno)


def test_a_network_of_such_dictionaries_is_listed() -> None:
    """A forward pass over a list of them is one as any other."""
    watch, layers = Survey([__file__]), [Names(w=np.array([[0.4], [-0.3]]))]
    frame = frame_of(forward, layers, X)
    watch.enter(frame)
    watch.leave(frame, forward(layers, X))
    assert [array["array"].shape for array in watch.candidates[FORWARD]["arrays"]] == [(2, 1)]


@pytest.mark.parametrize(
    "watch",
    [
        Survey([__file__]),
        TrainerWatch([__file__], "forward"),
        StepWatch([__file__], FORWARD, (["attribute", "x"], ["result", ""]), [], [[]], []),
        LastCalls(
            [__file__],
            {
                "file": __file__, "name": "forward", "line": FORWARD[2], "trainer": "", "kind": "forward",
                "x": ["argument", "x"], "paths": [[["item", 0], ["item", 0], ["attr", "w"]]],
            },
        ),
    ],
)  # fmt: skip
def test_no_watch_raises_into_the_program(watch: Any) -> None:
    """Whatever a function is given and returns, the watch over its calls goes on."""
    for value in objects():
        frame = frame_of(forward, value, value)
        watch.enter(frame)
        watch.leave(frame, value)
        watch.leave(frame, (value, X))


def test_a_training_is_shortened_whatever_it_is_given() -> None:
    """Arguments that are no numbers are passed on as they are."""

    def train(network: Any, epochs: int) -> Any:
        return network, epochs

    for value in objects():
        network, epochs = EpochLimit(5).wrap(train)(value, epochs=100)
        assert network is value
        assert epochs == 5


def test_a_module_is_listed_whatever_it_holds() -> None:
    """A variable is no class and no rate, whatever its class answers."""
    module = ModuleType("handed_in")
    vars(module).update({f"value_{k}": value for k, value in enumerate(objects())})
    modules = {"lab.py": module}
    assert list_definitions(modules) == {"definitions": [], "rates": []}
    assert list_other_names(modules, []) == []
    assert network_classes(modules) == []
    settings = {f"setting_{k}": value for k, value in enumerate(objects())}
    module.Net = type("Net", (), {**settings, "__module__": "handed_in"})  # type: ignore[attr-defined]
    assert [one["name"] for one in list_definitions(modules)["definitions"]] == ["Net"]


def test_a_value_of_an_object_is_read_past_its_class() -> None:
    """A missing attribute is None even where the class raises for it."""
    call = ForwardCall(frame_of(forward, Names(), X))
    assert call.value(["attribute", "gone"]) is None
    assert call.result_at(["attribute", "gone"], None) is None


def test_types_and_attributes_are_read_past_the_class() -> None:
    """Neither asks the object."""
    assert is_a(Names(), dict)
    assert not is_a(Closed(), (list, dict))
    assert attributes_of(Unset()) == attributes_of(3) == attributes_of(dict) == {}
    names = Names()
    object.__setattr__(names, "w", 1)
    assert attributes_of(names) == {"w": 1}
    assert has_attributes(names)
    assert not has_attributes(Slots())
    assert not has_attributes(Unset())
