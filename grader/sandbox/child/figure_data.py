"""Describes a figure as data: its axes, what is drawn in them, where, and in which colours."""

from __future__ import annotations

from typing import Any, Dict, List

import numpy as np

from . import figure_layout
from .plain_artists import MAX_ENTRIES, TEXT, scatter_marker

MAX_AXES = 16  # of a figure: two panels are asked for
MAX_SERIES = 64  # of an axes: one for each point of a small data set
MAX_POINTS = 20_001  # of a line: one more than the epochs that this lab trains for
MAX_MARKERS = 5_000  # of a scatter, each with its size and two colours
NO_MARKER = ("None", "none", "", " ")
LOOK = ("kind", "marker", "style", "label", "clip_on", "visible")
PER_POINT = ("points", "colors", "edges", "sizes")


def describe_figure(figure: Any) -> Dict[str, Any]:
    """Describe a figure: its heading, its legends' entries, and its axes that hold something.

    ``complete`` says whether the description tells all that is drawn, so that a picture can be
    drawn from it (see ``figure_layout``).
    """
    heading = figure.get_suptitle() if hasattr(figure, "get_suptitle") else ""
    axes = figure.axes[:MAX_AXES]
    described = [_describe_axes(each) for each in axes]
    kept = [k for k, entry in enumerate(described) if entry["series"] or entry["title"]]
    left_out = [each for k, each in enumerate(axes) if k not in kept]
    legends = [(legend, -1) for legend in figure.legends]
    legends += [
        (each.get_legend(), kept.index(k) if k in kept else -1) for k, each in enumerate(axes)
    ]
    return {
        "heading": heading[:TEXT],
        "legend": [
            entry for legend, panel in legends if legend for entry in _legend_entries(legend, panel)
        ],
        "axes": [described[k] for k in kept],
        **figure_layout.describe_paper(figure),
        "complete": figure_layout.is_complete(figure, axes)
        and not any(each.axison for each in left_out)
        and all(map(_is_within_caps, described)),
    }


def count_points(description: Dict[str, Any]) -> int:
    """Count what is drawn in a figure: its points, and one for each series."""
    series = [series for axes in description["axes"] for series in axes["series"]]
    return sum(len(entry["points"]) + 1 for entry in series)


def _describe_axes(axes: Any) -> Dict[str, Any]:
    box = axes.get_position()
    titles = [axes.get_title(loc=loc) for loc in ("center", "left", "right")]
    scatters = [c for c in axes.collections if hasattr(c, "get_sizes") and len(c.get_sizes())]
    # As matplotlib draws them: lines, and the markers of plot, lie above scatters.
    series = [_describe_scatter(c) for c in scatters] + [
        _describe_line(line) for line in axes.lines
    ]
    return {
        "title": " ".join(filter(None, titles))[:TEXT],
        "xlabel": axes.get_xlabel()[:TEXT],
        "ylabel": axes.get_ylabel()[:TEXT],
        "box": np.array([box.x0, box.y0, box.width, box.height]),
        "limits": np.array([sorted(axes.get_xlim()), sorted(axes.get_ylim())], np.float64),
        "background": _rgba(axes.get_facecolor()),
        "backdrop": bool(axes.images or axes.patches or len(axes.collections) > len(scatters)),
        "series": [
            {**entry, "visible": bool(entry["visible"] and axes.get_visible())}
            for entry in _merge_dots(series)
            if len(entry["points"])
        ][:MAX_SERIES],
        **figure_layout.describe_panel(axes),
    }


