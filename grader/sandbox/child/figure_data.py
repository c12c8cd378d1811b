"""A figure as data: its axes, what is drawn in them, where, and in which colours."""

from __future__ import annotations

from typing import Any, Dict, List

import numpy as np

TEXT = 200
MAX_AXES = 16
MAX_SERIES = 64
MAX_POINTS = 20_000  # of a line: the epochs that this lab trains for
MAX_MARKS = 5_000  # of a scatter, each with its size and two colours
MAX_ENTRIES = 20  # of a legend
NO_MARKER = ("None", "none", "", " ")


def figure(drawn: Any) -> Dict[str, Any]:
    """Describe a figure: its heading, its legends' entries, and its axes that hold something."""
    heading = drawn.get_suptitle() if hasattr(drawn, "get_suptitle") else ""
    axes = [_axes(axes) for axes in drawn.axes[:MAX_AXES]]
    legends = [*drawn.legends, *(axes.get_legend() for axes in drawn.axes[:MAX_AXES])]
    return {
        "heading": heading[:TEXT],
        "legend": [entry for legend in legends if legend for entry in _entries(legend)],
        "axes": [entry for entry in axes if entry["series"] or entry["title"]],
    }


def fullness(facts: Dict[str, Any]) -> int:
    """How much is drawn in a figure."""
    return sum(len(series["points"]) + 1 for axes in facts["axes"] for series in axes["series"])


def _axes(axes: Any) -> Dict[str, Any]:
    box = axes.get_position()
    titles = [axes.get_title(loc=loc) for loc in ("center", "left", "right")]
    scatters = [c for c in axes.collections if hasattr(c, "get_sizes") and len(c.get_sizes())]
    series = [_line(line) for line in axes.lines] + [_scatter(c) for c in scatters]
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


def _line(line: Any) -> Dict[str, Any]:
    points = np.column_stack(
        [np.ravel(line.get_xdata(orig=False)), np.ravel(line.get_ydata(orig=False))]
    )
    joined = line.get_linestyle() not in NO_MARKER
    marked = str(line.get_marker()) not in NO_MARKER
    face, edge = _line_colours(line, joined)
    return {
        "kind": "line" if joined else "dots",
        "marker": str(line.get_marker())[:TEXT],
        "label": str(line.get_label())[:TEXT],
        "points": _numbers(points),
        "colors": face if face[0, 3] else edge,
        "edges": edge,
        "sizes": np.array([line.get_linewidth() if joined else marked * line.get_markersize()]),
        "clip_on": bool(line.get_clip_on()),
        "visible": bool(line.get_visible()),
    }


def _line_colours(line: Any, joined: bool) -> Any:
    """The colours of a line, or of the faces and the edges of its markers."""
    alpha = line.get_alpha()
    if joined:
        return _rgba(line.get_color(), alpha), _rgba("none")
    edge = line.get_markeredgecolor() if line.get_markeredgewidth() else "none"
    return _rgba(line.get_markerfacecolor(), alpha), _rgba(edge, alpha)


def _scatter(collection: Any) -> Dict[str, Any]:
    collection.update_scalarmappable()
    faces, edges = _table(collection.get_facecolors()), _table(collection.get_edgecolors())
    if not np.any(np.asarray(collection.get_linewidths(), np.float64)):
        edges = _rgba("none")
    return {
        "kind": "dots",
        "marker": "",
        "label": str(collection.get_label())[:TEXT],
        "points": _numbers(np.asarray(collection.get_offsets()))[:MAX_MARKS],
        "colors": faces if np.any(faces[:, 3]) else edges,
        "edges": edges,
        "sizes": np.asarray(collection.get_sizes(), np.float64).reshape(-1)[:MAX_MARKS],
        "clip_on": bool(collection.get_clip_on()),
        "visible": bool(collection.get_visible()),
    }


def _entries(legend: Any) -> List[Dict[str, Any]]:
    """The entries of a legend: what each says, and the colour beside it."""
    handles = getattr(legend, "legend_handles", None) or getattr(legend, "legendHandles", [])
    texts = [text.get_text()[:TEXT] for text in legend.get_texts()]
    return [
        {"label": label, "color": _handle_colour(handle)}
        for label, handle in list(zip(texts, handles))[:MAX_ENTRIES]
    ]


def _handle_colour(handle: Any) -> Any:
    if hasattr(handle, "get_facecolors"):
        described = _scatter(handle)
        return described["colors"][:1]
    if hasattr(handle, "get_markerfacecolor"):
        joined = str(handle.get_marker()) in NO_MARKER
        face, edge = _line_colours(handle, joined)
        return face if face[0, 3] else edge
    return _rgba(handle.get_facecolor() if hasattr(handle, "get_facecolor") else "none")


def _rgba(colour: Any, alpha: Any = None) -> Any:
    """A colour as one row of red, green, blue and alpha."""
    from matplotlib import colors

    return np.array([colors.to_rgba(colour, alpha)], np.float64)


def _table(rows: Any) -> Any:
    """Colours as rows; one that is clear where there is none."""
    found = np.asarray(rows, np.float64)
    return found[:MAX_MARKS] if found.ndim == 2 and len(found) else np.zeros((1, 4))


def _numbers(points: Any) -> Any:
    return np.ma.filled(np.ma.asarray(points, np.float64), np.nan)[:MAX_POINTS]
