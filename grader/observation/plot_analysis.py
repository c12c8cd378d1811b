"""Measures what is drawn in a panel: its points, their colours, and whether a reader can see them.

A panel is one axes, as ``sandbox.child.figure_data`` describes it and ``sandbox.answer_schema``
checks it. Colours are rows of red, green, blue and alpha, each from 0 to 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from grader.model import Failure
from grader.numeric import Array

Axes = Mapping[str, Any]
Figure = Mapping[str, Any]

MAX_POINTS = 20_000
"""Only so many points of a panel are analysed: the child describes no more of one series."""

MIN_CONTRAST = 0.05
"""Two colours that differ by less than this in every channel look alike to a reader."""

CLASS_LABEL = re.compile(
    r"(?:(?:class|label|group|category|target|type|y|pred\w*|ground truth|truth)\b)?\W*([01])(?:\.0)?",
    re.IGNORECASE,
)
"""A legend entry that names one class and nothing else: ``class 0``, ``y = 1``, ``0``."""


def panels_of(figures: Iterable[Figure]) -> list[Axes]:
    """Return the panels of all figures, in the order in which they were drawn."""
    return [axes for figure in figures for axes in figure["axes"]]


def panel_with_title(panels: Sequence[Axes], words: Sequence[str]) -> Axes | None:
    """Return the first panel whose title contains one of the words, or None."""
    return next(
        (axes for axes in panels if any(word in axes["title"].lower() for word in words)), None
    )


def marker_points(axes: Axes) -> tuple[Array, Array, Array]:
    """Return the points that are drawn as markers.

    Returns
    -------
    tuple of arrays
        Positions ``(K, 2)``, colours ``(K, 4)``, and whether each point is visible ``(K,)``.
    """
    markers = [s for s in axes["series"] if s["kind"] == "dots" and len(s["colors"])]
    colours = [_row_per_point(series["colors"], series) for series in markers]
    visible = [visible_points(series, axes) for series in markers]
    return (
        np.vstack([np.zeros((0, 2)), *(series["points"] for series in markers)])[:MAX_POINTS],
        np.vstack([np.zeros((0, 4)), *colours])[:MAX_POINTS],
        np.concatenate([np.zeros(0, bool), *visible])[:MAX_POINTS],
    )


def visible_points(series: Mapping[str, Any], axes: Axes) -> Array:
    """Return which points of a series, or corners of a line, a reader can see: shape ``(K,)``.

    A visible point has a size, lies where the axes show it, and stands out from the background
    by its face or its edge.
    """
    hidden = np.zeros(len(series["points"]), bool)
    if not series["visible"]:
        return hidden
    sizes = _row_per_point(series["sizes"], series) if len(series["sizes"]) else hidden + 1.0
    inside = within_limits(series["points"], axes) if series["clip_on"] else ~hidden
    distinct = hidden.copy()
    for kind in ("colors", "edges"):
        if len(series[kind]):
            colours = _row_per_point(series[kind], series)
            # On an image or a surface any colour may stand out, so only alpha is looked at there.
            if axes["backdrop"]:
                contrast = _clip_channels(colours)[:, 3]
            else:
                contrast = colour_distance(blend(colours, axes), _background(axes))
            distinct |= contrast >= MIN_CONTRAST
    return np.asarray((sizes > 0) & inside & distinct)


def _row_per_point(values: Array, series: Mapping[str, Any]) -> Array:
    """Repeat values from the first one until every point has one, as matplotlib does."""
    return np.resize(values, (len(series["points"]), *values.shape[1:]))


def within_limits(points: Array, axes: Axes) -> Array:
    """Return which of some points ``(K, 2)`` lie within the limits of the axes: shape ``(K,)``."""
    low, high = axes["limits"][:, 0], axes["limits"][:, 1]
    with np.errstate(all="ignore"):
        slack = 1e-9 + 1e-6 * (high - low)  # a limit that matplotlib rounded cuts off no point
        return np.asarray(np.all((points >= low - slack) & (points <= high + slack), axis=1))


def blend(colours: Array, axes: Axes) -> Array:
    """Blend colours ``(K, 4)`` with the background of the axes; return shape ``(K, 3)``."""
    colours = _clip_channels(colours)
    alpha = colours[:, 3:]
    return np.asarray(alpha * colours[:, :3] + (1 - alpha) * _background(axes))


def _background(axes: Axes) -> Array:
    """Return the colour of the axes' background over white paper: shape ``(3,)``."""
    red, green, blue, alpha = _clip_channels(axes["background"])[0]
    return np.asarray(alpha * np.array([red, green, blue]) + (1 - alpha))


