"""Drawings: every point where it belongs, every text as it was, and nothing that runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib import pyplot as plt

import reference.plots
from grader.sandbox import figure_svg, svg_scales
from grader.sandbox.child.figure_capture import capture

SVG = "{http://www.w3.org/2000/svg}"
POINTS = np.array([[0.25, 0.5], [0.5, 0.75], [0.75, 0.125]])


def describe(draw: Callable[[], object]) -> dict[str, Any]:
    with capture() as recorder:
        draw()
    [figure] = recorder.describe()
    return dict(figure)


def drawing(figure: dict[str, Any]) -> ElementTree.Element:
    drawn = figure_svg.draw(figure)
    assert drawn is not None
    return ElementTree.fromstring(drawn.content)


def texts(root: ElementTree.Element) -> list[str]:
    return ["".join(element.itertext()) for element in root.iter(f"{SVG}text")]


def test_points_lie_where_matplotlib_draws_them() -> None:
    """The circles of a scatter have the places, in pixels, that matplotlib computes for them."""
    figure, axes = plt.subplots()
    expected = [640, 480] * (
        figure.transFigure.inverted().transform(axes.transData.transform(POINTS))
    )
    plt.close(figure)

    def draw() -> None:
        axes = plt.subplots()[1]
        axes.scatter(*POINTS.T)
        axes.set(xlim=(0, 1), ylim=(0, 1))

    circles = drawing(describe(draw)).iter(f"{SVG}circle")
    places = [[float(circle.attrib["cx"]), 480 - float(circle.attrib["cy"])] for circle in circles]
    # Written with two decimals.
    assert np.allclose(places, expected, atol=0.006)


def test_texts_are_drawn_as_they_are() -> None:
    """Title, labels, heading and legend stand in the drawing, whatever characters they have."""

    def draw() -> None:
        plt.plot([1, 2], label="loss <b> & 損失")
        plt.title('<script>alert("1")</script>')
        plt.xlabel("$x_0$ of all")
        plt.ylabel("a\x00b")
        plt.suptitle("Ground truth")
        plt.legend()

    root = drawing(describe(draw))
    expected = {
        "loss <b> & 損失", '<script>alert("1")</script>', "x0 of all", "a\N{REPLACEMENT CHARACTER}b", "Ground truth"
    }  # fmt: skip
    assert expected <= set(texts(root))
    names = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert names <= {"svg", "rect", "g", "path", "circle", "line", "text", "tspan", "clipPath"}


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 1, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (-0.05, 1.05, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (0, 20000, ["0", "2500", "5000", "7500", "10000", "12500", "15000", "17500", "20000"]),
        (-1, 1, ["\u22121.00", "\u22120.75", "\u22120.50", "\u22120.25", "0.00", "0.25", "0.50", "0.75", "1.00"]),
        (0.0, 0.003, ["0.0000", "0.0005", "0.0010", "0.0015", "0.0020", "0.0025", "0.0030"]),
        (1, 1.000001, ["1", "1.0000002", "1.0000004", "1.0000006", "1.0000008", "1.000001"]),
        (0, 3e8, ["0", "5e+07", "1e+08", "1.5e+08", "2e+08", "2.5e+08", "3e+08"]),
    ],
)  # fmt: skip
def test_the_numbers_of_an_axis_are_round(low: float, high: float, expected: list[str]) -> None:
    """They are those that a reader of figures by matplotlib expects."""
    assert [written for _, written in svg_scales.ticks((low, high), 9)] == expected


def test_a_legend_shows_the_look_of_its_lines() -> None:
    """An entry has the dashes of its line, and the marker on it."""

    def draw() -> None:
        plt.plot([1, 2], label="train")
        plt.plot([2, 1], "o--", label="test")
        plt.scatter([1], [1], label="best")
        plt.legend()

    elements = list(drawing(describe(draw)))
    start = next(k for k, each in enumerate(elements) if each.get("rx"))
    marks = [
        (each.tag.removeprefix(SVG), "stroke-dasharray" in each.attrib)
        for each in elements[start + 1 :]
    ]
    expected = ["line", "text", "line", "g", "text", "g", "text"]
    assert [name for name, _ in marks] == expected
    assert [dashed for _, dashed in marks] == [False, False, True, *[False] * 4]


def test_a_long_line_keeps_its_peaks() -> None:
    """Of a line with more corners than a picture has pixels, the highest and the lowest remain."""

    def draw() -> None:
        values = np.zeros(15_000)
        values[7_777], values[9_999] = 5.0, -3.0
        plt.plot(values)
        plt.ylim(-3, 5)

    [path] = drawing(describe(draw)).iter(f"{SVG}path")
    heights = [
        float(step.split(" ")[1]) for step in path.attrib["d"].replace("L", "M").split("M")[1:]
    ]
    assert len(heights) <= figure_svg.MAX_CORNERS
    assert min(heights) == pytest.approx(57.6, abs=0.1)
    assert max(heights) == pytest.approx(427.2, abs=0.1)


def test_what_is_drawn_later_lies_above() -> None:
    """Lines and the markers of plot lie above a scatter, and among them the later one above."""

    def draw() -> None:
        plt.plot([1, 2])
        plt.plot([1, 2], "rs")
        plt.scatter([0, 1], [1, 2])

    clipped = [each for each in drawing(describe(draw)) if "clip-path" in each.attrib]
    inner = [next(each for each in group.iter() if each.tag != f"{SVG}g") for group in clipped]
    assert [each.tag.removeprefix(SVG) for each in inner] == ["circle", "path", "path"]
    assert ["fill" in each.attrib for each in inner] == [False, True, False]


def test_a_gap_in_a_line_stays_a_gap() -> None:
    """Where a loss is none, the line ends and begins again."""
    [path] = drawing(describe(lambda: plt.plot([1, 2, np.nan, 3, 4]))).iter(f"{SVG}path")
    assert path.attrib["d"].count("M") == 2


def test_of_a_figure_without_end_little_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sends thousands of panels has a few of them written, and no file."""
    figure = describe(lambda: plt.scatter([0, 1], [0, 1]))
    count, box_of = 0, svg_scales.box_of

    def count_panels(*args: Any) -> Any:
        nonlocal count
        count += 1
        return box_of(*args)

    monkeypatch.setattr(svg_scales, "box_of", count_panels)
    assert figure_svg.draw({**figure, "axes": figure["axes"] * 100_000}) is None
    assert count < 1000


