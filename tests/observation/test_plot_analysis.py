"""The analysis of plots accepts whatever a child sends as a figure, and never raises an error of its own."""

from __future__ import annotations

import warnings
from typing import Any
from unittest import mock
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.model import Verdict
from grader.observation import plot_analysis
from grader.sandbox import answer_schema, figure_svg
from grader.sandbox.child.figure_capture import FigureRecorder
from grader.sandbox.child.packing import byte_array
from grader.sandbox.host import LocalSandbox
from tests.checks.figure_programs import examine

NUMBERS = st.floats(allow_nan=True, allow_infinity=True)
TEXTS = st.text(max_size=12)
X = np.array([[0.1, 0.2], [0.6, 0.4], [0.9, 0.9]])
LABELS = np.array([[1.0], [0.0], [0.0]])


def table(columns: int, entries: st.SearchStrategy[float], least: int = 0) -> Any:
    rows = st.lists(
        st.lists(entries, min_size=columns, max_size=columns), min_size=least, max_size=4
    )
    return rows.map(lambda values: np.array(values, np.float64).reshape(-1, columns))


def numbers(count: int) -> Any:
    return st.lists(NUMBERS, min_size=count, max_size=count).map(
        lambda values: np.array(values, np.float64)
    )


SERIES = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["dots", "line", "other"]),
        "marker": TEXTS,
        "style": st.sampled_from(["--", "-"]) | TEXTS,
        "label": TEXTS,
        "points": table(2, NUMBERS) | st.just(X),
        "colors": table(4, NUMBERS),
        "edges": table(4, NUMBERS),
        "sizes": st.lists(NUMBERS, max_size=3).map(lambda values: np.array(values, np.float64)),
        "clip_on": st.booleans(),
        "visible": st.booleans(),
    }
)
AXES = st.fixed_dictionaries(
    {
        "title": st.sampled_from(["", "Ground truth", "Predict result"]) | TEXTS,
        "xlabel": TEXTS,
        "ylabel": TEXTS,
        "box": table(4, NUMBERS, 1).map(lambda rows: rows[0]),
        "limits": table(2, NUMBERS, 2).map(lambda rows: rows[:2]),
        "background": table(4, NUMBERS, 1).map(lambda rows: rows[:1]),
        "backdrop": st.booleans(),
        "series": st.lists(SERIES, max_size=3),
        "text_sizes": numbers(3),
        "frame": numbers(4),
        "numbers": numbers(2),
        "grid": numbers(2),
        "grid_color": table(4, NUMBERS, 1).map(lambda rows: rows[:1]),
        "aspect": numbers(1),
    }
)
ENTRY = st.fixed_dictionaries(
    {
        "label": st.sampled_from(["0", "class 1"]) | TEXTS,
        "color": table(4, NUMBERS, 1).map(lambda rows: rows[:1]),
        "marker": st.sampled_from(["", "o", "x"]) | TEXTS,
        "style": st.sampled_from(["", "--"]) | TEXTS,
        "panel": st.integers(-2, 4),
    }
)
FIGURE = st.fixed_dictionaries(
    {
        "heading": TEXTS,
        "legend": st.lists(ENTRY, max_size=2),
        "axes": st.lists(AXES, max_size=3),
        "size": numbers(3),
        "paper": table(4, NUMBERS, 1).map(lambda rows: rows[:1]),
        "complete": st.booleans(),
        "png": (st.none() | st.binary(max_size=20)).map(byte_array),
    }
)


PLOTS = {"plots.py": b"def show_result(x, y, pred_y): ...\ndef show_learning_curve(losses): ...\n"}


@settings(max_examples=200, deadline=None)
@given(st.lists(FIGURE, min_size=1, max_size=2))
def test_every_figure_that_the_schema_accepts_is_analysed(figures: list[dict[str, Any]]) -> None:
    """Figures of any numbers, as far as the schema accepts them, are examined and drawn without a warning."""
    assert all(answer_schema.FIGURE(figure) for figure in figures)
    panels = plot_analysis.panels_of(figures)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawings = [figure_svg.draw(figure) for figure in figures]
        assert all(drawing and ElementTree.fromstring(drawing.content) for drawing in drawings)
        assert all(plot_analysis.visible_colours(axes).shape[1] == 3 for axes in panels)
        assert all(line.shape[1] == 2 for a in panels for line in plot_analysis.visible_lines(a))
        with mock.patch.object(FigureRecorder, "describe", return_value=figures):
            outcomes = examine(LocalSandbox(), PLOTS, "plots.result", "plots.curve")
    parts = {check: len(outcome.parts) for check, outcome in outcomes.items()}
    drawn = any(figure["axes"] for figure in figures)
    assert parts == ({"plots.result": 9, "plots.curve": 3} if drawn else dict.fromkeys(parts, 0))
    assert {outcome.verdict for outcome in outcomes.values()} <= {Verdict.PASSED, Verdict.FAILED}


MALFORMED_VALUES = {
    "points": np.zeros((3, 3)),
    "colors": np.zeros(4),
    "edges": np.zeros((0, 3)),
    "sizes": np.zeros((2, 2)),
    "clip_on": 1,
    "visible": None,
    "label": b"0",
}


@pytest.mark.parametrize("key", MALFORMED_VALUES)
def test_series_of_other_shapes_are_rejected(key: str) -> None:
    """The schema accepts no series whose values have another shape or kind than the analysis expects."""
    series = {
        "kind": "dots", "marker": "", "style": "", "label": "", "points": X, "colors": np.ones((1, 4)),
        "edges": np.ones((1, 4)), "sizes": np.ones(1), "clip_on": True, "visible": True,
    }  # fmt: skip
    assert answer_schema.SERIES(series)
    assert not answer_schema.SERIES(series | {key: MALFORMED_VALUES[key]})


def test_the_number_of_points_is_capped() -> None:
    """Of more points than any honest figure has, only the first are analysed."""
    many = np.zeros((plot_analysis.MAX_POINTS + 5, 2))
    axes = {
        "series": [{
            "kind": "dots", "points": many, "colors": np.ones((1, 4)), "edges": np.ones((1, 4)),
            "sizes": np.ones(1), "clip_on": False, "visible": True,
        }],
        "limits": np.array([[0.0, 1.0], [0.0, 1.0]]), "background": np.zeros((1, 4)), "backdrop": False,
    }  # fmt: skip
    assert [len(part) for part in plot_analysis.marker_points(axes)] == [
        plot_analysis.MAX_POINTS
    ] * 3


@pytest.mark.parametrize(
    ("label", "number"),
    [
        ("0", "0"), ("1", "1"), ("class 0", "0"), ("Class: 1", "1"), ("y = 1", "1"), ("label_0", None),
        ("1.0", "1"), ("predicted 0", "0"), ("ground truth 1", "1"), ("x > 0", None), ("x0", None),
        ("class 10", None), ("above 1", None), ("", None), ("0 errors", None), ("-1", "1"),
    ],
)  # fmt: skip
def test_only_an_entry_that_names_a_class_is_compared(label: str, number: str | None) -> None:
    """An entry that names one class and nothing else gives its number; every other entry gives none."""
    match = plot_analysis.CLASS_LABEL.fullmatch(label)
    assert (match[1] if match else None) == number
