"""What students may read."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from grader.model import Finding, Location, Repair, Report, Verdict, Visibility, frozen
from grader.reports import for_student, render, text, validate
from tests.reports import report_examples as examples

SECRET = "Another seed gives other weights"


def taught(feedback: str, make: Callable[[], Report] = examples.typical) -> dict[str, Any]:
    """Make the document of a rubric with this feedback."""
    report = make()
    return examples.write(replace(report, rubric=replace(report.rubric, feedback=feedback)))


def test_hidden_items_leave_no_trace() -> None:
    """Nothing of a hidden item is left, neither its points nor its title in another message."""
    document = for_student(examples.write(examples.typical()))
    assert SECRET not in json.dumps(document)
    assert "secret.seeds" not in json.dumps(document)
    assert "Fairness" not in json.dumps(document)
    assert document["hidden_items"] is True


def test_hidden_points_cannot_be_derived() -> None:
    """The document of a student is the same whether a hidden item was passed or not."""
    report = examples.typical()
    *seen, hidden = report.outcomes
    for verdict in Verdict:
        other = replace(hidden, verdict=verdict, share=0.0, seconds=9.0)
        changed = replace(report, outcomes=(*seen, other), seconds=report.seconds + 9.0)
        assert for_student(examples.write(changed)) == for_student(examples.write(report))


@pytest.mark.parametrize("make", [examples.perfect, examples.typical, examples.invalid])
def test_the_rest_adds_up(make: Callable[[], Report]) -> None:
    """A student's document is valid, and its maximum is that of the visible items."""
    document = for_student(examples.write(make()))
    validate(document)
    assert document["max_score"] == 18.5


def test_staff_notes_and_seeds_are_dropped() -> None:
    """Flags for a person, the seed, and the digest from which it may follow are dropped."""
    document = for_student(examples.write(examples.typical()))
    assert document["needs_review"] == []
    assert document["seed"] is None
    assert document["rubric"]["digest"] is None


def test_that_a_mistake_could_not_be_looked_up_is_told_to_staff_alone() -> None:
    """A search for a mistake that failed shows to staff with its error, and to no student."""
    report = examples.typical()
    failed = Finding("look_up_failed", "Linear", frozen(kind="KeyError", text="oops"))
    outcomes = tuple(replace(o, findings=(failed,)) if o.findings else o for o in report.outcomes)
    document = examples.write(replace(report, outcomes=outcomes))
    assert "KeyError: oops" in json.dumps(document)
    assert "look_up_failed" not in json.dumps(for_student(document))


def test_after_due_items_wait() -> None:
    """An item for after the due date is shown from then on, and a hidden one never."""
    report = examples.perfect()
    first, *rest = report.outcomes
    late = replace(first, item=replace(first.item, visibility=Visibility.AFTER_DUE))
    items = tuple(outcome.item for outcome in (late, *rest))
    document = examples.write(
        replace(report, outcomes=(late, *rest), rubric=examples.rubric(items))
    )
    before, after = for_student(document), for_student(document, due_passed=True)
    assert [c["id"] for c in before["checks"]] == [c["id"] for c in after["checks"]][1:]
    assert (before["max_score"], after["max_score"]) == (16.5, 18.5)
    validate(before)
    validate(after)
    assert "after due" in render(document, "text", audience="student", due_passed=True)


def test_nothing_is_hidden_where_all_is_visible() -> None:
    """A document without hidden items says so."""
    report = examples.perfect()
    seen = report.outcomes[:-1]
    rubric = examples.rubric(tuple(outcome.item for outcome in seen))
    document = for_student(examples.write(replace(report, outcomes=seen, rubric=rubric)))
    assert document["hidden_items"] is False


def test_feedback_hint_keeps_the_advice_only() -> None:
    """With ``hint`` a finding loses its name, its explanation and its evidence."""
    document = for_student(taught("hint"))
    validate(document)
    finding = document["checks"][1]["diagnosis"][0]
    assert finding["advice"].startswith("The loss already takes the mean")
    assert (finding["mistake"], finding["explanation"], finding["evidence"]) == (None, None, None)
    assert finding["values"] == {}


