"""Pictures of strangers: what is well-formed is put together anew, and all else is none."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from grader.sandbox import png_file
from grader.sandbox.png_file import SIGNATURE, sound

HEADER = (4, 3, 8, 2, 0, 0, 0)
"""Four by three pixels, 8 bits, RGB."""

ROWS = b"".join(bytes([0, *range(k, k + 12)]) for k in range(3))


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(
    *between: bytes,
    header: tuple[int, ...] = HEADER,
    rows: bytes = ROWS,
    packed: bytes | None = None,
) -> bytes:
    """Write a picture by hand, with other chunks before its pixels."""
    pixels = chunk(b"IDAT", zlib.compress(rows) if packed is None else packed)
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", *header))
    return SIGNATURE + head + b"".join(between) + pixels + chunk(b"IEND", b"")


def written(image: Image.Image, **how: object) -> bytes:
    file = io.BytesIO()
    image.save(file, format="PNG", **how)
    return file.getvalue()


def pixels_of(raw: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(raw)).convert("RGBA"))


SLOPE = np.add.outer(np.arange(30), np.arange(40)).astype(np.uint8)
DRAWN = {
    "grey": Image.fromarray(SLOPE),
    "rgb": Image.fromarray(np.dstack([SLOPE, SLOPE[::-1], SLOPE.T[:30].repeat(2, 1)[:, :40]])),
    "palette": Image.fromarray(SLOPE).convert("P"),
    "grey and alpha": Image.fromarray(SLOPE).convert("LA"),
    "rgb and alpha": Image.fromarray(SLOPE).convert("RGBA"),
}


@pytest.mark.parametrize("kind", DRAWN)
def test_a_picture_keeps_its_pixels(kind: str) -> None:
    """Whatever its colours are kept as, what comes out shows what went in, and is well-formed again."""
    raw = written(DRAWN[kind])
    whole = sound(raw)
    assert whole is not None
    assert (whole.width, whole.height, whole.blank) == (40, 30, False)
    assert np.array_equal(pixels_of(whole.content), pixels_of(raw))
    assert sound(whole.content) == whole


def test_what_is_clear_in_a_palette_stays_clear() -> None:
    """The chunk that says which colours are clear is needed to show a picture."""
    raw = written(DRAWN["palette"], transparency=3)
    whole = sound(raw)
    assert whole is not None
    assert b"tRNS" in whole.content
    assert np.array_equal(pixels_of(whole.content), pixels_of(raw))


def test_nothing_else_is_kept() -> None:
    """Text, times, profiles and chunks that nobody knows are dropped."""
    about = PngImagePlugin.PngInfo()
    about.add_text("Comment", "<script>alert(1)</script>")
    about.add_itxt("Title", "full marks, please", zip=True)
    whole = sound(written(DRAWN["rgb"], pnginfo=about, dpi=(72, 72), icc_profile=b"profile"))
    mine = sound(png(chunk(b"maRk", b"hello"), chunk(b"tIME", bytes(7))))
    assert whole is not None
    assert mine is not None
    names = {name for name, _ in png_file._chunks(whole.content)}
    assert names == {b"IHDR", b"IDAT", b"IEND"}
    assert mine.content == png()


def test_pixels_in_several_chunks_become_one() -> None:
    """A picture may bring its pixels in parts."""
    packed = zlib.compress(ROWS)
    parts = png(chunk(b"IDAT", packed[:5]), packed=packed[5:])
    assert sound(parts) == sound(png())


MALFORMED = {
    "nothing": b"",
    "text": b"this is no picture",
    "signature alone": SIGNATURE,
    "jpeg": b"\xff\xd8\xff\xe0" + bytes(100),
    "cut off": png()[:-5],
    "something after the end": png() + b"PK\x03\x04",
    "wrong checksum": png().replace(b"IDAT", b"IDAU"),
    "length beyond the end": SIGNATURE + struct.pack(">I", 2**31) + b"IHDR" + bytes(30),
    "header later": SIGNATURE + chunk(b"tEXt", b"a") + png()[8:],
    "two headers": png(chunk(b"IHDR", struct.pack(">IIBBBBB", *HEADER))),
    "short header": SIGNATURE + chunk(b"IHDR", bytes(5)) + chunk(b"IEND", b""),
    "no pixels": SIGNATURE
    + chunk(b"IHDR", struct.pack(">IIBBBBB", *HEADER))
    + chunk(b"IEND", b""),
    "too wide": png(header=(1001, 3, 8, 0, 0, 0, 0), rows=bytes(1002 * 3)),
    "too high": png(header=(4, 751, 8, 0, 0, 0, 0), rows=bytes(5 * 751)),
    "no width": png(header=(0, 3, 8, 2, 0, 0, 0), rows=bytes(3)),
    "16 bits": png(header=(4, 3, 16, 2, 0, 0, 0), rows=bytes(75)),
    "interlaced": png(header=(4, 3, 8, 2, 0, 0, 1)),
    "colours of no kind": png(header=(4, 3, 8, 5, 0, 0, 0)),
    "another packing": png(header=(4, 3, 8, 2, 1, 0, 0)),
    "too few pixels": png(rows=ROWS[:-1]),
    "too many pixels": png(rows=ROWS + b"\0"),
    "a filter of no kind": png(rows=b"\5" + ROWS[1:]),
    "pixels that do not unpack": png(packed=b"nothing"),
    "pixels that end early": png(packed=zlib.compress(ROWS)[:-6]),
    "something after the pixels": png(packed=zlib.compress(ROWS) + b"more"),
    "a bomb": png(packed=zlib.compress(bytes(50_000_000))),
    "palette is missing": png(header=(4, 3, 8, 3, 0, 0, 0), rows=bytes(15)),
    "palette of broken colours": png(
        chunk(b"PLTE", bytes(4)), header=(4, 3, 8, 3, 0, 0, 0), rows=bytes(15)
    ),
    "two palettes": png(
        chunk(b"PLTE", bytes(3)), chunk(b"PLTE", bytes(3)), header=(4, 3, 8, 3, 0, 0, 0), rows=bytes(15)
    ),
    "palette for none": png(chunk(b"PLTE", bytes(3))),
    "more clear than colours": png(
        chunk(b"PLTE", bytes(3)),
        chunk(b"tRNS", bytes(2)),
        header=(4, 3, 8, 3, 0, 0, 0),
        rows=bytes(15),
    ),
    "clear where alpha is": png(
        chunk(b"tRNS", bytes(2)), header=(4, 3, 8, 4, 0, 0, 0), rows=bytes(27)
    ),
    "an unknown chunk that must be understood": png(chunk(b"ABCD", b"")),
    "pixels apart": png(chunk(b"IDAT", b""), chunk(b"tEXt", b"")),
    "palette after the pixels": png()[:-12] + chunk(b"PLTE", bytes(3)) + chunk(b"IEND", b""),
    "far too long": png(chunk(b"tEXt", bytes(3 * png_file.LARGEST))),
}  # fmt: skip


@pytest.mark.parametrize("why", MALFORMED)
def test_what_is_malformed_is_no_picture(why: str) -> None:
    """Whatever is not exactly a small picture is none, and nothing is raised."""
    assert sound(MALFORMED[why]) is None


def test_too_many_bytes_are_no_picture() -> None:
    """What has more bytes than a picture may have is left out, although it is well-formed."""
    noise = np.random.default_rng(0).integers(0, 256, (600, 800, 3), np.uint8)
    raw = written(Image.fromarray(noise))
    assert len(raw) > png_file.LARGEST
    assert sound(raw) is None


@given(st.data())
def test_no_bytes_raise(data: st.DataObject) -> None:
    """A picture in which bytes were changed is a picture, or none; it never raises."""
    raw = bytearray(written(DRAWN["rgb"]))
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(raw)))
    for damaged in (bytes(raw), bytes(raw[:cut])):
        whole = sound(damaged)
        assert whole is None or sound(whole.content) == whole


def filtered(pixels: np.ndarray, method: int) -> bytes:
    """Apply one filter of PNG to every row of pixels ``(rows, columns, samples)``, as the standard says."""
    rows, columns, samples = pixels.shape
    whole = np.zeros((rows + 1, columns + 1, samples), int)
    whole[1:, 1:] = pixels
    left, up, corner = whole[1:, :-1], whole[:-1, 1:], whole[:-1, :-1]
    guess = left + up - corner
    away = [np.abs(guess - other) for other in (left, up, corner)]
    paeth = np.where(
        (away[0] <= away[1]) & (away[0] <= away[2]),
        left,
        np.where(away[1] <= away[2], up, corner),
    )
    taken = (0 * left, left, up, (left + up) // 2, paeth)[method]
    lines = ((pixels - taken) % 256).astype(np.uint8).reshape(rows, -1)
    return b"".join(bytes([method]) + line.tobytes() for line in lines)


@pytest.mark.parametrize("method", range(5))
@pytest.mark.parametrize(("kind", "samples"), [(0, 1), (2, 3), (4, 2), (6, 4)])
def test_a_blank_picture_is_told(method: int, kind: int, samples: int) -> None:
    """All pixels alike is blank, and one other sample anywhere is not, whatever the filter."""
    rng = np.random.default_rng([method, kind])
    for colour in (np.zeros(samples), np.full(samples, 255), rng.integers(0, 256, samples)):
        pixels = np.tile(colour.astype(int), (5, 7, 1))
        header = (7, 5, 8, kind, 0, 0, 0)
        whole = sound(png(header=header, rows=filtered(pixels, method)))
        assert whole is not None
        assert whole.blank
        pixels[rng.integers(5), rng.integers(7), rng.integers(samples)] ^= 1
        other = sound(png(header=header, rows=filtered(pixels, method)))
        assert other is not None
        assert not other.blank
