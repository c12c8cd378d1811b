"""Pictures that were handed in: decoded here, beside the student's code, and never outside."""

from __future__ import annotations

import io
from typing import Any, Optional

from .figure_capture import HEIGHT, MAX_PICTURE, WIDTH

FORMATS = ("PNG", "JPEG")
MOST_PIXELS = 40_000_000  # of one that is decoded: 160 MB as RGB with alpha


def shown(raw: bytes) -> Optional[bytes]:
    """Decode a picture and return it as PNG, made small enough to be shown; None where it is none.

    What is clear in it becomes white, as on a page.
    """
    from PIL import Image

    try:
        with Image.open(io.BytesIO(raw), formats=FORMATS) as opened:
            wide, high = opened.size
            if wide * high > MOST_PIXELS:
                return None
            opened.thumbnail((WIDTH, HEIGHT))
            above = opened.convert("RGBA")
    except Exception:  # noqa: BLE001  a file that was made to mislead may fail in any way
        return None
    page = Image.new("RGBA", above.size, "white")
    page.alpha_composite(above)
    return _encoded(page.convert("RGB"))


def _encoded(page: Any) -> Optional[bytes]:
    """Write a picture as PNG, at half the size or a quarter where it would have too many bytes."""
    for shrink in (1, 2, 4):
        file = io.BytesIO()
        page.reduce(shrink).save(file, format="PNG")
        if len(file.getvalue()) <= MAX_PICTURE:
            return file.getvalue()
    return None
