"""The two figures show what the lab asks for, and main saves them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex

mpl.use("Agg")
import matplotlib.pyplot as plt

from reference.data import generate_XOR_easy
from reference.main import main
from reference.plots import show_learning_curve, show_result

FIGURES = {f"{n}_{w}.png" for n in ("linear", "xor") for w in ("result", "learning_curve")}


@pytest.fixture(autouse=True)
def no_figure_is_left_open() -> Iterator[None]:
    yield
    plt.close("all")


def points_by_color(panel: Axes) -> dict[str, list[tuple[float, ...]]]:
    """Return for each colour of a panel its points, sorted."""
    offsets = [(drawn, np.asarray(drawn.get_offsets())) for drawn in panel.collections]
    return {
        to_hex(np.asarray(drawn.get_facecolor())[0]): sorted(map(tuple, points.tolist()))
        for drawn, points in offsets
        if len(points)
    }


def test_result() -> None:
    """show_result draws every point once in each panel, in the colour of its class."""
    x, y = generate_XOR_easy()
    pred_y = np.linspace(0.0, 1.0, 21).reshape(-1, 1)
    left, right = show_result(x, y, pred_y).axes
    assert [left.get_title(), right.get_title()] == ["Ground truth", "Predict result"]
    assert left.get_position().x1 <= right.get_position().x0
    for panel, labels in ((left, y), (right, pred_y)):
        drawn = points_by_color(panel)
        wanted = [sorted(map(tuple, x[(labels > 0.5).ravel() == one])) for one in (False, True)]
        assert sorted(drawn.values()) == sorted(wanted)
    assert points_by_color(left).keys() == points_by_color(right).keys()


def test_result_of_one_class() -> None:
    """A network that says the same everywhere can be drawn too."""
    x, y = generate_XOR_easy()
    figure = show_result(x, y, np.zeros_like(y))
    figure.canvas.draw()
    assert len(points_by_color(figure.axes[1])) == 1


def test_result_changes_nothing() -> None:
    """show_result leaves its three arrays as they were."""
    x, y = generate_XOR_easy()
    copies = x.copy(), y.copy(), 0.9 * y
    pred_y = 0.9 * y
    show_result(x, y, pred_y)
    for now, was in zip((x, y, pred_y), copies, strict=True):
        np.testing.assert_array_equal(now, was)


def test_learning_curve() -> None:
    """show_learning_curve draws all losses against epochs from 1, both axes labelled."""
    (axes,) = show_learning_curve([0.5, 0.25, 0.125]).axes
    (line,) = axes.lines
    assert np.asarray(line.get_xydata()).tolist() == [[1, 0.5], [2, 0.25], [3, 0.125]]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("epoch", "loss")


def test_main(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Running main says how well both networks did, saves four figures, and leaves none open."""
    main(tmp_path / "deep" / "figures", epochs=3)
    assert {path.name for path in (tmp_path / "deep" / "figures").iterdir()} == FIGURES
    assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()] == [
        "linear",
        "xor",
    ]
    assert plt.get_fignums() == []


def test_module_runs_quietly(tmp_path: Path) -> None:
    """`python -m reference.main` reaches 100 % twice, without a warning, in its own folder."""
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONWARNINGS": "error"}
    done = subprocess.run(
        [sys.executable, "-m", "reference.main"],
        cwd=tmp_path,
        env={**environment, "MPLBACKEND": "Agg"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.count("100.0%") == 2
    assert {path.name for path in (tmp_path / "figures").iterdir()} == FIGURES
