"""Pictures that came from a child: looked at byte by byte, and put together anew.

A child runs a student's code, so what it calls a picture may be anything. Nothing here
decodes pixels: the container is parsed, its pixels are unpacked once under a cap to see
that they are as many as the header says, and only what is needed to show them stays.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

WIDEST, HIGHEST = 1000, 750
"""Pixels of a picture, at most."""

LARGEST = 1024 * 1024
"""Bytes of a picture, at most."""

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Samples of a pixel by the colour type: grey, RGB, palette, grey and alpha, RGB and alpha."""

_GREY, _RGB, _PALETTE = 0, 2, 3
_KNOWN = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
_CRITICAL_BIT = 0x20


class _Malformed(ValueError):
    """These bytes are no picture that we show."""


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
    """Return the picture that these bytes hold, put together anew; None where they hold none.

    Parameters
    ----------
    raw
        Anything. A picture is a PNG of at most ``WIDEST`` by ``HIGHEST`` pixels with 8 bits a
        sample, not interlaced, whose every chunk is whole. Text and all else that is not
        needed to show it is dropped; at most ``LARGEST`` bytes may be left.
    """
    try:
        return _rebuilt(raw)
    except (_Malformed, struct.error, zlib.error):
        return None


def _rebuilt(raw: bytes) -> Png:
    _demand(len(raw) <= 2 * LARGEST and raw.startswith(SIGNATURE))
    chunks = list(_chunks(raw))
    header = _header(chunks)
    palette = _only(chunks, b"PLTE")
    clear = _only(chunks, b"tRNS")
    packed = _packed(chunks)
    _demand_colours(header, palette, clear)
    pixels = _pixels(packed, header)
    parts = ((b"PLTE", palette), (b"tRNS", clear), (b"IDAT", packed))
    kept = [(b"IHDR", header.chunk), *((name, body) for name, body in parts if body)]
    content = SIGNATURE + b"".join(_chunk(name, body) for name, body in [*kept, (b"IEND", b"")])
    _demand(len(content) <= LARGEST)
    return Png(content, header.width, header.height, _is_blank(pixels, header))


def _demand(holds: bool) -> None:
    if not holds:
        raise _Malformed


def _chunks(raw: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield each chunk's name and body; the last is IEND, and nothing follows it."""
    at, name = len(SIGNATURE), b""
    while name != b"IEND":
        length, name = struct.unpack_from(">I4s", raw, at)
        end = at + 12 + length
        _demand(end <= len(raw))
        [crc] = struct.unpack_from(">I", raw, end - 4)
        _demand(zlib.crc32(raw[at + 4 : end - 4]) == crc)
        _demand(name in _KNOWN or bool(name[0] & _CRITICAL_BIT))
        yield name, raw[at + 8 : end - 4]
        at = end
    _demand(at == len(raw))


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _header(chunks: list[tuple[bytes, bytes]]) -> _Header:
    names = [name for name, _ in chunks]
    _demand(names[0] == b"IHDR" and names.count(b"IHDR") == 1)
    width, height, depth, kind, *methods = struct.unpack(">IIBBBBB", chunks[0][1])
    _demand(0 < width <= WIDEST and 0 < height <= HIGHEST and depth == 8)
    _demand(kind in _CHANNELS and methods == [0, 0, 0])
    return _Header(width, height, kind)


def _only(chunks: list[tuple[bytes, bytes]], wanted: bytes) -> bytes:
    """The body of a chunk that there is once at most, before the pixels; empty where it is not."""
    places = [k for k, (name, _) in enumerate(chunks) if name == wanted]
    if not places:
        return b""
    _demand(len(places) == 1 and all(name != b"IDAT" for name, _ in chunks[: places[0]]))
    return chunks[places[0]][1]


def _packed(chunks: list[tuple[bytes, bytes]]) -> bytes:
    """The packed pixels, of chunks that follow each other without others between."""
    places = [k for k, (name, _) in enumerate(chunks) if name == b"IDAT"]
    _demand(bool(places) and places[-1] - places[0] == len(places) - 1)
    return b"".join(chunks[k][1] for k in places)


def _demand_colours(header: _Header, palette: bytes, clear: bytes) -> None:
    """Demand a palette where one is needed, and of what is clear as much as there are colours."""
    if header.kind == _PALETTE:
        _demand(0 < len(palette) <= 768 and len(palette) % 3 == 0)
        _demand(len(clear) <= len(palette) // 3)
    else:
        _demand(not palette and len(clear) in (0, {_GREY: 2, _RGB: 6}.get(header.kind, 0)))


def _pixels(packed: bytes, header: _Header) -> bytes:
    """Unpack the filtered rows: exactly as many bytes as the header promises, never more."""
    size = header.row * header.height
    unpacking = zlib.decompressobj()
    pixels = unpacking.decompress(packed, size + 1)
    _demand(unpacking.eof and not unpacking.unused_data and len(pixels) == size)
    _demand(max(pixels[:: header.row]) <= 4)
    return pixels


def _is_blank(pixels: bytes, header: _Header) -> bool:
    """Whether all pixels are equal: each row is then what its filter makes of the first pixel."""
    colour = pixels[1 : 1 + header.channels]
    row = header.row
    return all(
        pixels[k * row + 1 : (k + 1) * row] == _filtered(colour, header.width, pixels[k * row], k)
        for k in range(header.height)
    )


def _filtered(colour: bytes, width: int, method: int, k: int) -> bytes:
    """What a filter makes of row k of a picture that has one colour only."""
    none = bytes(len(colour))
    half = bytes(sample - sample // 2 for sample in colour)
    first, rest = {
        0: (colour, colour),
        1: (colour, none),
        2: (none, none) if k else (colour, colour),
        3: (half, none) if k else (colour, half),
        4: (none, none) if k else (colour, none),
    }[method]
    return first + rest * (width - 1)


__all__ = ["HIGHEST", "LARGEST", "WIDEST", "Png", "rebuild"]
