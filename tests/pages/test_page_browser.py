"""The student's page in a browser: quiet, readable at every width, with keys, and on paper."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.reports import for_student, in_language, render
from grader.reports.language import translator
from grader.reports.pages import student
from grader.reports.sanitize import scrub
from tests.pages import page_examples
from tests.pages.looking import WIDTHS, background, overflow
from tests.reports import report_examples as examples
from tests.reports.hostile_text import PIECES

Visit = Callable[..., Any]
OPEN_ALL = "document.querySelectorAll('details').forEach(fold => { fold.open = true })"


def typical(language: str = "en") -> str:
    """The page of a student who lost some points, with every kind of picture."""
    told = in_language(for_student(page_examples.typical()), language)
    told["rubric"]["language"] = language
    return student.render(told, translator(language))


def perfect() -> str:
    return render(examples.write(examples.perfect()), "html", audience="student")


def terrible() -> str:
    """The page of a submission that writes every payload wherever it can."""
    document = examples.write(examples.terrible("".join(PIECES)))
    document["checks"][0]["evidence"] = {"arrays": [page_examples.gradient(3, 3)]}
    [array] = document["checks"][0]["evidence"]["arrays"]
    array["name"] = array["trial"] = "".join(PIECES)
    document["figures"] = [page_examples.figure(1)]
    document["figures"][0]["title"] = "".join(PIECES)
    data = document["figures"][0].pop("data")
    clean = scrub(document)
    clean["figures"][0]["data"] = data
    return student.render(clean)


PAGES = {"perfect": perfect, "typical": typical, "terrible": terrible}
PAGES |= {"chinese": lambda: typical("zh_TW")}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wider_than_the_window(visit: Visit, name: str, width: int) -> None:
    """At the width of a telephone, a tablet and a desk, folded or not, nothing sticks out."""
    page = visit(PAGES[name](), width=width)
    assert overflow(page) == 0
    page.evaluate(OPEN_ALL)
    assert overflow(page) == 0


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(
    visit: Visit, faults: Callable[[Any], str], name: str, dark: bool
) -> None:
    """Colours, names, order and roles are as a screen reader and weak eyes need them."""
    page = visit(PAGES[name](), dark=dark)
    page.evaluate(OPEN_ALL)
    assert faults(page) == ""


def test_dark_is_dark(visit: Visit) -> None:
    """The paper follows what the reader's machine prefers, and so do the pictures."""
    colours = []
    for dark in (False, True):
        page = visit(typical(), dark=dark)
        ink = "getComputedStyle(document.querySelector('.plot .mine')).stroke"
        colours.append((background(page), page.evaluate(ink)))
    assert colours[0][0] != colours[1][0]
    assert colours[0][1] != colours[1][1]


def test_folding_works_with_keys(visit: Visit) -> None:
    """The first folded check is reached with Tab, opened with Enter and closed with Space."""
    page = visit(typical())
    at_fold = "document.activeElement.matches('li > details > summary')"
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(at_fold):
            break
    is_open = "document.activeElement.parentElement.open"
    assert page.evaluate(at_fold)
    assert page.evaluate(is_open) is False
    page.keyboard.press("Enter")
    assert page.evaluate(is_open) is True
    page.keyboard.press("Space")
    assert page.evaluate(is_open) is False


def test_a_link_leads_to_what_went_wrong(visit: Visit) -> None:
    """In the list of everything, a check that fails leads to where it is explained."""
    page = visit(typical())
    page.locator(".group a", has_text="Linear.backward returns dL/dx").click()
    assert page.evaluate("document.querySelector(':target').tagName") == "ARTICLE"


def test_what_is_folded_is_printed(visit: Visit) -> None:
    """On paper everything is open, also in a browser that cannot do it by style alone."""
    page = visit(typical(), dark=True)
    inside = page.locator("li > details > .said").first
    assert not inside.is_visible()
    page.emulate_media(media="print", color_scheme="dark")
    assert inside.bounding_box()["height"] > 20
    assert background(page) == "rgb(255, 255, 255)"
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 0


def test_payloads_do_nothing(visit: Visit) -> None:
    """What a student wrote adds no script, no attribute, no picture and no link, and runs nothing."""
    page = visit(terrible())
    page.evaluate(OPEN_ALL)
    assert page.locator("script").count() == 1
    assert page.locator("[onerror], [onload], [onclick], [style], iframe, form").count() == 0
    assert page.locator("a:not([href^='#'])").count() == 0
    assert page.locator("img:not([src^='data:image/png;base64,'])").count() == 0
    assert page.locator("img").count() == 1


def test_nothing_foreign_can_run(browser: Any, tmp_path: Path) -> None:
    """Even a script or a style that got into the page would be refused by its policy."""
    file = tmp_path / "page.html"
    foreign = "<p id=x style='color: red'>x</p><script>window.hacked = 1</script>"
    file.write_text(perfect().replace("</main>", f"{foreign}</main>"), "utf-8")
    page = browser.new_page()
    page.goto(file.as_uri())
    colour = "getComputedStyle(document.getElementById('x')).color"
    assert page.evaluate(colour) == page.evaluate("getComputedStyle(document.body).color")
    assert page.evaluate("window.hacked") is None
    page.close()


def test_every_picture_has_a_name(visit: Visit) -> None:
    """Every drawing is a picture with a name, and every heat map has its numbers in a table."""
    page = visit(typical())
    assert page.locator("svg").count() > 10
    assert page.locator("svg:not([role=img]), svg:not([aria-label]), img:not([alt])").count() == 0
    assert page.locator("table").count() == page.locator("svg.heat").count() == 6


def test_figures_are_shown(visit: Visit) -> None:
    """The student's own figures are decoded and stand on the page in their size."""
    page = visit(typical())
    page.evaluate(OPEN_ALL)
    sizes = page.evaluate("[...document.images].map(i => [i.naturalWidth, i.naturalHeight])")
    assert sizes == [[160, 120]] * 8
