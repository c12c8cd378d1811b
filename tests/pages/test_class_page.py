"""The page of a class in a browser: what is shown, sorted, filtered, walked and linked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from grader.reports.language import english
from grader.reports.pages.class_page import render_class
from tests.pages import school
from tests.pages.looking import WIDTHS, background, overflow
from tests.reports.hostile_text import PIECES, unseen

FOUND = list(school.documents(14, seed=5))
FACTS = school.facts(FOUND, school.register_of(FOUND, school.lab(), absent=2))
PAGE = render_class(FACTS, english)
SHOWN = "[...document.querySelectorAll('.students tbody tr')].filter(row => !row.hidden)"
Visit = Callable[..., Any]


def column(page: Any, number: int) -> list[str]:
    """The texts of a column of the list, as shown."""
    texts: list[str] = page.evaluate(f"{SHOWN}.map(row => row.cells[{number}].textContent.trim())")
    return texts


def ids(page: Any) -> list[str]:
    """The ids of those who are shown, in their order."""
    return column(page, -1 + int(page.evaluate(f"({SHOWN}[0]?.cells.length) || 8")))


def rows_with(check: str, *verdicts: str) -> list[str]:
    """The ids of those with such a verdict on a check, in the order of the gradebook."""
    at = [entry["id"] for entry in FACTS["columns"]].index(check)
    return [row["id"] for row in FACTS["rows"] if row["verdicts"][at] in verdicts]


def choose(page: Any, **asked: str) -> None:
    for name, value in asked.items():
        page.select_option(f"select[name={name}]", value)


def matrix(page: Any) -> None:
    """Show the matrix, and wait until its last row is there."""
    page.click("button[value=matrix]")
    empty = "[...document.querySelectorAll('.row.student')].filter(row => !row.firstChild).length"
    while page.evaluate(empty):
        page.wait_for_timeout(10)


def focused(page: Any) -> str:
    """What the element with the focus is called."""
    return str(
        page.evaluate(
            "document.activeElement.getAttribute('aria-label') || document.activeElement.textContent"
        )
    )


def test_heading_and_figures_are_those_of_the_summary(visit: Visit) -> None:
    """The top says whose class it is, how many there are, and what summary.json says of them."""
    page = visit(PAGE)
    assert page.inner_text("h1") == FACTS["title"]
    assert page.inner_text(".top .lead") == "students: 16, submissions: 14 · Canvas"
    told = dict(
        zip(page.locator(".key dt").all_inner_texts(), page.locator(".key dd").all_inner_texts(),
            strict=True)
    )  # fmt: skip
    assert float(told["Median"].split()[0]) == round(FACTS["median"], 2)
    assert float(told["Mean"].split()[0]) == round(FACTS["mean"], 2)
    assert told["To review"] == str(len(FACTS["waiting"]))
    assert told["No submission"] == "2"
    drawn = [int(text or 0) for text in page.locator(".bins text").all_text_contents()]
    assert drawn == [entry["count"] for entry in FACTS["histogram"]]


def test_list_sorts_by_every_column(visit: Visit) -> None:
    """Each heading is a button that sorts, turns round and ends; aria-sort says which."""
    page = visit(PAGE)
    before = ids(page)
    for key in ("called", "total", "passed", "open", "flags", "late", "result", "id"):
        head = page.locator(f"th[data-key={key}]")
        said = []
        for _ in range(3):
            head.get_by_role("button").click()
            said.append((head.get_attribute("aria-sort"), ids(page)))
        assert [sort for sort, _ in said] == ["ascending", "descending", "none"], key
        assert sorted(said[0][1]) == sorted(before)
        assert said[2][1] == before
    assert page.locator("th[aria-sort=ascending], th[aria-sort=descending]").count() == 0


def test_list_is_in_the_order_that_it_says(visit: Visit) -> None:
    """Totals go up, then down; who has none stands last both times."""
    page = visit(PAGE)
    totals = sorted(row["total"] for row in FACTS["rows"] if row["total"] is not None)
    without = len(FACTS["rows"]) - len(totals)
    for order in (totals, totals[::-1]):
        page.click("th[data-key=total] button")
        texts = column(page, 1)
        assert texts[-without:] == ["–"] * without
        assert [float(text) for text in texts[:-without]] == order


def test_text_finds_names_and_ids_without_accents(visit: Visit) -> None:
    """A part of a name or of an id, in any case and without its accents, finds its students."""
    found = [document | {} for document in FOUND[:3]]
    found[0] = school.annotate(found[0], "1001", "Jürgen Müller")
    told = school.facts(found, school.register_of(found, school.lab()))
    page = visit(render_class(told, english))
    for typed in ("muller", "MÜLLER jürgen", "1001", "1001@example"):
        page.fill("[name=q]", typed)
        assert column(page, 0) == ["Jürgen Müller"]
        assert page.inner_text("#told").startswith("1 of 3 students")
    page.fill("[name=q]", "nobody of that name")
    assert page.is_visible("#nobody")
    page.click("button[type=reset]")
    assert len(ids(page)) == 3


@pytest.mark.parametrize(
    ("asked", "verdicts"),
    [
        ("passed", ("passed",)),
        ("failed", ("failed",)),
        ("lost", ("failed", "crashed", "timed_out", "blocked")),
        ("waits", ("review", "broken")),
    ],
)
def test_check_and_outcome_show_those_who_have_it(
    visit: Visit, asked: str, verdicts: tuple[str, ...]
) -> None:
    """A check and an outcome together show exactly those whose report says so."""
    page = visit(PAGE)
    for check in ("linear.backward.input", "bce.ends", "plots.result"):
        choose(page, check=check, verdict=asked)
        assert ids(page) == rows_with(check, *verdicts)


def test_asked_check_gets_a_column_of_its_own(visit: Visit) -> None:
    """Where a check is chosen, the list says what became of it and of its points, and sorts by it."""
    page = visit(PAGE)
    choose(page, check="bce.ends")
    said = column(page, 1)
    kinds = (
        "passed",
        "failed",
        "partly passed",
        "crashed",
        "timed out",
        "not checked",
        "no outcome",
    )
    assert all(re.match(rf"\S ({'|'.join(kinds)})(, [\d.]+ of 2 points)?$", text) for text in said)
    page.click("th[data-key=asked] button")
    points = [re.search(r", ([\d.]+) of", text) for text in column(page, 1)]
    numbers = [float(found[1]) for found in points if found]
    assert numbers == sorted(numbers)
    assert len(numbers) > 5


def test_kinds_of_student_are_shown_alone(visit: Visit) -> None:
    """Late, missing, flagged: each kind that there is can be chosen and shows its students."""
    page = visit(PAGE)
    for kind, holds in (
        ("late", lambda row: row["late"]),
        ("missing", lambda row: row["status"] == "missing"),
        ("stranger", lambda row: not row["on_roster"]),
    ):
        choose(page, only=kind)
        assert ids(page) == [row["id"] for row in FACTS["rows"] if holds(row)] != []


def test_links_of_the_page_show_who_is_meant(visit: Visit) -> None:
    """A count of a check, a bar of the histogram and a mistake each show as many as they say."""
    page = visit(PAGE)
    for link in (
        page.locator(".checks .links a").first,
        page.locator(".bins a").last,
        page.locator(".mistakes .many").first,
    ):
        said = re.findall(r"\d+", link.text_content())[-1]
        link.click()
        page.wait_for_function("() => document.activeElement.id === 'students-heading'")
        assert len(ids(page)) == int(said)
    page.go_back()
    assert "range" in page.url
    page.reload()
    assert len(ids(page)) == FACTS["histogram"][-1]["count"]


def test_matrix_says_what_the_list_says(visit: Visit) -> None:
    """Every cell has the outcome and the points of its student and its check."""
    page = visit(PAGE)
    matrix(page)
    labels = page.evaluate(
        "[...document.querySelectorAll('.row.student')].map(row => "
        "[...row.querySelectorAll('.cell')].map(cell => cell.getAttribute('aria-label')))"
    )
    assert len(labels) == len(FACTS["rows"])
    for row, said in zip(FACTS["rows"], labels, strict=True):
        for column_, verdict, points, text in zip(
            FACTS["columns"], row["verdicts"], row["points"], said, strict=True
        ):
            assert (text == "no outcome") == (verdict is None)
            if verdict is not None:
                assert text.startswith("passed") == (verdict == "passed")
            if points is not None:
                most = column_["points"]
                unit = "point" if most == 1 else "points"
                assert text.endswith(f", {points:g} of {most:g} {unit}")
            assert (" of " in text) == (points is not None)


def test_matrix_is_walked_with_the_keyboard(visit: Visit) -> None:
    """One stop for Tab; arrows, Home, End and Page keys walk; the tip follows; Escape hides it."""
    page = visit(PAGE)
    matrix(page)
    page.focus("button[value=matrix]")
    page.keyboard.press("Tab")
    page.keyboard.press("Home")
    assert focused(page) == FACTS["rows"][0]["name"]
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert "of 2 points" in focused(page)
    assert page.locator("#tip .check").inner_text() == FACTS["columns"][0]["id"]
    page.keyboard.press("ArrowDown")
    assert page.locator("#tip strong").inner_text() == FACTS["rows"][1]["name"]
    page.keyboard.press("Escape")
    assert page.is_hidden("#tip")
    page.keyboard.press("Control+End")
    assert page.locator("#tip strong").inner_text() == FACTS["rows"][-1]["name"]
    assert page.locator("#tip .check").inner_text() == FACTS["columns"][-1]["id"]
    page.keyboard.press("Control+Home")
    assert focused(page) == "Student"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    totals = [float(t) for t in page.locator(".row.student .sum").all_inner_texts() if t != "–"]
    assert totals == sorted(totals)
    assert page.locator("#region [tabindex='0']").count() == 1


def test_matrix_sorts_by_a_check_and_filters_with_the_list(visit: Visit) -> None:
    """A check's name sorts by its points, and the matrix shows those whom the filters leave."""
    page = visit(PAGE)
    choose(page, only="late")
    matrix(page)
    names = page.locator(".row.student:not([hidden]) .corner").all_inner_texts()
    assert names == [row["name"] for row in FACTS["rows"] if row["late"]]
    page.click("button[type=reset]")
    page.click(".name button >> text=bce.ends")
    head = page.locator(".name", has_text="bce.ends")
    assert head.get_attribute("aria-sort") == "ascending"
    at = [entry["id"] for entry in FACTS["columns"]].index("bce.ends") + 2
    signs = page.evaluate(
        f"[...document.querySelectorAll('.row.student')].map(row => row.children[{at}].textContent)"
    )
    order = [{"✓": 2, "◐": 1}.get(sign, 0) for sign in signs if sign != "·"]
    assert order == sorted(order)


