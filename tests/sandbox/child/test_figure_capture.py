"""Figures on the child side: caught however they leave, described as data, drawn once."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from PIL import Image

from grader.sandbox import answer_schema
from grader.sandbox.child import figure_capture
from grader.sandbox.child.figure_capture import capture

Description = dict[str, Any]


def capture_figures(draw: Callable[[], object], *, draws: bool = False) -> list[Description]:
    with capture(draws) as recorder:
        draw()
    return recorder.describe()


def capture_axes(draw: Callable[[], object]) -> Description:
    """The one axes of the one figure that a function draws."""
    [figure] = capture_figures(draw)
    axes: Description
    [axes] = figure["axes"]
    return axes


def curve() -> None:
    plt.figure()
    plt.plot([3, 2, 1], label="loss")


def save_and_close() -> None:
    plt.gcf().savefig("curve.png")
    plt.close("all")


def written_curve() -> None:
    """A figure of which the description does not tell all: a text stands in it."""
    curve()
    plt.text(1, 2, "steep")


@pytest.mark.parametrize(
    "draw",
    [
        lambda: plt.errorbar([1, 2], [1, 2], yerr=1, color="r", label="mean"),
        lambda: (plt.plot([1, 2]), plt.vlines([1], 0, 2, color="r", label="mean")),
        lambda: (plt.plot([1, 2]), plt.fill_between([0, 1], [1, 2], color="r", label="mean")),
        lambda: (plt.plot([1, 2]), plt.stem([1, 2], linefmt="r", markerfmt="r", label="mean")),
        lambda: (plt.plot([1, 2]), plt.hist([1, 2], color="r", label="mean")),
        lambda: plt.scatter([1], [2], facecolors="none", edgecolors="r", label="mean"),
    ],
    ids=["error bars", "lines", "a band", "stems", "bars", "hollow dots"],
)
def test_a_legend_may_name_anything(draw: Callable[[], object]) -> None:
    """Whatever has an entry in a legend, the figure is described, and the entry has its colour."""
    [figure] = capture_figures(lambda: (draw(), plt.legend()))
    [entry] = figure["legend"]
    assert (entry["label"], entry["color"].tolist()) == ("mean", [[1, 0, 0, 1]])


EXITS: dict[str, Callable[[], object]] = {
    "left open": plt.gcf,
    "shown": lambda: plt.show(block=False),
    "saved": lambda: plt.savefig("curve.png"),
    "closed": lambda: plt.close("all"),
    "cleared": plt.clf,
    "saved and closed": save_and_close,
}


@pytest.mark.parametrize("exit_", EXITS)
def test_every_figure_is_captured(exit_: str) -> None:
    """Shown, saved, closed, cleared or just left: the figure is seen as it was at its fullest."""

    def draw() -> None:
        curve()
        EXITS[exit_]()

    [figure] = capture_figures(draw)
    [series] = figure["axes"][0]["series"]
    assert np.array_equal(series["points"], [[0, 3], [1, 2], [2, 1]])
    assert answer_schema.FIGURE(figure)


def test_a_figure_is_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A figure that is shown, saved and closed is made into a picture once; when it grows, again."""
    pictures: list[Figure] = []
    draw_png = figure_capture.draw_png

    def count_and_draw(figure: Figure, layouts: Any) -> Any:
        pictures.append(figure)
        return draw_png(figure, layouts)

    monkeypatch.setattr(figure_capture, "draw_png", count_and_draw)

    def draw() -> None:
        written_curve()
        plt.show()
        plt.savefig("curve.png")
        plt.close()

    def draw_more() -> None:
        written_curve()
        plt.show()
        plt.plot([1, 2, 3])
        plt.text(0, 1, "low")
        plt.close()

    capture_figures(draw, draws=True)
    assert len(pictures) == 1
    capture_figures(draw_more, draws=True)
    assert len(pictures) == 3


@pytest.mark.parametrize(
    ("size", "expected"), [((6.4, 4.8), (640, 480)), ((40, 10), (1000, 250)), ((1, 30), (25, 750))]
)
def test_the_size_of_a_picture_is_limited(
    size: tuple[float, float], expected: tuple[int, int]
) -> None:
    """Whatever size a figure has, and however a student saves, its picture fits 1000 by 750 pixels."""

    def draw() -> None:
        plt.figure(figsize=size)
        plt.plot([1, 2])
        plt.text(0, 1, "low")

    with mpl.rc_context({"savefig.bbox": "tight", "savefig.dpi": 600}):
        [figure] = capture_figures(draw, draws=True)
    assert Image.open(io.BytesIO(figure["png"].tobytes())).size == expected


def test_a_figure_that_cannot_be_drawn_has_no_picture() -> None:
    """Where drawing fails the figure is still described, and nothing is raised."""

    def draw() -> None:
        curve()
        plt.title("$\\frac{$")

    [figure] = capture_figures(draw, draws=True)
    assert figure["png"] is None
    assert figure["axes"][0]["title"] == "$\\frac{$"


def test_a_figure_that_cannot_be_described_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """An artist that fails when it is asked ends nothing."""

    def draw() -> None:
        curve()
        monkeypatch.setattr(plt.gca(), "get_title", lambda **_: 1 / 0)

    assert capture_figures(draw) == []


def test_an_empty_figure_is_ignored() -> None:
    """Axes without anything in them are not worth a picture, and no figure."""
    assert capture_figures(lambda: plt.subplots(1, 2), draws=True) == []


