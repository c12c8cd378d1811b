"""A folder of folders, zips, files and notebooks: each entry is one submission."""

from __future__ import annotations

from collections import Counter

from grader.intake.file_kinds import SKIPPED_FOLDERS, may_contain_source, stem
from grader.intake.locations import DownloadFolder
from grader.intake.submission_sources import Class, Person, SubmissionSource

NAME = "folder"


def recognises(names: tuple[str, ...]) -> bool:
    """Accept whatever no platform recognises."""
    del names
    return True


def read(download: DownloadFolder) -> Class:
    """Make a submission of each entry; where two would share a name, both keep their endings."""
    names = [name for name in download.names() if name.rstrip("/") not in SKIPPED_FOLDERS]
    entries = [name for name in names if name.endswith("/") or may_contain_source(name)]
    stems = Counter(map(_stem, entries))
    sources = []
    for name in entries:
        id_ = _stem(name) if stems[_stem(name)] == 1 else name.rstrip("/")
        sources.append(SubmissionSource(id_, (Person(id_),), (download.location(name),)))
    return Class(NAME, tuple(sources), tuple(name for name in names if name not in entries))


def _stem(name: str) -> str:
    return name.rstrip("/") if name.endswith("/") else stem(name)
