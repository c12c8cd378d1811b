"""What the tests of pages ask of a page that stands in a browser."""

from __future__ import annotations

from typing import Any

WIDTHS = (360, 768, 1280)
"""A telephone, a tablet, a desk: CSS pixels."""


def overflow(page: Any) -> int:
    """Return by how many pixels a page is wider than its window."""
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    return int(page.evaluate(wide))


def background(page: Any) -> str:
    """Return the colour of the paper, as ``rgb(...)``."""
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))
