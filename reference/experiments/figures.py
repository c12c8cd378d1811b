"""The pictures of the experiments, drawn without a window or any state of matplotlib's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .batch import Array, Curves

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Six that colour-blind eyes tell apart."""


def panels(titles: Sequence[str], *, wide: float = 4.6) -> tuple[Figure, list[Axes]]:
    """Return an empty figure, with one pair of axes for each title, side by side."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - drawing takes half a second to import

    figure = Figure(figsize=(wide * len(titles), 3.4), layout="constrained")
    row: Any = figure.subplots(1, len(titles), squeeze=False)[0]
    for axes, title in zip(row, titles, strict=True):
        axes.set_title(title, fontsize=10)
        axes.grid(color="0.9", linewidth=0.8)
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
    return figure, list(row)


def learning(shown: Mapping[str, Mapping[str, Curves]]) -> Figure:
    """Draw one panel a title, one line a label: the median loss, and the middle half of runs."""
    figure, row = panels(list(shown))
    for axes, lines in zip(row, shown.values(), strict=True):
        for colour, (label, curves) in zip(COLOURS, lines.items(), strict=False):
            _band(axes, curves, label, colour)
        axes.set(xscale="log", xlabel="epoch", ylabel="loss")
        axes.set_ylim(bottom=0)
        axes.legend(frameon=False, fontsize=8)
    return figure


def _band(axes: Axes, curves: Curves, label: str, colour: str) -> None:
    losses = np.where(np.isfinite(curves.losses), curves.losses, np.nan)[1:]
    if np.isnan(losses).all():
        axes.plot([], [], color=colour, label=label)
        return
    at = curves.epochs[1:]
    alive = ~np.isnan(losses).all(axis=1)
    low, median, high = np.nanquantile(losses[alive], [0.25, 0.5, 0.75], axis=1)
    axes.fill_between(at[alive], low, high, color=colour, alpha=0.2, linewidth=0)
    axes.plot(at[alive], median, color=colour, label=label)


def bars(names: Sequence[str], values: Sequence[float], title: str, label: str) -> Figure:
    """Draw one bar a name, each with its number."""
    figure, (axes,) = panels([title], wide=6.4)
    drawn = axes.barh(list(names)[::-1], list(values)[::-1], color=COLOURS[0])
    axes.bar_label(drawn, fmt="%.3g", padding=3, fontsize=8)
    axes.set(xlabel=label)
    return figure


def functions(x: Array, lines: Mapping[str, Array], title: str, xlabel: str) -> Figure:
    """Draw several functions of the same x."""
    figure, (axes,) = panels([title], wide=6.4)
    for colour, (label, y) in zip(COLOURS, lines.items(), strict=False):
        axes.plot(x, y, color=colour, label=label)
    axes.set(xlabel=xlabel, ylabel="loss")
    axes.legend(frameon=False, fontsize=8)
    return figure
