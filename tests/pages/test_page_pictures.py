"""Pictures drawn from evidence: right where it is sound, absent where it is not."""

from __future__ import annotations

import math
import re
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.reports.language import english
from grader.reports.pages import bars, curves, evidence, heatmap, student, surface
from grader.reports.pages.surface import SIDE
from tests.pages import page_examples
from tests.reports import report_examples as examples

HARD = settings(max_examples=150, deadline=None)
SCALARS = (
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers(-(10**400), 10**400)
    | st.sampled_from([0.0, -0.0, 5e-324, 1e300, -1e300, 0.5])
    | st.text(max_size=3)
)
JUNK = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4), max_leaves=12)
ROWS = st.lists(SCALARS | st.floats(-2, 2), min_size=1, max_size=4)
MATRICES = st.lists(ROWS, min_size=1, max_size=4) | JUNK


def draw(picture: Any) -> Xml.Element:
    """Read a picture; it is well-formed, and has a name."""
    element = Xml.fromstring(str(picture))
    assert element.get("role") == "img"
    assert element.get("aria-label")
    return element


def of_class(element: Xml.Element, name: str) -> list[Xml.Element]:
    return [part for part in element.iter() if name in (part.get("class") or "").split()]


@given(MATRICES, MATRICES, JUNK)
@HARD
def test_no_arrays_break_the_page(given_: Any, numeric: Any, worst: Any) -> None:
    """Whatever stands for arrays in the evidence, there is a picture or none, and never a NaN."""
    entry = {"name": "dX", "trial": "t", "given": given_, "numeric": numeric, "worst": worst}
    for heat in heatmap.heats({"arrays": [entry, given_]}, english):
        for shown in heat.maps:
            numbers = [v for part in draw(shown.svg).iter() for v in part.attrib.values()]
            assert not {"nan", "inf", "-inf"} & set(numbers)


@given(
    st.lists(SCALARS, max_size=6) | JUNK,
    st.lists(SCALARS, max_size=6) | JUNK,
    JUNK | st.integers(1, 500),
    JUNK | st.integers(1, 500),
)
@HARD
def test_no_curves_break_the_page(mine: Any, ours: Any, steps: Any, theirs: Any) -> None:
    """Whatever stands for curves in the evidence, there is a picture or none, and never a NaN."""
    found = {
        "loss": mine, "reference_loss": ours, "accuracy": ours, "reference_accuracy": mine,
        "steps": steps, "reference_steps": theirs, "arrived": mine,
    }  # fmt: skip
    curves.course(found, english)
    for curve in curves.curves(found, english):
        assert "nan" not in curve.svg
        draw(curve.svg)


@given(
    st.lists(st.none() | st.floats() | st.integers(-3, 3), min_size=225, max_size=225) | JUNK,
    st.lists(st.lists(SCALARS, max_size=4), max_size=5) | JUNK,
)
@settings(max_examples=60, deadline=None)
def test_no_surface_breaks_the_page(values: Any, points: Any) -> None:
    """Whatever stands for a surface in the evidence, there is a picture or none."""
    shown = surface.surface({"surface": values, "points": points}, english)
    if shown is not None:
        assert "nan" not in shown.svg
        draw(shown.svg)


@pytest.mark.parametrize("key", ["arrays", "loss", "surface", "points", "steps"])
def test_a_page_is_written_without_any_of_its_evidence(key: str) -> None:
    """A key of the evidence that is missing or empty leaves out its picture alone."""
    values: list[object] = [None, [], {}, "x", [[]], [None]]
    for value in values:
        document = page_examples.typical()
        for check in document["checks"]:
            check["evidence"] = {**check["evidence"], key: value}
        assert student.render(document).endswith("</html>\n")


def test_the_worst_entry_is_framed_in_both() -> None:
    """The worst entry has its frame in both maps, and its two numbers are written."""
    [heat] = heatmap.heats({"arrays": [page_examples.gradient(5, 3)]}, english)
    assert [shown.heading for shown in heat.maps] == ["Your dX", "Numerical dX"]
    for shown in heat.maps:
        picture = draw(shown.svg)
        [frame] = of_class(picture, "worst")
        cells = of_class(picture, "warm") + of_class(picture, "cold")
        assert [(c.get("x"), c.get("y")) for c in cells].count(
            (frame.get("x"), frame.get("y"))
        ) == 1
        assert len(cells) + len(of_class(picture, "void")) == 15
    assert heat.worst == (
        "The framed entry is the worst: yours is −0.268286, the numerical gradient −0.536573."
    )


