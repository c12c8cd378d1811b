"""A sheet of a platform that is filled in: the gradebook of Canvas, or the worksheet of Moodle.

The file that was downloaded is read, the cells of one column get grades, and every other cell
stays as it is, byte for byte: the platform would make a second column of a header of ours.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

from grader.batch.csv_cells import Cell, Sheet, unescape
from grader.batch.exports.student_lookup import StudentLookup
from grader.batch.store import Store
from grader.batch.student_rows import UNMATCHED, Row, label
from grader.model import ROUNDING, round_points
from grader.reports import wording
from grader.reports.final_score import FinalScore, State
from grader.sentence import Sentence

_DECIMAL = re.compile(r"\d+([.,])\d+")
_BLANK: Mapping[str, Sentence] = {
    State.WAITS: Sentence("{sheet}: {who}: some points wait for a person, so the cell is blank"),
    State.NOT_EXAMINED: Sentence("{sheet}: {who}: it could not be examined, so the cell is blank"),
    State.NO_REPORT: Sentence(
        "{sheet}: {who}: it has no report, by our own fault, so the cell is blank"
    ),
    UNMATCHED: Sentence(
        "{sheet}: {who}: no student of the roster matches, or another submission has the same name, "
        "so the cell is blank"
    ),
}
Cells = list[Cell]


@dataclass(frozen=True, slots=True)
class UnfilledCell:
    """A cell without a grade: in which sheet, of which submission (empty: of all), and why.

    ``waits`` says that there is no grade yet; else there is one, and no place for it.
    """

    sheet: str
    id: str
    reason: Sentence
    waits: bool = False


class PlatformSheet(ABC):
    """A sheet of a platform, and the column of it that gets the grades.

    Parameters
    ----------
    name
        The file's name; the filled one gets the same, unless a file of ours has it.
    column
        The title or id of the column that the command names, or None.
    """

    def __init__(self, name: str, sheet: Sheet, column: str | None) -> None:
        self.name, self.original_name, self._sheet = name, name, sheet
        self.column, self.original = column, sheet.content()
        self._header = [cell.text.strip() for cell in sheet.rows[0]]
        self._grade = self._grade_column()

    @abstractmethod
    def _grade_column(self) -> int:
        """Return the number of the column for grades."""

    @abstractmethod
    def _student_of(self, row: Cells, lookup: StudentLookup) -> Row | None:
        """Return the student whose grade a row gets."""

    @abstractmethod
    def _refusal(self, row: Cells) -> Sentence | None:
        """Return why a row must stay as it is; None if it need not."""

    @abstractmethod
    def _fill(self, row: Cells, id_: str, final_score: FinalScore, store: Store) -> None:
        """Put a grade into a row."""

    def fill(self, students: list[Row], store: Store) -> tuple[bytes, list[UnfilledCell]]:
        """Return the sheet with grades, and the cells that got none.

        Where nobody has decided yet, the cell is blank, whatever was in it.
        """
        lookup = StudentLookup(students)
        unfilled: list[UnfilledCell] = []
        names = {row.grade.id: row.name for row in reversed(students) if row.grade}
        without_row = dict.fromkeys(row.grade.id for row in students if row.grade)
        for row in self._sheet.rows[1:]:
            student = self._student_of(row, lookup) if len(row) > self._grade else None
            if student is not None and student.grade is not None:
                without_row.pop(student.grade.id, None)
                unfilled += self._fill_row(row, student, student.grade.id, store)
        for id_ in without_row:
            reason = Sentence(
                "{sheet}: {who} has no row", sheet=self.name, who=label(names[id_], id_)
            )
            unfilled.append(UnfilledCell(self.name, id_, reason))
        return self._sheet.content(), unfilled

    def _fill_row(self, row: Cells, student: Row, id_: str, store: Store) -> list[UnfilledCell]:
        """Fill one row, or say why it has no grade."""
        final_score, reason = student.final_score, self._refusal(row)
        if reason is None and final_score is not None:
            self._fill(row, id_, final_score, store)
            return []
        if reason is None:
            reason = _BLANK[student.status]
            self._sheet.put(row[self._grade], "")
        sentence = Sentence(reason.text, sheet=self.name, who=label(student.name, id_))
        return [UnfilledCell(self.name, id_, sentence, waits=final_score is None)]

    def _number_columns(self) -> list[int]:
        """Return the columns whose numbers show how this sheet writes decimals."""
        return [self._grade]

    def _put_total(self, row: Cells, final_score: FinalScore, max_points: float | None) -> None:
        """Put a total into a row, in the points that the platform has for the assignment."""
        total, worth = final_score.least, final_score.max_score
        if max_points and worth and max_points != worth:
            total = round_points(total * max_points / worth, ROUNDING)
        self._sheet.put(row[self._grade], self._decimal(wording.number(total)))

    def _decimal(self, number: str) -> str:
        """Write a number with the decimal sign of the sheet's own numbers."""
        columns = self._number_columns()
        texts = [row[at].text for row in self._sheet.rows for at in columns if at < len(row)]
        signs = [match[1] for text in texts if (match := _DECIMAL.fullmatch(text.strip()))]
        has_comma = "," in signs if signs else self._sheet.delimiter == ";"
        return number.replace(".", ",") if has_comma else number


def cell_text(row: Cells, column: int | None) -> str:
    """Return what a cell says; nothing if the row, or the sheet, has no such column."""
    has_cell = column is not None and column < len(row)
    return unescape(row[column].text.strip()) if has_cell and column is not None else ""


def parse_number(text: str) -> float | None:
    """Return a number with a decimal point or a comma; None for any other text."""
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None
