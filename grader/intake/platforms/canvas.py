"""Canvas: many files in one folder, each name telling whose it is and whether it was late.

    <name>[_LATE]_<user id>_<attachment id>_<original name>
    [LATE_]anon_<anonymous id>_<attachment id>_<original name>

Only the ids tell people apart: Canvas removes spaces and signs from the names.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from grader.intake.file_kinds import is_collected
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
_RESUBMITTED = re.compile(r"^(?P<stem>.+?)-(?P<times>\d{1,3})(?P<ending>\.\w+)$")


@dataclass(frozen=True, slots=True)
class _File:
    """One name of the download, and its parts."""

    full_name: str
    student: str
    user: str
    late: bool
    anonymous: bool
    attachment: int
    file: str

    @property
    def original(self) -> tuple[str, int]:
        """The name before the file was handed in again, and how often it was."""
        match = _RESUBMITTED.match(self.file)
        return (match["stem"] + match["ending"], int(match["times"])) if match else (self.file, 0)


def recognises(names: tuple[str, ...]) -> bool:
    """Whether at least half of the names are files of Canvas."""
    count = sum(_parse(name) is not None for name in names)
    return count > 0 and 2 * count >= len(names)


def _parse(name: str) -> _File | None:
    anonymous = _ANONYMOUS.match(name)
    match = anonymous or _NAMED.match(name)
    if match is None or name.endswith("/"):
        return None
    student = "" if anonymous else match["name"]
    return _File(
        name, student, match["user"], bool(match["late"]), anonymous is not None,
        int(match["attachment"]), match["file"],
    )  # fmt: skip


def read(download: DownloadFolder) -> Class:
    """Make a submission of the files of each user id."""
    files = {name: _parse(name) for name in download.names()}
    by_user: dict[str, list[_File]] = defaultdict(list)
    for file in filter(None, files.values()):
        by_user[file.user].append(file)
    sources = (_submission_source(user, group, download) for user, group in sorted(by_user.items()))
    unread = tuple(name for name, file in files.items() if file is None)
    return Class(NAME, tuple(sources), unread)


def _submission_source(user: str, files: list[_File], download: DownloadFolder) -> SubmissionSource:
    """Return a student's submission: of the files with one original name, the newest counts.

    Canvas adds ``-1`` to a name that was handed in before; the number is removed, because nobody
    could import ``layers-1.py`` as ``layers``. If no file belongs in a submission, all are
    collected, so that the reason says what was handed in instead.
    """
    newest: dict[str, _File] = {}
    older = []
    useful = [file for file in files if is_collected(file.file)] or files
    for file in sorted(useful, key=lambda file: (file.original[1], file.attachment)):
        original, _ = file.original
        if original in newest:
            older.append(newest[original].full_name)
        newest[original] = file
    return SubmissionSource(
        id=user,
        people=(Person(user, files[0].student),),
        locations=tuple(
            download.location(file.full_name, name) for name, file in sorted(newest.items())
        ),
        late=any(file.late for file in newest.values()),
        older=tuple(older),
        anonymous=files[0].anonymous,
    )
