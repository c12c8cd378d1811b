"""Which platform a download is from: each platform is one file, tried in this order.

A platform is a module with ``NAME``, ``recognises(names) -> bool`` and ``read(download) -> Class``.
The last one, a folder of one's own, accepts whatever is left.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from grader import files
from grader.errors import PathError
from grader.intake.locations import DownloadFolder, open_folder
from grader.intake.platforms import canvas, class_folder, gradescope, moodle
from grader.intake.separate_submissions import separate_submissions
from grader.intake.submission_sources import Class, Person, SubmissionSource

_MAX_LENGTH = 250
"""Characters of an id or a name; a file system allows 255 bytes for a name in a download."""


class Platform(Protocol):
    """What a module must offer to be a platform."""

    NAME: str

    def recognises(self, names: tuple[str, ...], /) -> bool:
        """Whether these names, at the top of a download, are this platform's."""

    def read(self, download: DownloadFolder, /) -> Class:
        """Return who handed in what."""


PLATFORMS: tuple[Platform, ...] = (gradescope, moodle, canvas, class_folder)


def platform_of(download: DownloadFolder) -> str:
    """Return the platform by the names at the top of a download; empty for a folder of one's own."""
    names = download.names()
    return next((p.NAME for p in PLATFORMS[:-1] if p.recognises(names)), "")


def open_download(path: Path) -> DownloadFolder:
    """Open a folder or a zip, past one folder that contains all of a class and nothing else.

    Raise `PathError` if there is neither a folder nor a zip, or it cannot be read.
    """
    with _read_errors(path):
        top = open_folder(path)
        names = top.names()
        if len(names) == 1 and names[0].endswith("/") and not platform_of(top):
            inner = top.inner(names[0])
            if platform_of(inner) or separate_submissions(inner):
                return inner
    return top


def read(path: Path) -> Class:
    """Return who handed in what; raise `PathError` if there is no submission at the path."""
    with _read_errors(path):
        download = open_download(path)
        names = download.names()
        class_ = next(p for p in PLATFORMS if p.recognises(names)).read(download)
    if not class_.sources:
        raise PathError(f"{path}: there is no submission here; expected folders, zips or files")
    sources = tuple(_clean_source(source) for source in class_.sources)
    counts = Counter(source.id for source in sources)
    for id_, count in counts.items():
        if count > 1:
            raise PathError(f"two submissions have the id {id_!r}; expected every id once")
    return replace(class_, sources=sources, unread=tuple(map(_clean, class_.unread)))


@contextlib.contextmanager
def _read_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PathError(f"{path}: this cannot be read ({error.strerror or error})") from None


def _clean_source(source: SubmissionSource) -> SubmissionSource:
    """Return a source whose every text can be written to a file and shown to a person."""
    people = tuple(Person(*map(_clean, (p.id, p.name, p.email))) for p in source.people)
    older = tuple(map(_clean, source.older))
    return replace(source, id=_clean(source.id), people=people, older=older)


def _clean(text: str) -> str:
    """Return a text without characters that no file can hold; two that differ stay different."""
    if files.is_clean(text) and len(text) <= _MAX_LENGTH:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{files.clean_name(text, _MAX_LENGTH)}-{digest[:8]}"
