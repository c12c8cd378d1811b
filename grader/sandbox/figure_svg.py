"""Draws a figure as SVG, from the description that a child made of it.

A figure whose description is complete is never drawn by matplotlib, which takes longer than the
student's own code. The drawing has the same panels, points, lines, colours and texts; where
matplotlib would place a legend or a number on an axis, it may differ a little.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.numeric import Array
from grader.sandbox import svg_scales
from grader.sandbox.svg_elements import bounded, element, fill, number, text
from grader.sandbox.svg_scales import LETTER, TEXT_SIZE, Axes, Box, Paper

Figure = Mapping[str, Any]
Series = Mapping[str, Any]
Style = dict[str, str | float]
Entries = Sequence[Mapping[str, Any]]

WIDEST, HIGHEST, MAX_BYTES = 1000, 750, 1024 * 1024  # pixels and bytes, as for a PNG
MAX_CORNERS = 2000  # of a line: more than there are pixels side by side
MAX_DOTS = 5000  # of a series: the child describes no more of a scatter
MAX_LABEL = 40  # characters of a legend's entry
FONT = "DejaVu Sans, Verdana, Noto Sans CJK TC, sans-serif"
HEADING_SIZE, MARKER_SIZE = 12.0, 6.0  # points: matplotlib's defaults
DASHES = {"--": (3.7, 1.6), "-.": (6.4, 1.6, 1.0, 1.6), ":": (1.0, 1.65)}  # in widths of the line

SHAPES = {
    "s": "M-.5-.5H.5V.5H-.5Z",
    "D": "M0-.707L.707 0 0 .707-.707 0Z",
    "^": "M0-.5L.5.5H-.5Z",
    "v": "M0 .5L.5-.5H-.5Z",
    "x": "M-.5-.5L.5.5M-.5.5L.5-.5",
    "+": "M-.5 0H.5M0-.5V.5",
}
"""The outline of each marker of diameter 1 around the origin; all others are circles."""


@dataclass(frozen=True, slots=True)
class Svg:
    """A drawing.

    Parameters
    ----------
    content
        An SVG file without scripts, and without references to anything outside it.
    width, height
        In pixels.
    blank
        Whether nothing is drawn on the paper.
    """

    content: bytes
    width: int
    height: int
    blank: bool


def draw(figure: Figure) -> Svg | None:
    """Draw a figure; None where its file would have more than ``MAX_BYTES``.

    Parameters
    ----------
    figure
        As ``sandbox.child.figure_data`` describes it and ``sandbox.answer_schema`` checks it.
        Its numbers may be anything: a child may send what no figure has.
    """
    width, height, point = (bounded(value, 0.1, 1e3) for value in figure["size"])
    paper = Paper(
        max(min(round(width), WIDEST), 1), max(min(round(height), HIGHEST), 1), min(point, 4.0)
    )
    panels, marks, length = figure["axes"], [], 0
    for mark in (mark for k in range(len(panels)) for mark in _panel(figure, k, paper)):
        marks.append(mark)
        length += len(mark)
        if length > MAX_BYTES:  # the rest is not even written: a child may send what takes minutes
            return None
    size = HEADING_SIZE * paper.point
    marks.append(text(figure["heading"], paper.width / 2, 0.02 * paper.height + 0.8 * size, size))
    marks += _row([entry for entry in figure["legend"] if entry["panel"] < 0], paper)
    drawing = element(
        "svg", element("rect", width="100%", height="100%", **fill(figure["paper"][0])), *marks,
        xmlns="http://www.w3.org/2000/svg", width=paper.width, height=paper.height,
        viewBox=f"0 0 {paper.width} {paper.height}", font_family=FONT,
    ).encode()  # fmt: skip
    return (
        Svg(drawing, paper.width, paper.height, not any(marks))
        if len(drawing) <= MAX_BYTES
        else None
    )


def _panel(figure: Figure, index: int, paper: Paper) -> Iterator[str]:
    """Yield what is drawn of a panel, from its background to its legend."""
    axes = figure["axes"][index]
    box = svg_scales.box_of(axes, paper)
    whole = {"x": box.left, "y": box.top, "width": box.width, "height": box.height}
    if any(axes["frame"]):
        yield element("rect", **whole, **fill(axes["background"][0]))
        yield from svg_scales.scales(axes, box, paper)
    if axes["series"]:
        yield element("clipPath", element("rect", **whole), id=f"panel{index}")
    for series in (series for series in axes["series"] if series["visible"]):
        draw_series = _line if series["kind"] == "line" else _dots
        clip = {"clip_path": f"url(#panel{index})"} if series["clip_on"] else {}
        yield element("g", *draw_series(series, box, paper), **clip)
    yield from svg_scales.frame(axes, box, paper)
    yield from svg_scales.labels(axes, box, paper)
    entries = [entry for entry in figure["legend"] if entry["panel"] == index]
    if entries:
        corner = _emptiest_corner(axes, box, _legend_size(entries, paper), paper)
        yield from _legend(entries, corner, paper)


def _line(series: Series, box: Box, paper: Paper) -> Iterator[str]:
    if not len(series["colors"]):
        return
    places = box.place(_thin(series["points"]))
    is_finite = np.asarray(np.isfinite(places).all(axis=1))
    if not np.any(is_finite):
        return
    corners, letter = [], "M"
    for (x, y), finite in zip(places.tolist(), is_finite.tolist(), strict=True):
        if finite:
            corners.append(f"{letter}{x:.1f} {y:.1f}")
        letter = "L" if finite else "M"  # a gap where a number is none
    width = bounded(next(iter(series["sizes"]), 1.5), 0.0, 50.0) * paper.point
    style = _dashes(series["style"], width)
    color = series["colors"][0]
    yield element(
        "path", d="".join(corners), fill="none", stroke_width=width, stroke_linejoin="round",
        **fill(color, "stroke"), **style,
    )  # fmt: skip
    if series["marker"]:
        size, style = MARKER_SIZE * paper.point, fill(color, "fill", "stroke")
        yield _markers(series["marker"], places[is_finite].tolist(), size, style)


def _dashes(style: str, width: float) -> Style:
    """Return the attribute that draws a line of a width in pixels with the dashes of its style."""
    dashes = " ".join(number(dash * width) for dash in DASHES.get(style, ()))
    return {"stroke_dasharray": dashes} if dashes else {}


def _thin(points: Array) -> Array:
    """Return a line of few corners with the same shape: the lowest and highest of each stretch."""
    if len(points) <= MAX_CORNERS:
        return points
    low = np.where(np.isfinite(points[:, 1]), points[:, 1], np.inf)
    high = np.where(np.isfinite(points[:, 1]), points[:, 1], -np.inf)
    stretches = np.array_split(np.arange(len(points)), MAX_CORNERS // 2)
    chosen = [sorted((part[low[part].argmin()], part[high[part].argmax()])) for part in stretches]
    return np.asarray(points[np.ravel(chosen)])


def _dots(series: Series, box: Box, paper: Paper) -> Iterator[str]:
    """Yield the markers of a series: those that follow each other and look alike in one group."""
    points = series["points"][:MAX_DOTS]
    if not all(len(series[name]) for name in ("sizes", "colors", "edges")):
        return
    looks = np.column_stack([
        np.resize(series["sizes"], (len(points), 1)),
        np.resize(series["colors"], (len(points), 4)),
        np.resize(series["edges"], (len(points), 4)),
    ])  # fmt: skip
    places = box.place(points)
    is_finite = np.isfinite(places).all(axis=1)
    dots = zip(looks[is_finite], places[is_finite].tolist(), strict=True)
    for _, group in itertools.groupby(dots, key=lambda dot: dot[0].tobytes()):
        (look, first), *others = group
        size = bounded(look[0], 0.0, 200.0) * paper.point
        style = {**fill(look[1:5]), **fill(look[5:], "stroke")}
        yield _markers(series["marker"], [first, *(place for _, place in others)], size, style)


def _markers(marker: str, places: Sequence[Sequence[float]], size: float, style: Style) -> str:
    """Write markers of one look at their places, ``[x, y]`` each."""
    shape = SHAPES.get(marker)
    if shape is None:
        radius = number(size / 4 if marker == "." else size / 2)
        marks = (f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{radius}"/>' for x, y in places)
        return element("g", *marks, **style)
    if marker in "x+":
        style = {**style, "stroke": style["fill"]}
    # The outline is drawn at diameter 1 and enlarged: its edge stays one pixel wide.
    scale = f"scale({number(size)})"
    marks = (
        f'<path d="{shape}" transform="translate({x:.2f} {y:.2f}){scale}"/>' for x, y in places
    )
    return element("g", *marks, stroke_width=f"{1 / max(size, 0.1):.5f}", **style)


def _emptiest_corner(
    axes: Axes, box: Box, size: tuple[float, float], paper: Paper
) -> tuple[float, float]:
    """Return left and top of a legend: in the corner of the panel where it hides the fewest points."""
    gap = 5 * paper.point
    lefts = (box.right - size[0] - gap, box.left + gap)
    tops = (box.top + gap, box.bottom - size[1] - gap)
    places = box.place(np.vstack([np.zeros((0, 2)), *(s["points"] for s in axes["series"])]))

    def count_hidden(corner: tuple[float, float]) -> int:
        inside = (places >= corner) & (places <= np.add(corner, size))
        return int(np.sum(inside.all(axis=1)))

    return min(((left, top) for top in tops for left in lefts), key=count_hidden)


def _legend_size(entries: Entries, paper: Paper) -> tuple[float, float]:
    longest = max((len(entry["label"][:MAX_LABEL]) for entry in entries), default=0)
    size = TEXT_SIZE * paper.point
    return (2.5 + LETTER * longest) * size, (0.6 + 1.4 * len(entries)) * size


def _row(entries: Entries, paper: Paper) -> Iterator[str]:
    """Yield the entries of a legend in a row, below all panels."""
    size = TEXT_SIZE * paper.point
    widths = [(3.5 + LETTER * len(entry["label"][:MAX_LABEL])) * size for entry in entries]
    x, y = (paper.width - sum(widths)) / 2, paper.height - 1.2 * size
    for entry, width in zip(entries, widths, strict=True):
        yield from _entry(entry, (x, y), paper)
        x += width


def _legend(entries: Entries, corner: tuple[float, float], paper: Paper) -> Iterator[str]:
    """Yield a legend: its background, and for each entry a line, a marker or both, and the label."""
    (left, top), (width, height) = corner, _legend_size(entries, paper)
    size = TEXT_SIZE * paper.point
    look: Style = {"fill": "#fff", "fill_opacity": 0.8, "stroke": "#ccc"}
    yield element("rect", x=left, y=top, width=width, height=height, rx=2, **look)
    for k, entry in enumerate(entries):
        yield from _entry(entry, (left, top + (1.0 + 1.4 * k) * size), paper)


def _entry(entry: Mapping[str, Any], place: tuple[float, float], paper: Paper) -> Iterator[str]:
    """Yield an entry of a legend from the middle of its left side: a line, a marker or both, the label."""
    (left, y), color = place, entry["color"][0]
    size, stroke = TEXT_SIZE * paper.point, 1.5 * paper.point
    if entry["style"]:
        ends = {"x1": left + 0.2 * size, "x2": left + 1.8 * size, "y1": y, "y2": y}
        dashes = _dashes(entry["style"], stroke)
        yield element("line", **ends, stroke_width=stroke, **fill(color, "stroke"), **dashes)
    if entry["marker"]:
        style = fill(color, "fill", "stroke")
        yield _markers(entry["marker"], [[left + size, y]], MARKER_SIZE * paper.point, style)
    label = entry["label"][:MAX_LABEL]
    yield text(label, left + 2 * size, y + 0.36 * size, size, text_anchor="start")
