"""Checks of the figures: what was drawn is looked at as data, not as pixels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from grader.checks.base import Examined, Judged, Judgement, check, judged
from grader.checks.main_figures import kept
from grader.checks.purity import unchanged
from grader.expect import Failure
from grader.numeric import Array
from grader.observation import plot_analysis as looking
from grader.observation.plot_analysis import Axes, Figure, all_points, tells, titled, two_colours
from grader.remote import Lab, Reply

MOST = 2
"""Pictures that are kept of one function: one is asked for."""

SEEN = 0.5
"""The share of a curve that the limits of its axes must show: zooming in is no mistake."""


POINTS = "every point of the ground truth"
"""What draws nothing has no legend that could be wrong, and leaves its arrays alone."""


@check("plots.result", subject="show_result", stage="figures")
def result(lab: Lab, rng: np.random.Generator) -> Judgement:
    """show_result(x, y, pred_y) draws the ground truth beside the prediction.

    Two panels side by side, titled "Ground truth" and "Predict result"; every point in both, the
    two classes in two colours.
    """
    lab.require("show_result")
    x = rng.uniform(size=(40, 2))
    y = (x[:, 1:] > x[:, :1]).astype(np.float64)
    guess = y.copy()
    guess[:6] = 1 - guess[:6]
    shares = 0.5 + (guess - 0.5) * rng.uniform(0.2, 0.9, size=y.shape)
    figures, arrays = _drawn(lab, "show_result", x, y, guess)
    unrounded = _lent(lab, x, y, shares)

    def left_alone() -> None:
        _left_alone(arrays, (x, y, guess))
        _left_alone(unrounded, (x, y, shares))

    kept = judged("the arrays are left alone", left_alone, beside=[POINTS])
    parts = [*_panels(figures, x, y, guess), kept]
    return _shown(lab, parts, "show_result", figures)


def _panels(figures: Sequence[Figure], x: Array, y: Array, guess: Array) -> list[Judged]:
    panels = _axes_of(figures)
    truth, predicted = titled(panels, ("truth", "ground")), titled(panels, ("predict", "result"))

    def left() -> Axes:
        return _one(truth, panels, 0)

    def right() -> Axes:
        return _one(predicted, panels, 1)

    return [
        judged("two panels", lambda: _two(panels)),
        judged("side by side", lambda: _side_by_side(panels)),
        judged("titles", lambda: _titles(truth, predicted)),
        judged("every point of the ground truth", lambda: all_points(left(), x)),
        judged("every point of the prediction", lambda: all_points(right(), x)),
        judged("two colours in the ground truth", lambda: _truth_told(left(), x, y, guess)),
        judged("two colours in the prediction", lambda: _guess_told(right(), left(), x, y, guess)),
        judged("the legend", lambda: looking.legend_agrees(figures, left(), x, y), beside=[POINTS]),
    ]


@check("plots.curve", subject="show_learning_curve", stage="figures")
def curve(lab: Lab, rng: np.random.Generator) -> Judgement:
    """show_learning_curve(losses) draws the loss against the epoch.

    One line through all losses, and a label on both axes.
    """
    lab.require("show_learning_curve")
    losses = 0.25 * np.exp(-np.linspace(0, 3, 60)) + 0.005 * rng.uniform(size=60)
    figures, _ = _drawn(lab, "show_learning_curve", [float(loss) for loss in losses])
    panels = _axes_of(figures)
    lined_first = sorted(panels, key=lambda a: all(s["kind"] != "line" for s in a["series"]))
    axes = next((a for a in lined_first if a["series"]), None)
    parts = [
        judged("a line", lambda: _has_line(axes)),
        judged("every loss", lambda: _follows(axes, losses)),
        judged("both axes labelled", lambda: _labelled(axes)),
    ]
    return _shown(lab, parts, "show_learning_curve", figures)


def _drawn(lab: Lab, name: str, *args: Any) -> tuple[list[Figure], list[Reply]]:
    script = lab.script()
    given = [script.put(arg) for arg in args]
    reply = script.draw(name, *given)
    arrays = [script.read(ref) for ref in given]
    lab.run(script)
    figures = reply.value
    if not figures or not any(figure["axes"] for figure in figures):
        raise Failure("nothing_drawn", who=name, usable=False)
    return figures, arrays


def _lent(lab: Lab, x: Array, y: Array, shares: Array) -> list[Reply]:
    """Draw predictions as a network gives them; what was made of the arrays is all that counts."""
    script = lab.script()
    given = [script.put(array) for array in (x, y, shares)]
    script.draw("show_result", *given, shows=False)
    replies = [script.read(ref) for ref in given]
    lab.run(script)
    return replies


def _shown(lab: Lab, parts: list[Judged], name: str, figures: Sequence[Figure]) -> Examined:
    pictures, remarks = kept(lab, name, figures, MOST)
    return Examined(parts, pictures=pictures, remarks=remarks)


def _axes_of(figures: Sequence[Figure]) -> list[Axes]:
    return [axes for figure in figures for axes in figure["axes"]]


def _left_alone(replies: Sequence[Reply], given: Sequence[Array]) -> None:
    for reply, array, name in zip(replies, given, ("x", "y", "pred_y"), strict=True):
        unchanged(array, reply, name, "show_result")


def _one(found: Axes | None, panels: Sequence[Axes], place: int) -> Axes:
    """The panel with the title, or the one that stands where it should."""
    ordered = sorted(panels, key=lambda axes: float(axes["box"][0]))
    if found is not None:
        return found
    if place < len(ordered):
        return ordered[place]
    raise Failure("panel_missing", place=place + 1)


def _two(panels: Sequence[Axes]) -> None:
    with_points = [axes for axes in panels if axes["series"] or axes["title"]]
    if len(with_points) != 2:
        raise Failure("panel_count", wanted=2, got=len(with_points))


def _side_by_side(panels: Sequence[Axes]) -> None:
    _two(panels)
    one, other = (axes["box"] for axes in panels if axes["series"] or axes["title"])
    apart = one[0] + one[2] <= other[0] + 1e-6 or other[0] + other[2] <= one[0] + 1e-6
    if not (apart and abs(one[1] - other[1]) < 0.1):
        raise Failure("not_side_by_side")


def _titles(truth: Axes | None, predicted: Axes | None) -> None:
    if truth is None:
        raise Failure("title_missing", wanted="Ground truth")
    if predicted is None:
        raise Failure("title_missing", wanted="Predict result")


def _truth_told(axes: Axes, x: Array, y: Array, guess: Array) -> None:
    if not tells(axes, x, y) and tells(axes, x, guess):
        raise Failure("truth_shows_prediction")
    two_colours(axes, x, y)


def _guess_told(axes: Axes, beside: Axes, x: Array, y: Array, guess: Array) -> None:
    """Demand two colours, and where they are those of the ground truth, that they mean the same."""
    if not tells(axes, x, guess) and tells(axes, x, y):
        raise Failure("prediction_shows_truth")
    two_colours(axes, x, guess)
    if tells(beside, x, y) and looking.exchanged((beside, axes), x, (y, guess)):
        raise Failure("colours_exchanged")


def _has_line(axes: Axes | None) -> Axes:
    if axes is None:
        raise Failure("no_line")
    if not any(series["kind"] == "line" for series in axes["series"]):
        raise Failure("points_without_line")
    if not looking.visible_lines(axes):
        raise Failure("line_unseen")
    return axes


def _follows(axes: Axes | None, losses: Array) -> None:
    drawn = _has_line(axes)
    lines = looking.visible_lines(drawn)
    along = [line for line in lines if len(line) == len(losses) and _rises(line[:, 0])]
    right = [line for line in along if np.allclose(line[:, 1], losses)]
    if not right:
        if any(len(line) == len(losses) for line in lines):
            raise Failure("line_values")
        raise Failure("line_differs", wanted=len(losses), got=max(len(line) for line in lines))
    shown = int(np.sum(looking.within(right[0], drawn)))
    if shown < SEEN * len(losses):
        raise Failure("line_cut", shown=shown, of=len(losses))


def _rises(values: Array) -> bool:
    return bool(np.all(values[1:] > values[:-1]))


def _labelled(axes: Axes | None) -> None:
    if axes is None:
        raise Failure("no_line")
    across, up = (str(axes[name]).lower() for name in ("xlabel", "ylabel"))
    if "loss" in across and "epoch" in up:
        raise Failure("labels_swapped")
    for name in ("xlabel", "ylabel"):
        if not axes[name].strip():
            raise Failure("label_missing", axis=name[0])
