"""Describes a figure as data: its axes, what is drawn in them, where, and in which colours."""

from __future__ import annotations

from typing import Any, Dict, List

import numpy as np

TEXT = 200  # characters of a title or label: a report shows fewer
MAX_AXES = 16  # of a figure: two panels are asked for
MAX_SERIES = 64  # of an axes: one for each point of a small data set
MAX_POINTS = 20_000  # of a line: the epochs that this lab trains for
MAX_MARKERS = 5_000  # of a scatter, each with its size and two colours
MAX_ENTRIES = 20  # of a legend: two classes are asked for
NO_MARKER = ("None", "none", "", " ")


def describe_figure(figure: Any) -> Dict[str, Any]:
    """Describe a figure: its heading, its legends' entries, and its axes that hold something."""
    heading = figure.get_suptitle() if hasattr(figure, "get_suptitle") else ""
    axes = [_describe_axes(axes) for axes in figure.axes[:MAX_AXES]]
    legends = [*figure.legends, *(axes.get_legend() for axes in figure.axes[:MAX_AXES])]
    return {
        "heading": heading[:TEXT],
        "legend": [entry for legend in legends if legend for entry in _legend_entries(legend)],
        "axes": [entry for entry in axes if entry["series"] or entry["title"]],
    }


def count_points(description: Dict[str, Any]) -> int:
    """Count what is drawn in a figure: its points, and one for each series."""
    series = [series for axes in description["axes"] for series in axes["series"]]
    return sum(len(entry["points"]) + 1 for entry in series)


def _describe_axes(axes: Any) -> Dict[str, Any]:
    box = axes.get_position()
    titles = [axes.get_title(loc=loc) for loc in ("center", "left", "right")]
    scatters = [c for c in axes.collections if hasattr(c, "get_sizes") and len(c.get_sizes())]
    series = [_describe_line(line) for line in axes.lines] + [
        _describe_scatter(c) for c in scatters
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
            for entry in series
            if len(entry["points"])
        ][:MAX_SERIES],
    }


def _describe_line(line: Any) -> Dict[str, Any]:
    points = np.column_stack(
        [np.ravel(line.get_xdata(orig=False)), np.ravel(line.get_ydata(orig=False))]
    )
    has_line = line.get_linestyle() not in NO_MARKER
    has_marker = str(line.get_marker()) not in NO_MARKER
    face, edge = _line_colours(line, has_line)
    return {
        "kind": "line" if has_line else "dots",
        "marker": str(line.get_marker())[:TEXT],
        "label": str(line.get_label())[:TEXT],
        "points": _float_points(points),
        "colors": face if face[0, 3] else edge,
        "edges": edge,
        "sizes": np.array(
            [line.get_linewidth() if has_line else has_marker * line.get_markersize()]
        ),
        "clip_on": bool(line.get_clip_on()),
        "visible": bool(line.get_visible()),
    }


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
        "marker": "",
        "label": str(collection.get_label())[:TEXT],
        "points": _float_points(np.asarray(collection.get_offsets()))[:MAX_MARKERS],
        "colors": faces if np.any(faces[:, 3]) else edges,
        "edges": edges,
        "sizes": np.asarray(collection.get_sizes(), np.float64).reshape(-1)[:MAX_MARKERS],
        "clip_on": bool(collection.get_clip_on()),
        "visible": bool(collection.get_visible()),
    }


def _legend_entries(legend: Any) -> List[Dict[str, Any]]:
    """List the entries of a legend: the label, and the colour beside it."""
    handles = getattr(legend, "legend_handles", None) or getattr(legend, "legendHandles", [])
    texts = [text.get_text()[:TEXT] for text in legend.get_texts()]
    return [
        {"label": label, "color": _handle_colour(handle)}
        for label, handle in list(zip(texts, handles))[:MAX_ENTRIES]
    ]


def _handle_colour(handle: Any) -> Any:
    if hasattr(handle, "get_facecolors"):
        return _describe_scatter(handle)["colors"][:1]
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
