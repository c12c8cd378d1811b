"""Makes a student's class compute what a correct one does, and leaves all else of it as it is.

A network may use more of its layers than ``forward`` and ``backward``: it may call them, ask for
their weights, reset their gradients, derive a class of its own. So the class is not replaced;
only the methods that compute are.
"""

from __future__ import annotations

import contextlib
import inspect
import re
from typing import Any, Callable, Dict, List, Optional, Tuple

import numpy as np

from .parameter_names import RATE

SOUND = "correct_version"
"""The attribute that holds the correct layer; a report may name it."""

STEP = re.compile(r"^_?(step|update|apply|optimi[sz]e|descend|learn|sgd)", re.IGNORECASE)
FLAG = re.compile("bias", re.IGNORECASE)
DEFAULT_RATE = 0.1  # the lab's own default

Method = Callable[..., Any]
Arguments = List[Tuple[str, Any]]
"""Names and values of a call's arguments, without ``self``."""


def compile_class(name: str, text: str) -> Any:
    """Return the class of a name that a source text defines; no traceback can quote the text."""
    names: Dict[str, Any] = {"np": np, "__name__": SOUND}
    exec(compile(text, "<" + SOUND + ">", "exec", dont_inherit=True), names)  # noqa: S102
    return names[name]


def patch_methods(student_class: Any, sound_class: Any) -> None:
    """Have a student's class compute what a correct one does, in place."""
    is_loss = "ground_truth" in inspect.signature(sound_class.forward).parameters
    originals: Dict[str, Method] = {
        name: getattr(student_class, name) for name in ("__init__", "forward", "backward")
    }
    patches = {
        "__init__": _patch_init(originals["__init__"], sound_class),
        "forward": _patch_forward(originals["forward"], is_loss=is_loss),
        "backward": _patch_backward(originals["backward"], is_loss=is_loss),
    }
    methods = {name: value for name, value in vars(student_class).items() if callable(value)}
    for name, patch in patches.items():
        setattr(student_class, name, patch)
        for alias, method in methods.items():
            if method is originals[name]:
                setattr(student_class, alias, patch)
    for name, method in methods.items():
        if STEP.match(name):
            setattr(student_class, name, _patch_step(method))


def _arguments(method: Method, args: Any, kwargs: Any) -> Arguments:
    """Return a call's arguments in the order of the method's parameters, defaults included."""
    try:
        bound = inspect.signature(method).bind(*args, **kwargs)
    except (TypeError, ValueError):
        return [*(("", value) for value in args[1:]), *kwargs.items()]
    bound.apply_defaults()
    arguments: Arguments = []
    for name, value in bound.arguments.items():
        kind = bound.signature.parameters[name].kind
        if kind is inspect.Parameter.VAR_POSITIONAL:
            arguments += [("", entry) for entry in value]
        elif kind is inspect.Parameter.VAR_KEYWORD:
            arguments += value.items()
        else:
            arguments.append((name, value))
    return arguments[1:]


def _patch_init(original: Method, sound_class: Any) -> Method:
    def construct(self: Any, *args: Any, **kwargs: Any) -> None:
        with contextlib.suppress(Exception):  # a check of the class has reported it already
            original(self, *args, **kwargs)
        sound = _construct_sound(sound_class, _arguments(original, (self, *args), kwargs))
        object.__setattr__(self, SOUND, sound)

    return construct


def _construct_sound(sound_class: Any, arguments: Arguments) -> Any:
    """Construct a correct layer of the same sizes; None where something else is asked for as well."""
    if "in_features" not in inspect.signature(sound_class).parameters:
        return sound_class()
    sizes = [value for _, value in arguments if type(value) is int]
    flags = [bool(value) for name, value in arguments if FLAG.search(name) or type(value) is bool]
    others = [value for _, value in arguments if isinstance(value, str) or callable(value)]
    return None if others or len(sizes) < 2 else sound_class(*sizes[:2], *flags[:1])


def _sound_of(layer: Any) -> Any:
    try:
        return object.__getattribute__(layer, SOUND)
    except AttributeError:
        return None


def _patch_forward(original: Method, *, is_loss: bool) -> Method:
    def forward(self: Any, *args: Any, **kwargs: Any) -> Any:
        sound = _sound_of(self)
        if sound is None:
            return original(self, *args, **kwargs)
        if is_loss:  # a network may read what its loss remembered
            with contextlib.suppress(Exception):
                original(self, *map(np.copy, args), **{k: np.copy(v) for k, v in kwargs.items()})
        values = [value for _, value in _arguments(original, (self, *args), kwargs)]
        return sound.forward(*values[: 2 if is_loss else 1])

    return forward


def _patch_backward(original: Method, *, is_loss: bool) -> Method:
    def backward(self: Any, *args: Any, **kwargs: Any) -> Any:
        sound = _sound_of(self)
        if sound is None:
            return original(self, *args, **kwargs)
        arguments = _arguments(original, (self, *args), kwargs)
        if is_loss:
            return sound.backward(arguments[0][1] if args else 1)
        rate = _find_rate(arguments[1:])
        if rate is not None:
            return sound.backward(arguments[0][1], rate)
        # The class takes its step in another method: that one applies what is pending.
        before = {name: value for name, value in vars(sound).items() if name in ("w", "b")}
        result = sound.backward(arguments[0][1], 1.0)
        sound.pending = {
            n: value - vars(sound)[n] for n, value in before.items() if value is not None
        }
        vars(sound).update(before)
        return result

    return backward


def _find_rate(arguments: Arguments) -> Optional[float]:
    """Return the learning rate among some arguments, by its name, else the first number."""
    named = [value for name, value in arguments if RATE.search(name)]
    numbers = [
        value
        for _, value in arguments
        if isinstance(value, (int, float)) and type(value) is not bool
    ]
    rates = named or numbers
    return float(rates[0]) if rates else None


def _patch_step(original: Method) -> Method:
    def step(self: Any, *args: Any, **kwargs: Any) -> Any:
        sound, result = _sound_of(self), None
        with contextlib.suppress(Exception):
            result = original(self, *args, **kwargs)
        rate = _find_rate(_arguments(original, (self, *args), kwargs))
        rate = DEFAULT_RATE if rate is None else rate
        for name, gradient in vars(sound).pop("pending", {}).items() if sound else ():
            setattr(sound, name, getattr(sound, name) - rate * gradient)
        return result

    return step
