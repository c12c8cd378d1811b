"""Two pictures: what the network answers, and how it learned."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

# Blue and vermilion stay apart for colour-blind eyes, circle and triangle in print.
STYLES = (("#0072B2", "o"), ("#D55E00", "^"))


def show_result(x: FloatArray, y: FloatArray, pred_y: FloatArray) -> Figure:
    """Draw points x (N, 2) by ground truth y and, beside it, by prediction pred_y.

    The figure is returned, to be saved or shown by the caller.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.0, 5.0), sharex=True, sharey=True)
    # Fixed margins: with equal scales on both axes an automatic layout needs a second drawing.
    figure.subplots_adjust(left=0.06, right=0.98, bottom=0.18, top=0.93, wspace=0.06)
    _scatter(left, x, y, "Ground truth")
    _scatter(right, x, pred_y, "Predict result")
    entries = left.get_legend_handles_labels()
    figure.legend(*entries, loc="lower center", ncols=2, frameon=False)
    return figure


def show_learning_curve(losses: Sequence[float]) -> Figure:
    """Draw the loss of every epoch; the figure is returned."""
    figure, axes = plt.subplots(figsize=(6.4, 4.0), layout="constrained")
    axes.plot(np.arange(1, len(losses) + 1), losses, color=STYLES[0][0])
    axes.set(title="Learning curve", xlabel="epoch", ylabel="loss")
    axes.set_ylim(bottom=0)
    _tidy(axes)
    return figure


def _scatter(axes: Axes, x: FloatArray, labels: FloatArray, title: str) -> None:
    is_one = np.ravel(labels) > 0.5
    for label, (color, marker) in enumerate(STYLES):
        points = x[is_one == bool(label)]
        axes.scatter(
            points[:, 0],
            points[:, 1],
            s=36,
            color=color,
            marker=marker,
            edgecolors="white",
            linewidths=0.5,
            label=f"class {label}",
            # A point on the frame is drawn whole.
            clip_on=False,
            zorder=3,
        )
    axes.set(title=title, xlabel="$x_0$", ylabel="$x_1$", aspect="equal")
    axes.label_outer()
    _tidy(axes)


def _tidy(axes: Axes) -> None:
    axes.grid(color="0.9", linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