def _clip_channels(colours: Array) -> Array:
    """Bring every channel between 0 and 1: a child may send any number."""
    return np.asarray(np.clip(np.nan_to_num(colours), 0.0, 1.0))


def colour_distance(colours: Array, others: Array) -> Array:
    """Return by how much colours differ in the channel that differs most."""
    return np.asarray(np.max(np.abs(colours - others), axis=-1))


def nearest_points(axes: Axes, x: Array) -> tuple[Array, Array, Array]:
    """Find the point that is drawn nearest to each row of ``x``.

    Of several points at one place, a visible one is preferred.

    Returns
    -------
    tuple of arrays
        Distances ``(N,)``, colours over the background ``(N, 3)``, visibility ``(N,)``.

    Raises
    ------
    Failure
        If the panel has no points at all.
    """
    points, colours, visible = marker_points(axes)
    if not len(points):
        raise Failure("no_points")
    with np.errstate(all="ignore"):
        distances = np.abs(points[None] - x[:, None]).max(axis=2)
    nearest = (np.nan_to_num(distances, nan=np.inf) + 1e-9 * ~visible).argmin(axis=1)
    return (
        distances[np.arange(len(x)), nearest],
        blend(colours, axes)[nearest],
        visible[nearest],
    )


def require_all_points(axes: Axes, x: Array) -> None:
    """Fail unless every row of ``x`` is drawn and visible."""
    distances, _, visible = nearest_points(axes, x)
    present = distances <= 1e-6  # the points are copied, not computed: only a cast rounds them
    missing, invisible = int(np.sum(~present)), int(np.sum(present & ~visible))
    if missing:
        raise Failure("points_missing", missing=missing, of=len(x))
    if invisible:
        cut = int(np.sum(present & ~visible & ~within_limits(x, axes)))
        id_ = "points_cut" if cut else "points_unseen"
        raise Failure(id_, missing=cut or invisible, of=len(x))


def require_two_colours(axes: Axes, x: Array, labels: Array) -> None:
    """Fail if a point of one class looks like a point of the other class."""
    if not classes_differ(axes, x, labels):
        raise Failure("colours_mixed")


def classes_differ(axes: Axes, x: Array, labels: Array) -> bool:
    """Return whether no point of one class looks like a point of the other class."""
    zeros, ones = _class_colours(axes, x, labels)
    distances = colour_distance(zeros[:, None], ones[None])
    return bool(np.min(distances, initial=1.0) >= MIN_CONTRAST)


def colours_exchanged(panels: Sequence[Axes], x: Array, labels: Sequence[Array]) -> bool:
    """Return whether each class has, in the second panel, the other class's colour of the first."""
    (zeros, ones), (later_zeros, later_ones) = (
        _class_colours(axes, x, each) for axes, each in zip(panels, labels, strict=True)
    )
    distances = (colour_distance(zeros[:1], later_ones), colour_distance(ones[:1], later_zeros))
    return all(bool(np.all(distance < MIN_CONTRAST)) for distance in distances)


def _class_colours(axes: Axes, x: Array, labels: Array) -> tuple[Array, Array]:
    """Return the colours of the points of class 0 and of class 1: shape ``(K, 3)`` each."""
    _, colours, _ = nearest_points(axes, x)
    return colours[labels[:, 0] == 0], colours[labels[:, 0] == 1]


def require_matching_legend(figures: Iterable[Figure], axes: Axes, x: Array, labels: Array) -> None:
    """Fail if a legend gives a class the colour of the other class, and not its own."""
    for entry in (entry for figure in figures for entry in figure["legend"]):
        label = CLASS_LABEL.fullmatch(entry["label"].strip())
        if label:
            _, colours, _ = nearest_points(axes, x)
            distances = colour_distance(blend(entry["color"], axes), colours)
            is_same_class = labels[:, 0] == int(label[1])
            if np.all(distances[is_same_class] >= MIN_CONTRAST) and np.any(
                distances[~is_same_class] < MIN_CONTRAST
            ):
                raise Failure("legend_contradicts", label=entry["label"])


def visible_lines(axes: Axes) -> list[Array]:
    """Return the lines of which at least one corner is visible: shape ``(K, 2)`` each."""
    return [
        series["points"]
        for series in axes["series"]
        if series["kind"] == "line" and np.any(visible_points(series, axes))
    ]


def visible_colours(axes: Axes) -> Array:
    """Return the different colours of the visible points, over the background: shape ``(K, 3)``."""
    _, colours, visible = marker_points(axes)
    return np.unique(np.round(blend(colours, axes)[visible], 3), axis=0)
