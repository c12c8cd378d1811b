"""The document of a report, and its schema."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from grader.errors import ReportBroken
from grader.model import Finding, Message, Outcome, Report, Verdict, frozen
from grader.reports import render, report_document, report_store, text_catalogue, validate
from grader.reports.messages import fill
from grader.reports.text_catalogue import Catalogue
from grader.reports.validation import schema
from tests.reports import report_examples as examples
from tests.reports.hostile_text import PAYLOADS

REPORTS = [examples.perfect, examples.typical, examples.terrible, examples.invalid]


@pytest.mark.parametrize("make", REPORTS)
def test_every_document_is_valid(make: Callable[[], Report]) -> None:
    """A report, from perfect to invalid, gives a document that fits the schema."""
    validate(examples.write(make()))


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_has_a_document(verdict: Verdict) -> None:
    """Each verdict fits the schema, whether or not there is a message."""
    for message in (None, Message("late", frozen(seconds=2))):
        outcome = Outcome(examples.ITEMS[0], verdict, 0.5, message)
        validate(examples.write(examples.report((outcome,))))


@given(PAYLOADS)
@settings(max_examples=40, deadline=None)
def test_a_payload_cannot_make_it_invalid(payload: str) -> None:
    """Whatever a student writes, the document is valid and survives JSON as it is."""
    for make in (examples.terrible, examples.invalid):
        document = examples.write(make(payload))
        validate(document)
        assert json.loads(render(document, "json")) == document


def test_sentences_stand_beside_their_values() -> None:
    """The message of a check is a sentence, with the id and the values it was made from."""
    check = examples.write(examples.typical())["checks"][1]
    assert check["message"] == "The gradient is off by a factor of 0.031 at row 2, column 1."
    assert check["message_id"] == "gradient.off"
    assert check["message_values"] == {"factor": 0.03125, "place": "row 2, column 1"}
    assert check["diagnosis"][0]["evidence"] == "yours times 32 is right in 5 of 5 draws"
    assert check["diagnosis"][0]["values"] == {"draws": 5, "factor": 32.0}


def test_non_finite_values_become_words() -> None:
    """NaN in a message is stored as a word, because JSON has no NaN."""
    check = examples.write(examples.typical())["checks"][2]
    assert check["message_values"]["factor"] == "nan"
    assert "factor of nan" in check["message"]


def test_an_item_may_rename_its_check() -> None:
    """The title of the rubric's item wins over that of the check."""
    named = replace(examples.ITEMS[0], title="The first step")
    document = examples.write(examples.report((Outcome(named, Verdict.PASSED, 1.0),)))
    assert document["checks"][0]["title"] == "The first step"


def test_the_reason_may_come_from_the_submission() -> None:
    """An invalid submission gives the reason where the report has none of its own."""
    assert examples.write(examples.invalid())["reason"]["id"] == "no.file"


def test_equal_but_for_the_seconds() -> None:
    """Two gradings of the same differ in their seconds and in nothing else."""
    graded = examples.typical()
    outcomes = tuple(replace(outcome, seconds=9.0) for outcome in graded.outcomes)
    again = replace(graded, outcomes=outcomes, seconds=99)
    fast, slow = examples.write(graded), examples.write(again)
    assert fast != slow
    assert report_document.timeless(fast) == report_document.timeless(slow)


@pytest.mark.parametrize("form", ["text", "json", "markdown", "junit", "gradescope"])
@pytest.mark.parametrize("audience", ["staff", "student"])
@pytest.mark.parametrize("make", REPORTS)
def test_a_stored_report_gives_the_same_page(
    make: Callable[[], Report], form: str, audience: str
) -> None:
    """A document that went through a file is rendered as the fresh one."""
    fresh = examples.write(make())
    stored = json.loads(render(fresh, "json"))
    assert render(stored, form, audience=audience) == render(fresh, form, audience=audience)


def test_unknown_ids_are_our_fault() -> None:
    """A check or a mistake that the catalogue lacks raises, and names itself."""
    empty = Catalogue({}, {}, {})
    with pytest.raises(ReportBroken, match=r"linear\.forward"):
        report_document.document(examples.perfect(), empty)
    found = Outcome(examples.ITEMS[0], Verdict.FAILED, findings=(Finding("no_such", "Linear"),))
    with pytest.raises(ReportBroken, match="no_such"):
        examples.write(examples.report((found,)))


