"""Layers that a student's tests call, and that compute elsewhere.

The classes here hold no formula: every call goes to the host with its arguments, and the result
comes back. So tests can tell a right layer from a wrong one by what it returns, and by nothing else:
its source, its attributes and its name are those of every other one.
"""

from __future__ import annotations

import builtins
from typing import Any, Callable, Dict, List, Mapping, Sequence, Set

import numpy as np

Ask = Callable[[List[Any]], Any]
"""Sends a question to the host, and returns its answer."""

PARAMETERS = ("w", "b")
"""The attributes that go to the host with each call, and come back from it as new arrays."""


class RemoteLayer:
    """A layer or a loss with the lab's interface; the subclasses differ in their names alone."""

    _ask: Ask
    _used: Set[str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._used.add(type(self).__name__)
        question = ["new", type(self).__name__, _values(args), _named_values(kwargs)]
        answer = _result(self._ask(question))
        self._number = answer["number"]
        vars(self).update(answer["parameters"])

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the output, or the loss."""
        return self._call("forward", args, kwargs)

    def backward(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the gradient at the input, and take a step."""
        return self._call("backward", args, kwargs)

    def _call(self, method: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        self._used.add(type(self).__name__)
        values = {name: getattr(self, name, None) for name in PARAMETERS}
        before = {name: _value(value) for name, value in values.items() if value is not None}
        call = [self._number, method, _values(args), _named_values(kwargs)]
        answer = _result(self._ask(["call", *call, before]))
        for name, after in answer["parameters"].items():
            if name not in before or not np.array_equal(after, before[name]):
                setattr(self, name, after)
        return answer["value"]


def make_classes(names: Sequence[str], ask: Ask, used: Set[str]) -> Dict[str, type]:
    """Make a class of each name, whose objects compute on the host's side; ``used`` gets its name then."""
    body = {
        "_ask": staticmethod(ask),
        "_used": used,
        "__doc__": RemoteLayer.__doc__,
        "__module__": "layers",
    }
    return {name: type(name, (RemoteLayer,), dict(body)) for name in names}


def _values(args: Sequence[Any]) -> List[Any]:
    return [_value(value) for value in args]


def _named_values(kwargs: Mapping[str, Any]) -> Dict[str, Any]:
    return {name: _value(value) for name, value in kwargs.items()}


def _value(value: Any) -> Any:
    """Return a number as it is, and anything else as an array of floats."""
    if value is None or isinstance(value, (bool, int)):
        return value
    return float(value) if np.ndim(value) == 0 else np.array(value, np.float64)


def _result(answer: Any) -> Any:
    """Return what the host answered; raise what the layer raised there."""
    if "error" not in answer:
        return answer
    kind = getattr(builtins, answer["error"]["type"], None)
    is_error = isinstance(kind, type) and issubclass(kind, Exception)
    raise (kind if is_error else RuntimeError)(answer["error"]["text"])  # type: ignore[misc]
