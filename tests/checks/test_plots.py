"""Checks of the plotting functions: right figures in any style pass, misleading ones fail."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from grader.checks import CHECKS
from grader.model import Verdict
from grader.sandbox.host import ProcessSandbox, Sandbox
from tests.checks.figure_programs import BASE, DEFAULT, edit, examine

FIGURES = tuple(item for item in DEFAULT.items if item.check.startswith("plots."))
SCATTER = 'ax.scatter(x[~ones, 0], x[~ones, 1], color="red", label="0")'
OTHER = 'ax.scatter(x[ones, 0], x[ones, 1], color="blue", label="1")'


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One warm sandbox for all tests."""
    with ProcessSandbox(DEFAULT.limits) as opened:
        yield opened


def test_figures_are_stored(sandbox: Sandbox) -> None:
    """Each figure of the two functions and of main.py is stored with its source and its title."""
    outcomes = examine(sandbox, BASE, *(item.check for item in FIGURES))
    assert {check: o.verdict for check, o in outcomes.items()} == dict.fromkeys(
        outcomes, Verdict.PASSED
    )
    pictures = [picture for outcome in outcomes.values() for picture in outcome.pictures]
    both = "Ground truth | Predict result"
    assert [(p.check, p.source, p.title, p.width, p.height) for p in pictures] == [
        ("plots.result", "show_result", both, 800, 400),
        ("plots.curve", "show_learning_curve", "", 640, 480),
        *[("plots.main", "main.py", both, 800, 400), ("plots.main", "main.py", "", 640, 480)] * 2,
    ]
    assert {picture.suffix for picture in pictures} == {"svg"}
    assert all(b"Ground truth" in p.content for p in pictures if p.title == both)
    assert [message.id for message in outcomes["plots.main"].remarks] == ["main_cut"]


def test_figures_are_the_same_again(sandbox: Sandbox) -> None:
    """Two gradings with one seed store the same bytes."""
    checks = [item.check for item in FIGURES]
    first, second = (examine(sandbox, BASE, *checks) for _ in range(2))
    assert {c: o.pictures for c, o in first.items()} == {c: o.pictures for c, o in second.items()}


TRUTH = 'draw_points(left, x, y, "Ground truth")'
GUESS = 'draw_points(right, x, pred_y, "Predict result")'
RIGHT_IN_ANOTHER_STYLE = {
    "other colours in the other panel": [
        (GUESS, GUESS + "; right.collections[0].set_color('orange'); right.collections[1].set_color('green')")
    ],
    "white faces with dark edges": [
        (OTHER, 'ax.scatter(x[ones, 0], x[ones, 1], color="white", edgecolors="black")')
    ],
    "white points on a dark ground": [
        (OTHER, 'ax.scatter(x[ones, 0], x[ones, 1], color="white"); ax.set_facecolor("black")')
    ],
    "white points on a surface": [
        (OTHER, 'ax.contourf([[0, 1], [2, 3]]); ax.scatter(x[ones, 0], x[ones, 1], color="white")')
    ],
    "hollow points": [
        (OTHER, 'ax.scatter(x[ones, 0], x[ones, 1], facecolors="none", edgecolors="blue")')
    ],
    "pale points": [(OTHER, 'ax.scatter(x[ones, 0], x[ones, 1], color="blue", alpha=0.2)')],
    "markers of plot": [(OTHER, 'ax.plot(x[ones, 0], x[ones, 1], "b+")')],
    "one call a point": [(OTHER, 'for a, b in x[ones]: ax.plot(a, b, "bo")')],
    "limits at the square": [(OTHER, OTHER + "; ax.set(xlim=(0, 1), ylim=(1, 0))")],
    "a colour map": [
        (SCATTER, "ax.scatter(x[:, 0], x[:, 1], c=np.ravel(labels))"),
        (OTHER, "pass"),
    ],
    "points cut by nothing": [
        (OTHER, 'ax.scatter(x[ones, 0], x[ones, 1], color="blue", clip_on=False); ax.set_xlim(0, 0.9)'),
        (SCATTER, SCATTER.replace("label", "clip_on=False, label")),
    ],
    "a legend of conditions": [
        (OTHER, OTHER.replace('"1"', '"x1 - x0 > 0"') + "; ax.legend()"),
        (SCATTER, SCATTER.replace('"0"', '"x1 - x0 < 1"')),
    ],
    "a legend of classes": [
        (OTHER, OTHER.replace('"1"', '"class 1"') + "; ax.legend()"),
        (SCATTER, SCATTER.replace('"0"', '"class 0"')),
    ],
    "zoomed into the losses": [("ax.plot(epochs, losses)", "ax.plot(epochs, losses); ax.set_ylim(0, 0.2)")],
    "losses on a logarithmic axis": [("ax.plot(epochs, losses)", "ax.semilogy(epochs, losses)")],
    "rounded in a copy": [
        ("ones = np.ravel(labels) > 0.5", "labels = np.round(labels); ones = np.ravel(labels) > 0.5")
    ],
}  # fmt: skip


