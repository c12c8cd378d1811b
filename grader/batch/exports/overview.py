"""What the page of a class tells: the facts of the summary, and beside them every student and check."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from grader.batch.class_index import ClassIndex, Column
from grader.batch.csv_cells import lines
from grader.batch.exports.platform_sheets import UnfilledCell
from grader.batch.review_queue import ReviewEntry
from grader.batch.student_rows import Row
from grader.model import Document
from grader.reports.language import Translate, translator
from grader.reports.text_catalogue import default

Address = Callable[[str], str | None]
"""From the id of a submission to the address of its page, or None where it has none."""


def page_data(
    summary: Document,
    students: Sequence[Row],
    index: ClassIndex,
    entries: Sequence[ReviewEntry],
    unfilled: Sequence[UnfilledCell],
    address: Address,
    language: str,
) -> Document:
    """Gather everything that `grader.reports.pages.class_page` asks for.

    Parameters
    ----------
    summary
        The content of ``summary.json``.
    entries
        The submissions that wait for a person, worst first.
    unfilled
        The cells of the sheets that got no grade.
    language
        The language of the page; the reasons of the entries are in it already.
    """
    names = {row.grade.id: row.name for row in reversed(students) if row.grade}
    tr, mistakes = translator(language), default(language).mistakes
    bugs = [mistake["bug"] for mistake in summary["mistakes"]]
    return {
        **summary,
        "title": tr(summary["title"]),
        "sheets": [cell.reason.translate(tr) for cell in unfilled],
        "language": language,
        "columns": [_column(column, tr) for column in index.columns],
        "rows": [_row(row, len(index.columns), address) for row in students],
        "waiting": [_entry_data(entry, names, address, tr) for entry in entries],
        "undecided": lines(_open_checks(entries)),
        "meanings": {bug: mistakes[bug].explanation for bug in bugs if bug in mistakes},
    }


def _column(column: Column, tr: Translate) -> Document:
    return {
        "id": column.id,
        "title": tr(column.title),
        "group": tr(column.group),
        "points": column.points,
        "bonus": column.bonus,
        "visibility": column.visibility,
    }


def _row(row: Row, checks: int, address: Address) -> Document:
    """Return a student; where nobody has decided, there is no total, and nothing is zero."""
    grade, person = row.grade, {"id": row.id, "name": row.name, "email": row.email}
    return {
        **person,
        "page": address(grade.id) if grade else None,
        "status": row.status,
        "on_roster": row.on_roster,
        "late": bool(grade and grade.late),
        "days": grade.days if grade else None,
        "late_points": row.final_score.late_points if row.final_score else 0,
        "total": row.total,
        "open_points": grade.final_score.open_points if grade and grade.status.is_open else 0,
        "flags": grade.flags if grade else 0,
        "bugs": list(grade.bugs) if grade else [],
        "verdicts": list(grade.verdicts) if grade else [None] * checks,
        "points": list(grade.points) if grade else [None] * checks,
    }


def _entry_data(
    entry: ReviewEntry, names: Mapping[str, str], address: Address, tr: Translate
) -> Document:
    return {
        "id": entry.id,
        "name": names.get(entry.id, ""),
        "page": address(entry.id),
        "open_points": entry.open_points,
        "fault": entry.is_fault,
        "state": entry.summary(tr),
        "reasons": [{"check": reason.check, "text": reason.text} for reason in entry.reasons],
    }


def _open_checks(entries: Sequence[ReviewEntry]) -> list[list[str | float | None]]:
    """Return the beginnings of decisions: id and check, with points, reason and who left blank."""
    return [[entry.id, check, None, "", ""] for entry in entries for check in entry.undecided]
