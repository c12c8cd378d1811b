"""Places the panel of a figure on its paper: its box, the numbers along its axes, its frame."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.numeric import Array
from grader.sandbox.svg_elements import bounded, element, fill, text

Axes = Mapping[str, Any]
Limits = tuple[float, float]

TEXT_SIZE, TICK, LINE_WIDTH = 10.0, 3.5, 0.8  # points: matplotlib's defaults
LETTER = 0.62  # width of a digit, in sizes of the text
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0, 20.0)
"""The steps between the numbers of an axis, times a power of ten: those that matplotlib takes."""


@dataclass(frozen=True, slots=True)
class Paper:
    """The whole drawing.

    Parameters
    ----------
    width, height
        In pixels.
    point
        The pixels of a point, the unit of sizes of texts and of widths of lines.
    """

    width: int
    height: int
    point: float


@dataclass(frozen=True, slots=True)
class Box:
    """Where a panel lies on the paper.

    Parameters
    ----------
    left, top, width, height
        In pixels.
    x_limits, y_limits
        The lowest and the highest value of each axis.
    """

    left: float
    top: float
    width: float
    height: float
    x_limits: Limits
    y_limits: Limits

    @property
    def right(self) -> float:
        """The right side, in pixels from the left of the paper."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """The lower side, in pixels from the top of the paper."""
        return self.top + self.height

    def place(self, points: Array) -> Array:
        """Return where points ``(K, 2)`` lie on the paper, in pixels, within what a browser draws."""
        low, high = np.transpose([self.x_limits, self.y_limits])
        with np.errstate(all="ignore"):
            shares = (points - low) / (high - low)
            places = [self.left, self.bottom] + shares * [self.width, -self.height]
        return np.asarray(np.clip(places, -1e4, 1e4))


def box_of(axes: Axes, paper: Paper) -> Box:
    """Return the box of a panel: as it is described, or smaller where a unit of y has a fixed length."""
    left, bottom, width, height = (bounded(value, -1.0, 2.0) for value in axes["box"])
    x_limits, y_limits = (_readable_limits(*limits) for limits in axes["limits"].tolist())
    width, height = max(width * paper.width, 1.0), max(height * paper.height, 1.0)
    left, top = left * paper.width, (1 - bottom) * paper.height - height
    x_span = x_limits[1] - x_limits[0]
    y_span = bounded(axes["aspect"][0], 0.0, 1e6) * (y_limits[1] - y_limits[0])
    if y_span:  # 0 where the unit is free, and where it is too small for a float
        unit = min(width / x_span, height / y_span)
        left, top = left + (width - unit * x_span) / 2, top + (height - unit * y_span) / 2
        width, height = unit * x_span, unit * y_span
    return Box(left, top, width, height, x_limits, y_limits)


def _readable_limits(low: float, high: float) -> Limits:
    """Return the limits of an axis; 0 and 1 where they are infinite, or equal but for rounding."""
    largest = max(abs(low), abs(high))
    is_range = (
        math.isfinite(largest) and 1e-12 * largest < high - low < 1e300 and high - low > 1e-290
    )
    return (low, high) if is_range else (0.0, 1.0)


def ticks(limits: Limits, most: int) -> list[tuple[float, str]]:
    """Return the round numbers between two limits, at most ``most`` steps, each with its text."""
    low, high = limits
    least = (high - low) / most
    power = 10.0 ** math.floor(math.log10(least))
    step = next(s * power for s in STEPS if s * power >= least * (1 - 1e-9))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    values = [k * step for k in range(first, last + 1)]
    if step > 1e-6 and max(abs(low), abs(high)) < 1e7:
        decimals = next(d for d in range(8) if abs(round(step, d) - step) < 1e-3 * step)
        texts = [f"{value:.{decimals}f}" for value in values]
    else:
        # As many digits as tell one number from the next.
        digits = math.ceil(math.log10(max(abs(low), abs(high)) / step)) + 2
        texts = [f"{value:.{max(4, min(digits, 17))}g}" for value in values]
    return [(v, t.replace("-", "\N{MINUS SIGN}")) for v, t in zip(values, texts, strict=True)]


def x_ticks(box: Box, paper: Paper) -> list[tuple[float, str]]:
    """Return the numbers along the x axis: as many as have room beside each other, nine steps at most."""
    return ticks(box.x_limits, max(1, min(9, int(box.width / (3 * TEXT_SIZE * paper.point)))))


def y_ticks(box: Box, paper: Paper) -> list[tuple[float, str]]:
    """Return the numbers along the y axis: as many as have room above each other, nine steps at most."""
    return ticks(box.y_limits, max(1, min(9, int(box.height / (2 * TEXT_SIZE * paper.point)))))


def scales(axes: Axes, box: Box, paper: Paper) -> Iterator[str]:
    """Yield the grid, and the numbers of both axes with their ticks."""
    size, tick = TEXT_SIZE * paper.point, TICK * paper.point
    line = _stroke("#000", paper)
    grid = {**line, **fill(axes["grid_color"][0], "stroke")}
    for value, written in x_ticks(box, paper):
        x = float(box.place(np.array([[value, box.y_limits[0]]]))[0, 0])
        if axes["grid"][0]:
            yield element("line", x1=x, x2=x, y1=box.top, y2=box.bottom, **grid)
        yield element("line", x1=x, x2=x, y1=box.bottom, y2=box.bottom + tick, **line)
        if axes["numbers"][0]:
            yield text(written, x, box.bottom + 2 * tick + 0.8 * size, size)
    for value, written in y_ticks(box, paper):
        y = float(box.place(np.array([[box.x_limits[0], value]]))[0, 1])
        if axes["grid"][1]:
            yield element("line", x1=box.left, x2=box.right, y1=y, y2=y, **grid)
        yield element("line", x1=box.left - tick, x2=box.left, y1=y, y2=y, **line)
        if axes["numbers"][1]:
            yield text(written, box.left - 2 * tick, y + 0.36 * size, size, text_anchor="end")


def frame(axes: Axes, box: Box, paper: Paper) -> Iterator[str]:
    """Yield the sides of the frame that are there: left, bottom, right, top."""
    left, top, right, bottom = box.left, box.top, box.right, box.bottom
    sides = (
        (left, top, left, bottom),
        (left, bottom, right, bottom),
        (right, top, right, bottom),
        (left, top, right, top),
    )
    for (x1, y1, x2, y2), shown in zip(sides, axes["frame"], strict=True):
        if shown:
            yield element("line", x1=x1, y1=y1, x2=x2, y2=y2, **_stroke("#000", paper))


def labels(axes: Axes, box: Box, paper: Paper) -> Iterator[str]:
    """Yield the title above a panel, and the labels of its axes beyond their numbers."""
    title, below, beside = (bounded(size, 1.0, 60.0) * paper.point for size in axes["text_sizes"])
    longest = max((len(written) for _, written in y_ticks(box, paper)), default=0)
    digits = LETTER * TEXT_SIZE * longest if axes["numbers"][1] else 0.0
    line = TEXT_SIZE if axes["numbers"][0] else 0.0
    center, middle = box.left + box.width / 2, box.top + box.height / 2
    x = box.left - (2 * TICK + 3 + digits) * paper.point
    turn = f"rotate(-90 {x:.1f} {middle:.1f})"
    yield text(axes["title"], center, box.top - 6 * paper.point, title)
    yield text(
        axes["xlabel"], center, box.bottom + (2 * TICK + 1 + line) * paper.point + below, below
    )
    yield text(axes["ylabel"], x, middle, beside, transform=turn)


def _stroke(color: str, paper: Paper) -> dict[str, str | float]:
    return {"stroke": color, "stroke_width": LINE_WIDTH * paper.point}
