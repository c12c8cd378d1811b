"""Every format, for every report, and for whatever a student writes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from grader.errors import TheirFault
from grader.model import Report, Verdict
from grader.reports import FORMATS, junit, render
from grader.reports.as_json import dump
from grader.reports.markdown import escape
from grader.reports.sanitize import clean
from tests.reports import report_examples as examples
from tests.reports.hostile_text import PAYLOADS, commands, unseen

FEW = settings(max_examples=40, deadline=None)
HARMLESS = "harmless words"


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("audience", ["staff", "student"])
@pytest.mark.parametrize(
    "make", [examples.perfect, examples.typical, examples.terrible, examples.invalid]
)
def test_every_report_has_every_form(make: Callable[[], Report], form: str, audience: str) -> None:
    """Each format writes each report, with a line feed at its end."""
    page = render(examples.write(make()), form, audience=audience)
    assert page.endswith("\n")
    assert "Back-propagation lab" in page


@pytest.mark.parametrize(("form", "audience"), [("pdf", "staff"), ("text", "parents")])
def test_unknown_forms_are_refused(form: str, audience: str) -> None:
    """A format or an audience that does not exist is named in one sentence."""
    with pytest.raises(TheirFault, match=r"pdf|parents"):
        render(examples.write(examples.perfect()), form, audience=audience)


@pytest.mark.parametrize("form", FORMATS)
@given(payload=PAYLOADS)
@FEW
def test_nothing_unseen_and_no_command(form: str, payload: str) -> None:
    """No form holds a control or bidi character, a surrogate, or a build server's command."""
    page = render(examples.write(examples.terrible(payload)), form)
    assert not unseen(page)
    assert form == "github" or not commands(page)  # its own commands: see test_annotation_formats
    page.encode("utf-8")


@pytest.mark.parametrize("form", FORMATS)
@given(payload=PAYLOADS)
@FEW
def test_an_edited_file_is_cleaned_again(form: str, payload: str) -> None:
    """A stored document into which somebody wrote a payload is as harmless as a fresh one."""
    document = examples.write(examples.typical())
    document["submission"]["name"] = document["checks"][1]["message"] = payload
    page = render(document, form)
    assert not unseen(page)
    assert form == "github" or not commands(page)


def skeleton(page: str) -> list[tuple[str, list[str]]]:
    """Return the tags of a page, without its texts."""
    return [(element.tag, sorted(element.attrib)) for element in Xml.fromstring(page).iter()]


@given(PAYLOADS)
@FEW
def test_no_payload_changes_the_xml(payload: str) -> None:
    """JUnit has the same elements and attributes whatever a student writes."""
    page = render(examples.write(examples.terrible(payload)), "junit")
    assert skeleton(page) == skeleton(render(examples.write(examples.terrible(HARMLESS)), "junit"))


@given(PAYLOADS)
@FEW
def test_no_payload_is_interpreted_by_gradescope(payload: str) -> None:
    """Gradescope is told that every text is plain, in every place where it could be otherwise."""
    results = json.loads(render(examples.write(examples.terrible(payload)), "gradescope"))
    formats = [results[key] for key in results if key.endswith("format")]
    formats += [test[key] for test in results["tests"] for key in test if key.endswith("format")]
    assert len(formats) == 3 + 2 * len(examples.ITEMS)
    assert set(formats) == {"text"}


def blocks(page: str) -> tuple[list[str], set[str]]:
    """Return the structure of a page of Markdown: the types of its tokens, and inner ones."""
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(page)
    inner = {child.type for token in tokens for child in token.children or ()}
    return [token.type for token in tokens], inner


@given(PAYLOADS)
@FEW
def test_no_payload_changes_the_markdown(payload: str) -> None:
    """Markdown has the same tables, lists and headings, no link, picture or HTML of a student."""
    page = render(examples.write(examples.terrible(f"x{payload}")), "markdown")
    harmless = render(examples.write(examples.terrible(HARMLESS)), "markdown")
    assert blocks(page)[0] == blocks(harmless)[0]
    assert blocks(page)[1] <= {"text", "html_inline", "em_open", "em_close", "strong_open",
                               "strong_close", "text_special"}  # fmt: skip
    assert page.count("<") == harmless.count("<")


@given(PAYLOADS)
@FEW
def test_escaped_markdown_shows_what_was_written(payload: str) -> None:
    """Escaped text in a list is one paragraph, and reads as it was written."""
    text = clean(payload)
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(f"- {escape(text)}")
    shown = "".join(child.content for token in tokens for child in token.children or ())
    assert shown.replace("\u200b", "") == text
    assert len([token for token in tokens if token.type == "list_item_open"]) == 1
    assert not [token for token in tokens if token.type == "heading_open"]


