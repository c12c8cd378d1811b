"""What a class handed in, before any file of it is read: who, when, and where it is."""

from __future__ import annotations

from dataclasses import dataclass

from grader import files
from grader.intake import nested_archives
from grader.intake.collector import Collector, make_submission
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
        The name that the platform, or the folder, gives it; unique in a class.
    people
        Whose it is: several where a group handed in together.
    locations
        Where its files are.
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
    """The submissions in a folder or a download, and the names in it that belong to nobody."""

    platform: str
    sources: tuple[SubmissionSource, ...]
    unread: tuple[str, ...] = ()


def read(source: SubmissionSource, limits: Limits) -> Submission:
    """Read one submission; one that cannot be read is invalid, and stops nobody else's."""
    name = files.clean_name(source.id) or "submission"

    def collect(collector: Collector) -> None:
        for location in source.locations:
            location.collect(collector)

    try:
        return nested_archives.collect_submission(name, limits, collect)
    except OSError:
        return make_submission(name, {}, invalid=Message("unreadable"))
