"""The decision surface: what the trained network says over the unit square, and the data on it.

Warm is near 1, cold near 0; the line is where the output is one half. Points of label 1
are filled, points of label 0 are hollow.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any, NamedTuple

from markupsafe import Markup

from grader.reports.language import Translate
from grader.reports.pages import evidence
from grader.reports.pages.evidence import Row
from grader.reports.pages.svg import path, picture, tag

SIDE = 15
"""Numbers a side of the surface; the step between them is 1 / 14."""

_FINER = 5
"""Cells drawn for each step between two numbers."""

_CELLS = (SIDE - 1) * _FINER
"""Cells a side."""

_SHADES = 10
"""Shades from one half to either end."""

_STRONGEST = 0.7
_SIZE = 264
_LEFT, _TOP = 24, 8
_HALF = 0.5

Point = tuple[float, float]


class Surface(NamedTuple):
    """The picture, and whether there are data on it."""

    svg: Markup
    has_points: bool


def surface(facts: dict[str, Any], tr: Translate) -> Surface | None:
    """Draw the surface of a check's evidence, or None where it cannot be drawn."""
    values = evidence.numbers(facts.get("surface"))
    if values is None or len(values) != SIDE * SIDE:
        return None
    name = tr("The network's output over the unit square, with the data points on it.")
    points = tuple(_points(facts))
    inside = (*_shades(values), *_border(values), *points, *_axes())
    size = (_LEFT + _SIZE + 12, _TOP + _SIZE + 24)
    return Surface(picture(*size, name, *inside, look="surface"), bool(points))


def _shades(values: Row) -> Iterator[Markup]:
    """Fill the square, one path a shade, in units of a cell and upwards from the corner."""
    paths: dict[int, list[str]] = {}
    for row in range(_CELLS):
        for shade, start, wide in _runs(values, row):
            paths.setdefault(shade, []).append(f"M{start} {row}h{wide}v1h-{wide}z")
    unit = _SIZE / _CELLS
    scale = f"translate({_LEFT} {_TOP + _SIZE}) scale({unit:.4f} -{unit:.4f})"
    shade_paths = (_shade_path(shade, "".join(strips)) for shade, strips in sorted(paths.items()))
    yield tag("g", *shade_paths, class_="field", transform=scale)


def _shade_path(shade: int, d: str) -> Markup:
    look, strength = "warm" if shade > 0 else "cold", _STRONGEST * abs(shade) / _SHADES
    return tag("path", class_=look, d=d, fill_opacity=strength)


def _runs(values: Row, row: int) -> Iterator[tuple[int, int, int]]:
    """Yield the shade, the first cell and the width of what looks alike in a row of cells."""
    level = _level(values, (row + _HALF) / _FINER)
    shades = (_shade(level, (cell + _HALF) / _FINER) for cell in range(_CELLS))
    at = 0
    for shade, run in groupby(shades):
        wide = len(list(run))
        if shade:
            yield shade, at, wide
        at += wide


def _level(values: Row, v: float) -> list[float | None]:
    """Return a row of numbers between two rows of the surface."""
    j = int(v)
    lower, upper = (values[k * SIDE : (k + 1) * SIDE] for k in (j, j + 1))
    return [_blend(low, high, v - j) for low, high in zip(lower, upper, strict=True)]


def _shade(level: list[float | None], u: float) -> int:
    """Return how far the value between two numbers is from one half, in shades; 0 for none."""
    i = int(u)
    value = _blend(level[i], level[i + 1], u - i)
    if value is None:
        return 0
    return round(2 * _SHADES * (min(max(value, 0.0), 1.0) - _HALF))


def _blend(one: float | None, other: float | None, share: float) -> float | None:
    return None if one is None or other is None else one + (other - one) * share


def _border(values: Row) -> Iterator[Markup]:
    """Draw the line where the output is one half, a piece for each square that it crosses."""
    pieces = [
        path(_place(x / (SIDE - 1), y / (SIDE - 1)) for x, y in crossed[k : k + 2])
        for j in range(SIDE - 1)
        for i in range(SIDE - 1)
        for crossed in [_crossings(values, i, j)]
        for k in range(0, len(crossed), 2)
    ]
    if pieces:
        yield tag("path", class_="border", d="".join(pieces))


def _crossings(values: Row, i: int, j: int) -> list[Point]:
    """Return where one half is crossed on the edges of a square: none, two or four points."""
    ring = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)]
    crossings = []
    for one, other in zip(ring, [*ring[1:], ring[0]], strict=True):
        a, b = values[one[1] * SIDE + one[0]], values[other[1] * SIDE + other[0]]
        if a is None or b is None:
            return []
        if (a > _HALF) != (b > _HALF):
            t = (_HALF - a) / (b - a)
            crossings.append((one[0] + t * (other[0] - one[0]), one[1] + t * (other[1] - one[1])))
    return crossings


def _points(facts: dict[str, Any]) -> Iterator[Markup]:
    for x1, x2, is_one in evidence.points(facts.get("points")):
        x, y = _place(x1, x2)
        look, radius = ("one", 3.8) if is_one else ("zero", 3.2)
        yield tag("circle", class_=look, cx=x, cy=y, r=radius)


def _axes() -> Iterator[Markup]:
    """Draw the frame of the square, its corners and the names of its axes."""
    yield tag("rect", class_="frame", x=_LEFT, y=_TOP, width=_SIZE, height=_SIZE)
    below, beside = _TOP + _SIZE + 16, _LEFT - 6
    for share, label in ((0.0, "0"), (_HALF, "x₁"), (1.0, "1")):
        yield tag("text", label, class_="middle", x=_place(share, 0)[0], y=below)
    for share, label in ((0.0, "0"), (_HALF, "x₂"), (1.0, "1")):
        yield tag("text", label, class_="before", x=beside, y=_place(0, share)[1] + 4)


def _place(x1: float, x2: float) -> Point:
    """Return where a point of the unit square stands in the picture."""
    return _LEFT + _SIZE * x1, _TOP + _SIZE * (1 - x2)