@pytest.mark.parametrize("style", RIGHT_IN_ANOTHER_STYLE)
def test_right_figures_in_another_style(sandbox: Sandbox, style: str) -> None:
    """Figures in which a reader sees everything pass, whatever their style."""
    outcomes = examine(sandbox, edit(*RIGHT_IN_ANOTHER_STYLE[style]), "plots.result", "plots.curve")
    assert {check: outcome.message for check, outcome in outcomes.items()} == {
        "plots.result": None,
        "plots.curve": None,
    }


WRONG = {
    "points of no size": (
        [(OTHER, OTHER.replace("label", "s=0, label"))],
        "points_unseen",
    ),
    "markers that are none": (
        [(OTHER, 'ax.plot(x[ones, 0], x[ones, 1], ls="", marker="")')],
        "points_unseen",
    ),
    "points in the colour of a dark ground": (
        [(OTHER, OTHER.replace("blue", "black") + '; ax.set_facecolor("black")')],
        "points_unseen",
    ),
    "points that are not shown": ([(OTHER, OTHER + ".set_visible(False)")], "points_unseen"),
    "clear points on a surface": (
        [(OTHER, "ax.contourf([[0, 1], [2, 3]]); " + OTHER.replace("label", "alpha=0, label"))],
        "points_unseen",
    ),
    "points beyond the limits": ([(OTHER, OTHER + "; ax.set_ylim(0, 0.5)")], "points_cut"),
    "colours that look alike": (
        [(OTHER, OTHER.replace('"blue"', '"#fe0000"'))],
        "colours_mixed",
    ),
    "a legend with the numbers swapped": (
        [(OTHER, OTHER.replace('"1"', '"y = 0"') + "; ax.legend()"), (SCATTER, SCATTER.replace('"0"', '"y = 1"'))],
        "legend_contradicts",
    ),
    "the prediction in the wrong panel": ([(TRUTH, TRUTH.replace("y,", "pred_y,"))], "truth_shows_prediction"),
    "the ground truth twice": ([(GUESS, GUESS.replace("pred_y", "y"))], "prediction_shows_truth"),
    "classes exchanged in one panel": ([(GUESS, GUESS.replace("pred_y", "1 - pred_y"))], "colours_exchanged"),
}  # fmt: skip


def test_losses_as_points_keep_the_labels(sandbox: Sandbox) -> None:
    """A scatter of the losses is no curve, and its labelled axes count all the same."""
    edits = [("ax.plot(epochs, losses)", "ax.scatter(epochs, losses)")]
    outcome = examine(sandbox, edit(*edits), "plots.curve")["plots.curve"]
    assert outcome.message is not None
    assert outcome.message.id == "points_without_line"
    assert [part.name for part in outcome.parts if not part.failure] == ["both axes labelled"]


@pytest.mark.parametrize("mistake", WRONG)
def test_misleading_points_fail(sandbox: Sandbox, mistake: str) -> None:
    """Invisible points, colours that look alike and legends that contradict them fail the check."""
    edits, message = WRONG[mistake]
    outcome = examine(sandbox, edit(*edits), "plots.result")["plots.result"]
    assert outcome.message is not None
    assert outcome.message.id == message


def test_unrounded_predictions_must_not_change(sandbox: Sandbox) -> None:
    """Rounding into the caller's array fails, although predictions of 0 and 1 would hide it."""
    files = edit(("fig, (left, right)", "pred_y[:] = pred_y > 0.5\n    fig, (left, right)"))
    [failed] = [
        part
        for part in examine(sandbox, files, "plots.result")["plots.result"].parts
        if part.failure
    ]
    assert failed.name == "the arrays are unchanged"


def test_the_default_rubric_has_every_check_of_figures() -> None:
    """The default rubric asks for every check of figures, and pays for the two functions alone."""
    points = {item.check: item.points for item in FIGURES}
    assert points == {
        "plots.result": 2.0,
        "plots.curve": 1.0,
        "plots.main": 0.0,
        "plots.files": 0.0,
    }
    assert np.all([CHECKS[check].stage == "figures" for check in points])
