"""Canvas: a flat heap of files, each name telling whose it is and whether it was late.

    <name>[_LATE]_<user id>_<attachment id>_<original name>
    [LATE_]anon_<anonymous id>_<attachment id>_<original name>

People are told apart by their ids alone: the name has lost its spaces and signs.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from grader.intake.collector import is_carried
from grader.intake.locations import DownloadFolder
from grader.intake.submission_sources import Class, Person, SubmissionSource

NAME = "canvas"

# The anonymous form first: an anonymous id of digits alone would fit the other one too.
_ANONYMOUS = re.compile(
    r"^(?P<late>LATE_)?anon_(?P<user>\w+?)_(?P<attachment>\d+)_(?P<file>.+)$", re.DOTALL
)
_NAMED = re.compile(
    r"^(?P<name>.*?)(?P<late>_LATE)?_(?P<user>\d+)_(?P<attachment>\d+)_(?P<file>.+)$", re.DOTALL
)
_AGAIN = re.compile(r"^(?P<stem>.+?)-(?P<times>\d{1,3})(?P<ending>\.\w+)$")


@dataclass(frozen=True, slots=True)
class _File:
    """One name of the heap, taken apart."""

    whole: str
    name: str
    user: str
    late: bool
    anonymous: bool
    attachment: int
    file: str

    @property
    def original(self) -> tuple[str, int]:
        """The name before it was handed in again, and how often it was."""
        again = _AGAIN.match(self.file)
        return (again["stem"] + again["ending"], int(again["times"])) if again else (self.file, 0)


def recognises(names: tuple[str, ...]) -> bool:
    """Say whether at least half of the names are Canvas's, and no folder is among those."""
    ours = [name for name in names if not name.endswith("/") and _parsed(name)]
    return bool(ours) and 2 * len(ours) >= len(names)


def _parsed(name: str) -> _File | None:
    found = _ANONYMOUS.match(name)
    anonymous = found is not None
    found = found or _NAMED.match(name)
    if found is None:
        return None
    parts = found.groupdict()
    return _File(
        name, parts.get("name", ""), parts["user"], bool(parts["late"]), anonymous,
        int(parts["attachment"]), parts["file"],
    )  # fmt: skip


def read(download: DownloadFolder) -> Class:
    """Gather the files of each user id."""
    by_user: dict[str, list[_File]] = defaultdict(list)
    unread = []
    for name in download.names():
        file = None if name.endswith("/") else _parsed(name)
        if file is None:
            unread.append(name)
        else:
            by_user[file.user].append(file)
    sources = (_submission_source(user, files, download) for user, files in sorted(by_user.items()))
    return Class(NAME, tuple(sources), tuple(unread))


def _submission_source(user: str, files: list[_File], download: DownloadFolder) -> SubmissionSource:
    newest, older = _newest(files)
    return SubmissionSource(
        id=user,
        people=(Person(user, files[0].name),),
        locations=tuple(download.location(file.whole, called) for called, file in newest.items()),
        late=any(file.late for file in newest.values()),
        older=tuple(older),
        anonymous=files[0].anonymous,
    )


def _newest(files: list[_File]) -> tuple[dict[str, _File], list[str]]:
    """Return the newest file of each original name, and what it replaces.

    Canvas adds ``-1`` to a name that was handed in before; the number is taken off
    again, or ``layers-1.py`` could not be imported as ``layers``. Where nothing can be taken
    along, everything is, so that the reason tells what was handed in instead.
    """
    newest: dict[str, _File] = {}
    older = []
    useful = [file for file in files if is_carried(file.file)] or files
    for file in sorted(useful, key=lambda file: (file.original[1], file.attachment)):
        called = file.original[0]
        if called in newest:
            older.append(newest[called].whole)
        newest[called] = file
    return dict(sorted(newest.items())), older
