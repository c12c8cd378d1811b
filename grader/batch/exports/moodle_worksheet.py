"""The grading worksheet of Moodle, filled in."""

from __future__ import annotations

from grader import reports
from grader.batch import moodle_columns
from grader.batch.csv_cells import Sheet
from grader.batch.exports.platform_sheets import Cells, PlatformSheet, cell_text, parse_number
from grader.batch.exports.student_lookup import StudentLookup
from grader.batch.moodle_columns import MoodleColumns
from grader.batch.roster import fold_case
from grader.batch.store import Store
from grader.batch.student_rows import Row
from grader.reports import report_wording, wording
from grader.reports.final_score import FinalScore
from grader.sentence import Sentence

_MAX_LINES = 12
"""Lines of a comment; Moodle shows it beside the grade, and the report has the rest."""


class MoodleWorksheet(PlatformSheet):
    """A grading worksheet as Moodle offers it: participants by number, teams by name."""

    def __init__(self, name: str, sheet: Sheet, column: str | None, columns: MoodleColumns) -> None:
        self._columns = columns
        super().__init__(name, sheet, column)

    def _grade_column(self) -> int:
        return self._columns.grade  # a worksheet is of one assignment, whatever column is named

    def _number_columns(self) -> list[int]:
        maximum = self._columns.most
        return [self._grade] if maximum is None else [self._grade, maximum]

    def _student_of(self, row: Cells, lookup: StudentLookup) -> Row | None:
        columns = self._columns
        name = cell_text(row, columns.name)
        number = moodle_columns.participant(cell_text(row, columns.identifier))
        student = lookup.by_platform(number)
        people = student.grade.people if student and student.grade else ()
        names = {_letters(person_name) for _, person_name, _ in people}
        if student and (not name or not names.isdisjoint(("", _letters(name)))):
            return student
        by_team = (lookup.by_name(cell_text(row, at)) for at in (columns.group, *columns.others))
        return (
            next(filter(None, by_team), None)
            or lookup.by_roster(cell_text(row, columns.number))
            or lookup.by_roster(cell_text(row, columns.email))
            or lookup.by_name(name)
        )

    def _refusal(self, row: Cells) -> Sentence | None:
        if moodle_columns.is_refusal(cell_text(row, self._columns.open)):
            return Sentence("{sheet}: {who}: Moodle does not let this grade be changed")
        return None

    def _fill(self, row: Cells, id_: str, final_score: FinalScore, store: Store) -> None:
        self._put_total(row, final_score, parse_number(cell_text(row, self._columns.most)))
        comment = self._columns.comment
        if comment is not None and comment < len(row):
            self._sheet.put(row[comment], _comment(id_, store))


def _letters(name: str) -> str:
    """Return the letters of a name: Moodle removes signs from the names of its folders."""
    return "".join(letter for letter in fold_case(name) if letter.isalnum())


def _comment(id_: str, store: Store) -> str:
    """Say in a few words what a student may know, in the language of the rubric."""
    document = store.load(id_)
    if document is None:
        return ""
    language = reports.language_of(document)
    tr = reports.translator(language)
    document = reports.in_language(reports.for_student(document), language)
    checks = [c for c in document["checks"] if c["points"] < c["max_points"] and not c["bonus"]]
    lines = [wording.score(document, tr), *report_wording.conditions(document, tr)]
    lines += [
        tr("{label}: {text}").format(label=wording.title(c, tr), text=wording.points(c))
        for c in checks
    ]
    more = len(lines) - _MAX_LINES
    more_lines = [tr("and {count} more").format(count=more)] if more > 0 else []
    return "\n".join(lines[:_MAX_LINES] + more_lines)