def test_mouse_over_a_cell_tells_whose_it_is(visit: Visit) -> None:
    """The tip names the student, the check and the points, and goes with the mouse."""
    page = visit(PAGE)
    matrix(page)
    page.locator(".row.student .cell").first.hover()
    row, check = FACTS["rows"][0], FACTS["columns"][0]
    told = page.locator("#tip").inner_text().splitlines()
    assert told[:2] == [row["name"], check["id"]]
    page.mouse.move(1, 1)
    assert page.is_hidden("#tip")


def test_finger_asks_before_it_opens(browser: Any) -> None:
    """Where there is no mouse, the first touch of a cell tells, and the page stays."""
    context = browser.new_context(has_touch=True)
    page = context.new_page()
    page.set_content(PAGE)
    matrix(page)
    cell = page.locator(".row.student .cell").first
    cell.tap()
    assert page.locator("#tip strong").inner_text() == FACTS["rows"][0]["name"]
    assert page.locator("h1").inner_text() == FACTS["title"]
    context.close()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("view", ["list", "matrix"])
def test_nothing_stands_in_the_way_of_a_reader(
    visit: Visit, faults: Callable[[Any], str], view: str, dark: bool
) -> None:
    """Axe finds nothing, in light and in dark, with the list and with the matrix."""
    page = visit(PAGE, dark=dark)
    if view == "matrix":
        matrix(page)
    choose(page, check="bce.ends")
    assert faults(page) == ""


