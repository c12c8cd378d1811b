"""Whether the description of a figure tells all that is drawn in it."""

from __future__ import annotations

from collections.abc import Callable

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import patheffects
from matplotlib import pyplot as plt
from matplotlib.collections import QuadMesh

from grader.sandbox.child.figure_capture import capture
from grader.sandbox.child.plain_artists import MARKERS


def is_complete(draw: Callable[[], object]) -> bool:
    with mpl.rc_context(), capture() as recorder:
        draw()
    [figure] = recorder.describe()
    return bool(figure["complete"])


def two_panels() -> None:
    for place in (1, 2):
        plt.subplot(1, 2, place)
        plt.title("Ground truth", fontsize=18)
        for x, y in np.random.default_rng(place).uniform(size=(100, 2)):
            plt.plot(x, y, "ro" if x > y else "bo")


def scatters() -> None:
    _, panels = plt.subplots(1, 2, sharex=True, sharey=True)
    for panel in panels:
        panel.scatter([0, 1], [1, 0], c=["r", "b"], label="0", marker="^")
        panel.set(title="Predict result", xlabel="$x_1$", aspect="equal")
        panel.legend()
        panel.grid()
    plt.suptitle("XOR")


def curve() -> object:
    plt.plot([3, 2, 1], "g--", label="loss")
    plt.xlabel("epoch")
    return plt.legend()


def in_turn(*draws: Callable[[], object]) -> Callable[[], object]:
    return lambda: [draw() for draw in draws]


def beside(*draws: Callable[[], object]) -> Callable[[], object]:
    return in_turn(curve, *draws)


def labelled_rows(layout: str | None = None) -> None:
    for panel in plt.subplots(2, 1, layout=layout)[1]:
        panel.plot([1, 2])
        panel.set(title="Learning curve", xlabel="epoch")


def labelled_columns() -> None:
    for panel in plt.subplots(1, 2)[1]:
        panel.plot([1, 2])
        panel.set(ylabel="loss")


USUAL = {
    "a plot for each point": two_panels,
    "scatters": scatters,
    "a curve": curve,
    "a layout that is asked for": lambda: (curve(), plt.tight_layout()),
    "a layout of two panels": in_turn(two_panels, plt.tight_layout),
    "no frame": lambda: (curve(), plt.axis("off")),
    "a panel that is off": lambda: (plt.subplots(1, 2)[1][0].plot([1, 2]), plt.axis("off")),
    "rows that overlap": labelled_rows,
    "panels with the same scale": lambda: (
        plt.subplots(2, sharex=True)[1][0].plot([1, 2]) and plt.plot([2, 1])
    ),
    "a faint grid": lambda: (curve(), plt.grid(visible=True, linestyle="--", alpha=0.4)),
    "no numbers": lambda: (curve(), plt.tick_params(labelleft=False, labelbottom=False)),
    "a legend in a corner": lambda: (curve(), plt.legend(loc="upper right")),
    "hollow crosses": lambda: plt.scatter([1, 2], [1, 2], marker="x"),
    "markers on a line": lambda: plt.plot([1, 2], "g.-", linewidth=3, alpha=0.5),
    "edges of dots": lambda: plt.scatter([1, 2], [1, 2], c=[0, 1], s=60, edgecolors="k"),
    "a font for Chinese": lambda: (
        plt.rcParams.update({"font.sans-serif": ["Noto Sans CJK TC"], "axes.unicode_minus": False}),
        plt.plot([1, 2]),
        plt.title("學習曲線"),
    ),
}


@pytest.mark.parametrize("name", USUAL)
def test_usual_figures_are_described_completely(name: str) -> None:
    """Points, lines, titles, labels, legends, grids and scales need no picture beside them."""
    assert is_complete(USUAL[name])


