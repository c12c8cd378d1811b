"""The student's own figures: pictures that stand in the page itself, as many as there is room for."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

Document = dict[str, Any]

MOST = 700 * 1024
"""Characters of base64 that the figures of a page may have together."""

_PNG = re.compile(r"iVBORw0KGgo[A-Za-z0-9+/]+={0,2}", re.ASCII)


class Figure(NamedTuple):
    """A figure of a check; ``data`` is its PNG in base64, or None where it is not shown."""

    title: str
    data: str | None
    width: int
    height: int


def by_check(document: Document) -> dict[str, list[Figure]]:
    """Gather the figures of a document by the check that looked at them, in their order."""
    by_check_id: dict[str, list[Figure]] = {}
    room = MOST
    for entry in document.get("figures", ()):
        data = _shown(entry.get("data"), room)
        room -= len(data or "")
        title = entry["title"] or entry["source"]
        figure = Figure(title, data, entry["width"], entry["height"])
        by_check_id.setdefault(entry["check"], []).append(figure)
    return by_check_id


def _shown(data: Any, room: int) -> str | None:
    """Return what is a PNG in base64, and for which there is room."""
    is_png = isinstance(data, str) and len(data) <= room and _PNG.fullmatch(data)
    return data if is_png else None
