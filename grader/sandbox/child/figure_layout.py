"""Describes how a figure is laid out, and whether its description tells all that is drawn in it.

A picture is drawn from the description, on the grader's side, when the description is complete:
then the figure itself need not be drawn, which takes longer than the student's own code.
"""

from __future__ import annotations

import functools
import re
from typing import Any, Dict, Sequence

import numpy as np

WIDTH, HEIGHT = 1000, 750  # pixels of a picture, at most: a page shows no larger ones
DPI = 100.0  # pixels an inch, matplotlib's own
SIDES = ("left", "bottom", "right", "top")
MARKERS = ("o", ".", "s", "^", "v", "D", "x", "+")
LINE_STYLES = ("-", "--", "-.", ":", "None", "none", "", " ")
TEXT_COLOURS = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color")
MATH = re.compile(r"[A-Za-z0-9 ]+(_[A-Za-z0-9]|_\{[A-Za-z0-9]+\})?")
"""Mathematics that is one name, perhaps with an index: ``x``, ``x_0``, ``x_{12}``."""


def resolution(figure: Any) -> float:
    """Return the pixels an inch at which a figure fits the largest size."""
    width, height = figure.get_size_inches()
    return float(min(DPI, WIDTH / width, HEIGHT / height))


def describe_paper(figure: Any) -> Dict[str, Any]:
    """Describe the paper: its width and height in pixels, the pixels a point, and its colour."""
    from matplotlib import colors

    dpi = resolution(figure)
    width, height = figure.get_size_inches() * dpi
    return {
        "size": np.array([width, height, dpi / 72.0]),
        "paper": np.array([colors.to_rgba(figure.get_facecolor())]),
    }


def describe_panel(axes: Any) -> Dict[str, Any]:
    """Describe a panel: sizes of its texts in points, its frame, its numbers, its grid, its scales.

    ``frame`` says for each of the four ``SIDES`` whether a line is there, ``numbers`` and ``grid``
    for each axis whether it has them; ``aspect`` is the height of a unit of y in units of x,
    and 0 where the panel fills its box.
    """
    texts = (axes.title, axes.xaxis.label, axes.yaxis.label)
    ticks = [axis.get_tick_params() for axis in (axes.xaxis, axes.yaxis)]
    shows_numbers = [
        params.get(key, True) for params, key in zip(ticks, ("labelbottom", "labelleft"))
    ]
    aspect, spines = axes.get_aspect(), axes.spines
    sides = [axes.axison and side in spines and spines[side].get_visible() for side in SIDES]
    return {
        "text_sizes": np.array([text.get_fontsize() for text in texts], np.float64),
        "frame": np.array(sides, np.float64),
        "numbers": np.array([axes.axison and shown for shown in shows_numbers], np.float64),
        "grid": np.array([bool(params.get("gridOn", False)) for params in ticks], np.float64),
        "aspect": np.array([aspect if isinstance(aspect, (int, float)) else 0.0], np.float64),
    }  # fmt: skip


def is_complete(figure: Any, axes: Sequence[Any]) -> bool:
    """Return whether the description of a figure, and of its axes, tells all that is drawn."""
    import matplotlib
    from matplotlib.legend import Legend
    from matplotlib.text import Text

    settings: Any = matplotlib.rcParams
    headings = [text.get_text() for text in figure.texts]
    return (
        len(axes) == len(figure.axes)
        and headings in ([], [figure.get_suptitle()])
        and all(
            child in axes or child is figure.patch or isinstance(child, (Text, Legend))
            for child in figure.get_children()
        )
        and all(settings[name] == "black" for name in TEXT_COLOURS)
        and all(map(_is_plain, axes))
        and not any(_overlap(a, b) for k, a in enumerate(axes) for b in axes[:k])
    )


def _is_plain(axes: Any) -> bool:
    """Return whether a panel has linear scales, and holds lines, dots and plain texts alone."""
    from matplotlib.text import Text
    from matplotlib.ticker import AutoLocator, ScalarFormatter

    children = axes.get_children()
    texts = [child for child in children if isinstance(child, Text)]
    known = {axes.patch, axes.xaxis, axes.yaxis, axes.get_legend(), *texts}
    known.update(axes.spines.values(), axes.lines, axes.collections)
    both = (axes.xaxis, axes.yaxis)
    return (
        axes.name == "rectilinear"
        and axes.get_visible()
        and axes.patch.get_visible()
        and known.issuperset(children)
        and not axes.texts
        and not any(axis.get_inverted() for axis in both)
        and all(axis.get_scale() == "linear" for axis in both)
        and all(type(axis.get_major_locator()) is AutoLocator for axis in both)
        and all(type(axis.get_major_formatter()) is ScalarFormatter for axis in both)
        and all(map(_is_plain_text, [*texts, axes.xaxis.label, axes.yaxis.label]))
        and all(_is_plain_line(line, axes) for line in axes.lines)
        and all(_is_plain_scatter(collection, axes) for collection in axes.collections)
    )


def _is_plain_text(text: Any) -> bool:
    pieces = text.get_text().split("$")
    is_math = all(map(MATH.fullmatch, pieces[1::2])) and len(pieces) % 2 == 1
    return bool(is_math and "\\" not in text.get_text() and text.get_color() == "black")


def _is_plain_line(line: Any, axes: Any) -> bool:
    return (
        line.get_transform() == axes.transData
        and (line.get_marker() in MARKERS or line.get_marker() in LINE_STYLES)
        and line.get_linestyle() in LINE_STYLES
    )


def _is_plain_scatter(collection: Any, axes: Any) -> bool:
    return (
        type(collection).__name__ == "PathCollection"
        and collection.get_offset_transform() == axes.transData
        and scatter_marker(collection) != ""
        and not collection.get_hatch()
    )


def scatter_marker(collection: Any) -> str:
    """Return the marker of a scatter, one of ``MARKERS``; empty where it is another."""
    paths = collection.get_paths()
    return (
        _marker_of_path().get(np.asarray(paths[0].vertices).tobytes(), "")
        if len(paths) == 1
        else ""
    )


@functools.lru_cache(maxsize=None)
def _marker_of_path() -> Dict[bytes, str]:
    """Return the markers by the corners of their outlines, as ``scatter`` makes them."""
    from matplotlib.markers import MarkerStyle

    styles = {marker: MarkerStyle(marker) for marker in MARKERS}
    return {
        np.asarray(style.get_path().transformed(style.get_transform()).vertices).tobytes(): marker
        for marker, style in styles.items()
    }


def _overlap(first: Any, second: Any) -> bool:
    """Return whether two panels lie one upon the other, as two scales in one panel do."""
    a, b = first.get_position(), second.get_position()
    slack = 1e-6  # of the paper: panels may touch
    return bool(
        a.x0 < b.x1 - slack and b.x0 < a.x1 - slack and a.y0 < b.y1 - slack and b.y0 < a.y1 - slack
    )