def test_dark_is_dark(visit: Visit) -> None:
    """The page follows the reader's choice of light or dark."""
    assert background(visit(PAGE)) != background(visit(PAGE, dark=True))


@pytest.mark.parametrize("width", WIDTHS)
def test_page_is_never_wider_than_its_window(visit: Visit, width: int) -> None:
    """Nothing scrolls sideways but the list and the matrix, each within itself."""
    page = visit(PAGE, width=width)
    assert overflow(page) == 0
    choose(page, check="linear.backward.weights")
    assert overflow(page) == 0
    matrix(page)
    assert overflow(page) == 0


def hostile() -> list[dict[str, Any]]:
    """A class in which everybody is called what could break a page."""
    found = list(school.documents(len(PIECES), seed=3))
    made = []
    for at, (document, piece) in enumerate(zip(found, PIECES, strict=True)):
        said = {"id": "x", "values": {}, "text": piece}
        document["needs_review"] = [said]
        for check in document["checks"]:
            if check["verdict"] == "review":
                check["message"] = piece
        made.append(school.annotate(document, f"{piece}{at}", piece))
    return made


def test_hostile_names_are_text_and_nothing_else(visit: Visit) -> None:
    """Names, ids and sentences that are code in some language are shown, and nothing runs."""
    found = hostile()
    register = school.register_of(found, school.lab())
    told = school.facts(found, register)
    told |= {"title": "</title><script>alert(1)</script>", "unread": list(PIECES)}
    page = visit(render_class(told, english))
    matrix(page)
    assert page.locator("img, iframe, object, embed").count() == 0
    assert page.locator("script").count() == 2
    assert page.inner_text("h1") == "</title><script>alert(1)</script>"
    names = page.locator(".corner").all_inner_texts()
    assert "<img src=x onerror=alert(1)>" in names
    assert "=cmd()" in names
    hrefs = page.evaluate("[...document.links].map(link => link.getAttribute('href'))")
    assert [href for href in hrefs if not re.match(r"#|pages/[^/:?#]+\.html(#|$)", href)] == []
    assert unseen(page.inner_text("body").replace("\t", " ").replace("\xa0", " ")) == []


