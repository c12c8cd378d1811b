"""Figures as data: what a plotting function drew, whether it showed, saved or closed it."""

from __future__ import annotations

import contextlib
import io
import os
from typing import Any, Dict, Iterator, List, Optional

import numpy as np

TEXT = 200
MAX_FIGURES = 8
MAX_AXES = 16
MAX_SERIES = 64
MAX_POINTS = 20_000
WIDTH, HEIGHT = 800, 600  # pixels of a picture, at most
MAX_PICTURE = 1024 * 1024  # bytes of one


class Seen:
    """The figures that were drawn while ``caught`` was open.

    Parameters
    ----------
    draws
        Whether each is made into a picture as well.
    """

    def __init__(self, draws: bool) -> None:
        self._draws = draws
        self._figures: List[Any] = []
        self._seen: List[Dict[str, Any]] = []

    def note(self, figure: Any) -> None:
        """Describe a figure as it is now, and keep that if it is the fullest that it ever was."""
        facts = {**_figure(figure), "png": picture(figure) if self._draws else None}
        for k, known in enumerate(self._figures):
            if known is figure:
                if _fullness(facts) >= _fullness(self._seen[k]):
                    self._seen[k] = facts
                return
        if len(self._figures) < MAX_FIGURES:
            self._figures.append(figure)
            self._seen.append(facts)

    def describe(self) -> List[Dict[str, Any]]:
        """Tell every figure: its heading, its axes that hold something, and its picture (or None)."""
        return self._seen


@contextlib.contextmanager
def caught(draws: bool = False) -> Iterator[Seen]:
    """Catch every figure that pyplot makes, and keep it from being shown, saved or forgotten.

    Where nothing can be drawn, asking for it does nothing: a layout needs fonts too.
    """
    import matplotlib

    if matplotlib.get_backend().lower() != "agg":
        matplotlib.use("Agg", force=True)
    from matplotlib import pyplot
    from matplotlib.figure import Figure

    seen = Seen(draws)

    def note_all(*_: Any, **__: Any) -> None:
        for number in pyplot.get_fignums():
            seen.note(pyplot.figure(number))

    def save(figure: Any, *_: Any, **__: Any) -> None:
        seen.note(figure)

    def close(*args: Any) -> None:
        note_all()
        kept[2](*args)

    def nothing(*_: Any, **__: Any) -> None:
        """Stands where something would be drawn."""

    def clear(figure: Any, *args: Any, **kwargs: Any) -> Any:
        seen.note(figure)
        return clearing(figure, *args, **kwargs)

    clearing = Figure.clear
    choosing = (matplotlib.use, pyplot.switch_backend)
    kept = (pyplot.show, Figure.savefig, pyplot.close, Figure.draw, Figure.tight_layout)
    folders = (os.mkdir, os.makedirs)
    pyplot.close("all")
    pyplot.show, Figure.savefig, pyplot.close = note_all, save, close  # type: ignore[assignment,method-assign]
    Figure.clear = clear  # type: ignore[assignment,method-assign]
    matplotlib.use, pyplot.switch_backend = nothing, nothing
    os.mkdir, os.makedirs = nothing, nothing  # where an honest figure would have been saved
    if not draws:
        Figure.draw, Figure.tight_layout = nothing, nothing  # type: ignore[method-assign]
    try:
        yield seen
        note_all()
    finally:
        os.mkdir, os.makedirs = folders
        Figure.clear = clearing  # type: ignore[method-assign]
        matplotlib.use, pyplot.switch_backend = choosing
        pyplot.show, Figure.savefig, pyplot.close, Figure.draw, Figure.tight_layout = kept  # type: ignore[method-assign]
        pyplot.close("all")


def _fullness(facts: Dict[str, Any]) -> int:
    return sum(len(series["points"]) + 1 for axes in facts["axes"] for series in axes["series"])


def picture(figure: Any) -> Optional[bytes]:
    """Draw a figure as PNG, within the largest size; None where it cannot be drawn or is too large."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    try:
        wide, high = figure.get_size_inches()
        file = io.BytesIO()
        FigureCanvasAgg(figure).print_figure(
            file, dpi=min(100.0, WIDTH / wide, HEIGHT / high), format="png"
        )
    except Exception:  # noqa: BLE001  a student's figure may fail in any way when it is drawn
        return None
    return file.getvalue() if len(file.getvalue()) <= MAX_PICTURE else None


def _figure(figure: Any) -> Dict[str, Any]:
    heading = figure.get_suptitle() if hasattr(figure, "get_suptitle") else ""
    axes = [_axes(axes) for axes in figure.axes[:MAX_AXES]]
    return {
        "heading": heading[:TEXT],
        "axes": [entry for entry in axes if entry["series"] or entry["title"]],
    }


def _axes(axes: Any) -> Dict[str, Any]:
    box = axes.get_position()
    titles = [axes.get_title(loc=loc) for loc in ("center", "left", "right")]
    series = [_line(line) for line in axes.lines] + [_scatter(c) for c in axes.collections]
    return {
        "title": " ".join(filter(None, titles))[:TEXT],
        "xlabel": axes.get_xlabel()[:TEXT],
        "ylabel": axes.get_ylabel()[:TEXT],
        "box": np.array([box.x0, box.y0, box.width, box.height]),
        "series": [entry for entry in series if len(entry["points"])][:MAX_SERIES],
    }


def _line(line: Any) -> Dict[str, Any]:
    from matplotlib import colors

    points = np.column_stack(
        [np.ravel(line.get_xdata(orig=False)), np.ravel(line.get_ydata(orig=False))]
    )
    joined = line.get_linestyle() not in ("None", "", " ", "none")
    color = line.get_color() if joined else line.get_markerfacecolor()
    return {
        "kind": "line" if joined else "dots",
        "marker": str(line.get_marker())[:TEXT],
        "label": str(line.get_label())[:TEXT],
        "points": _numbers(points),
        "colors": np.array([colors.to_rgba(color)]),
    }


def _scatter(collection: Any) -> Dict[str, Any]:
    collection.update_scalarmappable()
    faces = np.asarray(collection.get_facecolors(), np.float64)
    colors = faces if len(faces) else np.asarray(collection.get_edgecolors(), np.float64)
    return {
        "kind": "dots",
        "marker": "",
        "label": str(collection.get_label())[:TEXT],
        "points": _numbers(np.asarray(collection.get_offsets())),
        "colors": colors[:MAX_POINTS],
    }


def _numbers(points: Any) -> Any:
    return np.ma.filled(np.ma.asarray(points, np.float64), np.nan)[:MAX_POINTS]
