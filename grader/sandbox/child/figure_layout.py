"""Describes how a figure is laid out, and whether its description tells all that is drawn in it.

A picture is drawn from the description, on the grader's side, when the description is complete:
then the figure itself need not be drawn, which takes longer than the student's own code.
"""

from __future__ import annotations

from typing import Any, Dict, Sequence

import numpy as np

from . import plain_artists

WIDTH, HEIGHT = 1000, 750  # pixels of a picture, at most: a page shows no larger ones
DPI = 100.0  # pixels an inch, matplotlib's own
GRID_COLOUR = "#b0b0b0"  # matplotlib's own
SIDES = ("left", "bottom", "right", "top")
TEXT_COLOURS = ("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color")


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
    from matplotlib import colors

    texts = (axes.title, axes.xaxis.label, axes.yaxis.label)
    ticks = [axis.get_tick_params() for axis in (axes.xaxis, axes.yaxis)]
    shows_numbers = [
        params.get(key, True) for params, key in zip(ticks, ("labelbottom", "labelleft"))
    ]
    grid: Dict[str, Any] = next((params for params in ticks if params.get("gridOn")), {})
    aspect, spines = axes.get_aspect(), axes.spines
    sides = [axes.axison and side in spines and spines[side].get_visible() for side in SIDES]
    return {
        "text_sizes": np.array([text.get_fontsize() for text in texts], np.float64),
        "frame": np.array(sides, np.float64),
        "numbers": np.array([axes.axison and shown for shown in shows_numbers], np.float64),
        "grid": np.array([bool(params.get("gridOn", False)) for params in ticks], np.float64),
        "grid_color": np.array([colors.to_rgba(grid.get("grid_color", GRID_COLOUR), grid.get("grid_alpha"))]),
        "aspect": np.array([aspect if isinstance(aspect, (int, float)) else 0.0], np.float64),
    }  # fmt: skip


def is_complete(figure: Any, axes: Sequence[Any]) -> bool:
    """Return whether the description of a figure, and of its axes, tells all that is drawn."""
    import matplotlib

    settings: Any = matplotlib.rcParams
    return (
        len(axes) == len(figure.axes)
        and plain_artists.is_plain_heading(figure)
        and not (figure.get_layout_engine() and is_crowded(axes))
        and all(
            child in axes
            or child is figure.patch
            or child in figure.texts
            or (child in figure.legends and plain_artists.is_plain_row(child))
            for child in figure.get_children()
        )
        and len(figure.legends) <= 1
        and all(settings[name] == "black" for name in TEXT_COLOURS)
        and settings["font.size"] == plain_artists.FONT_SIZE
        and all(map(_is_plain, axes))
        and not any(_overlap(a, b) for k, a in enumerate(axes) for b in axes[:k])
    )


def is_crowded(axes: Sequence[Any]) -> bool:
    """Return whether texts may lie upon each other, unless a layout makes room for them.

    That is so where panels lie above each other, or beside each other with labels between them.
    """
    is_in_rows = len({round(each.get_position().y0, 3) for each in axes}) > 1
    has_labels = any(each.get_ylabel() for each in axes)
    return len(axes) > 1 and (is_in_rows or has_labels)


def _is_plain(axes: Any) -> bool:
    """Return whether a panel has linear scales, and holds lines, dots and plain texts alone."""
    from matplotlib.text import Text

    children, legend = axes.get_children(), axes.get_legend()
    # The titles: in the middle, at the left and at the right.
    texts = [child for child in children if isinstance(child, Text)]
    known = {axes.patch, axes.xaxis, axes.yaxis, legend, *texts}
    known.update(axes.spines.values(), axes.lines, axes.collections)
    return (
        axes.name == "rectilinear"
        and axes.get_visible()
        and axes.get_frame_on()
        and axes.patch.get_visible()
        and known.issuperset(children)
        and not axes.texts
        and all(text is axes.title or not text.get_text() for text in texts)
        and plain_artists.is_plain_title(axes.title)
        and plain_artists.is_plain_axis(axes.xaxis, "bottom", 0.0)
        and plain_artists.is_plain_axis(axes.yaxis, "left", 90.0)
        and all(map(plain_artists.is_plain_spine, axes.spines.values()))
        and (legend is None or plain_artists.is_plain_legend(legend))
        and all(plain_artists.is_plain_line(line, axes) for line in axes.lines)
        and all(plain_artists.is_plain_scatter(each, axes) for each in axes.collections)
    )


def _overlap(first: Any, second: Any) -> bool:
    """Return whether two panels lie one upon the other, as two scales in one panel do."""
    a, b = first.get_position(), second.get_position()
    slack = 1e-6  # of the paper: panels may touch
    return bool(
        a.x0 < b.x1 - slack and b.x0 < a.x1 - slack and a.y0 < b.y1 - slack and b.y0 < a.y1 - slack
    )