def test_data_for_the_scripts_ends_no_element() -> None:
    """No sign that means something to HTML stands in the data, and it reads back the same."""
    found = hostile()
    told = school.facts(found, school.register_of(found, school.lab()))
    page = render_class(told, english)
    [held] = re.findall(
        r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL
    )
    assert not set(held) & set("<>&\u2028\u2029")
    names = [entry[0] for entry in json.loads(held)["students"]]
    assert "<script>alert(1)</script>" in names
    assert "<![CDATA[" in names


def test_lines_for_decisions_run_in_no_spreadsheet() -> None:
    """A line is ready for decisions.csv: quoted, and an id that looks like a formula is inert."""
    found = [school.annotate(document, "=1+1", "Eve") for document in FOUND[:1]]
    check = found[0]["checks"][0]
    check |= {"verdict": "review", "points": 0.0, "message": None}
    told = school.facts(found, school.register_of(found, school.lab()))
    assert told["undecided"] == f'"\'=1+1","{check["id"]}","","",""\n'


def test_page_tells_its_facts_without_scripts(browser: Any, visit: Visit) -> None:
    """Heading, figures, checks and the whole list are there where no script runs."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_content(PAGE)
    assert page.locator("h1").inner_text() == FACTS["title"]
    assert page.locator(".students tbody tr").count() == len(FACTS["rows"])
    assert page.locator(".filters").is_hidden()
    assert page.locator("noscript").count() == 1
    context.close()


def test_class_of_which_nothing_is_known_has_a_page(visit: Visit) -> None:
    """Where no submission has a report, the page says so, without figures and without a histogram."""
    register = school.register_of(FOUND[:2], school.lab())
    told = school.facts([], register)
    assert told["mean"] is None
    page = visit(render_class(told, english))
    assert page.locator(".histogram").count() == 0
    assert page.locator(".waiting .fault").count() == 2
    matrix(page)


def test_thousand_students_are_few_bytes() -> None:
    """What a student adds to the page is small enough for a thousand in three megabytes."""
    few, many = (len(school.page(number).encode()) for number in (10, 60))
    assert 1000 * (many - few) / 50 + few < 3e6