def _merge_dots(series: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
    """Make one series of single dots that follow each other and look alike but for their colours.

    Who draws each point by a call of its own has as many series as points.
    """
    merged: List[List[Dict[str, Any]]] = []
    for entry in series:
        is_alike = merged and all(merged[-1][0][name] == entry[name] for name in LOOK)
        if is_alike and _is_single_dot(entry) and _is_single_dot(merged[-1][0]):
            merged[-1].append(entry)
        else:
            merged.append([entry])
    return [_join(entries) if len(entries) > 1 else entries[0] for entries in merged]


def _is_single_dot(entry: Dict[str, Any]) -> bool:
    return entry["kind"] == "dots" and all(len(entry[name]) == 1 for name in PER_POINT)


def _join(entries: List[Dict[str, Any]]) -> Dict[str, Any]:
    entries = entries[:MAX_MARKERS]
    return {
        **entries[0],
        **{name: np.concatenate([entry[name] for entry in entries]) for name in PER_POINT},
    }


def _is_within_caps(axes: Dict[str, Any]) -> bool:
    """Return whether nothing of a panel was cut off in its description."""
    series = axes["series"]
    caps = [MAX_POINTS if entry["kind"] == "line" else MAX_MARKERS for entry in series]
    return len(series) < MAX_SERIES and all(
        len(entry["points"]) < cap for entry, cap in zip(series, caps)
    )


def _describe_line(line: Any) -> Dict[str, Any]:
    points = np.column_stack(
        [np.ravel(line.get_xdata(orig=False)), np.ravel(line.get_ydata(orig=False))]
    )
    has_line = line.get_linestyle() not in NO_MARKER
    has_marker = str(line.get_marker()) not in NO_MARKER
    face, edge = _line_colours(line, has_line)
    return {
        "kind": "line" if has_line else "dots",
        "marker": str(line.get_marker())[:TEXT] if has_marker else "",
        "style": str(line.get_linestyle())[:TEXT] if has_line else "",
        "label": _label(line),
        "points": _float_points(points),
        "colors": face if face[0, 3] else edge,
        "edges": edge,
        "sizes": np.array(
            [line.get_linewidth() if has_line else has_marker * line.get_markersize()]
        ),
        "clip_on": bool(line.get_clip_on()),
        "visible": bool(line.get_visible()),
    }


def _label(artist: Any) -> str:
    """Return the label that a student gave; those that begin with _ are matplotlib's own."""
    label = str(artist.get_label())[:TEXT]
    return "" if label.startswith("_") else label


def _line_colours(line: Any, has_line: bool) -> Any:
    """Return the colours of a line, or of the faces and the edges of its markers."""
    alpha = line.get_alpha()
    if has_line:
        return _rgba(line.get_color(), alpha), _rgba("none")
    edge = line.get_markeredgecolor() if line.get_markeredgewidth() else "none"
    return _rgba(line.get_markerfacecolor(), alpha), _rgba(edge, alpha)


def _describe_scatter(collection: Any) -> Dict[str, Any]:
    collection.update_scalarmappable()
    faces, edges = (
        _colour_rows(collection.get_facecolors()),
        _colour_rows(collection.get_edgecolors()),
    )
    if not np.any(np.asarray(collection.get_linewidths(), np.float64)):
        edges = _rgba("none")
    return {
        "kind": "dots",
        "marker": scatter_marker(collection),
        "style": "",
        "label": _label(collection),
        "points": _float_points(np.asarray(collection.get_offsets()))[:MAX_MARKERS],
        "colors": faces if np.any(faces[:, 3]) else edges,
        "edges": edges,
        # A scatter has areas, in square points; a line's markers have diameters, in points.
        "sizes": np.sqrt(np.abs(np.asarray(collection.get_sizes(), np.float64))).reshape(-1)[
            :MAX_MARKERS
        ],
        "clip_on": bool(collection.get_clip_on()),
        "visible": bool(collection.get_visible()),
    }


def _legend_entries(legend: Any, panel: int) -> List[Dict[str, Any]]:
    """List the entries of a legend: label, colour, marker, dashes and panel (-1: none)."""
    handles = getattr(legend, "legend_handles", None) or getattr(legend, "legendHandles", [])
    texts = [text.get_text()[:TEXT] for text in legend.get_texts()]
    return [
        {
            "label": label,
            "color": _handle_colour(handle),
            "marker": _handle_marker(handle),
            "style": _handle_style(handle),
            "panel": panel,
        }
        for label, handle in list(zip(texts, handles))[:MAX_ENTRIES]
    ]


def _handle_style(handle: Any) -> str:
    """Return the dashes of a line beside a label; empty where there is none."""
    style = str(handle.get_linestyle()) if hasattr(handle, "get_marker") else "none"
    return "" if style in NO_MARKER else style[:TEXT]


def _handle_marker(handle: Any) -> str:
    if hasattr(handle, "get_marker"):
        return "" if str(handle.get_marker()) in NO_MARKER else str(handle.get_marker())[:TEXT]
    return scatter_marker(handle) if hasattr(handle, "get_offsets") else "s"


def _handle_colour(handle: Any) -> Any:
    if hasattr(handle, "get_facecolors"):  # a scatter, or lines that were drawn together
        faces, edges = _colour_rows(handle.get_facecolors()), _colour_rows(handle.get_edgecolors())
        return (faces if np.any(faces[:, 3]) else edges)[:1]
    if hasattr(handle, "get_markerfacecolor"):
        face, edge = _line_colours(handle, str(handle.get_marker()) in NO_MARKER)
        return face if face[0, 3] else edge
    return _rgba(handle.get_facecolor() if hasattr(handle, "get_facecolor") else "none")


def _rgba(colour: Any, alpha: Any = None) -> Any:
    """Return a colour as one row of red, green, blue and alpha."""
    from matplotlib import colors

    return np.array([colors.to_rgba(colour, alpha)], np.float64)


def _colour_rows(rows: Any) -> Any:
    """Return colours as rows; one transparent row where there are none."""
    colours = np.asarray(rows, np.float64)
    return colours[:MAX_MARKERS] if colours.ndim == 2 and len(colours) else np.zeros((1, 4))


def _float_points(points: Any) -> Any:
    return np.ma.filled(np.ma.asarray(points, np.float64), np.nan)[:MAX_POINTS]
