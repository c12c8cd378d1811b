"""Values that cannot be changed, and the messages that they fill."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grader.model.location import Location

Values = Mapping[str, Any]
"""What a message is filled with: numbers, short strings, lists and dicts of them (as JSON has)."""

Document = dict[str, Any]
"""A report, a part of one, or what a page shows, as JSON has it: the keys are those of the files."""

LANGUAGES = ("en", "zh_TW")
"""The languages in which a report can be read."""

FORMATS = (
    "text", "json", "markdown", "junit", "gradescope", "html", "github", "sarif", "ctrf",
)  # fmt: skip
AUDIENCES = ("staff", "student")
"""The formats of a report, and those for whom one is written."""


class Frozen(dict[str, Any]):
    """A dictionary that cannot be changed, and that can be pickled (a mapping proxy cannot)."""

    def _refuse(self, *_: object, **__: object) -> None:
        raise TypeError("these values are frozen")

    __setitem__ = __delitem__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse  # type: ignore[assignment]

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self))

    def __reduce__(self) -> tuple[type[Frozen], tuple[dict[str, Any]]]:
        return Frozen, (dict(self),)


NOTHING: Values = Frozen()


def frozen(**values: Any) -> Values:
    """Make a mapping of values that can neither be changed nor refuse to be pickled."""
    return Frozen(values)


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence not yet made: its id in the catalogue, what fills it, and the place that it is about."""

    id: str
    values: Values = NOTHING
    location: Location | None = None
