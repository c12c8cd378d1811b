"""Figures caught: what a plotting function drew, whether it showed, saved or closed it."""

from __future__ import annotations

import contextlib
import io
import os
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

from . import figure_data
from .packing import bulk

MAX_FIGURES = 8
WIDTH, HEIGHT = 1000, 750  # pixels of a picture, at most
MAX_PICTURE = 1024 * 1024  # bytes of one


class FigureRecorder:
    """The figures that were drawn while ``capture`` was open.

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
        changed = figure.stale
        try:
            facts = figure_data.figure(figure)
        except Exception:  # noqa: BLE001  a student's artist may fail in any way when it is asked
            return
        place = self._place(figure)
        if place is None and len(self._figures) < MAX_FIGURES:
            self._figures.append(figure)
            self._seen.append({**facts, "png": self._picture(figure)})
        elif place is not None and figure_data.fullness(facts) >= figure_data.fullness(
            self._seen[place]
        ):
            # Shown, then saved, then closed: what has not changed since is not drawn again.
            png = self._picture(figure) if changed else self._seen[place]["png"]
            self._seen[place] = {**facts, "png": png}
        figure.stale = False  # also after being asked, which may have moved its limits

    def _place(self, figure: Any) -> Optional[int]:
        return next((k for k, known in enumerate(self._figures) if known is figure), None)

    def clear(self, figure: Any) -> None:
        """Describe a figure that is about to be emptied; what is drawn in it next is another one."""
        self.note(figure)
        place = self._place(figure)
        if place is not None and self._seen[place]["axes"]:
            self._figures[place] = None

    def _picture(self, figure: Any) -> Optional[bytes]:
        holds = any(axes.has_data() for axes in figure.axes)
        return draw_png(figure) if self._draws and holds else None

    def describe(self) -> List[Dict[str, Any]]:
        """Tell every figure that holds something: its heading, its axes, and its picture (or None)."""
        held = (facts for facts in self._seen if facts["axes"] or facts["png"])
        return [{**facts, "png": bulk(facts["png"])} for facts in held]


@contextlib.contextmanager
def capture(draws: bool = False) -> Iterator[FigureRecorder]:
    """Catch every figure that pyplot makes, and keep it from being shown, saved or forgotten.

    Where nothing can be drawn, asking for it does nothing: a layout needs fonts too.
    """
    from matplotlib import pyplot

    seen = FigureRecorder(draws)
    pyplot.switch_backend("Agg")  # chosen and loaded now: what follows chooses none
    pyplot.close("all")
    with contextlib.ExitStack() as undone:
        undone.callback(pyplot.close, "all")
        for owner, name, instead in _stand_ins(seen, draws):
            undone.callback(setattr, owner, name, getattr(owner, name))
            setattr(owner, name, instead)
        yield seen
        _note_all(seen)


def _note_all(seen: FigureRecorder) -> None:
    from matplotlib import pyplot

    for number in pyplot.get_fignums():
        seen.note(pyplot.figure(number))


def _stand_ins(seen: FigureRecorder, draws: bool) -> Iterator[Tuple[Any, str, Callable[..., Any]]]:
    """Yield what stands in for each way in which a figure leaves: of whom, its name, and a function."""
    import matplotlib
    from matplotlib import pyplot
    from matplotlib.figure import Figure

    closing, clearing = pyplot.close, Figure.clear

    def show(*_: Any, **__: Any) -> None:
        _note_all(seen)
        closing("all")  # whoever closes the windows goes on with new figures

    def save(figure: Any, *_: Any, **__: Any) -> None:
        seen.note(figure)

    def close(*args: Any) -> None:
        _note_all(seen)
        closing(*args)

    def clear(figure: Any, *args: Any, **kwargs: Any) -> Any:
        seen.clear(figure)
        return clearing(figure, *args, **kwargs)

    yield from ((pyplot, "show", show), (Figure, "savefig", save), (pyplot, "close", close))
    yield Figure, "clear", clear
    # Where an honest figure would have been saved, and what would choose another way to draw.
    silent: List[Tuple[Any, str]] = [
        (os, "mkdir"),
        (os, "makedirs"),
        (matplotlib, "use"),
        (pyplot, "switch_backend"),
    ]
    if not draws:
        silent += [(Figure, "draw"), (Figure, "tight_layout")]
    yield from ((owner, name, _nothing) for owner, name in silent)


def _nothing(*_: Any, **__: Any) -> None:
    """Stands where something would be drawn, chosen or made."""


def draw_png(figure: Any) -> Optional[bytes]:
    """Draw a figure as PNG, within the largest size; None where it cannot be drawn or is too large."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = figure.canvas
    try:
        wide, high = figure.get_size_inches()
        dpi = min(100.0, WIDTH / wide, HEIGHT / high)
        file = io.BytesIO()
        with matplotlib.rc_context({"savefig.bbox": None}):
            FigureCanvasAgg(figure).print_figure(file, dpi=dpi, format="png")
    except Exception:  # noqa: BLE001  a student's figure may fail in any way when it is drawn
        return None
    finally:
        figure.set_canvas(canvas)
    return file.getvalue() if len(file.getvalue()) <= MAX_PICTURE else None