def test_a_text_without_end_is_cut() -> None:
    """A title is no longer than what a child describes of one."""
    figure = describe(lambda: plt.plot([1, 2]))
    [axes] = figure["axes"]
    figure = {**figure, "axes": [{**axes, "title": "$a" * 400_000}]}
    assert max(map(len, texts(drawing(figure)))) <= 200


def test_a_figure_of_too_many_points_is_not_drawn() -> None:
    """A drawing that would fill a page has no file."""
    figure = describe(lambda: plt.scatter([0, 1], [0, 1]))
    [series] = figure["axes"][0]["series"]
    many = np.random.default_rng(1).uniform(size=(5000, 2))
    figure["axes"][0]["series"] = [{**series, "points": many}] * 8
    assert figure_svg.draw(figure) is None


def test_an_empty_paper_is_blank() -> None:
    """A figure that shows nothing, not even a frame, is said to be blank."""
    figure = describe(lambda: (plt.plot([1, 2], color="none"), plt.axis("off")))
    figure["axes"][0]["series"] = []
    drawn = figure_svg.draw(figure)
    assert drawn is not None
    assert drawn.blank


def test_a_unit_too_small_for_a_float_is_none() -> None:
    """A ratio of units whose product with a span is zero, as a liar may send it, leaves the box as it is."""
    figure = describe(lambda: plt.plot([0.0, 0.1]))
    figure["axes"][0]["aspect"] = np.array([5e-324])
    assert ElementTree.tostring(drawing(figure)) == ElementTree.tostring(
        drawing(describe(lambda: plt.plot([0.0, 0.1])))
    )


def test_the_figures_of_the_reference_are_drawn_from_their_descriptions() -> None:
    """A legend in a row below the panels, light grids and points above all else need no matplotlib."""
    x = np.random.default_rng(1).uniform(size=(20, 2))
    labels = (x[:, 1:] > x[:, :1]).astype(float)
    figures = [
        describe(lambda: reference.plots.show_result(x, labels, labels)),
        describe(lambda: reference.plots.show_learning_curve([3.0, 2.0, 1.0])),
    ]
    assert all(figure["complete"] for figure in figures)
    result = texts(drawing(figures[0]))
    assert (result.count("class 0"), result.count("class 1")) == (1, 1)
    grids = list(drawing(figures[1]).iter(f"{SVG}line"))
    assert "#e6e6e6" in {line.attrib["stroke"] for line in grids}


def test_a_legend_shows_the_dashes_of_its_own_lines() -> None:
    """Lines that are named in the legend alone are told apart there by their dashes."""

    def draw() -> None:
        plt.plot([1, 2], "k--")
        plt.plot([2, 1], "k-")
        plt.legend(["train", "test"])

    root = drawing(describe(draw))
    lines = [line for line in root.iter(f"{SVG}line") if line.attrib["stroke-width"] == "2.08"]
    assert ["stroke-dasharray" in line.attrib for line in lines] == [True, False]


def test_a_grid_has_its_own_colour_and_strength() -> None:
    """A grid of one axis, in a colour and half transparent, is drawn so."""
    root = drawing(describe(lambda: (plt.plot([1, 2]), plt.grid(axis="y", color="red", alpha=0.5))))
    grid = [line for line in root.iter(f"{SVG}line") if line.attrib["stroke"] == "#ff0000"]
    assert grid
    assert {line.attrib["stroke-opacity"] for line in grid} == {"0.5"}
