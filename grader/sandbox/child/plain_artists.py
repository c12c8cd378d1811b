"""Whether the artists of a figure look as the drawing of their description shows them.

A description has the points, colours and texts of a figure, not each of the hundred properties
that matplotlib knows. Where one of those is not as it is by default, the figure is no plain one.
"""

from __future__ import annotations

import functools
import re
from typing import Any, Dict

import numpy as np

MARKERS = ("o", ".", "s", "^", "v", "D", "x", "+")
LINE_STYLES = ("-", "--", "-.", ":", "None", "none", "", " ")
FONT_SIZE = 10.0  # points: matplotlib's own
TEXT = 200  # characters of a title or label: a description has no more
MAX_ENTRIES = 20  # of a legend: two classes are asked for
MAX_LABEL = 40  # characters of a legend's entry: a drawing has room for no more
LOWER_CENTER = 8  # matplotlib's number of a place
CORNERS = (0, 1, 2, 3, 4)  # where a legend may lie: "best", and the four corners
MATH = re.compile(r"[A-Za-z0-9 ]+(_[A-Za-z0-9]|_\{[A-Za-z0-9]+\})?")
"""Mathematics that is one name, perhaps with an index: ``x``, ``x_0``, ``x_{12}``."""

TICKS = {
    "left": True, "bottom": True, "right": False, "top": False, "labelright": False, "labeltop": False,
}  # fmt: skip
TOLD_TICKS = (
    "labelleft",
    "labelbottom",
    "gridOn",
    "grid_color",
    "grid_alpha",
    "grid_linestyle",
    "grid_linewidth",
)
"""What may be set of the ticks of an axis: the drawing has it, or something close to it."""


def is_plain_text(text: Any, rotation: float = 0.0) -> bool:
    """Return whether a text is one black line in usual letters, without mathematics but names."""
    content = text.get_text()
    pieces = content.split("$")
    is_math = all(map(MATH.fullmatch, pieces[1::2])) and len(pieces) % 2 == 1
    return bool(
        is_math
        and "\\" not in content
        and "\n" not in content
        and len(content) <= TEXT
        and text.get_color() == "black"
        and text.get_alpha() is None
        and text.get_visible()
        and text.get_fontweight() in ("normal", 400)
        and text.get_fontstyle() == "normal"
        and text.get_rotation() == rotation
        and text.get_bbox_patch() is None
        and not _has_effects(text)
    )


def is_plain_title(title: Any) -> bool:
    """Return whether a title lies in the middle above its panel."""
    x, y = title.get_position()
    return (
        is_plain_text(title) and x == 0.5 and y >= 1 and title.get_horizontalalignment() == "center"
    )


def is_plain_heading(figure: Any) -> bool:
    """Return whether a figure has no text of its own but a heading as it is by default."""
    headings = [text for text in figure.texts if text.get_text()]
    return not headings or (
        len(headings) == 1
        and headings[0].get_text() == figure.get_suptitle()
        and headings[0].get_fontsize() == 12
        and headings[0].get_position()[0] == 0.5
        and is_plain_text(headings[0])
    )


def is_plain_axis(axis: Any, side: str, rotation: float) -> bool:
    """Return whether an axis has numbers, ticks and a label at its usual side, and no small ticks.

    The label is turned by ``rotation`` degrees.
    """
    from matplotlib.ticker import AutoLocator, NullLocator, ScalarFormatter

    return (
        axis.get_visible()
        and axis.get_scale() == "linear"
        and not axis.get_inverted()
        and type(axis.get_major_locator()) is AutoLocator
        and type(axis.get_minor_locator()) is NullLocator
        and type(axis.get_major_formatter()) is ScalarFormatter
        and axis.get_label_position() == side
        and axis.label.get_horizontalalignment() == "center"
        and is_plain_text(axis.label, rotation)
        and all(
            name in TOLD_TICKS or TICKS.get(name) == value
            for name, value in axis.get_tick_params().items()
        )
        # Ticks are made when they are asked for: only then may their numbers look otherwise.
        and all(_is_plain_number(tick.label1) for tick in vars(axis).get("majorTicks", ()))
    )


def _is_plain_number(text: Any) -> bool:
    return bool(
        text.get_rotation() == 0
        and text.get_fontsize() == FONT_SIZE
        and text.get_color() == "black"
    )


