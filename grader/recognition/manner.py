"""Whether a class of the lab's name is in the lab's manner: then it is examined as it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from grader.contract import Kind
from grader.recognition import names
from grader.recognition.inventory import Definition, Parameters


def is_in_manner(kind: Kind, definition: Definition) -> bool:
    """Return whether a definition can be called as the lab calls a name of its kind.

    Where Python does not know its parameters it is taken to be so: nothing is guessed. A function
    may make such objects as well, if it can be called as the class is.
    """
    if definition.parameters is None:
        return True
    if not definition.is_class:
        return _constructs(kind, definition.parameters)
    forward, backward = (definition.methods.get(name) for name in ("forward", "backward"))
    if forward is None or backward is None:
        return False
    return _MANNERS[kind](definition, forward, backward)


def _takes(parameters: Parameters, count: int) -> bool:
    """Whether some parameters can be given so many arguments by place."""
    if sum(p.required for p in parameters) > count:
        return False
    places = sum(p.positional for p in parameters)
    return places >= count or any(p.name == "*args" for p in parameters)


def _takes_gradient(parameters: Parameters) -> bool:
    """Whether a backward takes the upstream gradient, and at most a rate beside it."""
    others = [p for p in parameters if p.required and p is not names.rate_of(parameters)]
    return len(others) <= 1 and _takes(parameters, max(1, len(names.required(parameters))))


def _constructs(kind: Kind, parameters: Parameters) -> bool:
    """Whether objects are made with what the lab gives: sizes and a bias, or nothing."""
    if kind is not Kind.LINEAR:
        return not names.required(parameters)
    has_bias = any(p.name in {"bias", "**kwargs"} for p in parameters)
    return has_bias and _takes(parameters, 2)


def _linear(definition: Definition, forward: Parameters, backward: Parameters) -> bool:
    parameters = definition.parameters or ()
    # A rate of its own, where backward takes none, is the one it steps with.
    keeps_rate = names.rate_of(parameters) is not None and names.rate_of(backward) is None
    steps_otherwise = any(
        names.OPTIMISER.search(p.name) or names.MOMENTUM.search(p.name) for p in parameters
    )
    return (
        _constructs(Kind.LINEAR, parameters)
        and not keeps_rate
        and not steps_otherwise
        and (_takes_rate(backward) or _has_update(definition))
        and _takes(forward, 1)
        and _takes_gradient(backward)
    )


def _takes_rate(backward: Parameters) -> bool:
    """Whether a backward takes a rate, by whatever name, or anything further."""
    further = any(p.name in {"*args", "**kwargs"} for p in backward)
    return names.rate_of(backward) is not None or len(backward) > 1 or further


def _has_update(definition: Definition) -> bool:
    """Whether the class has a method that may take the step."""
    return any(names.UPDATE.search(name) for name in definition.methods)


def _activation(definition: Definition, forward: Parameters, backward: Parameters) -> bool:
    is_plain = _constructs(Kind.ACTIVATION, definition.parameters or ())
    return is_plain and _takes(forward, 1) and _takes_gradient(backward)


def _loss(definition: Definition, forward: Parameters, backward: Parameters) -> bool:
    is_plain = _constructs(Kind.LOSS, definition.parameters or ())
    return is_plain and _takes(forward, 2) and not names.required(backward)


_MANNERS: Mapping[Kind, Callable[[Definition, Parameters, Parameters], bool]] = {
    Kind.LINEAR: _linear,
    Kind.ACTIVATION: _activation,
    Kind.LOSS: _loss,
}
