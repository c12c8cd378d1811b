"""What a submission defines, as the child described it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Place = tuple[str, str]
"""File and name of a definition."""


class Parameter(NamedTuple):
    """A parameter of a function; those that take any further arguments are ``*args`` and ``**kwargs``."""

    name: str
    positional: bool
    required: bool


Parameters = tuple[Parameter, ...]


@dataclass(frozen=True, slots=True)
class Definition:
    """A class or function of a submission.

    Parameters
    ----------
    file, name
        Where it stands.
    is_class
        Whether it is a class.
    parameters
        Those of the function or of the constructor; None where they are not known.
    methods
        Public methods by name, and ``__call__``, with their parameters.
    uses
        The other definitions that its code names.
    """

    file: str
    name: str
    is_class: bool
    parameters: Parameters | None
    methods: Mapping[str, Parameters] = field(default_factory=dict)
    uses: frozenset[Place] = frozenset()

    @property
    def place(self) -> Place:
        """File and name."""
        return self.file, self.name

    @property
    def required(self) -> int:
        """How many arguments it needs."""
        return sum(p.required for p in self.parameters or ())


@dataclass(frozen=True, slots=True)
class Inventory:
    """All definitions of a submission, and the variables that hold a learning rate."""

    definitions: tuple[Definition, ...]
    rates: tuple[Place, ...] = ()

    def at(self, name: str, file: str) -> Definition | None:
        """Return the definition of a name in a file."""
        return next((d for d in self.definitions if d.place == (file, name)), None)

    def named(self, name: str) -> Definition | None:
        """Return the definition of a name in any file, the most used first."""
        found = [d for d in self.definitions if d.name == name]
        return max(found, key=self.uses_of, default=None)

    def uses_of(self, definition: Definition) -> int:
        """Count the definitions that use one."""
        return sum(definition.place in other.uses for other in self.definitions)


def parse(answer: Mapping[str, Any]) -> Inventory:
    """Make an inventory of the answer to the instruction ``inventory``."""
    definitions = [
        Definition(
            entry["file"],
            entry["name"],
            entry["kind"] == "class",
            None if entry["parameters"] is None else _parameters(entry["parameters"]),
            {name: _parameters(rows) for name, rows in entry["methods"]},
            frozenset((file, name) for file, name in entry["uses"]),
        )
        for entry in answer["definitions"]
    ]
    return Inventory(tuple(definitions), tuple((file, name) for file, name in answer["rates"]))


def _parameters(rows: Sequence[Sequence[Any]]) -> Parameters:
    return tuple(Parameter(*row) for row in rows)
