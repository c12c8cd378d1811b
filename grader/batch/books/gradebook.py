"""``gradebook.csv``: a row a student, a column an item, then sums and what to look at."""

from __future__ import annotations

from grader.batch.cells import table
from grader.batch.register import Register
from grader.batch.rows import Row

NAME = "gradebook.csv"
_WHO = ("id", "name", "email", "submission", "verdict")
_SUMS = ("score", "late", "late_points", "total", "max_score", "open_points", "review")

Cells = list[str | float | None]


def render(rows: list[Row], register: Register) -> str:
    """Write the gradebook; an empty cell is what nobody knows, never a zero."""
    header: Cells = [*_WHO, *(column.id for column in register.columns), *_SUMS]
    return table([header, *(_cells(row, register) for row in rows)])


def _cells(row: Row, register: Register) -> Cells:
    grade = row.grade
    if grade is None:
        empty = len(register.columns) + len(_SUMS)
        return [row.id, row.name, row.email, "", "missing", *[None] * empty]
    who: Cells = [row.id, row.name, row.email, grade.id, grade.status]
    if grade.status == "no_report":
        return [*who, *grade.points, *[None] * (len(_SUMS) - 1), "yes"]
    late = "" if not grade.late else "yes" if grade.days is None else f"{grade.days:g}"
    review = "yes" if grade.flags else ""
    sums: Cells = [grade.score, late, grade.late_points, grade.total, register.max_score]
    return [*who, *grade.points, *sums, grade.open_points, review]