@pytest.mark.parametrize("marker", MARKERS)
def test_markers_are_described(marker: str) -> None:
    """A marker is known by its outline in a scatter as well as by its name in a line."""
    with capture() as recorder:
        plt.scatter([0, 1], [1, 0], marker=marker)
        plt.plot([0, 1], [1, 0], marker)
    [figure] = recorder.describe()
    names = [series["marker"] for series in figure["axes"][0]["series"]]
    # A point is a small circle.
    assert [name.replace(".", "o") for name in names] == [marker.replace(".", "o")] * 2
    assert figure["complete"]


UNUSUAL = {
    "a text": beside(lambda: plt.text(1, 2, "steep")),
    "an arrow": beside(lambda: plt.annotate("here", (1, 2), (0, 1), arrowprops={})),
    "an image": beside(lambda: plt.imshow(np.eye(3))),
    "bars": beside(lambda: plt.bar([1, 2], [3, 4])),
    "a surface": beside(lambda: plt.contourf(np.eye(3))),
    "a line at a height": beside(lambda: plt.axhline(0.5)),
    "a logarithmic scale": beside(lambda: plt.yscale("log")),
    "a scale turned round": beside(lambda: plt.gca().invert_yaxis()),
    "numbers of one's own": beside(lambda: plt.xticks([0, 1], ["a", "b"])),
    "two scales": beside(lambda: (plt.twinx(), plt.plot([5, 6]))),
    "a panel in a panel": beside(lambda: plt.axes((0.5, 0.5, 0.2, 0.2)).plot([5, 6])),
    "a marker of another kind": beside(lambda: plt.plot([1], [1], "h")),
    "a marker of corners": beside(
        lambda: plt.plot([1, 2], marker=np.array([[0, 0], [1, 1], [1, 0]]), linestyle="none")
    ),
    "a fraction": beside(lambda: plt.title(r"$\frac{1}{2}$")),
    "a coloured title": beside(lambda: plt.title("loss", color="red")),
    "a text beside the panels": beside(lambda: plt.figtext(0.1, 0.1, "mine")),
    "three dimensions": lambda: plt.axes(projection="3d").plot([1, 2], [1, 2]),
    "a circle": lambda: plt.polar([1, 2]),
    "dots at the height of lines": lambda: (
        plt.plot([0, 1], [0, 1], linewidth=8, zorder=2),
        plt.scatter([0.5], [0.5], zorder=2),
    ),
    "too many lines": lambda: plt.plot(np.eye(80)),
    "a title of two lines": beside(lambda: plt.title("loss\nof XOR")),
    "a title at one side": beside(lambda: plt.title("loss", loc="left")),
    "a title below": beside(lambda: plt.title("loss", y=-0.2)),
    "a bold title": beside(lambda: plt.title("loss", fontweight="bold")),
    "a label at the end": beside(lambda: plt.xlabel("epoch", loc="right")),
    "a label that lies": beside(lambda: plt.ylabel("loss", rotation=0)),
    "a large heading": beside(lambda: plt.suptitle("XOR", fontsize=24)),
    "a coloured heading": beside(lambda: plt.suptitle("XOR", color="red")),
    "an angle in a heading": beside(lambda: plt.suptitle(r"$\eta = 0.1$")),
    "an angle in a legend": lambda: (plt.plot([1, 2], label=r"$\sigma$"), plt.legend()),
    "a legend outside": beside(lambda: plt.legend(loc="center left", bbox_to_anchor=(1, 0.5))),
    "a legend in the middle": beside(lambda: plt.legend(loc="upper center")),
    "a legend with a title": beside(lambda: plt.legend(title="runs")),
    "a legend of two columns": beside(lambda: plt.legend(ncol=2)),
    "a legend in large letters": beside(lambda: plt.legend(fontsize=20)),
    "a legend without a frame": beside(lambda: plt.legend(frameon=False)),
    "a legend that is hidden": beside(lambda: plt.legend().set_visible(False)),
    "a legend of the whole figure": beside(lambda: plt.gcf().legend()),
    "a long legend": lambda: (plt.plot(np.eye(30), label=list(range(30))), plt.legend()),
    "a long label in a legend": lambda: (plt.plot([1, 2], label="a" * 60), plt.legend()),
    "large letters": lambda: (plt.rcParams.update({"font.size": 18}), curve()),
    "markers of another size": beside(lambda: plt.plot([1, 2], "o-", markersize=12)),
    "markers of another colour": beside(lambda: plt.plot([1, 2], "o-", markerfacecolor="r")),
    "few markers": beside(lambda: plt.plot([1, 2, 3], "o-", markevery=2)),
    "hollow markers": beside(lambda: plt.plot([1, 2], "o", markerfacecolor="none")),
    "half markers": beside(lambda: plt.plot([1, 2], "o", fillstyle="left")),
    "a hollow scatter": beside(lambda: plt.scatter([1], [2], facecolors="none", edgecolors="r")),
    "a scatter with thick edges": beside(lambda: plt.scatter([1], [2], ec="k", linewidths=5)),
    "dots above a line": beside(lambda: plt.scatter([1], [2], zorder=5)),
    "a line below another": beside(lambda: plt.plot([1, 2], zorder=0)),
    "steps": beside(lambda: plt.step([1, 2], [1, 2])),
    "dashes of one's own": beside(lambda: plt.plot([1, 2], dashes=[9, 2])),
    "a line with an outline": beside(
        lambda: plt.plot([1, 2], path_effects=[patheffects.SimpleLineShadow()])
    ),
    "a line by hand": beside(lambda: plt.gca().lines[0].set_sketch_params(2)),
    "an axis at the right": beside(lambda: plt.tick_params(left=False, right=True)),
    "a label at the right": beside(lambda: plt.gca().yaxis.set_label_position("right")),
    "an axis that is hidden": beside(lambda: plt.gca().xaxis.set_visible(False)),
    "an axis without ticks": beside(lambda: plt.tick_params(left=False)),
    "coloured numbers": beside(lambda: plt.tick_params(colors="red")),
    "small ticks between": beside(plt.minorticks_on),
    "numbers that are turned": beside(lambda: plt.xticks(rotation=45)),
    "large numbers": beside(lambda: plt.yticks(fontsize=18)),
    "axes through the middle": beside(lambda: plt.gca().spines["left"].set_position("zero")),
    "a coloured frame": beside(lambda: plt.gca().spines["left"].set_color("red")),
    "a thick frame": beside(lambda: plt.gca().spines["left"].set_linewidth(4)),
    "no box": beside(lambda: plt.box(on=False)),
    "a panel that is empty": lambda: plt.subplots(1, 2)[1][0].plot([1, 2]),
    "a layout of rows": in_turn(labelled_rows, plt.tight_layout),
    "a layout of columns": in_turn(labelled_columns, lambda: plt.gcf().tight_layout()),
    "a layout that is constrained": lambda: labelled_rows(layout="constrained"),
}


@pytest.mark.parametrize("name", UNUSUAL)
def test_what_a_description_leaves_out_is_noticed(name: str) -> None:
    """A figure with anything else in it is drawn as it is."""
    assert not is_complete(UNUSUAL[name])


def test_the_cells_of_a_mesh_are_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mesh is no scatter, whatever its paths are: it makes them anew whenever it is asked."""

    def get_paths(_: object) -> list[object]:
        pytest.fail("the paths of a mesh were made")

    monkeypatch.setattr(QuadMesh, "get_paths", get_paths)
    assert not is_complete(beside(lambda: plt.pcolormesh(np.eye(3))))


def test_a_dark_style_is_noticed() -> None:
    """A drawing has black texts: where a student chose others, the figure is drawn as it is."""
    with mpl.rc_context({"text.color": "white", "axes.labelcolor": "white"}):
        assert not is_complete(curve)
