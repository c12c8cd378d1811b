"""Objects are copied even where their class raises for the names that copying asks for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.sandbox.child.forward_calls import ForwardCall
from grader.sandbox.child.loop_bodies import copy_variables
from grader.sandbox.child.object_copies import deep_copy
from tests.sandbox.child.followed import frame_of


class Names(dict[str, Any]):
    """A dictionary whose keys are read as attributes."""

    __getattr__ = dict.__getitem__


class Items(list[Any]):
    """A list that raises for every name that it does not know."""

    def __getattr__(self, name: str) -> Any:
        raise LookupError(name)


class Model:
    """An object that passes every name on to its parameters."""

    def __init__(self, **parameters: Any) -> None:
        self.parameters = parameters

    def __getattr__(self, name: str) -> Any:
        return self.parameters[name]


class Wrapper:
    """An object that passes every name on to another one: while it is empty, without end."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


class Closed(Items):
    """A list that answers no question about itself at all."""

    def __getattribute__(self, name: str) -> Any:
        raise LookupError(name)


def test_containers_and_objects_of_such_classes_are_copied() -> None:
    """What was one object stays one, in all of them, and the originals stay as they are."""
    w = np.ones(2)
    assert deep_copy([Wrapper(Wrapper([3]))])[0].inner.inner == [3]
    assert list(deep_copy(Closed([1]))) == [1]
    names = Names(w=w)
    names["self"] = names
    value = {"names": names, "items": Items([w, names]), "model": Model(w=w), "pair": (w, names)}
    twin = deep_copy(value)
    assert [type(one) for one in twin.values()] == [Names, Items, Model, tuple]
    assert twin["names"]["self"] is twin["names"] is twin["items"][1] is twin["pair"][1]
    assert twin["model"].w is twin["names"]["w"] is twin["items"][0]
    twin["names"]["w"] += 1
    assert w.tolist() == [1, 1]


def test_other_objects_are_copied_by_python() -> None:
    """A class's own way to copy is used, and what it raises is raised where nothing else is known."""

    class Single:
        def __deepcopy__(self, memo: Any) -> Any:
            raise RuntimeError

    one = [1, [2]]
    assert deep_copy(one) == one
    assert deep_copy(one) is not one
    with pytest.raises(RuntimeError):
        deep_copy([Single(), Names()])


def test_variables_and_calls_are_copied_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """The body of a loop, and a forward pass, are tried on copies of such a network."""
    monkeypatch.setattr(Names, "__module__", "__main__")
    network: Any = Names(w=np.ones(2))
    variables = copy_variables({"network": network, "w": network.w})
    assert variables["network"].w is variables["w"] is not network.w

    def forward(network: Any, x: Any) -> Any:
        return x @ network.w

    call = ForwardCall(frame_of(forward, network, np.ones((3, 2))))
    assert call.copy().positional[0].w is not network.w
