"""Validates the pictures that a child sends, and writes them anew.

A child runs a student's code, so what it calls a picture may be anything. Nothing here decodes
pixels: the container is parsed, its pixels are unpacked once under a cap to count them, and only
what is needed to show them stays.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

MAX_WIDTH, MAX_HEIGHT = 1000, 750
"""Pixels of a picture, at most."""

MAX_BYTES = 1024 * 1024
"""Bytes of a picture, at most."""

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Samples of a pixel by the colour type: grey, RGB, palette, grey and alpha, RGB and alpha."""

_GREY, _RGB, _PALETTE = 0, 2, 3
_KNOWN_CHUNKS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
_CRITICAL_BIT = 0x20


class _Malformed(ValueError):
    """The bytes are no picture that is shown."""


@dataclass(frozen=True, slots=True)
class Png:
    """A picture that is well-formed.

    Parameters
    ----------
    content
        A PNG file of what is needed to show it, and of nothing else.
    width, height
        In pixels.
    blank
        Whether all its pixels are equal, so that it shows nothing.
    """

    content: bytes
    width: int
    height: int
    blank: bool


@dataclass(frozen=True, slots=True)
class _Header:
    width: int
    height: int
    kind: int

    @property
    def channels(self) -> int:
        return _CHANNELS[self.kind]

    @property
    def row(self) -> int:
        """The bytes of a row, with the one that names its filter."""
        return 1 + self.width * self.channels

    @property
    def chunk(self) -> bytes:
        return struct.pack(">IIBBBBB", self.width, self.height, 8, self.kind, 0, 0, 0)


def rebuild(raw: bytes) -> Png | None:
    """Return the picture that some bytes hold, written anew; None where they hold none.

    Parameters
    ----------
    raw
        Anything. A picture is a PNG of at most ``WIDEST`` by ``HIGHEST`` pixels with 8 bits a
        sample, not interlaced, whose every chunk is whole. Text and all else that is not
        needed to show it is dropped; at most ``LARGEST`` bytes may be left.
    """
    try:
        return _rebuild(raw)
    except (_Malformed, struct.error, zlib.error):
        return None


def _rebuild(raw: bytes) -> Png:
    _require(len(raw) <= 2 * MAX_BYTES and raw.startswith(SIGNATURE))
    chunks = list(_chunks(raw))
    header = _header(chunks)
    palette = _single_chunk(chunks, b"PLTE")
    transparency = _single_chunk(chunks, b"tRNS")
    compressed = _compressed(chunks)
    _require_colours(header, palette, transparency)
    pixels = _pixels(compressed, header)
    parts = ((b"PLTE", palette), (b"tRNS", transparency), (b"IDAT", compressed))
    parts_ = [(b"IHDR", header.chunk), *((name, body) for name, body in parts if body)]
    content = SIGNATURE + b"".join(_chunk(name, body) for name, body in [*parts_, (b"IEND", b"")])
    _require(len(content) <= MAX_BYTES)
    return Png(content, header.width, header.height, _is_blank(pixels, header))


def _require(holds: bool) -> None:
    if not holds:
        raise _Malformed


def _chunks(raw: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield each chunk's name and body; the last is IEND, and nothing follows it."""
    offset, name = len(SIGNATURE), b""
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", raw, offset)
        end = offset + 12 + length
        _require(end <= len(raw))
        [crc] = struct.unpack_from(">I", raw, end - 4)
        _require(zlib.crc32(raw[offset + 4 : end - 4]) == crc)
        _require(name in _KNOWN_CHUNKS or bool(name[0] & _CRITICAL_BIT))
        yield name, raw[offset + 8 : end - 4]
        offset = end
    _require(offset == len(raw))


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _header(chunks: list[tuple[bytes, bytes]]) -> _Header:
    names = [name for name, _ in chunks]
    _require(names[0] == b"IHDR" and names.count(b"IHDR") == 1)
    width, height, depth, kind, *methods = struct.unpack(">IIBBBBB", chunks[0][1])
    _require(0 < width <= MAX_WIDTH and 0 < height <= MAX_HEIGHT and depth == 8)
    _require(kind in _CHANNELS and methods == [0, 0, 0])
    return _Header(width, height, kind)


def _single_chunk(chunks: list[tuple[bytes, bytes]], chunk_name: bytes) -> bytes:
    """Return the body of a chunk that exists once at most, before the pixels; empty without it."""
    indices = [k for k, (name, _) in enumerate(chunks) if name == chunk_name]
    if not indices:
        return b""
    _require(len(indices) == 1 and all(name != b"IDAT" for name, _ in chunks[: indices[0]]))
    return chunks[indices[0]][1]


def _compressed(chunks: list[tuple[bytes, bytes]]) -> bytes:
    """Return the compressed pixels, of chunks that follow each other without others between."""
    indices = [k for k, (name, _) in enumerate(chunks) if name == b"IDAT"]
    _require(bool(indices) and indices[-1] - indices[0] == len(indices) - 1)
    return b"".join(chunks[k][1] for k in indices)


def _require_colours(header: _Header, palette: bytes, transparency: bytes) -> None:
    """Require a palette where one is needed, and no more transparent colours than there are colours."""
    if header.kind == _PALETTE:
        _require(0 < len(palette) <= 768 and len(palette) % 3 == 0)
        _require(len(transparency) <= len(palette) // 3)
    else:
        _require(not palette and len(transparency) in (0, {_GREY: 2, _RGB: 6}.get(header.kind, 0)))


def _pixels(compressed: bytes, header: _Header) -> bytes:
    """Unpack the filtered rows: exactly as many bytes as the header promises, never more."""
    size = header.row * header.height
    unpacking = zlib.decompressobj()
    pixels = unpacking.decompress(compressed, size + 1)
    _require(unpacking.eof and not unpacking.unused_data and len(pixels) == size)
    _require(max(pixels[:: header.row]) <= 4)
    return pixels


def _is_blank(pixels: bytes, header: _Header) -> bool:
    """Return whether all pixels are equal: each row is then what its filter makes of the first."""
    colour = pixels[1 : 1 + header.channels]
    row = header.row
    return all(
        pixels[k * row + 1 : (k + 1) * row] == _filtered(colour, header.width, pixels[k * row], k)
        for k in range(header.height)
    )


def _filtered(colour: bytes, width: int, method: int, k: int) -> bytes:
    """Return what a filter makes of row k of a picture that has one colour only."""
    zeros = bytes(len(colour))
    halved = bytes(sample - sample // 2 for sample in colour)
    first, rest = {
        0: (colour, colour),
        1: (colour, zeros),
        2: (zeros, zeros) if k else (colour, colour),
        3: (halved, zeros) if k else (colour, halved),
        4: (zeros, zeros) if k else (colour, zeros),
    }[method]
    return first + rest * (width - 1)
