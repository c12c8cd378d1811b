"""Checks of the figures: what was drawn is looked at as data, not as pixels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from grader.checks.base import Judgement, check, judged
from grader.checks.purity import unchanged
from grader.expect import Failure
from grader.lab import Lab, Reply
from grader.numeric import Array

Axes = Mapping[str, Any]


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
    panels, kept = _drawn(lab, "show_result", x, y, guess)
    truth, predicted = _titled(panels, ("truth", "ground")), _titled(panels, ("predict", "result"))
    return [
        judged("two panels", lambda: _two(panels)),
        judged("side by side", lambda: _side_by_side(panels)),
        judged("titles", lambda: _titles(truth, predicted)),
        judged("every point of the ground truth", lambda: _all_points(_one(truth, panels, 0), x)),
        judged("every point of the prediction", lambda: _all_points(_one(predicted, panels, 1), x)),
        judged(
            "two colours in the ground truth", lambda: _two_colours(_one(truth, panels, 0), x, y)
        ),
        judged(
            "two colours in the prediction",
            lambda: _two_colours(_one(predicted, panels, 1), x, guess),
        ),
        judged("the arrays are left alone", lambda: _left_alone(kept, (x, y, guess))),
    ]


@check("plots.curve", subject="show_learning_curve", stage="figures")
def curve(lab: Lab, rng: np.random.Generator) -> Judgement:
    """show_learning_curve(losses) draws the loss against the epoch.

    One line through all losses, and a label on both axes.
    """
    lab.require("show_learning_curve")
    losses = np.exp(-np.linspace(0, 3, 60)) + 0.02 * rng.uniform(size=60)
    panels, _ = _drawn(lab, "show_learning_curve", [float(loss) for loss in losses])
    axes = next((a for a in panels if any(s["kind"] == "line" for s in a["series"])), None)
    return [
        judged("a line", lambda: _has_line(axes)),
        judged("every loss", lambda: _follows(axes, losses)),
        judged("both axes labelled", lambda: _labelled(axes)),
    ]


def _drawn(lab: Lab, name: str, *args: Any) -> tuple[list[Axes], list[Reply]]:
    script = lab.script()
    given = [script.put(arg) for arg in args]
    reply = script.draw(name, *given)
    kept = [script.read(ref) for ref in given]
    lab.run(script)
    figures = reply.value
    if not figures or not any(figure["axes"] for figure in figures):
        raise Failure("nothing_drawn", who=name, usable=False)
    return [axes for figure in figures for axes in figure["axes"]], kept


def _left_alone(kept: Sequence[Reply], given: Sequence[Array]) -> None:
    for reply, array, name in zip(kept, given, ("x", "y", "pred_y"), strict=True):
        unchanged(array, reply, name, "show_result")


def _titled(panels: Sequence[Axes], words: Sequence[str]) -> Axes | None:
    return next(
        (axes for axes in panels if any(word in axes["title"].lower() for word in words)), None
    )


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


def _points(axes: Axes) -> tuple[Array, Array]:
    """All points of a panel with their colours: shapes ``(K, 2)`` and ``(K, 4)``."""
    points, colours = [np.zeros((0, 2))], [np.zeros((0, 4))]
    for series in axes["series"]:
        if series["kind"] == "dots" and len(series["colors"]):
            points.append(series["points"])
            colours.append(np.resize(series["colors"], (len(series["points"]), 4)))
    return np.vstack(points), np.vstack(colours)


def _nearest(axes: Axes, x: Array) -> tuple[Array, Array]:
    """For each row of x the distance of the nearest point drawn, and that point's colour."""
    points, colours = _points(axes)
    if not len(points):
        raise Failure("no_points")
    distances = np.abs(points[None] - x[:, None]).max(axis=2)
    return distances.min(axis=1), colours[distances.argmin(axis=1)]


def _all_points(axes: Axes, x: Array) -> None:
    distances, _ = _nearest(axes, x)
    missing = int(np.sum(~(distances <= 1e-6)))
    if missing:
        raise Failure("points_missing", missing=missing, of=len(x))


def _two_colours(axes: Axes, x: Array, labels: Array) -> None:
    _, colours = _nearest(axes, x)
    sides = [{tuple(np.round(c, 3)) for c in colours[labels[:, 0] == label]} for label in (0, 1)]
    if sides[0] & sides[1] or not all(sides):
        raise Failure("colours_mixed")


def _has_line(axes: Axes | None) -> None:
    if axes is None:
        raise Failure("no_line")


def _follows(axes: Axes | None, losses: Array) -> None:
    _has_line(axes)
    lines = [series["points"] for series in axes["series"] if series["kind"] == "line"]  # type: ignore[index]
    along = [line for line in lines if len(line) == len(losses) and np.all(np.diff(line[:, 0]) > 0)]
    if not any(np.allclose(line[:, 1], losses) for line in along):
        if any(len(line) == len(losses) for line in lines):
            raise Failure("line_values")
        raise Failure("line_differs", wanted=len(losses), got=max(len(line) for line in lines))


def _labelled(axes: Axes | None) -> None:
    _has_line(axes)
    across, up = (str(axes[name]).lower() for name in ("xlabel", "ylabel"))  # type: ignore[index]
    if "loss" in across and "epoch" in up:
        raise Failure("labels_swapped")
    for name in ("xlabel", "ylabel"):
        if not axes[name].strip():  # type: ignore[index]
            raise Failure("label_missing", axis=name[0])
