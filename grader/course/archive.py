"""Zip archives whose bytes follow from their contents alone."""

from __future__ import annotations

import io
import tarfile
import zipfile
from collections.abc import Collection, Mapping

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can hold: the hour of packing must not show."""


def pack(files: Mapping[str, bytes], programs: Collection[str] = ()) -> bytes:
    """Return a zip of files by path, in the order of their paths; ``programs`` may be executed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, _EPOCH)
            entry.create_system = 3  # Unix, wherever it is packed: else no permissions are read
            entry.external_attr = (0o100755 if path in programs else 0o100644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[path])
    return buffer.getvalue()


def pack_tar(files: Mapping[str, bytes], programs: Collection[str] = ()) -> bytes:
    """Return a tar of files by path, as ``pack`` does; nobody owns them."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path in sorted(files):
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(files[path]), 0o755 if path in programs else 0o644
            archive.addfile(entry, io.BytesIO(files[path]))
    return buffer.getvalue()
