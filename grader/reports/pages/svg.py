"""Writes SVG: elements whose attributes and texts are escaped, with colours from the theme."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count

from markupsafe import Markup, escape

Attribute = str | int | float


def tag(element: str, *inside: str, **attributes: Attribute) -> Markup:
    """Write one element.

    Parameters
    ----------
    element
        Its name, one of ours.
    *inside
        Texts, which are escaped, and elements.
    **attributes
        By name; ``stroke_width`` becomes ``stroke-width`` and ``class_`` becomes ``class``.
        Numbers are written with two decimals at most.
    """
    text = "".join(
        f' {name.strip("_").replace("_", "-")}="{escape(_value(value))}"'
        for name, value in attributes.items()
    )
    content = join_tags(inside)
    end = f">{content}</{element}>" if content else "/>"
    return Markup(f"<{element}{text}{end}")  # noqa: S704 - a name of ours; the rest is escaped


def join_tags(parts: Iterable[str]) -> Markup:
    """Put elements one behind the other; what is a plain text is escaped."""
    return Markup().join(parts)


def picture(width: float, height: float, name: str, *inside: str, look: str = "") -> Markup:
    """Write a whole picture of a width and a height in pixels, which screen readers call by name."""
    return tag(
        "svg",
        *inside,
        class_=f"picture {look}".strip(),
        role="img",
        aria_label=name,
        width=width,
        height=height,
        viewBox=f"0 0 {coordinate(width)} {coordinate(height)}",
    )


def path(points: Iterable[tuple[float, float]]) -> str:
    """Write the data of a line through points."""
    steps = (f"{coordinate(x)} {coordinate(y)}" for x, y in points)
    return "".join(f"{letter}{step}" for letter, step in zip(_letters(), steps, strict=False))


def coordinate(value: float) -> str:
    """Write a number shortly: 12, 0.5, 3.25."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _letters() -> Iterable[str]:
    return ("L" if k else "M" for k in count())


def _value(value: Attribute) -> str:
    return coordinate(value) if isinstance(value, float) else str(value)
