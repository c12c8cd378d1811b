"""A gradient as a heat map: the student's beside the numeric one, the worst entry marked.

Warm is positive, cold negative, grey is no number. Both share one scale. Where there is room
the numbers stand in the cells, else their signs; all of them stand in a table below.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from markupsafe import Markup

from grader.reports.language import Translate
from grader.reports.pages import evidence
from grader.reports.pages.evidence import Matrix
from grader.reports.pages.svg import join_tags, picture, tag

_NUMBERED = 6
"""The most columns whose cells are wide enough for numbers."""

_MARGIN = 18
_SMALL, _LARGE = 0.1, 1e5
"""If the largest entry lies between these, no entry needs an exponent."""

_STRONGEST = 0.78
"""Opacity of the largest entry: a number on it stays readable."""


class Map(NamedTuple):
    """One matrix: what it is, its picture, and a table: its columns, and each row with its name."""

    heading: str
    svg: Markup
    columns: list[str]
    rows: list[tuple[str, list[str]]]


class Heat(NamedTuple):
    """Two matrices side by side, and where they differ most."""

    heading: str
    maps: list[Map]
    worst: str | None


class _Pair(NamedTuple):
    name: str
    trial: str
    student: Matrix
    numeric: Matrix
    worst: tuple[int, int] | None


def heats(facts: dict[str, Any], tr: Translate) -> list[Heat]:
    """Draw every pair of arrays of a check's evidence that can be drawn."""
    arrays = facts.get("arrays")
    entries = arrays if isinstance(arrays, list) else []
    pairs = (_pair(entry) for entry in entries if isinstance(entry, dict))
    return [_heat(pair, tr) for pair in pairs if pair is not None]


def _pair(entry: dict[str, Any]) -> _Pair | None:
    student, numeric = evidence.matrix(entry.get("given")), evidence.matrix(entry.get("numeric"))
    if student is None or numeric is None or _shape(student) != _shape(numeric):
        return None
    worst = evidence.place(entry.get("worst"), *_shape(student))
    name, trial = str(entry.get("name", "")), str(entry.get("trial", ""))
    return _Pair(name, trial, student, numeric, worst)


def _shape(matrix: Matrix) -> tuple[int, int]:
    return len(matrix), len(matrix[0])


def _heat(pair: _Pair, tr: Translate) -> Heat:
    entries = (value for matrix in (pair.student, pair.numeric) for row in matrix for value in row)
    top = max((abs(value) for value in entries if value is not None), default=0.0)
    sides = ((tr("Your {name}"), pair.student), (tr("Numerical {name}"), pair.numeric))
    maps = [_map(matrix, pair.worst, top, say.format(name=pair.name)) for say, matrix in sides]
    heading = tr("{name} for {trial}").format(name=pair.name, trial=pair.trial)
    return Heat(heading, maps, _worst(pair, tr))


def _worst(pair: _Pair, tr: Translate) -> str | None:
    if pair.worst is None:
        return None
    row, column = pair.worst
    student, numeric = (exact(matrix[row][column]) for matrix in (pair.student, pair.numeric))
    sentence = tr(
        "The framed entry is the worst: yours is {given}, the numerical gradient {numeric}."
    )
    return sentence.format(given=student, numeric=numeric)


def _indices(count: int) -> list[str]:
    """Number rows or columns as numpy does; what is as large as it may be may be a cut."""
    return [str(k) if count < evidence.WIDEST else "·" for k in range(count)]


def exact(value: float | None) -> str:
    """Write a number with six digits and a true minus; NaN where there is none."""
    return "NaN" if value is None else f"{value:.6g}".replace("-", "−")


def short(value: float | None, top: float) -> str:
    """Write a number for a cell: as many decimals for all that the largest has three digits."""
    if value is None or value == 0:
        return exact(value)
    if _SMALL <= top < _LARGE:
        decimals = min(max(2 - math.floor(math.log10(top)), 0), 3)
        return f"{value:.{decimals}f}".replace("-", "−")
    mantissa, _, power = f"{value:.1e}".partition("e")
    return f"{mantissa}e{int(power)}".replace("-", "−")


class _Grid(NamedTuple):
    """How cells are laid out: their size in pixels, whether numbers fit, and the largest entry."""

    wide: int
    high: int
    is_numbered: bool
    top: float

    def corner(self, row: int, column: int) -> tuple[int, int]:
        return _MARGIN + column * self.wide, _MARGIN + row * self.high


def _map(matrix: Matrix, worst: tuple[int, int] | None, top: float, name: str) -> Map:
    """Draw one matrix, with the numbers of its rows and columns at its edges."""
    rows, columns = _shape(matrix)
    grid = _Grid(52, 30, True, top) if columns <= _NUMBERED else _Grid(25, 25, False, top)
    cells = [
        _cell(grid, *grid.corner(i, j), value)
        for i, row in enumerate(matrix)
        for j, value in enumerate(row)
    ]
    mark = [_mark(grid, *grid.corner(*worst))] if worst else []
    right, bottom = grid.corner(rows, columns)
    inside = (*_edges(grid, _indices(rows), _indices(columns)), *cells, *mark)
    svg = picture(right + 2, bottom + 2, name, *inside, look="heat")
    numbers = ([exact(value) for value in row] for row in matrix)
    return Map(name, svg, _indices(columns), list(zip(_indices(rows), numbers, strict=True)))


def _cell(grid: _Grid, x: int, y: int, value: float | None) -> Markup:
    """Draw an entry: how large it is by the depth of its colour, and its number or its sign."""
    look, strength = "void", 1.0
    if value is not None:
        look = "cold" if value < 0 else "warm"
        strength = _STRONGEST * abs(value) / grid.top if grid.top else 0.0
    size = {"x": x, "y": y, "width": grid.wide, "height": grid.high}
    label = short(value, grid.top) if grid.is_numbered else _sign(value)
    middle = {"x": x + grid.wide / 2, "y": y + grid.high / 2 + 4}
    text = tag("text", label, class_="entry", **middle) if label else Markup()
    return join_tags((tag("rect", class_=look, fill_opacity=strength, **size), text))


def _sign(value: float | None) -> str:
    if value is None:
        return "×"
    return "−" if value < 0 else ""


def _mark(grid: _Grid, x: int, y: int) -> Markup:
    """Draw a frame around the worst entry."""
    return tag("rect", class_="worst", x=x, y=y, width=grid.wide, height=grid.high)


def _edges(grid: _Grid, rows: list[str], columns: list[str]) -> Iterator[Markup]:
    """Write the numbers of the rows and columns."""
    for column, label in enumerate(columns):
        x, _ = grid.corner(0, column)
        yield tag("text", label, class_="index", x=x + grid.wide / 2, y=_MARGIN - 6)
    for row, label in enumerate(rows):
        _, y = grid.corner(row, 0)
        yield tag("text", label, class_="index", x=_MARGIN / 2 - 1, y=y + grid.high / 2 + 4)
