"""What the checks observed, as values: the diagnosis looks at nothing else, and runs nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.diagnosis.case import Case
from grader.numeric import Array


@dataclass(frozen=True, slots=True)
class Move:
    """One parameter in a step of the network: its name, the gradient it moved along, its gradient."""

    name: str
    actual: Array
    numeric: Array


@dataclass(frozen=True, slots=True)
class NetworkStep:
    """One step of the network.

    Parameters
    ----------
    rate, x, truth
        The learning rate, the batch ``(N, 2)`` and its labels ``(N, 1)``.
    moves
        One for each parameter, in the order in which the network holds them.
    weights, roles
        The parameters before the step, and their moves, as w1, b1, w2, b2, w3 of the lab's own
        network; empty where they do not fit those.
    """

    rate: float
    x: Array
    truth: Array
    moves: tuple[Move, ...]
    weights: tuple[Array, ...] = ()
    roles: tuple[Move, ...] = ()


@dataclass(frozen=True, slots=True)
class Network:
    """The network at known parameters.

    Parameters
    ----------
    x, y
        A batch ``(N, 2)``, and its prediction ``(N, 1)``; None where there was none.
    weights
        The parameters, as w1, b1, w2, b2, w3; empty where they do not fit those.
    steps
        Its steps; empty where one of them failed.
    """

    x: Array
    y: Array | None
    weights: tuple[Array, ...]
    steps: tuple[NetworkStep, ...]


@dataclass(frozen=True, slots=True)
class Observation:
    """What was observed of one class: cases for each of its arrays, and the network where it matters."""

    cases: Mapping[str, tuple[Case, ...]] = field(default_factory=dict)
    network: Network | None = None

    @property
    def steps(self) -> tuple[NetworkStep, ...]:
        """The steps of the network, if any were observed."""
        return self.network.steps if self.network else ()
