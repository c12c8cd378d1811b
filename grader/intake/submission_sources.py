"""What a class handed in, before any file of it is read: who, when, and where it lies."""

from __future__ import annotations

from dataclasses import dataclass, field

from grader import files
from grader.intake import nested_archives
from grader.intake.collector import Basket, sealed
from grader.intake.locations import Source
from grader.model import Limits, Message, Submission


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who handed in, as the platform knows them; what it did not say is empty."""

    id: str
    name: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Handin:
    """One submission, not yet read.

    Parameters
    ----------
    id
        What the platform, or the folder, calls it; unique in a class.
    people
        Whose it is: several where a group handed in together.
    sources
        Where its files lie.
    late
        Whether the platform said that it was late; None where it says nothing.
    submitted
        When, in ISO 8601, or None where the platform did not say.
    older
        Names of what it replaces: the newest counts.
    anonymous
        Whether the id stands for somebody whom the platform does not name.
    """

    id: str
    people: tuple[Person, ...]
    sources: tuple[Source, ...]
    late: bool | None = None
    submitted: str | None = None
    older: tuple[str, ...] = ()
    anonymous: bool = False


@dataclass(frozen=True, slots=True)
class Class:
    """All that was found in a folder or a download, and what in it belonged to nobody."""

    platform: str
    handins: tuple[Handin, ...]
    unread: tuple[str, ...] = field(default=())


def read(handin: Handin, limits: Limits) -> Submission:
    """Read one submission; what cannot be read makes it invalid and stops nobody else's."""
    name = files.cleaned(handin.id) or "submission"

    def pour(basket: Basket) -> None:
        for source in handin.sources:
            source.pour(basket)

    try:
        return nested_archives.collected(name, limits, pour)
    except OSError:
        return sealed(name, {}, invalid=Message("unreadable"))
