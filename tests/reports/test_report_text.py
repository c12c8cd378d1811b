"""The summary on a terminal."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from rich.cells import cell_len
from rich.console import Console

from grader.model import Report
from grader.reports import for_student, text
from tests.reports import report_examples as examples
from tests.reports.graded_programs import PROGRAMS, graded
from tests.reports.hostile_text import PAYLOADS, commands, unseen

pytestmark = pytest.mark.no_cover

REPORTS = [examples.perfect, examples.typical, examples.terrible, examples.invalid]


def shown(make: Callable[[], Report], encoding: str = "utf-8", **more: Any) -> str:
    """Show a report on a console with this encoding and return what arrived there."""
    raw = io.BytesIO()
    paper = io.TextIOWrapper(raw, encoding=encoding)
    text.show(examples.write(make()), Console(file=paper, **more))
    paper.flush()
    return raw.getvalue().decode(encoding)


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("make", REPORTS)
def test_no_line_is_wider_than_the_console(make: Callable[[], Report], width: int) -> None:
    """At 40, 80 and 120 columns every line fits."""
    page = text.render(examples.write(make()), width=width)
    assert max(cell_len(line) for line in page.splitlines()) <= width


@given(PAYLOADS)
@settings(max_examples=40, deadline=None)
def test_no_payload_makes_a_line_wider(payload: str) -> None:
    """Wide characters, long words and folded names fit as well."""
    document = examples.write(examples.terrible(payload))
    for width in (40, 80):
        lines = text.render(document, width=width).splitlines()
        assert max(cell_len(line) for line in lines) <= width


def test_the_score_says_at_least_while_points_are_open() -> None:
    """An open check makes the score a lower bound, and says how many points wait."""
    page = text.render(examples.write(examples.typical()))
    assert "at least 13 / 20" in page.splitlines()[0]
    assert "1 point is not graded yet." in page
    assert "at least" not in text.render(examples.write(examples.perfect()))


def test_a_perfect_report_is_short() -> None:
    """Where everything holds, no line explains anything."""
    page = text.render(examples.write(examples.perfect()))
    assert "│" not in page
    assert page.count("✓") == len(examples.ITEMS)


def test_a_mistake_is_named_with_its_evidence() -> None:
    """A failed check shows the message, the named mistake, its evidence and what to do."""
    page = text.render(examples.write(examples.typical()), width=100)
    assert "✗ Linear.backward returns dL/dx, the gradient with respect to its input" in page
    assert "mistake   The gradient was divided by the batch size once too often" in page
    assert "evidence  yours times 32 is right in 5 of 5 draws" in page
    assert "Passed 2 of 3 tests; failed: biases." in page


def test_no_advice_is_given_twice() -> None:
    """A mistake that shows in several checks is named in each, and its advice given once."""
    page = text.render(examples.write(examples.terrible()), width=110)
    assert page.count("[batch_divided_twice]") == len(examples.ITEMS)
    assert page.count("a layer only sums") == 1


def test_a_partial_check_says_which_part_failed_and_why() -> None:
    """The part that failed is named, and a complaint of the same kind is not said again."""
    page = text.render(examples.write(examples.typical()), width=100)
    assert "failed: biases" in page
    assert "at b." not in page


def test_hints_are_for_those_who_can_use_them() -> None:
    """A check that was not examined, or that a person decides, gives no hint."""
    page = text.render(examples.write(examples.terrible()), width=110)
    assert "hint      Plot it." in page
    assert "Differentiate the mean" not in page


@pytest.mark.parametrize("width", range(40, 60))
def test_no_wrapped_line_begins_with_a_command(width: int) -> None:
    """Wherever a line is broken, no build server takes the next one for a command."""
    payload = "some words and ::error::more and ::warning::words ::debug::" * 3
    assert not commands(text.render(examples.write(examples.terrible(payload)), width=width))


def test_a_console_gets_clean_text_even_from_an_edited_file() -> None:
    """What somebody wrote into a stored report does not reach the terminal as it is."""
    document = examples.write(examples.typical())
    document["checks"][1]["message"] = "\x1b]0;title\x07\u202eword"
    assert not unseen(text.render(document))


def test_each_verdict_has_a_sign_and_a_word() -> None:
    """No verdict is told by colour alone."""
    page = text.render(examples.write(examples.terrible()), width=110)
    for word in (
        "Crashed.",
        "Timed out.",
        "Not checked yet.",
        "Waits for grading.",
        "Grader error.",
    ):
        assert word in page
    for sign in "✗–?!":
        assert f"  {sign} " in page


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp437", "cp1252"])
@pytest.mark.parametrize("make", REPORTS)
def test_a_poor_encoding_gets_plain_signs(make: Callable[[], Report], encoding: str) -> None:
    """Where the encoding lacks a sign, a plain one is printed, and nothing raises."""
    assert "  x " in shown(examples.typical, encoding, width=80)
    assert shown(make, encoding, width=80)


def test_markup_is_only_text() -> None:
    """Rich's own markup in a student's text is printed, not obeyed."""
    page = text.render(
        examples.write(examples.terrible("[bold]x[/bold] [/] [link=a]b[/link]")), width=110
    )
    assert "[bold]x[/bold] [/] [link=a]b[/link]" in page


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    """With NO_COLOR the terminal gets weight and signs, and no colour."""
    colour = shown(examples.typical, width=80, force_terminal=True, color_system="standard")
    assert "\x1b[1;31m" in colour
    monkeypatch.setenv("NO_COLOR", "1")
    plain = shown(examples.typical, width=80, force_terminal=True, color_system="standard")
    assert "\x1b[1;31m" not in plain
    assert "\x1b[1m" in plain


def test_an_unofficial_report_says_so() -> None:
    """A report that was made without the sandbox says so before anything else."""
    page = text.render(examples.write(examples.terrible()))
    assert "not official" in page.split("Layers")[0]


def test_an_invalid_submission_gives_its_reason() -> None:
    """A submission that cannot be examined says why, and what was left out."""
    page = text.render(examples.write(examples.invalid()))
    assert "Could not be graded: There is no Python file in it." in page
    assert "notes.txt" in page


def test_students_are_told_that_more_is_hidden() -> None:
    """A student reads that some items are not shown, and not which."""
    page = text.render(for_student(examples.write(examples.typical())))
    assert "Some items are hidden here" in page
    assert "Fairness" not in page


def test_a_note_is_not_repeated_below_checks_that_passed() -> None:
    """The same note stands once below what passed, and below whatever lost points."""
    document = graded(PROGRAMS[0])
    remarks = [
        {
            "id": "standins",
            "values": {"names": "Linear"},
            "text": "A correct version replaces yours.",
        }
    ]
    checks = [check | {"remarks": remarks} for check in document["checks"]]
    page = text.render(document | {"checks": checks})
    lost = [check for check in checks if check["verdict"] != "passed"]
    assert checks[0]["verdict"] == "passed"
    assert 0 < len(lost) < len(checks) - 1
    assert page.count("A correct version replaces yours.") == len(lost) + 1
