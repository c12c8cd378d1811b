"""Captures the figures that a student's code draws, whether it shows, saves or closes them."""

from __future__ import annotations

import contextlib
import io
import os
from typing import Any, Callable, Dict, Iterable, Iterator, List, Optional, Sequence, Tuple

from . import figure_data, figure_layout
from .packing import byte_array

MAX_FIGURES = 8  # of one call: two are asked for
FOLDER_MAKERS = ("mkdir", "makedirs")
PIXEL_FORMATS = (None, "png", "raw", "rgba", "jpg", "jpeg")
"""Formats that need no module but those that are loaded."""

MAX_PICTURE = 1024 * 1024  # bytes of a picture


class FigureRecorder:
    """Describes figures while ``capture`` is open.

    Parameters
    ----------
    draws
        Whether a figure is made into a picture as well, where its description is not complete.
    """

    def __init__(self, draws: bool) -> None:
        self._draws = draws
        self._figures: List[Any] = []
        self._layouts: List[Tuple[Any, Callable[..., Any]]] = []
        self._moving: List[Any] = []
        self._descriptions: List[Dict[str, Any]] = []

    def record(self, figure: Any) -> None:
        """Describe a figure as it is now; keep that if it is the fullest description so far."""
        has_changed = figure.stale
        try:
            description = figure_data.describe_figure(figure)
            if self._layouts_of(figure) and figure_layout.is_crowded(figure.axes):
                description["complete"] = False
        except Exception:  # noqa: BLE001  a student's artist may fail in any way when it is asked
            return
        index = self._index(figure)
        if index is None and len(self._figures) < MAX_FIGURES:
            self._figures.append(figure)
            png = self._picture(figure, description)
            self._descriptions.append({**description, "png": png})
        elif index is not None:
            earlier = self._descriptions[index]
            if figure_data.count_points(description) >= figure_data.count_points(earlier):
                # Shown, then saved, then closed: a figure that stayed the same is drawn once.
                png = self._picture(figure, description) if has_changed else earlier["png"]
                self._descriptions[index] = {**description, "png": png}
        figure.stale = False  # also after it was described, which may have moved its limits

    def record_all(self) -> None:
        """Describe all figures that pyplot has."""
        from matplotlib import pyplot

        for number in pyplot.get_fignums():
            self.record(pyplot.figure(number))

    def record_clearing(self, figure: Any) -> None:
        """Describe a figure that is about to be emptied: what is drawn in it next is another one."""
        self.record(figure)
        index = self._index(figure)
        is_moving = any(known is figure for known in self._moving)
        if index is not None and self._descriptions[index]["axes"] and not is_moving:
            self._figures[index] = None

    def record_frame(self) -> None:
        """Keep that the figures of pyplot are drawn again and again: emptied, they are the same ones."""
        from matplotlib import pyplot

        self._moving += [pyplot.figure(number) for number in pyplot.get_fignums()]
        del self._moving[:-MAX_FIGURES]

    def postpone_layout(self, figure: Any, lay_out: Callable[[], Any]) -> None:
        """Keep a request to lay a figure out until it is drawn: measuring its texts takes long."""
        self._layouts.append((figure, lay_out))
        figure.stale = True  # what was described before has another layout

    def _layouts_of(self, figure: Any) -> List[Callable[..., Any]]:
        return [lay_out for known, lay_out in self._layouts if known is figure]

    def _index(self, figure: Any) -> Optional[int]:
        return next((k for k, known in enumerate(self._figures) if known is figure), None)

    def _picture(self, figure: Any, description: Dict[str, Any]) -> Optional[bytes]:
        if description["complete"] or not self._draws:
            return None
        if not any(axes.has_data() for axes in figure.axes):
            return None
        return draw_png(figure, self._layouts_of(figure))

    def describe(self) -> List[Dict[str, Any]]:
        """List the figures that hold something: heading, legend, axes, and picture (or None)."""
        return [
            {**description, "png": byte_array(description["png"])}
            for description in self._descriptions
            if description["axes"] or description["png"]
        ]


