"""Moodle: a folder a student, or many files in one folder, each named after the student.

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
_FILE_PLUGIN = "file"
"""The plugin for files; another one is for text that a student typed into a page."""
_BLIND = "Participant"


def recognises(names: tuple[str, ...]) -> bool:
    """Whether at least half of the names are Moodle's."""
    count = sum(_match(name) is not None for name in names)
    return count > 0 and 2 * count >= len(names)


def _match(name: str) -> re.Match[str] | None:
    return _FOLDER.match(name) or _FILE.match(name)


def read(download: DownloadFolder) -> Class:
    """Make a submission of all entries with the same number."""
    matches = {name: _match(name) for name in download.names()}
    groups: dict[str, list[re.Match[str]]] = defaultdict(list)
    for match in filter(None, matches.values()):
        groups[match["id"]].append(match)
    sources = (_submission_source(id_, group, download) for id_, group in sorted(groups.items()))
    unread = tuple(name for name, match in matches.items() if match is None)
    return Class(NAME, tuple(sources), unread)


def _submission_source(
    id_: str, group: list[re.Match[str]], download: DownloadFolder
) -> SubmissionSource:
    name = group[0]["name"].replace("_", " ").strip()
    is_blind = name == _BLIND
    return SubmissionSource(
        id=id_,
        people=(Person(id_, "" if is_blind else name),),
        locations=tuple(
            download.location(match.string, match.groupdict().get("file", ""))
            for match in group
            if match["plugin"] == _FILE_PLUGIN
        ),
        anonymous=is_blind,
    )
