"""What is drawn in a panel: its points, their colours, and whether anybody can see them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from grader.expect import Failure
from grader.numeric import Array

Axes = Mapping[str, Any]
"""An axes as the child side describes it; see ``sandbox.child.figure_data``."""

Figure = Mapping[str, Any]

MOST_POINTS = 20_000
"""Points of a panel that are looked at: as many as the child side describes of one series."""

FAINT = 0.05
"""Two colours, each channel from 0 to 1, that differ by less than this look alike."""

ENTRY = re.compile(
    r"(?:(?:class|label|group|category|target|type|y|pred\w*|ground truth|truth)\b)?\W*([01])(?:\.0)?",
    re.IGNORECASE,
)
"""What a legend says of one class, and of nothing else: ``class 0``, ``y = 1``, ``0``."""


def points(axes: Axes) -> tuple[Array, Array, Array]:
    """All points of a panel, their colours, and whether each is seen: ``(K, 2), (K, 4), (K,)``."""
    kinds = [series for series in axes["series"] if series["kind"] == "dots"]
    places = [series["points"] for series in kinds if len(series["colors"])]
    colours = [spread(series["colors"], series) for series in kinds if len(series["colors"])]
    shown = [seen(series, axes) for series in kinds if len(series["colors"])]
    return (
        np.vstack([np.zeros((0, 2)), *places])[:MOST_POINTS],
        np.vstack([np.zeros((0, 4)), *colours])[:MOST_POINTS],
        np.concatenate([np.zeros(0, bool), *shown])[:MOST_POINTS],
    )


def spread(values: Array, series: Mapping[str, Any]) -> Array:
    """One row for each point of a series: matplotlib begins again where there are fewer."""
    count = len(series["points"])
    return np.resize(values, (count, *values.shape[1:]))


def seen(series: Mapping[str, Any], axes: Axes) -> Array:
    """Which points, or corners of a line, can be seen: shape ``(K,)``.

    They have a size and a colour that is not the ground's, and lie where the axes show them.
    """
    none = np.zeros(len(series["points"]), bool)
    if not series["shown"]:
        return none
    sizes = spread(series["sizes"], series) if len(series["sizes"]) else none + 1.0
    inside = within(series["points"], axes) if series["clipped"] else ~none
    return np.asarray((sizes > 0) & inside & coloured(series, axes))


def within(places: Array, axes: Axes) -> Array:
    """Which of some points lie within the limits of the axes: shape ``(K,)``."""
    low, high = axes["limits"][:, 0], axes["limits"][:, 1]
    with np.errstate(all="ignore"):
        slack = 1e-9 + 1e-6 * (high - low)
        return np.asarray(np.all((places >= low - slack) & (places <= high + slack), axis=1))


def coloured(series: Mapping[str, Any], axes: Axes) -> Array:
    """Which points of a series stand out from their ground, by their faces or their edges."""
    found = np.zeros(len(series["points"]), bool)
    for kind in ("colors", "edges"):
        if len(series[kind]):
            rows = spread(series[kind], series)
            # On a picture or a surface any colour may stand out.
            stands = (
                _channels(rows)[:, 3]
                if axes["backdrop"]
                else distance(over(rows, axes), _ground(axes))
            )
            found |= stands >= FAINT
    return found


def over(colours: Array, axes: Axes) -> Array:
    """What colours with alpha look like over the ground of the axes: ``(K, 4)`` to ``(K, 3)``."""
    paint = _channels(colours)
    alpha = paint[:, 3:]
    return np.asarray(alpha * paint[:, :3] + (1 - alpha) * _ground(axes))


def _ground(axes: Axes) -> Array:
    """The colour of the axes' ground over white paper: shape ``(3,)``."""
    red, green, blue, alpha = _channels(axes["ground"])[0]
    return np.asarray(alpha * np.array([red, green, blue]) + (1 - alpha))


def _channels(colours: Array) -> Array:
    """Colours whose every channel lies between 0 and 1, whatever a child side said."""
    return np.asarray(np.clip(np.nan_to_num(colours), 0.0, 1.0))


def distance(some: Array, others: Array) -> Array:
    """How far colours are from others, by the channel that differs most."""
    return np.asarray(np.max(np.abs(some - others), axis=-1))


