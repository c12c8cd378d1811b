"""Whose download it is: each course platform is one file, tried in this order.

A platform is a module with ``NAME``, ``recognises(names) -> bool`` and
``read(download) -> Class``. The last one, a plain folder, takes whatever is left.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from grader import files
from grader.errors import PathError
from grader.intake.locations import DiskFolder, DownloadFolder, ZipFolder, open_folder
from grader.intake.platforms import canvas, gradescope, moodle, plain
from grader.intake.side_by_side import side_by_side
from grader.intake.submission_sources import Class, Person, SubmissionSource

_LONGEST = 250


class Platform(Protocol):
    """What a module must offer to be a platform."""

    NAME: str

    def recognises(self, names: tuple[str, ...], /) -> bool:
        """Say whether these names, at the top of a download, are this platform's."""

    def read(self, download: DownloadFolder, /) -> Class:
        """Say who handed in what."""


PLATFORMS: tuple[Platform, ...] = (gradescope, moodle, canvas, plain)


def platform_of(top: DiskFolder | ZipFolder) -> str:
    """Return whose download this is by the names at its top; empty for a plain folder."""
    names = top.names()
    return next((p.NAME for p in PLATFORMS[:-1] if p.recognises(names)), "")


def opened(path: Path) -> DiskFolder | ZipFolder:
    """Open a folder or a zip, past one folder that holds all of a class and nothing but it.

    Raises
    ------
    PathError
        Where there is neither a folder nor a zip, or it cannot be read.
    """
    top = open_folder(path)
    try:
        names = top.names()
        if len(names) == 1 and names[0].endswith("/") and not platform_of(top):
            inner = top.inner(names[0])
            if platform_of(inner) or side_by_side(inner):
                return inner
    except OSError as error:
        raise PathError(f"{path}: this cannot be read ({error.strerror or error})") from None
    return top


def read(path: Path) -> Class:
    """Find out whose download lies at a path, and who handed in what.

    Raises
    ------
    PathError
        Where there is neither a folder nor a zip, or it holds no submission.
    """
    top = opened(path)
    try:
        names = top.names()
        found = next(p for p in PLATFORMS if p.recognises(names)).read(top)
    except OSError as error:
        raise PathError(f"{path}: this cannot be read ({error.strerror or error})") from None
    if not found.sources:
        raise PathError(f"{path}: there is no submission here; expected folders, zips or files")
    tidy = _presentable(found)
    _demand_unique(tidy)
    return tidy


def _presentable(found: Class) -> Class:
    """Return a class whose every text can be written to a file and shown to a person."""
    return replace(
        found,
        sources=tuple(_presentable_handin(source) for source in found.sources),
        unread=tuple(map(_clean, found.unread)),
    )


def _presentable_handin(source: SubmissionSource) -> SubmissionSource:
    people = tuple(Person(*map(_clean, (p.id, p.name, p.email))) for p in source.people)
    older = tuple(map(_clean, source.older))
    return replace(source, id=_clean(source.id), people=people, older=older)


def _clean(text: str) -> str:
    """Return a text without what no file can hold; two that differ stay different."""
    if files.is_clean(text) and len(text) <= _LONGEST:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{files.cleaned(text, _LONGEST)}-{digest[:8]}"


def _demand_unique(found: Class) -> None:
    twice = [id_ for id_, times in Counter(h.id for h in found.sources).items() if times > 1]
    if twice:
        raise PathError(f"two submissions have the id {twice[0]!r}; expected every id once")
