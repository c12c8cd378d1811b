"""Plans: how an adapter in the child calls a student's own classes and functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.recognition.inventory import Definition


def var(name: str) -> dict[str, str]:
    """The operand that means a variable: ``x``, ``y``, ``grad``, ``rate``, ``truth``, or a result."""
    return {"$": name}


def own(definition: Definition) -> dict[str, list[str]]:
    """The operand that means a class or function of the submission."""
    return {"definition": [definition.file, definition.name]}


def operation(name: str) -> dict[str, str]:
    """The operand that means an operation of the adapter's own."""
    return {"operation": name}


@dataclass(frozen=True, slots=True)
class Call:
    """One call: its result becomes a variable; without a method the target itself is called."""

    result: str
    target: Any
    method: str = ""
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def row(self) -> list[Any]:
        """The call as it is sent."""
        method = "" if self.method == "__call__" else self.method
        return [self.result, self.target, method, list(self.args), dict(self.kwargs)]


@dataclass(frozen=True, slots=True)
class Plan:
    """How a role of the lab is played by what the student wrote.

    Parameters
    ----------
    kind
        ``linear``, ``activation`` or ``loss``.
    make, forward, backward
        The calls of each part; ``out`` is the variable whose value is returned.
    layout
        How samples are handed over: ``rows``, ``columns``, or one at a time (``vector``, ``row``,
        ``column``).
    warm
        Whether the weights are made by the first forward.
    zero
        Paths of arrays that are set to zero before each backward: gradients that would add up.
    """

    kind: str
    make: tuple[Call, ...] = ()
    forward: tuple[Call, ...] = ()
    backward: tuple[Call, ...] = ()
    layout: str = "rows"
    warm: bool = False
    zero: tuple[Any, ...] = ()

    @property
    def data(self) -> dict[str, Any]:
        """The plan as it is sent."""
        return {
            "kind": self.kind,
            "make": [call.row for call in self.make],
            "forward": [call.row for call in self.forward],
            "backward": [call.row for call in self.backward],
            "layout": self.layout,
            "warm": self.warm,
            "zero": [list(path) for path in self.zero],
        }


@dataclass(frozen=True, slots=True)
class Role:
    """A name of the lab, and what in the submission plays it.

    Parameters
    ----------
    name
        The lab's name.
    definition
        What was recognised.
    plan
        How it is called.
    forward, backward
        In the student's words, for a reader: ``__call__``, ``backward(grad), update(lr)``.
    has_bias_option
        Whether its constructor can leave the bias out.
    """

    name: str
    definition: Definition
    plan: Plan
    forward: str
    backward: str
    has_bias_option: bool = True
