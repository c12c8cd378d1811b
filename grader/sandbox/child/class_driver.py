"""Trains a network class that came without a program: constructed, called and updated by likely arguments.

What an argument is follows from its name; what fits is tried, the likeliest first. A class that
raises on all attempts, or whose arguments have other names, stays unexamined.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import re
import time
from types import ModuleType
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Tuple

import numpy as np

from .parameter_names import RATE
from .student_objects import is_a

FORWARD = re.compile(r"forward|predict|propagat(?!.*back)|^__call__$|think|feed", re.IGNORECASE)
BACKWARD = re.compile(r"back", re.IGNORECASE)
UPDATE = re.compile(r"^(?:update|step|optimi[sz]e|apply|learn|descend)", re.IGNORECASE)
TRAIN = re.compile(r"^(?:train|fit)", re.IGNORECASE)

SIZES = re.compile(r"layers?$|sizes|dims|struct|shape|units$|neurons$|architecture", re.IGNORECASE)
INPUTS = re.compile(
    r"^(?:n_?|num_?)?in(?:put)?s?(?:_?(?:size|dim|features|nodes|n|layer))?$", re.IGNORECASE
)
OUTPUTS = re.compile(
    r"^(?:n_?|num_?)?out(?:put)?s?(?:_?(?:size|dim|features|nodes|n|layer))?$", re.IGNORECASE
)
HIDDEN = re.compile(r"hid|^h\d?$|units|neurons|width|layer_?\d|n\d$", re.IGNORECASE)
COUNT = re.compile(r"epoch|iter|steps?$|times|interval|every|batch", re.IGNORECASE)
SAMPLES = re.compile(r"^(?:x|inputs?|data|features|x_train|train_x|images)$", re.IGNORECASE)
LABELS = re.compile(
    r"^(?:y|t|labels?|targets?|truth|ground_?truth|gt|y_true|y_train|train_y|answers?|desired)$",
    re.IGNORECASE,
)
GRADIENT = re.compile(r"grad|^d\w*|delta|err|loss", re.IGNORECASE)
PREDICTION = re.compile(r"pred|hat|^out(?:put)?$|^o$|^a\d?$", re.IGNORECASE)

UNITS = 4
SAMPLE_COUNT = 40
RATE_VALUE = 0.1
Data = Tuple[Any, Any]


def make_data() -> Data:
    """Return samples ``(N, 2)`` of the unit square and labels ``(N, 1)`` of linear data, always the same."""
    x = np.random.RandomState(7).uniform(size=(SAMPLE_COUNT, 2))
    return x, (x[:, 1:] > x[:, :1]).astype(np.float64)


def network_classes(modules: Mapping[str, ModuleType]) -> List[Any]:
    """Return the classes that may be a whole network: they have a forward pass, and train."""
    classes = []
    for module in modules.values():
        for value in vars(module).values():
            if is_a(value, type) and value.__module__ == module.__name__:
                names = [name for name in dir(value) if callable(getattr(value, name, None))]
                has_forward = any(map(FORWARD.search, names))
                if has_forward and any(BACKWARD.search(n) or TRAIN.search(n) for n in names):
                    classes.append(value)
    return classes


def drive_any(modules: Mapping[str, ModuleType], seconds: float) -> None:
    """Train the first network class of some modules that can be, for some seconds."""
    for class_ in network_classes(modules):
        if drive(class_, seconds):
            return


def drive(class_: Any, seconds: float) -> bool:
    """Construct a network and train it for some seconds; return whether that could be done."""
    x, y = make_data()
    for arguments in _constructors(class_, x, y):
        with contextlib.suppress(Exception):  # what a student's class raises
            network = class_(**arguments)
            train = _trainer(network, x, y)
            if train is None:
                continue
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                with contextlib.redirect_stdout(io.StringIO()):
                    train()
            return True
    return False


def _constructors(class_: Any, x: Any, y: Any) -> Iterator[Dict[str, Any]]:
    """Yield keyword arguments for the required parameters of a constructor."""
    try:
        parameters = list(inspect.signature(class_).parameters.values())
    except (TypeError, ValueError):
        return
    required = [
        p.name for p in parameters if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD
    ]
    named = {name: _value_of(name, x, y) for name in required}
    if all(value is not None for value in named.values()):
        yield named
    # Numbers of units in the order of the layers, by position.
    if 2 <= len(required) <= 4:
        sizes = [2, *(UNITS,) * (len(required) - 2), 1]
        yield dict(zip(required, sizes))


def _value_of(name: str, x: Any, y: Any) -> Any:
    """Return what a constructor's argument of a name may be; None where its name does not tell."""
    for pattern, value in (
        (RATE, RATE_VALUE), (COUNT, 1), (INPUTS, 2), (OUTPUTS, 1), (HIDDEN, UNITS),
        (SIZES, [2, UNITS, UNITS, 1]), (SAMPLES, x), (LABELS, y),
    ):  # fmt: skip
        if pattern.search(name):
            return value
    return None


def _trainer(network: Any, x: Any, y: Any) -> Optional[Callable[[], None]]:
    """Return a function that trains a network for one step, by the methods that it has."""
    methods = {
        name: getattr(network, name) for name in dir(network)
        if (not name.startswith("_") or name == "__call__") and callable(getattr(network, name))
    }  # fmt: skip
    forward = _first(methods, FORWARD)
    backward = _first(methods, BACKWARD)
    update = _first(methods, UPDATE)
    train = _first(methods, TRAIN)
    if forward is not None and backward is not None:

        def step() -> None:
            out = _call(forward, x, y, None)
            _call(backward, x, y, out)
            if update is not None:
                _call(update, x, y, out)

        return step
    if train is not None:
        return lambda: _call(train, x, y, None)
    return None


def _first(methods: Mapping[str, Any], pattern: Any) -> Optional[Any]:
    names = [name for name in methods if pattern.search(name)]
    exact = sorted(names, key=lambda name: (len(name), name))
    return methods[exact[0]] if exact else None


def _call(method: Any, x: Any, y: Any, out: Any) -> Any:
    """Call a method with what its required parameters are called after."""
    arguments: List[Any] = []
    for parameter in inspect.signature(method).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if parameter.default is not parameter.empty:
            break
        arguments.append(_argument(parameter.name, x, y, out, is_first=not arguments))
    return method(*arguments)


def _argument(name: str, x: Any, y: Any, out: Any, *, is_first: bool) -> Any:
    """Return what an argument of a method may be; raise TypeError where its name does not tell."""
    gradient = None if out is None else 2 * (np.asarray(out) - y) / len(y)
    for pattern, value in (
        (RATE, RATE_VALUE), (COUNT, 1), (LABELS, y), (PREDICTION, out), (SAMPLES, x),
        (GRADIENT, gradient),
    ):  # fmt: skip
        if value is not None and pattern.search(name):
            return value
    if is_first and out is None:
        return x
    raise TypeError(name)