def nearest(axes: Axes, x: Array) -> tuple[Array, Array, Array]:
    """For each row of x: how far the nearest point drawn is, its look ``(N, 3)``, whether it is seen.

    Of points at one place, one that is seen is nearer.
    """
    drawn, colours, shown = points(axes)
    if not len(drawn):
        raise Failure("no_points")
    with np.errstate(all="ignore"):
        distances = np.abs(drawn[None] - x[:, None]).max(axis=2)
    chosen = (np.nan_to_num(distances, nan=np.inf) + 1e-9 * ~shown).argmin(axis=1)
    rows = np.arange(len(x))
    return distances[rows, chosen], over(colours, axes)[chosen], shown[chosen]


def all_points(axes: Axes, x: Array) -> None:
    """Demand that every row of x is drawn, and can be seen."""
    distances, _, shown = nearest(axes, x)
    there = distances <= 1e-6
    missing, unseen = int(np.sum(~there)), int(np.sum(there & ~shown))
    if missing:
        raise Failure("points_missing", missing=missing, of=len(x))
    if unseen:
        cut = int(np.sum(there & ~shown & ~within(x, axes)))
        raise Failure("points_cut" if cut else "points_unseen", missing=cut or unseen, of=len(x))


def two_colours(axes: Axes, x: Array, labels: Array) -> None:
    """Demand that no point of a class looks like one of the other class."""
    if not tells(axes, x, labels):
        raise Failure("colours_mixed")


def tells(axes: Axes, x: Array, labels: Array) -> bool:
    """Whether no point of a class looks like one of the other class."""
    zeros, ones = _looks(axes, x, labels)
    return bool(np.min(distance(zeros[:, None], ones[None]), initial=1.0) >= FAINT)


def exchanged(panels: Sequence[Axes], x: Array, labels: Sequence[Array]) -> bool:
    """Whether each class has, in the second panel, the colour of the other class in the first."""
    (zeros, ones), (zeros_after, ones_after) = (
        _looks(axes, x, each) for axes, each in zip(panels, labels, strict=True)
    )
    away = (distance(zeros[:1], ones_after), distance(ones[:1], zeros_after))
    return all(bool(np.all(far < FAINT)) for far in away)


def _looks(axes: Axes, x: Array, labels: Array) -> tuple[Array, Array]:
    """How the points of class 0 and of class 1 look: shape ``(K, 3)`` each."""
    _, looks, _ = nearest(axes, x)
    return looks[labels[:, 0] == 0], looks[labels[:, 0] == 1]


def legend_agrees(figures: Iterable[Figure], axes: Axes, x: Array, labels: Array) -> None:
    """Demand that what a legend calls class 0 or 1 has not the colour of the other class."""
    for entry in (entry for figure in figures for entry in figure["legend"]):
        named = ENTRY.fullmatch(entry["label"].strip())
        if named and _is_other(entry["color"], int(named[1]), axes, nearest(axes, x)[1], labels):
            raise Failure("legend_contradicts", label=entry["label"])


def _is_other(colour: Array, label: int, axes: Axes, looks: Array, labels: Array) -> bool:
    """Whether a legend's colour is that of the other class, and not that of its own."""
    away = distance(over(colour, axes), looks)
    own, other = (away[labels[:, 0] == one] for one in (label, 1 - label))
    return bool(np.all(own >= FAINT) and np.any(other < FAINT))


def visible_lines(axes: Axes) -> list[Array]:
    """The lines of a panel of which at least one corner can be seen: shape ``(K, 2)`` each."""
    return [
        series["points"]
        for series in axes["series"]
        if series["kind"] == "line" and np.any(seen(series, axes))
    ]


def looks_of(axes: Axes) -> Array:
    """The different colours of the points that can be seen, as they look: shape ``(K, 3)``."""
    _, colours, shown = points(axes)
    return np.unique(np.round(over(colours, axes)[shown], 3), axis=0)


def titled(panels: Sequence[Axes], words: Sequence[str]) -> Axes | None:
    """The first panel whose title has one of the words, or None."""
    return next(
        (axes for axes in panels if any(word in axes["title"].lower() for word in words)), None
    )