def change(document: dict[str, Any], path: list[str | int], value: Any) -> None:
    """Set one value deep in a document."""
    *way, last = path
    inner: Any = document
    for step in way:
        inner = inner[step]
    inner[last] = value


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (["schema_version"], 4, "schema_version"),
        (["extra"], 1, "extra"),
        (["status"], "fine", "status"),
        (["status"], "invalid_submission", "reason"),
        (["score"], -1, "score"),
        (["score"], 99.0, "the score is not the sum"),
        (["score"], float("nan"), "no JSON"),
        (["max_score"], 1.0, "max_score is not the sum"),
        (["rubric", "points", "visible"], 1.0, "of the rubric"),
        (["open_points"], 3.0, "open_points"),
        (["seed"], "7", "seed"),
        (["checks", 0, "verdict"], "great", "verdict"),
        (["checks", 0, "points"], 9.0, "score"),
        (["checks", 0, "max_points"], 5.0, "of the points of the checks"),
        (["checks", 0, "id"], "Not An Id", "id"),
        (["checks", 0, "id"], "bce.backward", "twice"),
        (["checks", 0, "group"], "Nowhere", "group"),
        (["checks", 1, "message_id"], None, "without an id"),
        (["checks", 0, "message_values"], {"a": object}, "message_values"),
        (["submission", "digest"], "xyz", "digest"),
        (["rubric", "feedback"], "all", "feedback"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(path: list[str | int], value: Any, words: str) -> None:
    """A document that was bent is refused with one line that says where."""
    document = json.loads(render(examples.write(examples.typical()), "json"))
    change(document, path, value)
    with pytest.raises(ReportBroken) as caught:
        validate(document)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_open_checks_earn_nothing_and_none_earn_too_much() -> None:
    """Points above the worth, or points of a check that is open, are refused."""
    document = examples.write(examples.typical())
    by_id = {check["id"]: check for check in document["checks"]}
    by_id["linear.forward"]["points"], by_id["train.learns"]["points"] = 4.0, 2.0
    with pytest.raises(ReportBroken, match="more than it is worth"):
        validate(document)
    document = examples.write(examples.typical())
    by_id = {check["id"]: check for check in document["checks"]}
    by_id["plot.curve"]["points"], by_id["train.learns"]["points"] = 1.0, 3.0
    with pytest.raises(ReportBroken, match="open and earned"):
        validate(document)


@pytest.mark.parametrize("wrong", [None, [], "x", {}])
def test_what_is_no_document_is_refused(wrong: Any) -> None:
    """Anything else than a document is refused as a broken report."""
    with pytest.raises(ReportBroken):
        validate(wrong)


def test_the_schema_is_strict() -> None:
    """Every object names its keys and allows no others; it demands all but what came later."""
    pending = [schema()]
    while pending:
        part = pending.pop()
        pending += [entry for entry in part.values() if isinstance(entry, dict)]
        is_open = isinstance(part.get("additionalProperties"), dict)  # what it may hold is told
        if "properties" in part and part.get("type") == "object" and not is_open:
            assert part["additionalProperties"] is False
            assert set(part["properties"]) - set(part["required"]) <= {
                "decision", "feedback", "figures", "interpreters", "language", "location", "previous", "repair",
                "rounding", "share",
                }  # fmt: skip
            assert set(part["required"]) <= set(part["properties"])


def test_the_texts_of_this_grader_can_be_gathered() -> None:
    """Every check has a title, and every sentence of every module is a template that fills."""

    class Anything(dict[str, float]):
        def __missing__(self, key: str) -> float:
            return 1.5

    texts = text_catalogue.default()
    assert all(text.title for text in texts.checks.values())
    evidence = [text.evidence for text in texts.mistakes.values()]
    for template in [*texts.sentences.values(), *evidence]:
        fill(template, Anything())


def test_a_report_of_version_1_is_read() -> None:
    """A stored report of version 1 gets the keys of today, is valid, and gives a page."""
    stored = Path(__file__).parent / "stored" / "version_1.json"
    document = report_store.read(stored)
    findings = [finding for check in document["checks"] for finding in check["diagnosis"]]
    assert (document["schema_version"], "layers" in document["sandbox"]) == (3, False)
    assert document["sandbox"]["walls"] == ["user namespace", "landlock", "seccomp", "limits"]
    assert [f["mistake"] for f in findings] == ["batch_divided_twice", "unexplained"]
    assert "[batch_divided_twice]" in render(document, "text", audience="student")


@pytest.mark.parametrize("odd", [[], 1, {"schema_version": 1}, {"schema_version": 1, "checks": 3}])
def test_what_is_no_report_is_not_upgraded(odd: Any) -> None:
    """What only claims to be a report of version 1 comes back as it is, for validation to refuse."""
    assert report_document.upgrade(odd) is odd
