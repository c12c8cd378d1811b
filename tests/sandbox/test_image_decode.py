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

SLOPE = Image.fromarray(np.add.outer(np.arange(60), np.arange(90)).astype(np.uint8))
NOISE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (600, 800, 3), np.uint8))


def written(image: Image.Image, form: str = "PNG", **how: object) -> bytes:
    file = io.BytesIO()
    image.save(file, format=form, **how)
    return file.getvalue()


READABLE = {
    "grey": written(SLOPE),
    "palette": written(SLOPE.convert("P"), transparency=3),
    "one bit": written(SLOPE.convert("1")),
    "16 bits": written(Image.fromarray(np.arange(65536, dtype=np.uint16).reshape(256, 256))),
    "alpha": written(SLOPE.convert("RGBA")),
    "jpeg": written(SLOPE, "JPEG"),
    "progressive jpeg": written(SLOPE, "JPEG", progressive=True),
    "cmyk jpeg": written(SLOPE.convert("CMYK"), "JPEG"),
    "several in one": written(NOISE, "MPO", save_all=True, append_images=[NOISE]),
    "large": written(SLOPE.resize((4000, 3000))),
    "noise": written(NOISE),
}
UNREADABLE = {
    "nothing": b"",
    "text": b"the figure is in the appendix",
    "another format": written(SLOPE, "GIF"),
    "cut off": written(NOISE)[:5000],
    "a bomb": written(Image.new("1", (30_000, 30_000))),
    "too many pixels": written(Image.new("L", (7000, 7000))),
}


@pytest.fixture(scope="module")
def answered(sandbox: ProcessSandbox) -> dict[str, bytes | None]:
    """What a child made of each of them."""
    wire = sandbox.open("figures")
    found = {}
    for name, raw in {**READABLE, **UNREADABLE}.items():
        [answer] = wire.exchange([["decode_image", "_", raw]], 10.0)
        content = answer["value"]
        found[name] = None if content is None else content.tobytes()
    wire.close()
    return found


@pytest.mark.parametrize("name", READABLE)
def test_a_picture_comes_back_small(answered: dict[str, bytes | None], name: str) -> None:
    """Behind the walls each usual kind is decoded, and comes back as a picture that may be kept."""
    raw = answered[name]
    assert raw is not None
    whole = png_file.sound(raw)
    assert whole is not None
    assert not whole.blank


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_picture_is_none(answered: dict[str, bytes | None], name: str) -> None:
    """What cannot be read, or would grow too large, is none, and the child lives on."""
    assert answered[name] is None


def test_what_is_clear_becomes_white() -> None:
    """A clear picture is as blank as it looks on a page, whatever lies beneath."""
    clear = SLOPE.convert("RGBA")
    clear.putalpha(0)
    raw = image_decode.shown(written(clear))
    assert raw is not None
    whole = png_file.sound(raw)
    assert whole is not None
    assert whole.blank


def test_the_shape_stays() -> None:
    """A large picture keeps the ratio of its sides; a small one keeps its size."""
    for size, wanted in (((4000, 1000), (1000, 250)), ((90, 60), (90, 60))):
        raw = image_decode.shown(written(SLOPE.resize(size)))
        assert raw is not None
        assert Image.open(io.BytesIO(raw)).size == wanted


@given(st.data())
def test_no_bytes_raise(data: st.DataObject) -> None:
    """Damaged pictures come back as a picture, or as none."""
    raw = bytearray(data.draw(st.sampled_from([READABLE["jpeg"], READABLE["palette"]])))
    for _ in range(data.draw(st.integers(1, 5))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    found = image_decode.shown(bytes(raw))
    assert found is None or png_file.sound(found) is not None
