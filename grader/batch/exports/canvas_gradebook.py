"""The gradebook of Canvas, filled in."""

from __future__ import annotations

import re

from grader.batch.exports.platform_sheets import Cells, PlatformSheet, cell_text, parse_number
from grader.batch.exports.student_lookup import StudentLookup
from grader.batch.store import Store
from grader.batch.student_rows import Row
from grader.errors import PathError
from grader.reports.final_score import FinalScore
from grader.sentence import Sentence

_ASSIGNMENT = re.compile(r"^(?P<title>.*) \((?P<id>\d+)\)\s*$", re.DOTALL)


class CanvasGradebook(PlatformSheet):
    """A gradebook as Canvas exports it: students by id, assignments by ``Title (id)``."""

    def _grade_column(self) -> int:
        first = self._header.index("Section") + 1
        assignments = {
            at: match
            for at, name in enumerate(self._header)
            if at >= first and (match := _ASSIGNMENT.match(name))
        }
        column = self.column
        by_id = [at for at, match in assignments.items() if match["id"] == column]
        by_title = [at for at, match in assignments.items() if column in (match["title"], match[0])]
        columns = by_id or by_title if column else list(assignments)
        if len(columns) != 1:
            names = ", ".join(repr(match[0]) for match in assignments.values()) or "none"
            problem = f"no single assignment {column!r}" if column else "no single assignment"
            raise PathError(f"{self.name}: found {problem}; name one with --column: {names}")
        self._max_points = self._possible_points(columns[0])
        return columns[0]

    def _possible_points(self, column: int) -> float | None:
        """Return the points that the assignment has in Canvas, if the sheet says so."""
        for row in self._sheet.rows[1:3]:
            if "Points Possible" in row[0].text and column < len(row):
                if "read only" in row[column].text:
                    name = self._header[column]
                    raise PathError(f"{self.name}: the column {name!r} is read only")
                return parse_number(row[column].text)
        return None

    def _text(self, row: Cells, name: str) -> str:
        return cell_text(row, self._header.index(name)) if name in self._header else ""

    def _student_of(self, row: Cells, lookup: StudentLookup) -> Row | None:
        if "Points Possible" in row[0].text:
            return None
        student = lookup.by_platform(self._text(row, "ID"))
        for name in ("SIS User ID", "SIS Login ID"):
            student = student or lookup.by_roster(self._text(row, name))
        return student or lookup.by_name(self._text(row, "Student"))

    def _refusal(self, row: Cells) -> Sentence | None:
        is_excused = row[self._grade].text.strip().upper() == "EX"
        return Sentence("{sheet}: {who}: excused, left so") if is_excused else None

    def _fill(self, row: Cells, id_: str, final_score: FinalScore, store: Store) -> None:
        del id_, store  # Canvas takes no comments from a gradebook
        self._put_total(row, final_score, self._max_points)
