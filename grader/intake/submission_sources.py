"""What a class handed in, before any file of it is read: who, when, and where it lies."""

from __future__ import annotations

from dataclasses import dataclass, field

from grader import files
from grader.intake import nested_archives
from grader.intake.collector import Collector, sealed
from grader.intake.locations import Location
from grader.model import Limits, Message, Submission


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who handed in, as the platform knows them; what it did not say is empty."""

    id: str
    name: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class SubmissionSource:
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
    locations: tuple[Location, ...]
    late: bool | None = None
    submitted: str | None = None
    older: tuple[str, ...] = ()
    anonymous: bool = False


@dataclass(frozen=True, slots=True)
class Class:
    """All that was found in a folder or a download, and what in it belonged to nobody."""

    platform: str
    sources: tuple[SubmissionSource, ...]
    unread: tuple[str, ...] = field(default=())


def read(source: SubmissionSource, limits: Limits) -> Submission:
    """Read one submission; what cannot be read makes it invalid and stops nobody else's."""
    name = files.cleaned(source.id) or "submission"

    def collect(collector: Collector) -> None:
        for location in source.locations:
            location.collect(collector)

    try:
        return nested_archives.collect_submission(name, limits, collect)
    except OSError:
        return sealed(name, {}, invalid=Message("unreadable"))
