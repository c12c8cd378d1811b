"""A tar, packed with gzip, bzip2 or xz or not at all -> a collector, in memory."""

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
from grader.intake.collector import MAX_ENTRIES, Collector

_MAX_MB = 64
"""MiB that a tar may have once it is unpacked: twice what all archives of a submission may have."""
_MAX_BYTES = _MAX_MB * 1024 * 1024

# Only these: a gzip of a single file is no archive.
_DAMAGED = (
    tarfile.TarError,
    lzma.LZMAError,
    RecursionError,  # headers that each announce another one are read recursively
    *archive.DAMAGED,
)


def is_tar(data: bytes) -> bool:
    """Whether bytes begin as a tar does, or as what a tar is packed with."""
    return data.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0")) or data[257:262] == b"ustar"


def collect(data: bytes, path: str, collector: Collector, prefix: str = "") -> None:
    """Add the contents of a tar to a collector, as `archive.collect` does with a zip."""
    try:
        with tarfile.open(fileobj=io.BytesIO(_unpack(data)), mode="r:") as tar:
            members = list(itertools.islice(tar, MAX_ENTRIES + 1))
            raw = [member.name.encode("utf-8", "surrogateescape") for member in members]
            if not members:
                collector.refuse(prefix or "archive", "refused_empty_archive")
            archive.collect_entries(
                [
                    archive.Entry(
                        prefix + name.removeprefix("./"),
                        member.isdir(),
                        partial(_read_member, tar, member),
                        _problem(member),
                    )
                    for member, name in zip(members, codepages.decode_names(raw), strict=True)
                ],
                collector,
            )
    except files.TooBigError:
        collector.refuse(path, "refused_too_big", limit_kb=_MAX_MB * 1024)
    except (*_DAMAGED, OSError):
        collector.refuse(path, "refused_not_archive")


def _unpack(data: bytes) -> bytes:
    """Return the tar itself, unpacking no more than it may have, whatever size it claims."""
    if data.startswith(b"\x1f\x8b"):
        content = gzip.GzipFile(fileobj=io.BytesIO(data)).read(_MAX_BYTES + 1)
    elif data.startswith(b"BZh"):
        content = bz2.BZ2File(io.BytesIO(data)).read(
            _MAX_BYTES + 1
        )  # pbzip2 writes several streams
    elif data.startswith(b"\xfd7zXZ\0"):
        content = lzma.LZMADecompressor(memlimit=2 * _MAX_BYTES).decompress(data, _MAX_BYTES + 1)
    else:
        content = data
    if len(content) > _MAX_BYTES:
        raise files.TooBigError(f"more than {_MAX_BYTES} bytes")
    return content


def _problem(member: tarfile.TarInfo) -> str:
    if member.issym() or member.islnk():
        return "refused_link"
    return "" if member.isreg() else "refused_special"


def _read_member(tar: tarfile.TarFile, member: tarfile.TarInfo, limit: int) -> bytes:
    try:
        file = tar.extractfile(member)
        content = b"" if file is None else file.read(limit + 1)
    except _DAMAGED as error:
        raise OSError(f"{member.name}: damaged ({error})") from None
    if member.size > limit:
        raise files.TooBigError(f"{member.name} has more than {limit} bytes", content)
    return content
