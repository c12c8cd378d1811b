"""A tar, packed with gzip, bzip2 or xz or not at all -> a basket, in memory, as `archive` does for zips."""

from __future__ import annotations

import bz2
import gzip
import io
import itertools
import lzma
import tarfile
from functools import partial

from grader import files
from grader.intake import archive, codepages
from grader.intake.collector import DEEPEST, MOST_ENTRIES, Collector, is_archive

_MOST_MB = 64
"""MiB that a tar may have once it is unpacked: twice what all archives of a submission may have."""
_LIMIT = _MOST_MB * 1024 * 1024

# Only these: a gzip of a single file is no archive.
_DAMAGED = (
    tarfile.TarError,
    lzma.LZMAError,
    RecursionError,  # headers that each announce another one are read recursively
    *archive.DAMAGED,
)


def is_packed(data: bytes) -> bool:
    """Say whether bytes begin as a tar does, or as what a tar is packed with."""
    return data.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0")) or data[257:262] == b"ustar"


def collect(data: bytes, path: str, collector: Collector, prefix: str = "") -> None:
    """Put what a tar holds into a basket.

    Parameters
    ----------
    data, path
        Its bytes, and its name for refusals.
    prefix
        Comes before every name; ends with a slash or is empty.
    """
    try:
        whole = _unpacked(data)
        with tarfile.open(fileobj=io.BytesIO(whole), mode="r:") as opened:
            members = list(itertools.islice(opened, MOST_ENTRIES + 1))
            _collect_members(opened, members, collector, prefix)
    except files.TooBigError:
        collector.refuse(path, "refused_too_big", limit_kb=_MOST_MB * 1024)
    except (*_DAMAGED, OSError):
        collector.refuse(path, "refused_not_archive")


def _unpacked(data: bytes) -> bytes:
    """Return the tar itself, unpacking no more than it may have, whatever it says of its size."""
    if data.startswith(b"\x1f\x8b"):
        content = gzip.GzipFile(fileobj=io.BytesIO(data)).read(_LIMIT + 1)
    elif data.startswith(b"BZh"):
        content = bz2.BZ2File(io.BytesIO(data)).read(_LIMIT + 1)  # pbzip2 writes several streams
    elif data.startswith(b"\xfd7zXZ\0"):
        content = lzma.LZMADecompressor(memlimit=2 * _LIMIT).decompress(data, _LIMIT + 1)
    else:
        content = data
    if len(content) > _LIMIT:
        raise files.TooBigError(f"more than {_LIMIT} bytes")
    return content


def _collect_members(
    opened: tarfile.TarFile, members: list[tarfile.TarInfo], collector: Collector, prefix: str
) -> None:
    raw = [member.name.encode("utf-8", "surrogateescape") for member in members]
    names = [prefix + name.removeprefix("./") for name in codepages.decoded(raw)]
    collector.notice(names)
    if not names:
        collector.refuse(prefix or "archive", "refused_empty_archive")
    for member, name in zip(members, names, strict=True):
        if not collector.sees(name) or collector.closed:
            return
        if member.isdir() or (archive.is_skipped(name) and not archive.leads_out(name)):
            continue
        reason = _refusal(member, name)
        if reason is None:
            collector.take(name, partial(_content, opened, member))
        elif reason == "refused_depth":
            collector.refuse(name, reason, limit=DEEPEST)
        else:
            collector.refuse(name, reason)


def _refusal(member: tarfile.TarInfo, name: str) -> str | None:
    checks = (
        (archive.leads_out(name), "refused_outside"),
        (not files.is_clean(name), "refused_name"),
        (member.issym() or member.islnk(), "refused_link"),
        (not member.isreg(), "refused_special"),
        (name.count("/") > DEEPEST, "refused_depth"),
        (is_archive(name), "refused_nested"),
    )
    return next((why for broken, why in checks if broken), None)


def _content(opened: tarfile.TarFile, member: tarfile.TarInfo, limit: int) -> bytes:
    if member.size > limit:
        raise files.TooBigError(f"{member.name} has more than {limit} bytes")
    try:
        file = opened.extractfile(member)
        return b"" if file is None else file.read(limit + 1)
    except _DAMAGED as error:
        raise OSError(f"{member.name}: damaged ({error})") from None
