"""A folder of folders, zips, files and notebooks: each entry is one submission."""

from __future__ import annotations

from collections import Counter

from grader.intake.collector import is_wanted, stem_of
from grader.intake.locations import DownloadFolder
from grader.intake.submission_sources import Class, Person, SubmissionSource

NAME = "folder"
NOT_STUDENTS = frozenset({"__pycache__", "venv", "env", "node_modules"})


def recognises(names: tuple[str, ...]) -> bool:
    """Take whatever no platform claimed."""
    del names
    return True


def read(download: DownloadFolder) -> Class:
    """Make a submission of each entry; where two would share a name, both keep their endings."""
    names = [name for name in download.names() if name.rstrip("/") not in NOT_STUDENTS]
    wanted = [name for name in names if name.endswith("/") or is_wanted(name)]
    stems = Counter(_stem(name) for name in wanted)
    sources = []
    for name in wanted:
        id_ = _stem(name) if stems[_stem(name)] == 1 else name.rstrip("/")
        sources.append(SubmissionSource(id_, (Person(id_),), (download.location(name),)))
    return Class(NAME, tuple(sources), tuple(name for name in names if name not in wanted))


def _stem(name: str) -> str:
    return name.rstrip("/") if name.endswith("/") else stem_of(name)