def test_both_maps_have_one_scale() -> None:
    """The same number has the same colour in both maps, and half of it half the depth."""
    [heat] = heatmap.heats({"arrays": [page_examples.gradient(1, 1)]}, english)
    zero = {"given": [[1.0]], "numeric": [[-2.0]], "name": "dw", "trial": ""}
    [heat] = heatmap.heats({"arrays": [zero]}, english)
    [mine], [right] = (
        of_class(draw(shown.svg), look)
        for shown, look in zip(heat.maps, ("warm", "cold"), strict=True)
    )
    depth = [float(str(cell.get("fill-opacity"))) for cell in (mine, right)]
    assert depth[1] == pytest.approx(2 * depth[0])
    assert heat.worst is None


def test_what_is_no_number_is_said() -> None:
    """A NaN is a cell of its own kind, with a word or a sign in it, and a word in the table."""
    for columns, said in ((3, "NaN"), (12, "×")):
        [heat] = heatmap.heats({"arrays": [page_examples.gradient(2, columns)]}, english)
        picture = draw(heat.maps[0].svg)
        assert len(of_class(picture, "void")) == 1
        assert [text.text for text in of_class(picture, "entry")].count(said) == 1
        assert heat.maps[0].rows[0][1][-1] == "NaN"


def test_rows_of_a_cut_have_no_numbers() -> None:
    """Rows and columns have numpy's numbers, but not where the array may go on."""
    [heat] = heatmap.heats({"arrays": [page_examples.gradient(2, 12)]}, english)
    [first, second] = heat.maps[0].rows
    assert (first[0], second[0]) == ("0", "1")
    assert heat.maps[0].columns == ["·"] * 12
    edges = [text.text for text in of_class(draw(heat.maps[0].svg), "index")]
    assert edges == ["·"] * 12 + ["0", "1"]


def test_shapes_that_differ_are_not_drawn() -> None:
    """Arrays of two shapes, ragged ones and too large ones have no picture."""
    for given_, numeric in (
        ([[1.0, 2.0]], [[1.0]]),
        ([[1.0], [1.0, 2.0]], [[1.0], [1.0, 2.0]]),
        ([[1.0] * 13], [[1.0] * 13]),
        ([], []),
        ([[]], [[]]),
        ([[math.inf]], [[1.0]]),
    ):
        assert heatmap.heats({"arrays": [{"given": given_, "numeric": numeric}]}, english) == []


@pytest.mark.parametrize(
    ("value", "top", "said"),
    [
        (-1.8218, 1.8218, "−1.82"), (-0.004, 1.8218, "−0.00"), (0.0, 1.8218, "0"),
        (0.5, 0.5, "0.500"), (-443.6, 4436.12, "−444"), (1e300, 1e300, "1.0e300"),
        (2e-9, 3e-9, "2.0e−9"), (None, 1.0, "NaN"),
    ],
)  # fmt: skip
def test_numbers_fit_their_cells(value: float | None, top: float, said: str) -> None:
    """A number in a cell has as many decimals as the largest needs, and few signs."""
    assert heatmap.short(value, top) == said


@pytest.mark.parametrize(
    ("value", "said"), [(-1.82184321, "−1.82184"), (1e300, "1e+300"), (None, "NaN"), (0, "0")]
)
def test_numbers_are_exact_in_the_table(value: float | None, said: str) -> None:
    """A number in the table has six digits."""
    assert heatmap.exact(value) == said


def points_of(path: Xml.Element) -> list[tuple[float, float]]:
    numbers = [float(n) for n in re.findall(r"-?[\d.]+", str(path.get("d")))]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def test_curves_stand_on_one_axis() -> None:
    """The reference, which took half the steps, ends in the middle; higher losses are higher."""
    loss, accuracy = curves.curves(page_examples.training(), english)
    [mine], [theirs] = (of_class(draw(loss.svg), look) for look in ("mine", "theirs"))
    first, *_, last = points_of(mine)
    begin, *_, end = points_of(theirs)
    assert begin == pytest.approx(first)
    assert end[0] - begin[0] == pytest.approx((last[0] - first[0]) / 2, abs=0.01)
    assert first[1] < last[1]
    assert [text.text for text in of_class(draw(accuracy.svg), "before")][:3] == [
        "0 %", "50 %", "100 %",
    ]  # fmt: skip
    assert loss.is_compared


