"""A zip -> a collector, in memory: nothing is unpacked to disk, and no name leads outside.

The size that an entry claims is not trusted: no more is read than the limits allow.
"""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import BinaryIO

from grader import files
from grader.intake import codepages
from grader.intake.collector import MAX_DEPTH, Collector, ReadBytes
from grader.intake.file_kinds import SKIPPED_FOLDERS, is_archive

MAX_GROWTH = 100
"""Times that an entry may grow; source text grows four times, a bomb a thousand times."""
_SMALL = 256 * 1024
"""Bytes that an entry may have whatever its growth: an empty notebook shrinks very well."""
_ENCRYPTED, _UTF_8 = 0x1, 0x800
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Other methods may ask for gigabytes of memory before the first byte comes."""

DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ArithmeticError,
    EOFError,
    LookupError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
"""What `zipfile` raises for archives that are damaged or forged."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of an archive of any format.

    Parameters
    ----------
    name
        Its path, with slashes between folders.
    problem
        The id of the message that says why its format forbids to read it; empty if it can be read.
    is_bomb
        Whether it would grow too much when unpacked.
    """

    name: str
    is_folder: bool
    read: ReadBytes
    problem: str = ""
    is_bomb: bool = False


def collect(data: bytes, path: str, collector: Collector, prefix: str = "") -> None:
    """Add the contents of a zip to a collector.

    Parameters
    ----------
    data, path
        Its bytes, and its name for refusals.
    prefix
        Comes before every name; ends with a slash or is empty.
    """
    try:
        with open_zip(io.BytesIO(data)) as archive:
            if not archive.infolist():
                collector.refuse(path, "refused_empty_archive")
            collect_zip_entries(archive, archive.infolist(), collector, prefix)
    except (*DAMAGED, OSError):
        collector.refuse(path, "refused_not_zip")


def open_zip(file: str | BinaryIO) -> zipfile.ZipFile:
    """Open a zip, and decode the names of its entries; raise OSError, or any of `DAMAGED`.

    A name that is not marked as UTF-8 is decoded again, and a backslash between folders, which
    some programs on Windows write, is a slash.
    """
    archive = zipfile.ZipFile(file)
    entries = archive.infolist()
    unmarked_entries = [entry for entry in entries if not entry.flag_bits & _UTF_8]
    names = codepages.decode_names(
        [entry.orig_filename.encode("cp437") for entry in unmarked_entries]
    )
    # The original name stays beside it: `zipfile` finds the entry by that.
    for entry, name in zip(unmarked_entries, names, strict=True):
        entry.filename = name.split("\0", maxsplit=1)[0]
    for entry in entries:
        entry.filename = entry.filename.replace("\\", "/")
    archive.NameToInfo = {entry.filename: entry for entry in reversed(entries)}
    return archive


def collect_zip_entries(
    archive: zipfile.ZipFile,
    entries: list[zipfile.ZipInfo],
    collector: Collector,
    prefix: str = "",
    *,
    prefix_length: int = 0,
    nested: bool = False,
) -> None:
    """Add entries of an open zip to a collector.

    Parameters
    ----------
    prefix, prefix_length
        Each name loses its first ``prefix_length`` characters, and gets the prefix instead.
    nested
        Whether archives within may be opened later: those of a platform's download may.
    """
    collect_entries(
        [
            Entry(
                prefix + entry.filename[prefix_length:],
                entry.is_dir(),
                partial(read_entry, archive, entry),
                _problem(entry),
                entry.file_size > max(_SMALL, MAX_GROWTH * max(entry.compress_size, 1)),
            )
            for entry in entries
        ],
        collector,
        nested=nested,
    )


def _problem(entry: zipfile.ZipInfo) -> str:
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "refused_link"
    if entry.flag_bits & _ENCRYPTED:
        return "refused_encrypted"
    return "refused_method" if entry.compress_type not in _METHODS else ""


def collect_entries(
    entries: Sequence[Entry], collector: Collector, *, nested: bool = False
) -> None:
    """Add entries to a collector, and refuse what is no ordinary file at an ordinary place."""
    collector.find_own_figures(entry.name for entry in entries)
    for entry in entries:
        name, leads_out = entry.name, _leads_out(entry.name)
        if not collector.count_entry(name):
            return
        if entry.is_folder or (_is_skipped(name) and not leads_out):
            continue
        if leads_out:
            collector.refuse(name, "refused_outside")
        elif not files.is_clean(name):
            collector.refuse(name, "refused_name")
        elif entry.problem:
            collector.refuse(name, entry.problem)
        elif name.count("/") > MAX_DEPTH:
            collector.refuse(name, "refused_depth", limit=MAX_DEPTH)
        elif is_archive(name) and not nested:
            collector.refuse(name, "refused_nested")
        elif entry.is_bomb:
            collector.refuse(name, "refused_ratio", limit=MAX_GROWTH)
        else:
            collector.add(name, entry.read)


def _leads_out(name: str) -> bool:
    """Whether a name, with slashes between folders, is no name below the archive."""
    parts = name.split("/")
    return name.startswith("/") or ".." in parts or ":" in parts[0]


def _is_skipped(name: str) -> bool:
    """Whether a name is hidden, or belongs to what a program made and not the student."""
    parts = PurePosixPath(name).parts
    return any(part in SKIPPED_FOLDERS or (part.startswith(".") and part != "..") for part in parts)


def read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> bytes:
    """Return an entry's contents, reading no more than ``limit`` bytes, whatever size it claims.

    Raise `grader.files.TooBigError` for more, and OSError if the entry is damaged.
    """
    try:
        with archive.open(entry) as file:
            content = file.read(limit + 1)
    except DAMAGED as error:
        raise OSError(f"{entry.filename}: damaged ({error})") from None
    if len(content) > limit:
        raise files.TooBigError(f"{entry.filename} has more than {limit} bytes", content)
    return content
