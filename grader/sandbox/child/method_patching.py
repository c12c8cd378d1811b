"""A student's class made to compute what a sound one does: all else of it stays.

A network may use more of its layers than ``forward`` and ``backward``: it may call them, ask
for their weights, reset their gradients, derive a class of its own. So nothing is put in the
place of the class; only what it computes is.
"""

from __future__ import annotations

import contextlib
import inspect
import re
from typing import Any, Callable, Dict, List, Optional, Tuple

import numpy as np

SOUND = "sound"
"""The attribute that holds the sound one, which a report may name."""

RATE = re.compile(r"^(lr|eta|alpha|rate|step(_?size)?)$|learn", re.IGNORECASE)
STEP = re.compile(r"^_?(step|update|apply|optimi[sz]e|descend|learn|sgd)", re.IGNORECASE)
FLAG = re.compile("bias", re.IGNORECASE)


def sound(name: str, text: str) -> Any:
    """Return the class of a name that a source text defines; no traceback can quote the text."""
    space: Dict[str, Any] = {"np": np, "__name__": SOUND}
    exec(compile(text, "<" + SOUND + ">", "exec", dont_inherit=True), space)  # noqa: S102
    return space[name]


def graft(theirs: Any, ours: Any) -> None:
    """Have a class of a student's compute what a sound one does, in place."""
    own: Dict[str, Callable[..., Any]] = {
        name: getattr(theirs, name) for name in ("__init__", "forward", "backward")
    }
    sound = {
        "__init__": _making(own["__init__"], ours),
        "forward": _forward(own["forward"], is_loss=_is_loss(ours)),
        "backward": _backward(own["backward"], is_loss=_is_loss(ours)),
    }
    aliases = {name: held for name, held in vars(theirs).items() if callable(held)}
    for name, function in sound.items():
        setattr(theirs, name, function)
        for alias, held in aliases.items():
            if held is own[name]:
                setattr(theirs, alias, function)
    for name, held in aliases.items():
        if STEP.match(name):
            setattr(theirs, name, _stepping(held))


def _is_loss(ours: Any) -> bool:
    return "ground_truth" in inspect.signature(ours.forward).parameters


def _given(function: Callable[..., Any], args: Any, kwargs: Any) -> List[Tuple[str, Any]]:
    """The arguments of a call in the order of the function's parameters, defaults included."""
    try:
        bound = inspect.signature(function).bind(*args, **kwargs)
    except (TypeError, ValueError):
        return [("", value) for value in args] + list(kwargs.items())
    bound.apply_defaults()
    return list(bound.arguments.items())


def _making(own: Callable[..., Any], ours: Any) -> Callable[..., None]:
    def construct(self: Any, *args: Any, **kwargs: Any) -> None:
        with contextlib.suppress(Exception):  # what is wrong with it was judged already
            own(self, *args, **kwargs)
        made = _made(ours, _given(own, (self, *args), kwargs)[1:])
        object.__setattr__(self, SOUND, made)

    return construct


def _made(ours: Any, given: List[Tuple[str, Any]]) -> Any:
    """A sound one of the same sizes; None where something else was asked for as well."""
    if "in_features" not in inspect.signature(ours).parameters:
        return ours()
    sizes = [value for _, value in given if type(value) is int]
    flags = [bool(value) for name, value in given if FLAG.search(name) or type(value) is bool]
    other = [v for _, v in given if isinstance(v, str) or callable(v)]
    return None if other or len(sizes) < 2 else ours(*sizes[:2], *flags[:1])


def _held(self: Any) -> Any:
    try:
        return object.__getattribute__(self, SOUND)
    except AttributeError:
        return None


def _forward(own: Callable[..., Any], *, is_loss: bool) -> Callable[..., Any]:
    def forward(self: Any, *args: Any, **kwargs: Any) -> Any:
        sound = _held(self)
        if sound is None:
            return own(self, *args, **kwargs)
        if is_loss:  # a network may read what its loss remembered
            with contextlib.suppress(Exception):
                own(self, *map(np.copy, args), **{k: np.copy(v) for k, v in kwargs.items()})
        values = [value for _, value in _given(own, (self, *args), kwargs)[1:]]
        return sound.forward(*values[: 2 if is_loss else 1])

    return forward


def _backward(own: Callable[..., Any], *, is_loss: bool) -> Callable[..., Any]:
    def backward(self: Any, *args: Any, **kwargs: Any) -> Any:
        sound = _held(self)
        if sound is None:
            return own(self, *args, **kwargs)
        given = _given(own, (self, *args), kwargs)[1:]
        if is_loss:
            return sound.backward(given[0][1] if args else 1)
        rate = _rate(given[1:])
        if rate is None:  # it takes its step elsewhere
            before = {name: held for name, held in vars(sound).items() if name in ("w", "b")}
            result = sound.backward(given[0][1], 1.0)
            sound.pending = {n: b - vars(sound)[n] for n, b in before.items() if b is not None}
            vars(sound).update(before)
            return result
        return sound.backward(given[0][1], rate)

    return backward


def _rate(given: List[Tuple[str, Any]]) -> Optional[float]:
    """The learning rate among some arguments, by its name, else the only number."""
    named = [value for name, value in given if RATE.search(name)]
    numbers = named or [v for _, v in given if isinstance(v, (int, float)) and type(v) is not bool]
    return float(numbers[0]) if numbers else None


def _stepping(own: Callable[..., Any]) -> Callable[..., Any]:
    def step(self: Any, *args: Any, **kwargs: Any) -> Any:
        sound, result = _held(self), None
        with contextlib.suppress(Exception):
            result = own(self, *args, **kwargs)
        rate = _rate(_given(own, (self, *args), kwargs)[1:])
        for name, gradient in vars(sound).pop("pending", {}).items() if sound else ():
            setattr(sound, name, getattr(sound, name) - (0.1 if rate is None else rate) * gradient)
        return result

    return step