def is_plain_spine(spine: Any) -> bool:
    """Return whether a side of the frame is a thin black line at the border, or invisible."""
    return bool(
        not spine.get_visible()
        or (
            spine.get_position() == ("outward", 0.0)
            and spine.get_linewidth() == 0.8
            and tuple(spine.get_edgecolor()) == (0, 0, 0, 1)
            and spine.get_bounds() is None
        )
    )


def is_plain_legend(legend: Any) -> bool:
    """Return whether a legend is a framed list in usual letters that lies in a corner of its panel."""
    return (
        legend.get_frame_on()
        and getattr(legend, "_loc", 0) in CORNERS
        and getattr(legend, "_ncols", 1) == 1
        and _has_plain_entries(legend)
    )


def is_plain_row(legend: Any) -> bool:
    """Return whether a legend is a row of entries without a frame, below all panels of its figure."""
    return (
        not legend.get_frame_on()
        and getattr(legend, "_loc", 0) == LOWER_CENTER
        and getattr(legend, "_ncols", 1) >= len(legend.get_texts())
        and _has_plain_entries(legend)
    )


def _has_plain_entries(legend: Any) -> bool:
    texts = legend.get_texts()
    return (
        legend.get_visible()
        and not legend.get_title().get_text()
        and legend.get_bbox_to_anchor() is legend.parent.bbox
        and len(texts) <= MAX_ENTRIES
        and all(
            is_plain_text(text)
            and len(text.get_text()) <= MAX_LABEL
            and 8 <= text.get_fontsize() <= 12
            for text in texts
        )
    )


def is_plain_line(line: Any, axes: Any) -> bool:
    """Return whether a line has the usual dashes, and its markers the usual look."""
    marker = str(line.get_marker())  # it may be an array of corners
    has_line = line.get_linestyle() not in LINE_STYLES[4:]
    has_marker = marker not in LINE_STYLES[4:]
    return (
        line.get_transform() == axes.transData
        and (not has_marker or marker in MARKERS)
        and line.get_linestyle() in LINE_STYLES
        and line.get_drawstyle() == "default"
        and line.get_markevery() is None
        and line.get_fillstyle() == "full"
        and (line.get_zorder() == 2 or _lies_flat(axes))
        and not _has_effects(line)
        and (not has_line or _has_usual_dashes(line))
        and (not has_marker or _has_usual_markers(line, has_line))
    )


def _has_usual_dashes(line: Any) -> bool:
    """Return whether dashes are those of the line's style; those of one's own say they are ``--``."""
    import matplotlib

    names = {"--": "dashed", "-.": "dashdot", ":": "dotted"}
    name = names.get(line.get_linestyle())
    if name is None:
        return True
    settings: Any = matplotlib.rcParams
    usual = settings["lines.%s_pattern" % name]
    _, pattern = getattr(line, "_unscaled_dash_pattern", (0, usual))
    return list(pattern) == list(usual)


def _has_usual_markers(line: Any, has_line: bool) -> bool:
    from matplotlib import colors

    face, edge = line.get_markerfacecolor(), line.get_markeredgecolor()
    if line.get_markeredgewidth() > 1:
        return False
    if not has_line:
        return line.get_marker() in ("x", "+") or colors.to_rgba(face)[3] > 0
    color = colors.to_rgba(line.get_color())
    return line.get_markersize() == 6 and colors.to_rgba(face) == color == colors.to_rgba(edge)


def is_plain_scatter(collection: Any, axes: Any) -> bool:
    """Return whether a collection is a scatter of full markers with thin edges."""
    if type(collection).__name__ != "PathCollection":
        return False  # without a look at its paths: a mesh makes one for each of its cells
    marker, faces = scatter_marker(collection), collection.get_facecolors()
    return bool(
        collection.get_offset_transform() == axes.transData
        and marker != ""
        and (marker in ("x", "+") or (len(faces) and np.all(faces[:, 3] > 0)))
        and np.all(np.asarray(collection.get_linewidths()) <= 1.5)
        and (collection.get_zorder() == 1 or _lies_flat(axes))
        and not collection.get_hatch()
        and not _has_effects(collection)
    )


def _lies_flat(axes: Any) -> bool:
    """Return whether a panel has lines alone, or scatters alone, and all at one height."""
    artists = [*axes.lines, *axes.collections]
    is_mixed = len(axes.lines) > 0 and len(axes.collections) > 0
    return not is_mixed and len({artist.get_zorder() for artist in artists}) == 1


def _has_effects(artist: Any) -> bool:
    return bool(artist.get_path_effects() or artist.get_sketch_params())


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