def test_clearing_begins_another_figure() -> None:
    """Who draws everything into one window, and clears it between, drew several figures."""

    def draw() -> None:
        curve()
        plt.clf()
        plt.scatter([1], [2])
        plt.clf()

    kinds = [figure["axes"][0]["series"][0]["kind"] for figure in capture_figures(draw)]
    assert kinds == ["line", "dots"]


def test_frames_of_a_moving_figure_are_one_figure() -> None:
    """Who draws the curve anew while it grows leaves room for the figures that come after it."""

    def draw() -> None:
        for length in range(1, 30):
            plt.clf()
            plt.plot(range(length))
            plt.pause(0.5)
        plt.show(block=False)
        plt.figure()
        plt.plot([1], [2], "ro")
        plt.show()

    moving, other = capture_figures(draw)
    assert len(moving["axes"][0]["series"][0]["points"]) == 29
    assert len(other["axes"]) == 1


def test_visibility_is_described() -> None:
    """Sizes, colours with their alpha, edges, limits and the ground are told as they are."""

    def draw() -> None:
        axes = plt.figure().add_subplot()
        axes.scatter([0.5], [0.5], s=9, c="red", alpha=0.5, edgecolors="blue", linewidths=2)
        axes.set(xlim=(1, 0), ylim=(0, 2), facecolor="black")

    axes = capture_axes(draw)
    [series] = axes["series"]
    assert series["sizes"].tolist() == [3]
    assert series["colors"].tolist() == [[1, 0, 0, 0.5]]
    assert series["edges"].tolist() == [[0, 0, 1, 0.5]]
    assert axes["limits"].tolist() == [[0, 1], [0, 2]]
    assert axes["background"].tolist() == [[0, 0, 0, 1]]
    assert (series["visible"], series["clip_on"], axes["backdrop"]) == (True, True, False)


@pytest.mark.parametrize(
    ("hide", "key", "value"),
    [
        (lambda axes, dots: dots.set_visible(False), "visible", False),
        (lambda axes, dots: axes.set_visible(False), "visible", False),
        (lambda axes, dots: dots.set_clip_on(False), "clip_on", False),
    ],
)
def test_hidden_points_are_described(hide: Callable[..., None], key: str, value: object) -> None:
    """Points that are not drawn, and those that the axes do not cut off, say so."""

    def draw() -> None:
        axes = plt.figure().add_subplot(title="points")
        hide(axes, axes.scatter([1], [1]))

    [series] = capture_axes(draw)["series"]
    assert series[key] is value


@pytest.mark.parametrize(
    ("style", "kind", "size", "colour"),
    [
        ({"ls": "-", "lw": 3, "color": "red"}, "line", 3, [1, 0, 0, 1]),
        ({"ls": "", "marker": "o", "ms": 4, "color": "red"}, "dots", 4, [1, 0, 0, 1]),
        ({"ls": "", "marker": "", "color": "red"}, "dots", 0, [1, 0, 0, 1]),
        ({"ls": "", "marker": "o", "ms": 4, "mfc": "none", "mec": "red"}, "dots", 4, [1, 0, 0, 1]),
        ({"ls": "-", "lw": 1, "color": "red", "alpha": 0}, "line", 1, [0, 0, 0, 0]),
    ],
)
def test_lines_and_markers(style: Description, kind: str, size: float, colour: list[float]) -> None:
    """A line and markers are told apart, with the size and the colour that a reader sees."""
    [series] = capture_axes(lambda: plt.plot([1, 2, 3], **style))["series"]
    assert (series["kind"], series["sizes"].tolist()) == (kind, [size])
    assert series["colors"].tolist() == [colour]


def test_hollow_points_have_the_colour_of_their_edge() -> None:
    """A point without a face looks like its edge."""
    [series] = capture_axes(lambda: plt.scatter([1, 2], [1, 2], c="none", edgecolors="lime"))[
        "series"
    ]
    assert series["colors"].tolist() == [[0, 1, 0, 1]]


def test_a_surface_behind_points_is_no_point() -> None:
    """Contours, images and meshes are told as a backdrop, and add no points."""
    grid = np.arange(9.0).reshape(3, 3)
    for surface in (plt.contourf, plt.imshow, plt.pcolormesh):

        def draw(surface: Callable[..., object] = surface) -> None:
            surface(grid)
            plt.scatter([1], [1])

        axes = capture_axes(draw)
        assert axes["backdrop"] is True
        assert [len(series["points"]) for series in axes["series"]] == [1]


@pytest.mark.parametrize("of_figure", [False, True])
def test_legends_are_described(of_figure: bool) -> None:
    """What a legend says, of the axes or of the figure, comes with the colour beside it."""

    def draw() -> None:
        figure, axes = plt.subplots()
        axes.scatter([1], [1], color="red", label="class 0")
        axes.plot([1], [1], "bo", label="class 1")
        (figure if of_figure else axes).legend()

    [figure] = capture_figures(draw)
    colours = {entry["label"]: entry["color"].tolist() for entry in figure["legend"]}
    assert colours == {"class 0": [[1, 0, 0, 1]], "class 1": [[0, 0, 1, 1]]}


def test_a_layout_that_is_asked_for_after_saving_is_drawn() -> None:
    """A figure that was described before its layout was asked for is drawn with it."""

    def draw() -> None:
        for place in (1, 2):
            plt.subplot(1, 2, place)
            plt.plot([1, 2])
            plt.ylabel("loss")
        plt.savefig("a.png")
        plt.tight_layout()
        plt.show()

    [figure] = capture_figures(draw, draws=True)
    assert (figure["complete"], figure["png"] is None) == (False, False)
