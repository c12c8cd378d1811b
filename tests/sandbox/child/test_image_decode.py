"""Pictures that were handed in: decoded within limits, made small, and never trusted."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from grader.sandbox import png_file
from grader.sandbox.child import image_decode
from grader.sandbox.host import ProcessSandbox

GRADIENT = Image.fromarray(np.add.outer(np.arange(60), np.arange(90)).astype(np.uint8))
NOISE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (600, 800, 3), np.uint8))


def encode(image: Image.Image, format_: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, format=format_, **options)
    return file.getvalue()


READABLE = {
    "grey": encode(GRADIENT),
    "palette": encode(GRADIENT.convert("P"), transparency=3),
    "one bit": encode(GRADIENT.convert("1")),
    "16 bits": encode(Image.fromarray(np.arange(65536, dtype=np.uint16).reshape(256, 256))),
    "alpha": encode(GRADIENT.convert("RGBA")),
    "jpeg": encode(GRADIENT, "JPEG"),
    "progressive jpeg": encode(GRADIENT, "JPEG", progressive=True),
    "cmyk jpeg": encode(GRADIENT.convert("CMYK"), "JPEG"),
    "several in one": encode(NOISE, "MPO", save_all=True, append_images=[NOISE]),
    "large": encode(GRADIENT.resize((4000, 3000))),
    "noise": encode(NOISE),
}
UNREADABLE = {
    "nothing": b"",
    "text": b"the figure is in the appendix",
    "another format": encode(GRADIENT, "GIF"),
    "cut off": encode(NOISE)[:5000],
    "a bomb": encode(Image.new("1", (30_000, 30_000))),
    "too many pixels": encode(Image.new("L", (7000, 7000))),
}


@pytest.fixture(scope="module")
def answers(sandbox: ProcessSandbox) -> dict[str, bytes | None]:
    """What a child made of each of them."""
    wire = sandbox.open("figures")
    contents = {}
    for name, raw in {**READABLE, **UNREADABLE}.items():
        [answer] = wire.exchange([["decode_image", "_", raw]], 10.0)
        assert answer is not None
        content = answer["value"]
        contents[name] = None if content is None else content.tobytes()
    wire.close()
    return contents


@pytest.mark.parametrize("name", READABLE)
def test_a_picture_comes_back_small(answers: dict[str, bytes | None], name: str) -> None:
    """Behind the walls each usual kind is decoded, and comes back as a picture that may be kept."""
    raw = answers[name]
    assert raw is not None
    png = png_file.rebuild(raw)
    assert png is not None
    assert not png.blank


@pytest.mark.parametrize("name", UNREADABLE)
def test_other_files_give_none(answers: dict[str, bytes | None], name: str) -> None:
    """What cannot be read, or would grow too large, is none, and the child lives on."""
    assert answers[name] is None


def test_transparent_pixels_become_white() -> None:
    """A clear picture is as blank as it looks on a page, whatever lies beneath."""
    transparent = GRADIENT.convert("RGBA")
    transparent.putalpha(0)
    raw = image_decode.decode_image(encode(transparent))
    assert raw is not None
    png = png_file.rebuild(raw)
    assert png is not None
    assert png.blank


def test_the_ratio_of_sides_stays() -> None:
    """A large picture keeps the ratio of its sides; a small one keeps its size."""
    for size, expected in (((4000, 1000), (1000, 250)), ((90, 60), (90, 60))):
        raw = image_decode.decode_image(encode(GRADIENT.resize(size)))
        assert raw is not None
        assert Image.open(io.BytesIO(raw)).size == expected


@given(st.data())
def test_no_bytes_raise(data: st.DataObject) -> None:
    """Damaged pictures come back as a picture, or as none."""
    raw = bytearray(data.draw(st.sampled_from([READABLE["jpeg"], READABLE["palette"]])))
    for _ in range(data.draw(st.integers(1, 5))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    contents = image_decode.decode_image(bytes(raw))
    assert contents is None or png_file.rebuild(contents) is not None


def test_a_picture_is_limited_in_pixels_and_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What would fill the memory is not decoded; what is too long is reduced, or left out."""
    file = io.BytesIO()
    NOISE.save(file, format="PNG")
    raw = file.getvalue()
    whole = image_decode.decode_image(raw)
    assert whole is not None
    monkeypatch.setattr(image_decode, "MAX_PICTURE", len(whole) - 1)
    half = image_decode.decode_image(raw)
    assert half is not None
    assert len(half) < len(whole)
    monkeypatch.setattr(image_decode, "MAX_PICTURE", 10)
    assert image_decode.decode_image(raw) is None
    monkeypatch.setattr(image_decode, "MAX_PIXELS", 100)
    assert image_decode.decode_image(raw) is None
    assert image_decode.decode_image(raw[:100]) is None
