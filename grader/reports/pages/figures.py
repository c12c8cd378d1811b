"""The student's own figures: pictures that stand in the page itself, as many as there is room for."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from grader.model import Document

MAX_CHARACTERS = 700 * 1024
"""Characters of base64 that the figures of a page may have together."""

_STARTS = {"png": "iVBORw0KGgo", "svg+xml": "PHN2Zy"}
"""How each kind of picture begins in base64, by the name of its media type."""

_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}", re.ASCII)


class Figure(NamedTuple):
    """A figure of a check; ``address`` is a ``data:`` address, or None where it is not shown."""

    title: str
    address: str | None
    width: int
    height: int


def by_check(document: Document) -> dict[str, list[Figure]]:
    """Gather the figures of a document by the check that looked at them, in their order."""
    by_check_id: dict[str, list[Figure]] = {}
    room = MAX_CHARACTERS
    for entry in document.get("figures", ()):
        address = _address(entry.get("data"), room)
        room -= len(address or "")
        title = entry["title"] or entry["source"]
        figure = Figure(title, address, entry["width"], entry["height"])
        by_check_id.setdefault(entry["check"], []).append(figure)
    return by_check_id


def _address(data: Any, room: int) -> str | None:
    """Return the address of a PNG or SVG in base64, if there is room for it."""
    if not isinstance(data, str) or len(data) > room or not _BASE64.fullmatch(data):
        return None
    kinds = (kind for kind, start in _STARTS.items() if data.startswith(start))
    return next((f"data:image/{kind};base64,{data}" for kind in kinds), None)
