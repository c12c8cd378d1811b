"""Decodes image files that were handed in: here, beside the student's code, and never in the host."""

from __future__ import annotations

import io
from typing import Optional

from .figure_capture import MAX_PICTURE
from .figure_layout import HEIGHT, WIDTH

FORMATS = ("PNG", "JPEG")
MAX_PIXELS = 40_000_000  # of an image that is decoded: 160 MB as RGB with alpha


def decode_image(raw: bytes) -> Optional[bytes]:
    """Decode an image and return it as a PNG of limited size; None where it is none.

    Transparent pixels become white, as on a page. An image that is still too large in bytes is
    reduced to half its size, or a quarter.
    """
    from PIL import Image

    try:
        with Image.open(io.BytesIO(raw), formats=FORMATS) as image:
            width, height = image.size
            if width * height > MAX_PIXELS:
                return None
            image.thumbnail((WIDTH, HEIGHT))
            pixels = image.convert("RGBA")
    except Exception:  # noqa: BLE001  a file that was made to mislead may fail in any way
        return None
    page = Image.new("RGBA", pixels.size, "white")
    page.alpha_composite(pixels)
    for factor in (1, 2, 4):
        file = io.BytesIO()
        page.convert("RGB").reduce(factor).save(file, format="PNG")
        if len(file.getvalue()) <= MAX_PICTURE:
            return file.getvalue()
    return None
