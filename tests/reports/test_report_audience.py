"""What students may read."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from grader.model import Finding, Report, Verdict, Visibility, frozen
from grader.reports import for_student, render, validate
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


def test_feedback_none_says_nothing() -> None:
    """With ``none`` there is no diagnosis, and the messages stay."""
    document = for_student(taught("none"))
    validate(document)
    assert all(check["diagnosis"] == [] for check in document["checks"])
    assert document["checks"][1]["message"]


def test_feedback_name_tells_all() -> None:
    """With ``name`` students read what staff read of a mistake."""
    document = taught("name")
    assert for_student(document)["checks"][1]["diagnosis"] == document["checks"][1]["diagnosis"]


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