@contextlib.contextmanager
def capture(draws: bool = False) -> Iterator[FigureRecorder]:
    """Record every figure that pyplot makes, and prevent that it is shown, saved or lost.

    Where nothing is drawn, a request to draw does nothing; without matplotlib there are no figures.
    """
    recorder = FigureRecorder(draws)
    try:
        from matplotlib import pyplot
    except ImportError:
        with _replace((os, name, do_nothing) for name in FOLDER_MAKERS):
            yield recorder
        return
    pyplot.switch_backend("Agg")  # chosen and loaded now: the patched functions choose none
    pyplot.close("all")
    try:
        with _replace(_patches(recorder, draws)):
            yield recorder
            recorder.record_all()
    finally:
        pyplot.close("all")


@contextlib.contextmanager
def _replace(patches: Iterable[Tuple[Any, str, Callable[..., Any]]]) -> Iterator[None]:
    """Replace functions meanwhile: the owner of each, its name, its replacement."""
    with contextlib.ExitStack() as restoration:
        for owner, name, replacement in patches:
            restoration.callback(setattr, owner, name, getattr(owner, name))
            setattr(owner, name, replacement)
        yield


def do_nothing(*_: Any, **__: Any) -> None:
    """Replace what would draw, choose a way to draw, or make a folder for figures."""


def _patches(
    recorder: FigureRecorder, draws: bool
) -> Iterator[Tuple[Any, str, Callable[..., Any]]]:
    """Yield every function that is replaced meanwhile: its owner, its name, its replacement."""
    import matplotlib
    from matplotlib import animation, pyplot
    from matplotlib.figure import Figure

    original_close, original_clear = pyplot.close, Figure.clear
    original_layout, original_save = Figure.tight_layout, Figure.savefig

    def show(*_: Any, block: bool = True, **__: Any) -> None:
        recorder.record_all()
        if block:
            original_close("all")  # a person who closes the windows goes on with new figures

    def save(figure: Any, fname: Any = None, *args: Any, **kwargs: Any) -> None:
        recorder.record(figure)
        # Who saves in memory reads it again: a picture, perhaps a blank one.
        if hasattr(fname, "write") and kwargs.get("format") in PIXEL_FORMATS:
            original_save(figure, fname, *args, **kwargs)

    def close(*args: Any) -> None:
        recorder.record_all()
        original_close(*args)

    def clear(figure: Any, *args: Any, **kwargs: Any) -> Any:
        recorder.record_clearing(figure)
        return original_clear(figure, *args, **kwargs)

    def lay_out(figure: Any, *args: Any, **kwargs: Any) -> None:
        recorder.postpone_layout(figure, lambda: original_layout(figure, *args, **kwargs))

    yield from ((pyplot, "show", show), (Figure, "savefig", save), (pyplot, "close", close))
    yield from ((Figure, "clear", clear), (Figure, "tight_layout", lay_out))
    yield pyplot, "pause", lambda *_, **__: recorder.record_frame()
    yield animation.Animation, "save", lambda *_, **__: recorder.record_all()
    yield from ((os, name, do_nothing) for name in FOLDER_MAKERS)
    yield from ((matplotlib, "use", do_nothing), (pyplot, "switch_backend", do_nothing))
    if not draws:
        yield Figure, "draw", do_nothing


def draw_png(figure: Any, layouts: Sequence[Callable[[], Any]] = ()) -> Optional[bytes]:
    """Draw a figure as PNG within the largest size; None where that fails or is too large.

    ``layouts`` are the requests to lay it out, in their order.
    """
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = figure.canvas
    try:
        for lay_out in layouts:
            lay_out()
        dpi, file = figure_layout.resolution(figure), io.BytesIO()
        with matplotlib.rc_context({"savefig.bbox": None}):
            FigureCanvasAgg(figure).print_figure(file, dpi=dpi, format="png")
    except Exception:  # noqa: BLE001  a student's figure may fail in any way when it is drawn
        return None
    finally:
        figure.set_canvas(canvas)
    return file.getvalue() if len(file.getvalue()) <= MAX_PICTURE else None