PLACE = Location("layers.py", 3, 3, "Linear.backward", "statement", None, ("    dw = 1",), 3)


def placed(feedback: str, kind: str = "statement") -> dict[str, Any]:
    """Make the document of a report whose second check has a place and a finding with the same."""
    report, place = examples.typical(), replace(PLACE, kind=kind)
    outcome = report.outcomes[1]
    findings = tuple(replace(finding, location=place) for finding in outcome.findings)
    changed = replace(
        outcome,
        location=place,
        findings=findings,
        item=replace(outcome.item, feedback=feedback),
    )
    outcomes = (report.outcomes[0], changed, *report.outcomes[2:])
    return examples.write(replace(report, outcomes=outcomes))


@pytest.mark.parametrize(
    ("step", "place", "mistake", "evidence"),
    [
        ("symptom", False, False, False),
        ("place", True, False, False),
        ("name", True, True, False),
        ("formula", True, True, True),
    ],
)
def test_each_step_of_the_feedback_tells_more(
    step: str, place: bool, mistake: bool, evidence: bool
) -> None:
    """What differs, where it is, what the mistake is, what the numbers equal; an item has its own step."""
    whole = placed(step)
    document = for_student(whole)
    validate(document)
    check = document["checks"][1]
    assert check["message"] == whole["checks"][1]["message"]
    assert (check["location"] is not None) is place
    findings = check["diagnosis"]
    assert bool(findings) is mistake
    assert bool(findings and findings[0]["evidence"]) is evidence
    for form in ("text", "markdown", "html", "json", "junit"):
        page = render(whole, form, audience="student", language="zh_TW")
        plain = page.replace("\\", "")
        assert ("layers.py" in plain) is place, form
        assert ("batch_divided_twice" in plain) is mistake, form


def test_the_line_of_an_error_is_no_secret() -> None:
    """What an exception says stands in the message at every step, and its line with it."""
    assert for_student(placed("symptom", "line"))["checks"][1]["location"]["line"] == 3


def test_places_of_hidden_items_are_never_told() -> None:
    """Nothing of the place of a hidden failure is in what a student reads."""
    report = examples.typical()
    *seen, hidden = report.outcomes
    secret = replace(hidden, location=replace(PLACE, file="secret_place.py"))
    document = examples.write(replace(report, outcomes=(*seen, secret)))
    assert "secret_place" in json.dumps(document)
    assert "secret_place" not in json.dumps(for_student(document))


def test_the_document_of_the_staff_stays() -> None:
    """Making a student's document changes nothing in that of the staff."""
    document = examples.write(examples.typical())
    before = copy.deepcopy(document)
    for_student(document)
    assert document == before


def test_twice_is_once() -> None:
    """A student's document made from a student's document is the same."""
    once = for_student(taught("hint"))
    assert for_student(once) == once


@pytest.mark.parametrize("form", ["text", "json", "markdown", "junit", "gradescope"])
def test_no_format_shows_it_to_students(form: str) -> None:
    """No format for students holds a hidden title, the seed, or a flag for staff."""
    page = render(examples.write(examples.typical()), form, audience="student")
    assert SECRET not in page
    assert "20240117" not in page
    assert "full marks" not in page


@pytest.mark.parametrize("step", ["symptom", "place", "name", "formula", "repair", "hint"])
def test_only_the_last_step_shows_a_student_the_repair(step: str) -> None:
    """Staff see the edit always, a student at ``repair`` alone, with the words in front of the diff."""
    repair = Repair(PLACE, "sign", ("    dw = 1",), ("    dw = -1",))
    report = examples.typical()
    item = replace(report.outcomes[1].item, feedback=step)
    changed = replace(report.outcomes[1], item=item, location=PLACE, repair=(repair,))
    whole = examples.write(
        replace(report, outcomes=(report.outcomes[0], changed, *report.outcomes[2:]))
    )
    validate(whole)
    shown = for_student(whole)
    validate(shown)
    assert "+     dw = -1" in text.render(whole)
    assert ("dw = -1" in text.render(shown)) == (step == "repair")
    assert ("dw = -1" in json.dumps(shown)) == (step == "repair")
    assert bool(shown["checks"][1]["diagnosis"]) or step in ("symptom", "place")
