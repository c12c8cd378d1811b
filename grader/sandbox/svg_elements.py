"""Writes the elements of an SVG drawing: escaped, with short numbers and plain colours."""

from __future__ import annotations

import math
import re
from html import escape

from grader.numeric import Array

NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML file may hold; a browser shows nothing of a file with one."""

MAX_TEXT = 200  # characters: a child describes no more, unless it lies

INDEXED = re.compile(r"(.*)_\{?([A-Za-z0-9]+)\}?")
"""A name with an index, as a student writes it between dollar signs."""


def element(name: str, *inside: str, **attributes: str | float) -> str:
    """Write an element.

    Parameters
    ----------
    name
        Its name.
    *inside
        What stands in it, written already.
    **attributes
        By name; ``stroke_width`` becomes ``stroke-width`` and ``xml__space`` becomes ``xml:space``.
        Their values are numbers and words of ours, never a student's text: nothing is escaped.
    """
    written = "".join(
        f' {key.replace("__", ":").replace("_", "-")}="{number(value)}"'
        for key, value in attributes.items()
    )
    content = "".join(inside)
    return f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>"


def number(value: str | float) -> str:
    """Write a number with two decimals at most; a text stays as it is."""
    if isinstance(value, str):
        return value
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def text(content: str, x: float, y: float, size: float, **attributes: str | float) -> str:
    """Write a text around x, unless ``text_anchor`` says otherwise; nothing where it is empty.

    What stands between dollar signs is the name of a variable, perhaps with an index.
    """
    content = content[:MAX_TEXT]
    if not content.strip():
        return ""
    attributes = {"text_anchor": "middle", "x": x, "y": y, "font_size": size, **attributes}
    pieces = content.split("$")
    if len(pieces) % 2 == 0:
        return element("text", _escape(content), **attributes)
    inside, lowered = [], 0.0
    for k, piece in enumerate(pieces):
        indexed = INDEXED.fullmatch(piece) if k % 2 else None
        name, index = indexed.groups() if indexed else (piece, "")
        if name:
            look = {"font_style": "italic"} if k % 2 else {}
            inside.append(element("tspan", _escape(name), dy=-lowered, **look))
            lowered = 0.0
        if index:
            lowered = 0.2 * size
            inside.append(element("tspan", _escape(index), dy=lowered, font_size=0.7 * size))
    return element("text", *inside, xml__space="preserve", **attributes)


def _escape(content: str) -> str:
    return escape(NOT_XML.sub("\N{REPLACEMENT CHARACTER}", content), quote=False)


def fill(rgba: Array, *names: str) -> dict[str, str | float]:
    """Return the attributes that fill a shape with a colour; ``names``: ``stroke`` instead, or both.

    ``rgba`` has four channels from 0 to 1; it may hold anything.
    """
    red, green, blue, alpha = (bounded(channel, 0.0, 1.0) for channel in rgba.tolist())
    color = f"#{round(255 * red):02x}{round(255 * green):02x}{round(255 * blue):02x}"
    attributes: dict[str, str | float] = {}
    for name in names or ("fill",):
        attributes[name] = color if alpha else "none"
        if 0 < alpha < 1:
            attributes[f"{name}_opacity"] = alpha
    return attributes


def bounded(value: float, low: float, high: float) -> float:
    """Return a number within two bounds; the lower one where it is infinite or none."""
    value = float(value)
    return min(max(value, low), high) if math.isfinite(value) else low
