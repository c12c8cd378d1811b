"""The words, signs, addresses and shares of the page of a class, as all its parts write them."""

from __future__ import annotations

from urllib.parse import urlencode

from grader.model import Document
from grader.reports.language import Translate
from grader.reports.messages import fill
from grader.reports.wording import number

VERDICTS = ["passed", "failed", "crashed", "timed_out", "blocked", "review", "broken"]
SIGNS = {
    "passed": "✓", "failed": "✗", "partial": "◐", "crashed": "↯", "timed_out": "∞",
    "blocked": "–", "review": "?", "broken": "!", "none": "·",
}  # fmt: skip
"""A sign for each outcome: a meaning is never told by colour alone."""

_LETTERS = {
    "passed": "p", "failed": "f", "crashed": "c", "timed_out": "t", "blocked": "b",
    "review": "r", "broken": "x", None: ".",
}  # fmt: skip


def letter(verdict: str | None, points: float | None) -> str:
    """Return one letter for an outcome; one that holds in part has a letter of its own."""
    return "h" if verdict == "failed" and points else _LETTERS[verdict]


def outcomes(tr: Translate) -> dict[str, str]:
    """Return what each outcome of a check is called."""
    return {
        "passed": tr("passed"),
        "failed": tr("failed"),
        "partial": tr("partly passed"),
        "crashed": tr("crashed"),
        "timed_out": tr("timed out"),
        "blocked": tr("not checked"),
        "review": tr("waits for grading"),
        "broken": tr("grader error"),
        "none": tr("no outcome"),
    }


def results(tr: Translate) -> dict[str, str]:
    """Return what may have become of a student's submission."""
    return {
        "graded": tr("graded"),
        "waits": tr("waits for grading"),
        "unmatched": tr("not on the roster"),
        "invalid_submission": tr("cannot be graded"),
        "no_report": tr("no report: grader error"),
        "missing": tr("no submission"),
        "ambiguous": tr("several submissions match"),
    }


def only(tr: Translate) -> dict[str, str]:
    """Return the kinds of student that can be shown alone."""
    return {
        "review": tr("flagged"),
        "open": tr("with open points"),
        "late": tr("late"),
        "missing": tr("no submission"),
        "invalid_submission": tr("cannot be graded"),
        "fault": tr("grader error"),
        "stranger": tr("not on the roster"),
    }


def kinds(row: Document) -> list[str]:
    """Return which kinds a student is of; the keys of `only`."""
    by_kind = {
        "review": row["flags"],
        "open": row["open_points"],
        "late": row["late"],
        "missing": row["status"] == "missing",
        "invalid_submission": row["status"] == "invalid_submission",
        "fault": row["status"] == "no_report" or "broken" in row["verdicts"],
        "stranger": not row["on_roster"],
    }
    return [kind for kind, holds in by_kind.items() if holds]


def late(row: Document, tr: Translate) -> str:
    """Say by how much a submission was late, and what that costs."""
    if not row["late"]:
        return ""
    if row["days"] is None:
        return tr("yes")
    days = fill(tr("{days} {days:day|days}"), {"days": number(row["days"])}, tr)
    return f"{days}, −{number(row['late_points'])}" if row["late_points"] else days


def lateness(row: Document) -> float | None:
    """Return what lateness is sorted by: days, a part of one where nobody knows, None in time."""
    if not row["late"]:
        return None
    return 0.5 if row["days"] is None else float(row["days"])


def script_words(tr: Translate) -> dict[str, str]:
    """Return what the scripts say, with named places for what they know."""
    return (
        outcomes(tr)
        | results(tr)
        | {
            "outcome": tr("{verdict}, {points} of {most} {most:point|points}"),
            "told": tr("{shown} of {all} {all:student|students}, median {median}"),
            "told_none": tr("{shown} of {all} {all:student|students}"),
            "matrix": tr("Students by checks"),
            "student": tr("Student"),
            "total": tr("Total"),
            "share": tr("passed, in percent"),
            "share_said": tr(
                "{share} % of the students shown passed; {points} {points:point|points}"
            ),
        }
    )


def link(**asked: str) -> str:
    """Return the address that shows some of the students alone."""
    return f"#{urlencode(asked)}"


def percent(part: float, whole: float) -> float:
    """Return a share in percent, for lengths; of nothing, none."""
    return round(100 * part / whole, 2) if whole else 0.0


def whole_percent(part: int, whole: int) -> int:
    """Return whole percents: 100 only where it is all, and 0 only where it is none."""
    return max(int(part > 0), min(100 - (part < whole), round(percent(part, whole))))
