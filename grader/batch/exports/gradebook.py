"""``gradebook.csv``: a row a student, a column an item, then sums and what to look at."""

from __future__ import annotations

from grader.batch.class_index import ClassIndex
from grader.batch.csv_cells import table
from grader.batch.student_rows import Row

NAME = "gradebook.csv"
_PERSON = ("id", "name", "email", "submission", "verdict")
_SUMS = ("score", "late", "late_points", "total", "max_score", "open_points", "review")

Cells = list[str | float | None]


def render(rows: list[Row], index: ClassIndex) -> str:
    """Write the gradebook; an empty cell is what nobody has decided, never a zero."""
    header: Cells = [*_PERSON, *(column.id for column in index.columns), *_SUMS]
    return table([header, *(_cells(row, index) for row in rows)])


def _cells(row: Row, index: ClassIndex) -> Cells:
    grade = row.grade
    person: Cells = [
        row.id,
        row.name,
        row.email,
        grade.id if grade else ", ".join(row.rivals),
        row.status,
    ]
    if grade is None or not row.on_roster:
        empty: Cells = [None] * (len(index.columns) + len(_SUMS) - 1)
        return [*person, *empty, "yes" if grade or row.rivals else ""]
    late = "" if not grade.late else "yes" if grade.days is None else f"{grade.days:g}"
    review, final_score = "yes" if grade.flags else "", row.final_score
    if final_score is None:
        owed = grade.final_score.open_points
        return [*person, *grade.points, None, late, None, None, index.max_score, owed, review]
    sums: Cells = [
        final_score.score,
        late,
        final_score.late_points,
        final_score.total,
        index.max_score,
    ]
    return [*person, *grade.points, *sums, final_score.open_points, review]
