"""Checks of the two plotting functions: figures are examined as data, not as pixels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from grader.checks.base import check, part
from grader.checks.main_figures import collect_pictures
from grader.checks.purity import unchanged
from grader.model import Failure, Outcome, Part
from grader.numeric import Array
from grader.observation import plot_analysis
from grader.observation.plot_analysis import Axes, Figure
from grader.remote import Lab, Reply

MAX_PICTURES = 2
"""One figure is asked of each function; a second one is stored as well, in case it is split in two."""

MIN_VISIBLE_SHARE = 0.5
"""The limits of the axes must show this share of a curve: zooming in is no mistake."""

TRUTH_POINTS = "every point of the ground truth"
"""A function that draws nothing has no legend that could be wrong, and changes no array: those parts
earn points only beside this one."""


@check("plots.result", subject="show_result", stage="figures")
def result(lab: Lab) -> Outcome:
    """show_result(x, y, pred_y) draws the ground truth beside the prediction.

    Draw two subplots side by side, titled "Ground truth" and "Predict result"; each shows every
    point, and the two classes in two colours.
    """
    rng = lab.rng()
    lab.require("show_result")
    x = rng.uniform(size=(40, 2))
    y = (x[:, 1:] > x[:, :1]).astype(np.float64)
    prediction = y.copy()
    prediction[:6] = 1 - prediction[:6]
    # A network's outputs lie between 0 and 1: rounding them in place would change these alone.
    outputs = 0.5 + (prediction - 0.5) * rng.uniform(0.2, 0.9, size=y.shape)
    figures, arrays = _draw(lab, "show_result", x, y, prediction)
    script = lab.script()
    refs = [script.put(array) for array in (x, y, outputs)]
    script.draw("show_result", *refs, shows=False)
    output_arrays = [script.read(ref) for ref in refs]
    lab.run(script)

    def require_unchanged() -> None:
        replies = (*arrays, *output_arrays)
        names = ("x", "y", "pred_y") * 2
        for reply, array, name in zip(
            replies, (x, y, prediction, x, y, outputs), names, strict=True
        ):
            unchanged(array, reply, name, "show_result")

    parts = [
        *_panel_parts(figures, x, y, prediction),
        part("the arrays are unchanged", require_unchanged, beside=[TRUTH_POINTS]),
    ]
    collection = collect_pictures(lab, "show_result", figures, MAX_PICTURES)
    return lab.outcome(parts, **collection._asdict())


def _panel_parts(figures: Sequence[Figure], x: Array, y: Array, prediction: Array) -> list[Part]:
    panels = plot_analysis.panels_of(figures)
    truth_panel = plot_analysis.panel_with_title(panels, ("truth", "ground"))
    prediction_panel = plot_analysis.panel_with_title(panels, ("predict", "result"))

    def left() -> Axes:
        return _select_panel(truth_panel, panels, 0)

    def right() -> Axes:
        return _select_panel(prediction_panel, panels, 1)

    return [
        part("two subplots", lambda: _require_two_panels(panels)),
        part("side by side", lambda: _require_side_by_side(panels)),
        part("titles", lambda: _require_titles(truth_panel, prediction_panel)),
        part(TRUTH_POINTS, lambda: plot_analysis.require_all_points(left(), x)),
        part("every point of the prediction", lambda: plot_analysis.require_all_points(right(), x)),
        part(
            "two colours in the ground truth",
            lambda: _require_truth_colours(left(), x, y, prediction),
        ),
        part(
            "two colours in the prediction",
            lambda: _require_prediction_colours((left(), right()), x, y, prediction),
        ),
        part(
            "the legend",
            lambda: plot_analysis.require_matching_legend(figures, left(), x, y),
            beside=[TRUTH_POINTS],
        ),
    ]


@check("plots.curve", subject="show_learning_curve", stage="figures")
def curve(lab: Lab) -> Outcome:
    """show_learning_curve(losses) draws the loss per epoch.

    Draw one line through all losses, and label both axes.
    """
    lab.require("show_learning_curve")
    losses = 0.25 * np.exp(-np.linspace(0, 3, 60)) + 0.005 * lab.rng().uniform(size=60)
    figures, _ = _draw(lab, "show_learning_curve", [float(loss) for loss in losses])
    panels = [axes for axes in plot_analysis.panels_of(figures) if axes["series"]]
    with_line = [a for a in panels if any(series["kind"] == "line" for series in a["series"])]
    axes = next(iter(with_line or panels), None)
    parts = [
        part("a line", lambda: _require_line(axes)),
        part("every loss", lambda: _require_losses(axes, losses)),
        part("both axes labelled", lambda: _require_labels(axes)),
    ]
    collection = collect_pictures(lab, "show_learning_curve", figures, MAX_PICTURES)
    return lab.outcome(parts, **collection._asdict())


def _draw(lab: Lab, name: str, *args: Any) -> tuple[list[Figure], list[Reply]]:
    """Call a plotting function; return its figures and its arguments as they are afterwards."""
    script = lab.script()
    refs = [script.put(arg) for arg in args]
    reply = script.draw(name, *refs)
    arrays = [script.read(ref) for ref in refs]
    lab.run(script)
    figures = reply.value
    if not figures or not any(figure["axes"] for figure in figures):
        raise Failure("nothing_drawn", who=name, usable=False)
    return figures, arrays


def _select_panel(axes: Axes | None, panels: Sequence[Axes], place: int) -> Axes:
    """Return the panel that has the title, or else the one at a place from the left."""
    if axes is not None:
        return axes
    ordered = sorted(panels, key=lambda panel: float(panel["box"][0]))
    if place < len(ordered):
        return ordered[place]
    raise Failure("panel_missing", place=place + 1)


def _require_two_panels(panels: Sequence[Axes]) -> tuple[Axes, Axes]:
    with_content = [axes for axes in panels if axes["series"] or axes["title"]]
    if len(with_content) != 2:
        raise Failure("panel_count", wanted=2, got=len(with_content))
    return with_content[0], with_content[1]


def _require_side_by_side(panels: Sequence[Axes]) -> None:
    first, second = (axes["box"] for axes in _require_two_panels(panels))
    is_apart = first[0] + first[2] <= second[0] + 1e-6 or second[0] + second[2] <= first[0] + 1e-6
    # Heights are shares of the figure: a legend below one panel may move it a little.
    if not (is_apart and abs(first[1] - second[1]) < 0.1):
        raise Failure("not_side_by_side")


def _require_titles(truth: Axes | None, result: Axes | None) -> None:
    if truth is None:
        raise Failure("title_missing", wanted="Ground truth")
    if result is None:
        raise Failure("title_missing", wanted="Predict result")


def _require_truth_colours(axes: Axes, x: Array, y: Array, prediction: Array) -> None:
    is_prediction = plot_analysis.classes_differ(axes, x, prediction)
    if is_prediction and not plot_analysis.classes_differ(axes, x, y):
        raise Failure("truth_shows_prediction")
    plot_analysis.require_two_colours(axes, x, y)


def _require_prediction_colours(
    panels: tuple[Axes, Axes], x: Array, y: Array, prediction: Array
) -> None:
    """Fail unless the prediction has two colours, and uses those of the ground truth as it does."""
    truth, result = panels
    is_truth = plot_analysis.classes_differ(result, x, y)
    if is_truth and not plot_analysis.classes_differ(result, x, prediction):
        raise Failure("prediction_shows_truth")
    plot_analysis.require_two_colours(result, x, prediction)
    if plot_analysis.classes_differ(truth, x, y) and plot_analysis.colours_exchanged(
        panels, x, (y, prediction)
    ):
        raise Failure("colours_exchanged")


def _require_line(axes: Axes | None) -> Axes:
    if axes is None:
        raise Failure("no_line")
    if not any(series["kind"] == "line" for series in axes["series"]):
        raise Failure("points_without_line")
    if not plot_analysis.visible_lines(axes):
        raise Failure("line_unseen")
    return axes


def _require_losses(axes: Axes | None, losses: Array) -> None:
    axes = _require_line(axes)
    lines = plot_analysis.visible_lines(axes)
    complete = [line for line in lines if len(line) == len(losses)]
    rising = [line for line in complete if np.all(line[1:, 0] > line[:-1, 0])]
    correct = [line for line in rising if np.allclose(line[:, 1], losses)]
    if not complete:
        raise Failure("line_differs", wanted=len(losses), got=max(len(line) for line in lines))
    if not correct:
        raise Failure("line_values")
    inside = int(np.sum(plot_analysis.within_limits(correct[0], axes)))
    if inside < MIN_VISIBLE_SHARE * len(losses):
        raise Failure("line_cut", shown=inside, of=len(losses))


def _require_labels(axes: Axes | None) -> None:
    if axes is None:
        raise Failure("no_line")
    xlabel, ylabel = (str(axes[name]).lower() for name in ("xlabel", "ylabel"))
    if "loss" in xlabel and "epoch" in ylabel:
        raise Failure("labels_swapped")
    for name in ("xlabel", "ylabel"):
        if not axes[name].strip():
            raise Failure("label_missing", axis=name[0])
