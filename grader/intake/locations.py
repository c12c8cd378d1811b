"""Where the files of a submission lie: on the disk, or in a zip that a platform made.

A source is a few words that can be sent anywhere; its bytes are read only when it
is poured, so a class of thousands needs no more memory than one of its submissions.
"""

from __future__ import annotations

import os
import zipfile
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Protocol

from grader import files
from grader.errors import PathError
from grader.intake import archive, folder
from grader.intake.collector import Collector


class Location(Protocol):
    """Some files of a submission."""

    def collect(self, collector: Collector) -> None:
        """Put them into a basket."""


@dataclass(frozen=True, slots=True)
class OnDisk:
    """A folder or a file, and what it is called in the submission ("" for a folder: nothing)."""

    path: str
    name: str = ""

    def collect(self, collector: Collector) -> None:
        """Put the folder's files, or the file, into a basket; what is a link is refused."""
        path = Path(self.path)
        shown = files.cleaned(self.name or path.name)
        if path.is_symlink():
            collector.refuse(shown, "refused_link")
        elif path.is_dir():
            folder.collect(path, collector, f"{self.name}/" if self.name else "")
        elif collector.sees(shown):
            collector.take(shown, partial(files.read_regular, path))


@dataclass(frozen=True, slots=True)
class Packed:
    """Entries of a zip on the disk: one of them, or all below a prefix that ends with a slash."""

    zip: str
    inside: str
    name: str = ""

    def collect(self, collector: Collector) -> None:
        """Put the entries into a basket."""
        opened = opened_zip(self.zip)
        if self.inside.endswith("/"):
            entries, cut = opened.below(self.inside), len(self.inside)
            prefix = f"{self.name}/" if self.name else ""
        else:
            entries, cut = [opened.file.getinfo(self.inside)], len(self.inside)
            prefix = self.name or self.inside.rpartition("/")[2]
        archive.collect_entries(opened.file, entries, collector, prefix, cut=cut, nested=True)


class OpenedZip:
    """A zip on the disk, and its entries by the folder that a platform gave each student."""

    def __init__(self, path: str) -> None:
        self.file = archive.open_zip(path)

    @cached_property
    def _by_folder(self) -> dict[str, list[zipfile.ZipInfo]]:
        found = defaultdict(list)
        for entry in self.file.infolist():
            parts = entry.filename.split("/")
            for depth in range(1, min(len(parts), 3)):
                found["/".join(parts[:depth]) + "/"].append(entry)
        return dict(found)

    def below(self, prefix: str) -> list[zipfile.ZipInfo]:
        """Return the entries below a folder that lies at most two folders deep."""
        return self._by_folder.get(prefix, [])


def opened_zip(path: str) -> OpenedZip:
    """Open a zip on the disk, or return it where it is open already.

    Raises
    ------
    PathError
        Where it is no zip, or cannot be read.
    """
    try:
        return _opened(path, os.stat(path).st_mtime_ns)  # noqa: PTH116 - a path as text is kept
    except archive.DAMAGED:
        raise PathError(f"{path}: this is not a zip archive, or a damaged one") from None
    except OSError as error:
        raise PathError(f"{path}: this cannot be read ({error.strerror})") from None


@lru_cache(maxsize=2)
def _opened(path: str, _: int) -> OpenedZip:
    return OpenedZip(path)


class DownloadFolder(Protocol):
    """What a platform's download holds at its top, whether packed or not."""

    @property
    def label(self) -> str:
        """How the download is called."""

    def names(self) -> tuple[str, ...]:
        """Return the names at the top, in order; folders end with a slash."""

    def location(self, name: str, called: str = "") -> Location:
        """Return the source of a name at the top, and what it is called in the submission."""

    def read(self, name: str, limit: int) -> bytes:
        """Return the contents of a file at the top; OSError where there is none."""


class DiskFolder:
    """A folder."""

    def __init__(self, path: Path) -> None:
        self._path, self.path, self.label = path, path, path.name

    def names(self) -> tuple[str, ...]:
        """Return what does not begin with a dot."""
        with os.scandir(self._path) as listing:
            found = [f"{e.name}/" if e.is_dir() else e.name for e in listing if e.name[:1] != "."]
        return tuple(sorted(name for name in found if name != "__MACOSX/"))

    def location(self, name: str, called: str = "") -> Location:
        """Return the folder or file."""
        return OnDisk(str(self._path / name.rstrip("/")), called)

    def read(self, name: str, limit: int) -> bytes:
        """Return the contents of a file."""
        return files.read_regular(self._path / name, limit)

    def inner(self, name: str) -> DiskFolder:
        """Return the shelf of a folder."""
        return DiskFolder(self._path / name.rstrip("/"))


class ZipFolder:
    """A zip, or a folder at the top of one."""

    def __init__(self, path: Path, inside: str = "") -> None:
        self._path, self._inside, self.path, self.label = str(path), inside, path, path.name

    def names(self) -> tuple[str, ...]:
        """Return what does not begin with a dot."""
        cut, found = len(self._inside), set()
        for entry in opened_zip(self._path).file.namelist():
            if entry.startswith(self._inside):
                top, slash, _ = entry[cut:].partition("/")
                found.add(top + slash)
        return tuple(sorted(n for n in found if n[:1] not in ("", ".", "/") and n != "__MACOSX/"))

    def location(self, name: str, called: str = "") -> Location:
        """Return the entries below a folder, or one file."""
        return Packed(self._path, self._inside + name, called)

    def read(self, name: str, limit: int) -> bytes:
        """Return the contents of a file."""
        opened = opened_zip(self._path).file
        try:
            return archive.contents(opened, opened.getinfo(self._inside + name), limit)
        except KeyError:
            raise FileNotFoundError(name) from None

    def inner(self, name: str) -> ZipFolder:
        """Return the shelf of a folder."""
        return ZipFolder(Path(self._path), self._inside + name)


def open_folder(path: Path) -> DiskFolder | ZipFolder:
    """Return the shelf at a path, past folders that hold nothing but one platform's export.

    Raises
    ------
    PathError
        Where there is neither a folder nor a zip.
    """
    if path.is_dir():
        return _skip_export_folder(DiskFolder(path))
    if path.is_file() and path.suffix.lower() == ".zip":
        return _skip_export_folder(ZipFolder(path))
    what = "neither a folder nor a .zip" if path.exists() else "nothing here"
    raise PathError(f"{path}: there is {what}; expected a folder of submissions, or a download")


def _skip_export_folder(box: DiskFolder | ZipFolder) -> DiskFolder | ZipFolder:
    names = box.names()
    return box.inner(names[0]) if len(names) == 1 and names[0].endswith("_export/") else box
