"""Moodle: a folder a student, or a flat heap of files, each named after the student.

    <Full Name>_<number>_assignsubmission_<plugin>[_]/<path in the submission>
    <Full Name>_<number>_assignsubmission_<plugin>_<file>

The number is the one of ``Participant 12345`` in the grading worksheet. Where marking is
blind the name is ``Participant``; where a team handed in, it is the team's.
"""

from __future__ import annotations

import re
from collections import defaultdict

from grader.intake.locations import DownloadFolder
from grader.intake.submission_sources import Class, Person, SubmissionSource

NAME = "moodle"
_FOLDER = re.compile(
    r"^(?P<name>.+)_(?P<id>\d+)_assignsubmission_(?P<plugin>[a-z]+)_?/$", re.DOTALL
)
_FILE = re.compile(
    r"^(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(?P<plugin>[a-z]+)_(?P<file>.+[^/])$", re.DOTALL
)
_FILES = "file"
_BLIND = "Participant"


def recognises(names: tuple[str, ...]) -> bool:
    """Say whether at least half of the names are Moodle's."""
    ours = [name for name in names if _parsed(name)]
    return bool(ours) and 2 * len(ours) >= len(names)


def _parsed(name: str) -> dict[str, str] | None:
    found = _FOLDER.match(name) or _FILE.match(name)
    return found.groupdict() if found else None


def read(download: DownloadFolder) -> Class:
    """Gather what carries the same number."""
    parts: dict[str, list[tuple[str, dict[str, str]]]] = defaultdict(list)
    unread = []
    for name in download.names():
        found = _parsed(name)
        if found is None:
            unread.append(name)
        else:
            parts[found["id"]].append((name, found))
    sources = (_submission_source(id_, entries, download) for id_, entries in sorted(parts.items()))
    return Class(NAME, tuple(sources), tuple(unread))


def _submission_source(
    id_: str, entries: list[tuple[str, dict[str, str]]], download: DownloadFolder
) -> SubmissionSource:
    name = entries[0][1]["name"].replace("_", " ").strip()
    blind = name == _BLIND
    return SubmissionSource(
        id=id_,
        people=(Person(id_, "" if blind else name),),
        locations=tuple(
            download.location(whole, found.get("file", ""))
            for whole, found in entries
            if found["plugin"] == _FILES
        ),
        anonymous=blind,
    )
