"""A zip -> a basket, in memory: nothing is unpacked to disk, and no name leads outside.

What an entry says of its own size is not believed: no more is read than the caps allow.
"""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from functools import partial
from pathlib import PurePosixPath
from typing import BinaryIO

from grader import files
from grader.intake import codepages
from grader.intake.collector import DEEPEST, Collector, is_archive

MOST_GROWTH = 100
SMALL = 256 * 1024
"""Bytes that an entry may have whatever its growth: an empty notebook shrinks very well."""

SKIPPED = frozenset({"__pycache__", "venv", "env", "node_modules", "site-packages", "__MACOSX"})
_ENCRYPTED, _UTF_8 = 0x1, 0x800
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Others may ask for gigabytes before the first byte comes."""

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
"""What `zipfile` raises for archives that were damaged or made up."""


def collect(data: bytes, path: str, collector: Collector, prefix: str = "") -> None:
    """Put what a zip holds into a basket.

    Parameters
    ----------
    data, path
        Its bytes, and its name for refusals.
    prefix
        Comes before every name; ends with a slash or is empty.
    """
    try:
        with open_zip(io.BytesIO(data)) as found:
            if not found.infolist():
                collector.refuse(path, "refused_empty_archive")
            collect_entries(found, found.infolist(), collector, prefix)
    except (*DAMAGED, OSError):
        collector.refuse(path, "refused_not_zip")


def open_zip(file: str | BinaryIO) -> zipfile.ZipFile:
    """Open a zip and give its entries the names that were meant.

    A name that is not said to be UTF-8 is decoded anew, and a backslash between folders,
    which some programs on Windows write, is a slash.

    Raises
    ------
    OSError
        As the system does; any of `DAMAGED` where it is no zip.
    """
    found = zipfile.ZipFile(file)
    entries = found.infolist()
    unsaid = [entry for entry in entries if not entry.flag_bits & _UTF_8]
    raw = [entry.orig_filename.encode("cp437") for entry in unsaid]
    # The original name stays beside it: by that the entry is found again in the archive.
    for entry, name in zip(unsaid, codepages.decoded(raw), strict=True):
        entry.filename = name.split("\0", maxsplit=1)[0]
    for entry in entries:
        entry.filename = entry.filename.replace("\\", "/")
    found.NameToInfo = {entry.filename: entry for entry in reversed(entries)}
    return found


def collect_entries(
    opened: zipfile.ZipFile,
    entries: list[zipfile.ZipInfo],
    collector: Collector,
    prefix: str = "",
    *,
    cut: int = 0,
    nested: bool = False,
) -> None:
    """Put entries of an open zip into a basket.

    Parameters
    ----------
    cut
        How many characters of each name are left away.
    nested
        Whether zips within may be opened later: those of a platform's download may.
    """
    names = [prefix + entry.filename[cut:] for entry in entries]
    collector.notice(names)
    for entry, name in zip(entries, names, strict=True):
        if not collector.sees(name) or collector.closed:
            return
        if not entry.is_dir() and (leads_out(name) or not is_skipped(name)):
            _collect_entry(opened, entry, name, collector, nested)


def _collect_entry(
    opened: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, collector: Collector, nested: bool
) -> None:
    reason, limit = _refusal(entry, name, nested)
    if reason and limit:
        collector.refuse(name, reason, limit=limit)
    elif reason:
        collector.refuse(name, reason)
    else:
        collector.take(name, partial(contents, opened, entry))


def _refusal(entry: zipfile.ZipInfo, name: str, nested: bool) -> tuple[str | None, int | None]:
    """Return why an entry is left out (None: it is not), and the limit that it broke."""
    checks = (
        (leads_out(name), "refused_outside", None),
        (not files.is_clean(name), "refused_name", None),
        (stat.S_ISLNK(entry.external_attr >> 16), "refused_link", None),
        (bool(entry.flag_bits & _ENCRYPTED), "refused_encrypted", None),
        (entry.compress_type not in _METHODS, "refused_method", None),
        (name.count("/") > DEEPEST, "refused_depth", DEEPEST),
        (is_archive(name) and not nested, "refused_nested", None),
        (_grows(entry), "refused_ratio", MOST_GROWTH),
    )
    return next(((why, limit) for broken, why, limit in checks if broken), (None, None))


def leads_out(name: str) -> bool:
    """Say whether a name, with slashes between folders, is no name below the archive."""
    parts = name.split("/")
    return name.startswith("/") or ".." in parts or ":" in parts[0]


def _grows(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > max(SMALL, MOST_GROWTH * max(entry.compress_size, 1))


def is_skipped(name: str) -> bool:
    """Say whether a name is hidden, or belongs to what a machine made and not the student."""
    parts = PurePosixPath(name).parts
    return any(part in SKIPPED or (part.startswith(".") and part != "..") for part in parts)


def contents(opened: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> bytes:
    """Return an entry's contents, reading no more than allowed, whatever it says of itself.

    Raises
    ------
    OSError
        `grader.files.TooBigError`, or that it is damaged.
    """
    try:
        with opened.open(entry) as file:
            content = file.read(limit + 1)
    except DAMAGED as error:
        raise OSError(f"{entry.filename}: damaged ({error})") from None
    if len(content) > limit:
        raise files.TooBigError(f"{entry.filename} has more than {limit} bytes")
    return content
