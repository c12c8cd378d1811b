"""Where the files of a submission are: on the disk, or in a zip that a platform made.

A location is a few words that can be sent anywhere; its bytes are read only when it is collected,
so a class of thousands needs no more memory than one of its submissions.
"""

from __future__ import annotations

import os
import zipfile
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from pathlib import Path

from grader import files
from grader.errors import PathError
from grader.intake import archive, folder
from grader.intake.collector import Collector


@dataclass(frozen=True, slots=True)
class DiskLocation:
    """A folder or a file, and its path in the submission (empty for a folder: the top)."""

    path: str
    name: str = ""

    def collect(self, collector: Collector) -> None:
        """Add the folder's files, or the file, to a collector; a link is refused."""
        path = Path(self.path)
        name = files.clean_name(self.name or path.name)
        if path.is_symlink():
            collector.refuse(name, "refused_link")
        elif path.is_dir():
            folder.collect(path, collector, f"{self.name}/" if self.name else "")
        elif collector.count_entry(name):
            collector.add(name, partial(files.read_regular, path))


@dataclass(frozen=True, slots=True)
class ZipLocation:
    """Entries of a zip on the disk: one of them, or all below a prefix that ends with a slash."""

    zip: str
    inside: str
    name: str = ""

    def collect(self, collector: Collector) -> None:
        """Add the entries to a collector."""
        open_file = _open_zip(self.zip)
        if self.inside.endswith("/"):
            entries = open_file.below(self.inside)
            prefix = f"{self.name}/" if self.name else ""
        else:
            entries = [open_file.file.getinfo(self.inside)]
            prefix = self.name or self.inside.rpartition("/")[2]
        archive.collect_zip_entries(
            open_file.file, entries, collector, prefix, prefix_length=len(self.inside), nested=True
        )


Location = DiskLocation | ZipLocation


class OpenZip:
    """A zip on the disk, and its entries by the folder that a platform gave each student."""

    def __init__(self, path: str) -> None:
        self.file = archive.open_zip(path)

    @cached_property
    def _by_folder(self) -> dict[str, list[zipfile.ZipInfo]]:
        folders = defaultdict(list)
        for entry in self.file.infolist():
            parts = entry.filename.split("/")
            for depth in range(1, min(len(parts), 3)):
                folders["/".join(parts[:depth]) + "/"].append(entry)
        return dict(folders)

    def below(self, prefix: str) -> list[zipfile.ZipInfo]:
        """Return the entries below a folder that is at most two folders deep."""
        return self._by_folder.get(prefix, [])


def _open_zip(path: str) -> OpenZip:
    """Open a zip on the disk, or return it if it is open already; `PathError` if it is none."""
    try:
        return _cached_zip(path, os.stat(path).st_mtime_ns)  # noqa: PTH116 - the cache's key is a text
    except archive.DAMAGED:
        raise PathError(f"{path}: this is not a zip archive, or a damaged one") from None
    except OSError as error:
        raise PathError(f"{path}: this cannot be read ({error.strerror})") from None


@lru_cache(maxsize=2)
def _cached_zip(path: str, _: int) -> OpenZip:
    return OpenZip(path)


class DiskFolder:
    """The top of a download that was unpacked, or any folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self) -> tuple[str, ...]:
        """Return the names at the top, in order; folders end with a slash."""
        with os.scandir(self.path) as listing:
            names = [f"{e.name}/" if e.is_dir() else e.name for e in listing if e.name[:1] != "."]
        return tuple(sorted(name for name in names if name != "__MACOSX/"))

    def location(self, name: str, target: str = "") -> Location:
        """Return the location of a name at the top; ``target`` is its path in the submission."""
        return DiskLocation(str(self.path / name.rstrip("/")), target)

    def read(self, name: str, limit: int) -> bytes:
        """Return the contents of a file at the top; raise OSError if there is none."""
        return files.read_regular(self.path / name, limit)

    def inner(self, name: str) -> DiskFolder:
        """Return a folder at the top."""
        return DiskFolder(self.path / name.rstrip("/"))


class ZipFolder:
    """The top of a download as a zip, or a folder in it; see `DiskFolder`."""

    def __init__(self, path: Path, inside: str = "") -> None:
        self.path, self._inside = path, inside

    def names(self) -> tuple[str, ...]:
        """Return the names at the top, in order; folders end with a slash."""
        start, names = len(self._inside), set()
        for entry in _open_zip(str(self.path)).file.namelist():
            if entry.startswith(self._inside):
                top, slash, _ = entry[start:].partition("/")
                names.add(top + slash)
        return tuple(sorted(n for n in names if n[:1] not in ("", ".", "/") and n != "__MACOSX/"))

    def location(self, name: str, target: str = "") -> Location:
        """Return the location of a name at the top; ``target`` is its path in the submission."""
        return ZipLocation(str(self.path), self._inside + name, target)

    def read(self, name: str, limit: int) -> bytes:
        """Return the contents of a file at the top; raise OSError if there is none."""
        file = _open_zip(str(self.path)).file
        try:
            return archive.read_entry(file, file.getinfo(self._inside + name), limit)
        except KeyError:
            raise FileNotFoundError(name) from None

    def inner(self, name: str) -> ZipFolder:
        """Return a folder at the top."""
        return ZipFolder(self.path, self._inside + name)


DownloadFolder = DiskFolder | ZipFolder


def open_folder(path: Path) -> DownloadFolder:
    """Return the folder or zip at a path, past a folder that contains only one platform's export.

    Raise `PathError` if there is neither a folder nor a zip.
    """
    folder: DownloadFolder
    if path.is_dir():
        folder = DiskFolder(path)
    elif path.is_file() and path.suffix.lower() == ".zip":
        folder = ZipFolder(path)
    else:
        problem = "neither a folder nor a .zip" if path.exists() else "nothing here"
        raise PathError(
            f"{path}: there is {problem}; expected a folder of submissions, or a download"
        )
    names = folder.names()
    is_export = len(names) == 1 and names[0].endswith("_export/")
    return folder.inner(names[0]) if is_export else folder
