"""Whether the description of a figure tells all that is drawn in it."""

from __future__ import annotations

from collections.abc import Callable

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt

from grader.sandbox.child.figure_capture import capture
from grader.sandbox.child.figure_layout import MARKERS


def is_complete(draw: Callable[[], object]) -> bool:
    with capture() as recorder:
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


USUAL = {
    "a plot for each point": two_panels,
    "scatters": scatters,
    "a curve": curve,
    "a layout that is asked for": lambda: (curve(), plt.tight_layout()),
    "no frame": lambda: (curve(), plt.axis("off")),
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


def beside(*draws: Callable[[], object]) -> Callable[[], object]:
    return lambda: (curve(), *(draw() for draw in draws))


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
    "a fraction": beside(lambda: plt.title(r"$\frac{1}{2}$")),
    "a coloured title": beside(lambda: plt.title("loss", color="red")),
    "a text beside the panels": beside(lambda: plt.figtext(0.1, 0.1, "mine")),
    "three dimensions": lambda: plt.axes(projection="3d").plot([1, 2], [1, 2]),
    "a circle": lambda: plt.polar([1, 2]),
    "too many lines": lambda: plt.plot(np.eye(80)),
}


@pytest.mark.parametrize("name", UNUSUAL)
def test_what_a_description_leaves_out_is_noticed(name: str) -> None:
    """A figure with anything else in it is drawn as it is."""
    assert not is_complete(UNUSUAL[name])


def test_a_dark_style_is_noticed() -> None:
    """A drawing has black texts: where a student chose others, the figure is drawn as it is."""
    with mpl.rc_context({"text.color": "white", "axes.labelcolor": "white"}):
        assert not is_complete(curve)