def test_a_gap_parts_a_curve() -> None:
    """Where a number is missing, the curve is interrupted; a lonely number is a dot."""
    found = {"loss": [1.0, 0.9, None, 0.8, None, 0.7, 0.6], "steps": 7}
    [loss] = curves.curves(found, english)
    assert len(of_class(draw(loss.svg), "mine")) == 3
    assert not loss.is_compared


def test_a_curve_that_explodes_does_not_flatten_the_reference() -> None:
    """The axis ends at a few times the reference, however large the student's loss becomes."""
    found = {
        "loss": [0.5, 1e200], "reference_loss": [0.5, 0.1], "steps": 2, "reference_steps": 2,
    }  # fmt: skip
    [loss] = curves.curves(found, english)
    assert [text.text for text in of_class(draw(loss.svg), "before")][:3] == ["0", "2", "4"]


@pytest.mark.parametrize(
    ("arrived", "said"),
    [
        (True, "Your network converged after 400 steps"),
        (False, "Your network did not converge in 400"),
    ],
)
def test_the_course_is_told(arrived: bool, said: str) -> None:
    """How long training took is said beside what the reference took."""
    told = curves.course({**page_examples.training(), "arrived": arrived}, english)
    assert str(told).startswith(said)
    assert str(told).endswith("200.")
    assert curves.course({"steps": 3}, english) is None


def test_the_surface_has_its_sides() -> None:
    """The lower right is warm, the upper left cold, and the line runs between the two."""
    found = surface.surface(page_examples.training(), english)
    assert found is not None
    shown = draw(found.svg)
    assert found.has_points
    field = of_class(shown, "field")[0]
    warm, cold = (
        [points for path in of_class(field, look) for points in _corners(path)]
        for look in ("warm", "cold")
    )
    assert min(x - y for x, y in warm) > -3
    assert max(x - y for x, y in cold) < 3
    [border] = of_class(shown, "border")
    assert len(str(border.get("d")).split("M")) - 1 >= SIDE - 1
    assert len(of_class(shown, "one")) + len(of_class(shown, "zero")) == 21


def _corners(path: Xml.Element) -> list[tuple[int, int]]:
    found = re.findall(r"M(\d+) (\d+)h(\d+)", str(path.get("d")))
    return [(int(x) + k, int(y)) for x, y, wide in found for k in range(int(wide))]


def test_a_surface_without_numbers_is_blank() -> None:
    """Where the network gave no number there is neither colour nor line."""
    found = surface.surface({"surface": [None] * SIDE * SIDE}, english)
    assert found is not None
    shown = draw(found.svg)
    assert not found.has_points
    assert not list(of_class(shown, "field")[0])
    assert not of_class(shown, "border")


def test_points_outside_are_left_out() -> None:
    """Only points of the unit square with a label are drawn."""
    given_ = [[0.5, 0.5, 1], [1.5, 0.5, 1], [0.5, None, 0], [0.2, 0.1], "x", [0, 1, 0]]
    assert evidence.points(given_) == ((0.5, 0.5, True), (0, 1, False))


def test_a_bar_is_as_long_as_its_points() -> None:
    """Blocks, lines and dashes of a bar have the lengths of what was earned, lost and is open."""
    document = examples.write(examples.typical())
    bar = draw(bars.whole(document, "score"))
    [earned], [lost], [owed] = (of_class(bar, look) for look in ("earned", "lost", "owed"))
    share = 100 / document["max_score"]
    assert _percent(earned, "width") == pytest.approx(document["score"] * share, abs=0.01)
    start, end = _percent(owed, "x1"), _percent(owed, "x2")
    assert end == pytest.approx(100)
    assert end - start == pytest.approx(document["open_points"] * share, abs=0.01)
    assert _percent(lost, "x") + _percent(lost, "width") == pytest.approx(start, abs=0.01)


def _percent(element: Xml.Element, name: str) -> float:
    return float(str(element.get(name)).removesuffix("%"))


def test_a_bar_of_nothing_is_empty() -> None:
    """A rubric without points has a bar without length."""
    whole = examples.write(examples.perfect())
    document = {**whole, "open_points": 0.0, "max_score": 0.0, "score": 0.0}
    assert not list(draw(bars.whole(document, "score")))
