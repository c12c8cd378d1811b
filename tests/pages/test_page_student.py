"""The student's page as text: what stands in it, and what a stranger's text cannot do to it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings

from grader.model import Location, Message, Verdict, Visibility, frozen
from grader.reports import for_student, render
from grader.reports.language import english
from grader.reports.pages import student, templates
from grader.reports.pages.check_entries import entries, waiting
from grader.reports.pages.figures import MAX_CHARACTERS
from grader.reports.sanitize import scrub
from tests.pages import page_examples
from tests.reports import report_examples as examples
from tests.reports.hostile_text import PAYLOADS

FEW = settings(max_examples=40, deadline=None)
EMPTY = {"meta", "link", "img", "br", "rect", "line", "path", "circle"}


class Page(HTMLParser):
    """Reads a page: its elements with the names of their attributes, its texts by element."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.values: list[tuple[str, str, str | None]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: D102 - the parser's own name
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        self.values += [(tag, name, value) for name, value in attrs]
        if tag not in EMPTY:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: D102 - the parser's own name
        self.elements.append((tag, tuple(name for name, _ in attrs)))
        self.values += [(tag, name, value) for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:  # noqa: D102 - the parser's own name
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:  # noqa: D102 - the parser's own name
        if data.strip() and self._open:
            self.texts.setdefault(self._open[-1], []).append(" ".join(data.split()))


def told(document: dict[str, Any], audience: str = "student") -> str:
    return render(document, "html", audience=audience)


def shown(document: dict[str, Any]) -> str:
    """Write the page of a document to which the figures' bytes were added, as ``render`` does."""
    return student.render(for_student(document))


@given(PAYLOADS)
@FEW
def test_no_payload_changes_the_page(payload: str) -> None:
    """Whatever a student writes, the page has the same elements with the same attributes."""
    page = told(examples.write(examples.terrible(f"x{payload}")), "staff")
    harmless = told(examples.write(examples.terrible("harmless words")), "staff")
    assert Page(page).elements == Page(harmless).elements


@given(PAYLOADS)
@FEW
def test_no_payload_leaves_a_picture(payload: str) -> None:
    """Names in evidence and titles of figures are as harmless as messages."""
    pages = []
    for text in (f"x{payload}", "harmless words"):
        document = page_examples.typical()
        [first, *_] = document["checks"][1]["evidence"]["arrays"]
        first["name"] = first["trial"] = document["figures"][0]["title"] = text
        document["figures"][0]["data"] = text
        pages.append(Page(shown(scrub(document))).elements)
    assert pages[0] == pages[1]


def test_the_policy_names_what_stands_in_the_page() -> None:
    """The policy allows the one style and the one script of the page by their digests."""
    page = told(page_examples.typical())
    [policy] = re.findall(r'Content-Security-Policy" content="([^"]+)"', page)
    for kind in ("style", "script"):
        [content] = re.findall(rf"<{kind}>(.*?)</{kind}>", page, flags=re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{kind}-src &#39;sha256-{digest}&#39;;" in policy
    assert policy.startswith("default-src &#39;none&#39;")
    assert "unsafe" not in policy


def test_no_address_leads_out() -> None:
    """Every link stays on the page, and every picture stands in it."""
    page = Page(shown(page_examples.typical()))
    leads = [v for _, name, v in page.values if name in ("href", "src", "action", "xlink:href")]
    assert leads
    assert all(str(lead).startswith(("#", "data:image/png;base64,")) for lead in leads)
    assert not [name for _, name, _ in page.values if name == "style" or name.startswith("on")]


def test_every_link_has_its_place() -> None:
    """Whatever a link points at is on the page, once."""
    page = Page(told(page_examples.typical()))
    places = [value for _, name, value in page.values if name == "id"]
    assert len(set(places)) == len(places)
    assert {str(v)[1:] for _, name, v in page.values if name == "href"} <= set(places)


def test_hidden_items_are_not_in_the_page() -> None:
    """What a student may not see is nowhere in the source: neither item nor flag nor figure."""
    document = page_examples.typical()
    document["figures"].append(page_examples.figure(9, check="secret.seeds"))
    document["figures"][-1]["title"] = "Secret figure"
    page = told(document)
    for secret in ("secret.seeds", "Another seed", "Fairness", "Secret figure", "full marks"):
        assert secret in told(document, "staff")
        assert secret not in page
    assert str(document["seed"]) not in page
    assert "Some items are hidden here" in page


def test_the_dearest_comes_first() -> None:
    """What went wrong is ranked by its points, together with those that wait for it."""
    report = examples.typical()
    needs = Message("needs", frozen(check="linear.backward.weights", needs="it"))
    outcomes = tuple(
        replace(outcome, verdict=Verdict.BLOCKED, share=0.0, message=needs)
        if outcome.item.check in ("bce.backward", "network.order")
        else outcome
        for outcome in report.outcomes
    )
    document = examples.write(replace(report, outcomes=outcomes))
    headings = Page(told(document)).texts["h3"]
    assert headings[0] == "Linear.backward stores the gradients of weights and biases"
    assert headings[1] == "Linear.backward returns dL/dx, the gradient with respect to its input"
    assert "5.5 more depend on this" in told(document)
    assert "2 checks could not be run because of this" in told(document)


def test_blocked_checks_are_counted_where_the_cause_is() -> None:
    """A check that waits for a waiting one stands with the first cause; a circle has none."""

    def check(name: str, verdict: str, needs: str) -> dict[str, Any]:
        return {"id": name, "verdict": verdict, "message_values": {"check": needs}}

    chain = [check("a", "failed", ""), check("b", "blocked", "a"), check("c", "blocked", "b")]
    circle = [check("d", "blocked", "e"), check("e", "blocked", "d"), check("f", "blocked", "?")]
    behind = waiting(chain + circle)
    assert [other["id"] for other in behind["a"]] == ["b", "c"]
    assert not any(behind[name] for name in "bcdef")


def test_a_waiting_check_without_a_visible_cause_is_told() -> None:
    """A check that waits for what the student may not see is among what went wrong."""
    report = examples.typical()
    hidden = replace(
        report.outcomes[1], item=replace(report.outcomes[1].item, visibility=Visibility.HIDDEN)
    )
    document = examples.write(replace(report, outcomes=(hidden, *report.outcomes[2:])))
    articles = told(document).split("<article")[1:]
    assert any("Network.backward walks the layers" in article for article in articles)


def test_a_missed_bonus_costs_nothing() -> None:
    """A bonus that was not earned is told, without points that were lost."""
    report = examples.perfect()
    missed = replace(report.outcomes[3], verdict=Verdict.FAILED, share=0.0, message=Message("ask"))
    outcomes = (*report.outcomes[:3], missed, *report.outcomes[4:])
    document = examples.write(replace(report, outcomes=outcomes))
    assert entries(document, english)["sigmoid.stable"].lost_points == 0
    assert "no points lost" in told(document)


@pytest.mark.parametrize("make", [examples.perfect, examples.typical, examples.terrible])
def test_every_check_is_told_with_its_verdict_and_points(make: Any) -> None:
    """Every check stands on the page with a sign and a word for its verdict, and its points."""
    document = examples.write(make())
    page = told(document, "staff")
    signs = {"passed": "✓", "blocked": "–", "review": "?", "broken": "!"}
    for entry in entries(document, english).values():
        assert entry.sign == signs.get(entry.check["verdict"], "✗")
        assert f"{entry.sign}</span>{entry.word}</span>" in page
        assert str(templates.fill("{title}", title=entry.title)) in page


def test_an_invalid_submission_says_why() -> None:
    """Where nothing could be examined, the page says why, and shows no score."""
    page = told(examples.write(examples.invalid()))
    assert "There is no Python file in it." in page
    assert 'class="score' not in page


def test_figures_stand_in_the_page_while_there_is_room() -> None:
    """Figures are embedded until their room is used up; the others are named as not shown."""
    document = page_examples.typical()
    first, second, third, *_ = document["figures"]
    third["data"] = first["data"]
    second["data"] = "iVBORw0KGgo" + "A" * MAX_CHARACTERS
    document["figures"] = [first, second, third]
    page = shown(document)
    assert page.count("data:image/png;base64,") == 2
    assert "Figure 2 (not shown)" in page
    assert "Figure 3 (not shown)" not in page


@pytest.mark.parametrize("data", ["", 'iVBORw0KGgo"><script>', "R0lGODlhAQABAAAAACw=", None, 7])
def test_what_is_no_png_is_not_shown(data: object) -> None:
    """A figure whose data are not those of a PNG is named and not shown."""
    document = page_examples.typical()
    document["figures"] = [{**document["figures"][0], "data": data}]
    page = shown(document)
    assert "data:image" not in page
    assert "Figure 1 (not shown)" in page


def test_a_document_of_old_has_no_figures() -> None:
    """A report that was stored before there were figures is shown like any other."""
    document = page_examples.typical()
    del document["figures"]
    assert "data:image" not in told(document)


def test_the_page_is_small() -> None:
    """With eight figures the page stays below a megabyte and a half."""
    document = page_examples.typical()
    page = shown(document)
    assert page.count("data:image/png") == 8
    assert len(page.encode()) < 1_500_000


def test_the_page_has_the_language_of_its_texts() -> None:
    """The page says in which language it is, whatever the rubric asked for."""
    document = page_examples.typical()
    assert '<html lang="en">' in render(document, "html", language="en")
    chinese = render(document, "html", language="zh_TW")
    assert '<html lang="zh-TW">' in chinese
    document["rubric"]["language"] = "zh_TW"
    assert '<html lang="zh-TW">' in render(document, "html")
    assert '<html lang="en">' in render(document, "html", language="en")


def test_arrays_are_named_in_the_readers_language() -> None:
    """What a heat map is called is told in the language of the page."""
    document = page_examples.typical()
    trial = "a batch of 5 (in_features 3, out_features 2)"
    assert trial in render(document, "html")
    assert trial not in render(document, "html", language="zh_TW")


def test_filling_a_text_escapes_what_fills_it() -> None:
    """Values that fill a translated text are escaped, and so is the text itself."""
    assert templates.fill("<b>{name}", name="<i>") == "&lt;b&gt;&lt;i&gt;"
    with pytest.raises(KeyError):
        templates.fill("{name}")


def test_the_page_follows_from_the_document() -> None:
    """A stored document gives the same page as a fresh one."""
    document = page_examples.typical()
    assert told(json.loads(json.dumps(document))) == told(document)


def test_the_students_own_code_is_shown_with_the_line_marked() -> None:
    """The place of a failure stands beside the arrays: code as it was written, the statement marked."""
    report = examples.typical()
    source = ("    dx = g", "    self.w += lr * dw", '    return "<b>&amp;"')
    place = Location("layers.py", 8, 8, "Linear.backward", "statement", None, source, 7)
    outcomes = [replace(o, location=place) if k == 1 else o for k, o in enumerate(report.outcomes)]
    page = render(examples.write(replace(report, outcomes=tuple(outcomes))), "html")
    read = Page(page)
    assert '<tr class="marked"><th scope="row">8</th>' in page
    assert page.count('class="marked"') == 1
    assert "    self.w += lr * dw" in page
    assert 'return "<b>&amp;"' in read.texts["code"]
