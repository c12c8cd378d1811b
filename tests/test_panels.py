"""Panels: whatever a child says of a figure is judged, and never ends the examiner."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.checks import plots
from grader.checks.base import judged
from grader.checks.main_figures import _has_classes, _has_curve, _title
from grader.observation import plot_analysis
from grader.sandbox import answer_schema
from grader.sandbox.child.packing import bulk

ANY = st.floats(allow_nan=True, allow_infinity=True)
WORDS = st.text(max_size=12)
X = np.array([[0.1, 0.2], [0.6, 0.4], [0.9, 0.9]])
LABELS = np.array([[1.0], [0.0], [0.0]])


def table(columns: int, entries: st.SearchStrategy[float], least: int = 0) -> Any:
    rows = st.lists(
        st.lists(entries, min_size=columns, max_size=columns), min_size=least, max_size=4
    )
    return rows.map(lambda found: np.array(found, np.float64).reshape(-1, columns))


SERIES = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["dots", "line", "other"]),
        "marker": WORDS,
        "label": WORDS,
        "points": table(2, ANY) | st.just(X),
        "colors": table(4, ANY),
        "edges": table(4, ANY),
        "sizes": st.lists(ANY, max_size=3).map(lambda found: np.array(found, np.float64)),
        "clipped": st.booleans(),
        "shown": st.booleans(),
    }
)
AXES = st.fixed_dictionaries(
    {
        "title": st.sampled_from(["", "Ground truth", "Predict result"]) | WORDS,
        "xlabel": WORDS,
        "ylabel": WORDS,
        "box": table(4, ANY, 1).map(lambda found: found[0]),
        "limits": table(2, ANY, 2).map(lambda found: found[:2]),
        "ground": table(4, ANY, 1).map(lambda found: found[:1]),
        "backdrop": st.booleans(),
        "series": st.lists(SERIES, max_size=3),
    }
)
ENTRY = st.fixed_dictionaries(
    {
        "label": st.sampled_from(["0", "class 1"]) | WORDS,
        "color": table(4, ANY, 1).map(lambda c: c[:1]),
    }
)
FIGURE = st.fixed_dictionaries(
    {
        "heading": WORDS,
        "legend": st.lists(ENTRY, max_size=2),
        "axes": st.lists(AXES, max_size=3),
        "png": (st.none() | st.binary(max_size=20)).map(bulk),
    }
)


@settings(max_examples=200)
@given(st.lists(FIGURE, min_size=1, max_size=2))
def test_every_answer_of_the_wire_is_judged(figures: list[dict[str, Any]]) -> None:
    """Figures of any numbers, as far as the wire lets them pass, are judged without a warning."""
    assert all(answer_schema.FIGURE(figure) for figure in figures)
    axes = [one for figure in figures for one in figure["axes"]]
    curve = next((a for a in axes if any(s["kind"] == "line" for s in a["series"])), None)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        parts = plots._panels(figures, X, LABELS, 1 - LABELS)
        for demand in (
            lambda: _has_classes(axes),
            lambda: _has_curve(axes),
            lambda: plots._follows(curve, np.array([3.0, 2.0, 1.0])),
            lambda: plots._labelled(curve),
        ):
            parts.append(judged("one more", demand))
        assert len(parts) == 12
        assert all(isinstance(_title(figure), str) for figure in figures)


BENT = {
    "points": np.zeros((3, 3)),
    "colors": np.zeros(4),
    "edges": np.zeros((0, 3)),
    "sizes": np.zeros((2, 2)),
    "clipped": 1,
    "shown": None,
    "label": b"0",
}


@pytest.mark.parametrize("key", BENT)
def test_series_of_other_shapes_do_not_pass(key: str) -> None:
    """The wire lets no series through that a check could stumble over."""
    sound = {
        "kind": "dots", "marker": "", "label": "", "points": X, "colors": np.ones((1, 4)),
        "edges": np.ones((1, 4)), "sizes": np.ones(1), "clipped": True, "shown": True,
    }  # fmt: skip
    assert answer_schema.SERIES(sound)
    assert not answer_schema.SERIES(sound | {key: BENT[key]})


def test_a_crowd_of_points_is_cut() -> None:
    """Of more points than any honest figure has, the first are looked at."""
    many = np.zeros((plot_analysis.MOST_POINTS + 5, 2))
    axes = {
        "series": [{
            "kind": "dots", "points": many, "colors": np.ones((1, 4)), "edges": np.ones((1, 4)),
            "sizes": np.ones(1), "clipped": False, "shown": True,
        }],
        "limits": np.array([[0.0, 1.0], [0.0, 1.0]]), "ground": np.zeros((1, 4)), "backdrop": False,
    }  # fmt: skip
    assert [len(part) for part in plot_analysis.points(axes)] == [plot_analysis.MOST_POINTS] * 3


@pytest.mark.parametrize(
    ("label", "says"),
    [
        ("0", "0"), ("1", "1"), ("class 0", "0"), ("Class: 1", "1"), ("y = 1", "1"), ("label_0", None),
        ("1.0", "1"), ("predicted 0", "0"), ("ground truth 1", "1"), ("x > 0", None), ("x0", None),
        ("class 10", None), ("above 1", None), ("", None), ("0 errors", None), ("-1", "1"),
    ],
)  # fmt: skip
def test_what_a_legend_says_of_a_class(label: str, says: str | None) -> None:
    """Only an entry that names one class, and nothing else, is held against the colours."""
    found = plot_analysis.ENTRY.fullmatch(label)
    assert (found[1] if found else None) == says
