"""Pictures of strangers: what is well-formed is put together anew, and all else is none."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from grader.sandbox import png_file
from grader.sandbox.png_file import SIGNATURE, rebuild

HEADER = (4, 3, 8, 2, 0, 0, 0)
"""Four by three pixels, 8 bits, RGB."""

ROWS = b"".join(bytes([0, *range(k, k + 12)]) for k in range(3))


def make_chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def make_png(
    *between: bytes,
    header: tuple[int, ...] = HEADER,
    rows: bytes = ROWS,
    packed: bytes | None = None,
) -> bytes:
    """Write a picture by hand, with other chunks before its pixels."""
    pixels = make_chunk(b"IDAT", zlib.compress(rows) if packed is None else packed)
    head = make_chunk(b"IHDR", struct.pack(">IIBBBBB", *header))
    return SIGNATURE + head + b"".join(between) + pixels + make_chunk(b"IEND", b"")


def encode(image: Image.Image, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, format="PNG", **options)
    return file.getvalue()


def pixels_of(raw: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(raw)).convert("RGBA"))


GRADIENT = np.add.outer(np.arange(30), np.arange(40)).astype(np.uint8)
IMAGES = {
    "grey": Image.fromarray(GRADIENT),
    "rgb": Image.fromarray(
        np.dstack([GRADIENT, GRADIENT[::-1], GRADIENT.T[:30].repeat(2, 1)[:, :40]])
    ),
    "palette": Image.fromarray(GRADIENT).convert("P"),
    "grey and alpha": Image.fromarray(GRADIENT).convert("LA"),
    "rgb and alpha": Image.fromarray(GRADIENT).convert("RGBA"),
}


@pytest.mark.parametrize("kind", IMAGES)
def test_a_picture_keeps_its_pixels(kind: str) -> None:
    """Whatever its colours are kept as, what comes out shows what went in, and is well-formed again."""
    raw = encode(IMAGES[kind])
    png = rebuild(raw)
    assert png is not None
    assert (png.width, png.height, png.blank) == (40, 30, False)
    assert np.array_equal(pixels_of(png.content), pixels_of(raw))
    assert rebuild(png.content) == png


def test_transparency_of_a_palette_stays() -> None:
    """The chunk that says which colours are clear is needed to show a picture."""
    raw = encode(IMAGES["palette"], transparency=3)
    png = rebuild(raw)
    assert png is not None
    assert b"tRNS" in png.content
    assert np.array_equal(pixels_of(png.content), pixels_of(raw))


def chunk_names(content: bytes) -> Iterator[bytes]:
    """The names of the chunks of a PNG: each has a length, a name, its bytes and a checksum."""
    offset = len(SIGNATURE)
    while offset < len(content):
        length, name = struct.unpack_from(">I4s", content, offset)
        yield name
        offset += length + 12


def test_other_chunks_are_dropped() -> None:
    """Text, times, profiles and chunks that nobody knows are dropped."""
    text_info = PngImagePlugin.PngInfo()
    text_info.add_text("Comment", "<script>alert(1)</script>")
    text_info.add_itxt("Title", "full marks, please", zip=True)
    png = rebuild(encode(IMAGES["rgb"], pnginfo=text_info, dpi=(72, 72), icc_profile=b"profile"))
    by_hand = rebuild(make_png(make_chunk(b"maRk", b"hello"), make_chunk(b"tIME", bytes(7))))
    assert png is not None
    assert by_hand is not None
    assert set(chunk_names(png.content)) == {b"IHDR", b"IDAT", b"IEND"}
    assert by_hand.content == make_png()


def test_several_chunks_of_pixels_become_one() -> None:
    """A picture may bring its pixels in parts."""
    packed = zlib.compress(ROWS)
    parts = make_png(make_chunk(b"IDAT", packed[:5]), packed=packed[5:])
    assert rebuild(parts) == rebuild(make_png())


MALFORMED = {
    "nothing": b"",
    "text": b"this is no picture",
    "signature alone": SIGNATURE,
    "jpeg": b"\xff\xd8\xff\xe0" + bytes(100),
    "cut off": make_png()[:-5],
    "something after the end": make_png() + b"PK\x03\x04",
    "wrong checksum": make_png().replace(b"IDAT", b"IDAU"),
    "length beyond the end": SIGNATURE + struct.pack(">I", 2**31) + b"IHDR" + bytes(30),
    "header later": SIGNATURE + make_chunk(b"tEXt", b"a") + make_png()[8:],
    "two headers": make_png(make_chunk(b"IHDR", struct.pack(">IIBBBBB", *HEADER))),
    "short header": SIGNATURE + make_chunk(b"IHDR", bytes(5)) + make_chunk(b"IEND", b""),
    "no pixels": SIGNATURE
    + make_chunk(b"IHDR", struct.pack(">IIBBBBB", *HEADER))
    + make_chunk(b"IEND", b""),
    "too wide": make_png(header=(1001, 3, 8, 0, 0, 0, 0), rows=bytes(1002 * 3)),
    "too high": make_png(header=(4, 751, 8, 0, 0, 0, 0), rows=bytes(5 * 751)),
    "no width": make_png(header=(0, 3, 8, 2, 0, 0, 0), rows=bytes(3)),
    "16 bits": make_png(header=(4, 3, 16, 2, 0, 0, 0), rows=bytes(75)),
    "interlaced": make_png(header=(4, 3, 8, 2, 0, 0, 1)),
    "colours of no kind": make_png(header=(4, 3, 8, 5, 0, 0, 0)),
    "another packing": make_png(header=(4, 3, 8, 2, 1, 0, 0)),
    "too few pixels": make_png(rows=ROWS[:-1]),
    "too many pixels": make_png(rows=ROWS + b"\0"),
    "a filter of no kind": make_png(rows=b"\5" + ROWS[1:]),
    "pixels that do not unpack": make_png(packed=b"nothing"),
    "pixels that end early": make_png(packed=zlib.compress(ROWS)[:-6]),
    "something after the pixels": make_png(packed=zlib.compress(ROWS) + b"more"),
    "a bomb": make_png(packed=zlib.compress(bytes(50_000_000))),
    "palette is missing": make_png(header=(4, 3, 8, 3, 0, 0, 0), rows=bytes(15)),
    "palette of broken colours": make_png(
        make_chunk(b"PLTE", bytes(4)), header=(4, 3, 8, 3, 0, 0, 0), rows=bytes(15)
    ),
    "two palettes": make_png(
        make_chunk(b"PLTE", bytes(3)), make_chunk(b"PLTE", bytes(3)), header=(4, 3, 8, 3, 0, 0, 0), rows=bytes(15)
    ),
    "palette for none": make_png(make_chunk(b"PLTE", bytes(3))),
    "more clear than colours": make_png(
        make_chunk(b"PLTE", bytes(3)),
        make_chunk(b"tRNS", bytes(2)),
        header=(4, 3, 8, 3, 0, 0, 0),
        rows=bytes(15),
    ),
    "clear where alpha is": make_png(
        make_chunk(b"tRNS", bytes(2)), header=(4, 3, 8, 4, 0, 0, 0), rows=bytes(27)
    ),
    "an unknown chunk that must be understood": make_png(make_chunk(b"ABCD", b"")),
    "pixels apart": make_png(make_chunk(b"IDAT", b""), make_chunk(b"tEXt", b"")),
    "palette after the pixels": make_png()[:-12] + make_chunk(b"PLTE", bytes(3)) + make_chunk(b"IEND", b""),
    "far too long": make_png(make_chunk(b"tEXt", bytes(3 * png_file.MAX_BYTES))),
}  # fmt: skip


@pytest.mark.parametrize("why", MALFORMED)
def test_malformed_bytes_give_none(why: str) -> None:
    """Whatever is not exactly a small picture is none, and nothing is raised."""
    assert rebuild(MALFORMED[why]) is None


def test_too_many_bytes_give_none() -> None:
    """What has more bytes than a picture may have is left out, although it is well-formed."""
    noise = np.random.default_rng(0).integers(0, 256, (600, 800, 3), np.uint8)
    raw = encode(Image.fromarray(noise))
    assert len(raw) > png_file.MAX_BYTES
    assert rebuild(raw) is None


@given(st.data())
def test_no_bytes_raise(data: st.DataObject) -> None:
    """A picture in which bytes were changed is a picture, or none; it never raises."""
    raw = bytearray(encode(IMAGES["rgb"]))
    for _ in range(data.draw(st.integers(1, 5))):
        offset = data.draw(st.integers(0, len(raw) - 1))
        raw[offset] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(raw)))
    for damaged in (bytes(raw), bytes(raw[:cut])):
        png = rebuild(damaged)
        assert png is None or rebuild(png.content) == png


def apply_filter(pixels: np.ndarray, method: int) -> bytes:
    """Apply one filter of PNG to every row of pixels ``(rows, columns, samples)``, as the standard says."""
    rows, columns, samples = pixels.shape
    png = np.zeros((rows + 1, columns + 1, samples), int)
    png[1:, 1:] = pixels
    left_bytes, up, corner = png[1:, :-1], png[:-1, 1:], png[:-1, :-1]
    estimate = left_bytes + up - corner
    errors = [np.abs(estimate - changed) for changed in (left_bytes, up, corner)]
    paeth = np.where(
        (errors[0] <= errors[1]) & (errors[0] <= errors[2]),
        left_bytes,
        np.where(errors[1] <= errors[2], up, corner),
    )
    predicted = (0 * left_bytes, left_bytes, up, (left_bytes + up) // 2, paeth)[method]
    lines = ((pixels - predicted) % 256).astype(np.uint8).reshape(rows, -1)
    return b"".join(bytes([method]) + line.tobytes() for line in lines)


@pytest.mark.parametrize("method", range(5))
@pytest.mark.parametrize(("kind", "samples"), [(0, 1), (2, 3), (4, 2), (6, 4)])
def test_a_blank_picture_is_recognized(method: int, kind: int, samples: int) -> None:
    """All pixels alike is blank, and one other sample anywhere is not, whatever the filter."""
    rng = np.random.default_rng([method, kind])
    for colour in (np.zeros(samples), np.full(samples, 255), rng.integers(0, 256, samples)):
        pixels = np.tile(colour.astype(int), (5, 7, 1))
        header = (7, 5, 8, kind, 0, 0, 0)
        png = rebuild(make_png(header=header, rows=apply_filter(pixels, method)))
        assert png is not None
        assert png.blank
        pixels[rng.integers(5), rng.integers(7), rng.integers(samples)] ^= 1
        changed = rebuild(make_png(header=header, rows=apply_filter(pixels, method)))
        assert changed is not None
        assert not changed.blank