@pytest.mark.parametrize(
    "text",
    ["@somebody", "mail@evil.example", "#12", "GH-12", "https://evil.example", "www.evil.ex"],
)
def test_nothing_is_linked_afterwards(text: str) -> None:
    """What GitHub would link after reading the Markdown is parted by an invisible space."""
    assert "&#8203;" in escape(text)


@pytest.mark.parametrize(
    "text",
    ["# a", "- a", "+ a", "* a", "> a", "1. a", "123) a", "=== a", "---", "~~~", "```", "    a"],
)
def test_no_text_begins_a_block(text: str) -> None:
    """A text that would begin a heading, a list, a quotation or code is a paragraph."""
    tokens = [token.type for token in MarkdownIt("commonmark").parse(escape(text))]
    assert tokens == ["paragraph_open", "inline", "paragraph_close"]
    assert blocks(f"- {escape(text)}")[0].count("list_item_open") == 1


def test_junit_strips_what_xml_forbids() -> None:
    """The writer of XML does not rely on others for characters that XML forbids."""
    document = examples.write(examples.typical())
    document["checks"][1]["message"] = "a\x00\x1b\ud800\uffff]]>b"
    failure = next(Xml.fromstring(junit.render(document)).iter("failure"))
    assert failure.get("message") == "a]]>b"


def test_counts_of_junit() -> None:
    """JUnit counts failures, errors and skipped cases as the verdicts say; what is open has no score."""
    suite = Xml.fromstring(render(examples.write(examples.typical()), "junit"))[0]
    assert [suite.get(key) for key in ("tests", "failures", "errors", "skipped")] == [
        "9", "2", "0", "2",
    ]  # fmt: skip
    properties = {entry.get("name"): entry.get("value") for entry in suite.iter("property")}
    assert properties.keys().isdisjoint(("score", "total"))
    assert properties["open_points"] == "1"
    assert properties["points:plot.curve"] == "? / 1"
    assert properties["points:linear.backward.weights"] == "2 / 3"


def test_an_invalid_submission_is_one_error_of_junit() -> None:
    """A submission that cannot be examined is one case with an error, not an empty success."""
    suite = Xml.fromstring(render(examples.write(examples.invalid()), "junit"))[0]
    assert (suite.get("tests"), suite.get("errors")) == ("1", "1")


def test_gradescope_gets_everything_and_hides_it_itself() -> None:
    """Gradescope's file has the hidden test, marked so, and no flag for staff; no sum while it is open."""
    page = render(examples.write(examples.typical()), "gradescope")
    results = json.loads(page)
    tests = {test["name"]: test for test in results["tests"]}
    hidden = tests["Fairness: Another seed gives other weights"]
    assert hidden["visibility"] == "hidden"
    assert "score" not in results
    assert sum(test.get("score", 0) for test in results["tests"]) == 13.0
    assert sum(test["max_score"] for test in results["tests"]) == 20.0
    assert "full marks" not in page
    assert "status" not in tests["Training: The comparison figure shows truth and prediction"]
    assert (
        "Another seed"
        not in tests["Network: Network.backward walks the layers from the last"]["output"]
    )


def test_gradescope_does_not_tell_of_hidden_points() -> None:
    """The open points of a hidden item are not among those that students are told of."""
    report = examples.typical()
    hidden = replace(report.outcomes[-1], verdict=Verdict.REVIEW)
    document = examples.write(replace(report, outcomes=(*report.outcomes[:-1], hidden)))
    assert document["open_points"] == 2.5
    assert "1 point is not graded yet" in json.loads(render(document, "gradescope"))["output"]


@settings(max_examples=100)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(max_size=8) | st.sampled_from(["[\n 1,\n 2\n]", "[1, 2]", '"', "\\n"]),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner),
        max_leaves=20,
    ),
    st.sampled_from([1, 2]),
)  # fmt: skip
def test_rows_of_numbers_say_the_same(value: Any, indent: int) -> None:
    """Numbers in one line are those of the plain form, and no text is touched."""
    assert json.loads(dump({"value": value}, indent)) == {"value": value}


def test_rows_of_numbers_have_one_line_each() -> None:
    """A list of numbers is one line, a table one line a row; other lists have a line an entry."""
    text = dump({"curve": [1, -2.5e-7, None], "points": [[1, 2], [3, 4]], "names": ["a"]}, 1)
    assert text == (
        '{\n "curve": [1, -2.5e-07, null],\n "points": [\n  [1, 2],\n  [3, 4]\n ],\n'
        ' "names": [\n  "a"\n ]\n}\n'
    )
