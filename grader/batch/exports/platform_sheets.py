"""The gradebook of Canvas and the grading worksheet of Moodle, filled in.

The file that was downloaded is read, the cells of one column get grades, and every
other cell stays byte for byte: a header that was made up would create a second column.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from grader import reports
from grader.batch import csv_cells, moodle_columns
from grader.batch.csv_cells import Cell, Sheet, unescape
from grader.batch.moodle_columns import MoodleColumns
from grader.batch.roster import fold_case
from grader.batch.store import Store
from grader.batch.student_rows import UNMATCHED, Row, label
from grader.errors import PathError
from grader.model import ROUNDING, rounded
from grader.reports import wording
from grader.reports.final_score import Settled, State
from grader.sentence import Sentence

_LARGEST = 64 * 1024 * 1024
_ASSIGNMENT = re.compile(r"^(?P<title>.*) \((?P<id>\d+)\)\s*$", re.DOTALL)
_DECIMAL = re.compile(r"\d+([.,])\d+")
_SHOWN = 12
_BLANK: Mapping[str, Sentence] = {
    State.WAITS: Sentence("{sheet}: {who}: points of it wait for a person, so the cell is blank"),
    State.NOT_EXAMINED: Sentence("{sheet}: {who}: it could not be examined, so the cell is blank"),
    State.NO_REPORT: Sentence(
        "{sheet}: {who}: it has no report, by our own fault, so the cell is blank"
    ),
    UNMATCHED: Sentence(
        "{sheet}: {who}: nobody on the roster is meant, or another submission is called the same, "
        "so the cell is blank"
    ),
}
Cells = list[Cell]


@dataclass(frozen=True, slots=True)
class UnfilledCell:
    """A cell that got no grade: in which sheet, of which submission (empty: of all), and why.

    ``waits`` says that there is no grade yet; else there is one, and no place for it.
    """

    sheet: str
    id: str
    said: Sentence
    waits: bool = False


class PlatformSheet(ABC):
    """A sheet of a platform, and which column of it is ours.

    Parameters
    ----------
    name
        Of the file; the filled one gets the same, unless a file of ours has it.
    column
        Which column was asked for, or None.
    """

    def __init__(self, name: str, sheet: Sheet, column: str | None) -> None:
        self.name, self.given, self._sheet = name, name, sheet
        self.column, self.original = column, sheet.content()
        self._header = [cell.text.strip() for cell in sheet.rows[0]]
        self._grade = self._chosen(column)

    def _at(self, name: str) -> int | None:
        return self._header.index(name) if name in self._header else None

    def _text(self, row: Cells, name: str) -> str:
        at = self._at(name)
        return unescape(row[at].text.strip()) if at is not None and at < len(row) else ""

    @abstractmethod
    def _chosen(self, column: str | None) -> int:
        """Return the number of the column for grades."""

    @abstractmethod
    def _student_of(self, row: Cells, index: Index) -> Row | None:
        """Return the student whose grade a row gets."""

    @abstractmethod
    def _refusal(self, row: Cells) -> Sentence | None:
        """Return why a row must stay as it is; None where it need not."""

    @abstractmethod
    def _fill(self, row: Cells, id_: str, settled: Settled, store: Store) -> None:
        """Put a grade into a row."""

    def filled(self, students: list[Row], store: Store) -> tuple[bytes, list[UnfilledCell]]:
        """Return the sheet with grades, and what could not be put into it.

        Where nobody has decided yet, the cell is blank, whatever stood in it.
        """
        index, missed, used = Index(students), [], set()
        for row in self._sheet.rows[1:]:
            student = self._student_of(row, index) if len(row) > self._grade else None
            if student is not None and student.grade is not None:
                used.add(student.grade.id)
                missed += self._filled_row(row, student, student.grade.id, store)
        ids = dict.fromkeys(row.grade.id for row in students if row.grade)
        names = {row.grade.id: row.name for row in reversed(students) if row.grade}
        for id_ in ids:
            if id_ not in used:
                who = label(names[id_], id_)
                said = Sentence("{sheet}: {who} has no row", sheet=self.name, who=who)
                missed.append(UnfilledCell(self.name, id_, said))
        return self._sheet.content(), missed

    def _filled_row(self, row: Cells, student: Row, id_: str, store: Store) -> list[UnfilledCell]:
        """Fill one row, or say why it has no grade."""
        settled, why = student.settled, self._refusal(row)
        waits = settled is None
        if why is None and settled is not None:
            self._fill(row, id_, settled, store)
            return []
        if why is None:
            why = _BLANK[student.status]
            self._put(row, self._grade, "")
        who = label(student.name, id_)
        said = Sentence(why.text, sheet=self.name, who=who)
        return [UnfilledCell(self.name, id_, said, waits)]

    def _put(self, row: Cells, at: int, text: str) -> None:
        self._sheet.put(row[at], text)

    def _samples(self) -> list[int]:
        """Return the columns whose numbers show how this sheet writes decimals."""
        return [self._grade]

    def _decimal(self, number: str) -> str:
        """Write a number with the decimal sign that the sheet has: its own numbers tell."""
        texts = [
            row[at].text for row in self._sheet.rows for at in self._samples() if at < len(row)
        ]
        signs = [found[1] for text in texts if (found := _DECIMAL.fullmatch(text.strip()))]
        has_comma = "," in signs if signs else self._sheet.delimiter == ";"
        return number.replace(".", ",") if has_comma else number


class Index:
    """Students with a submission, by what a platform may call them."""

    def __init__(self, students: list[Row]) -> None:
        self._platform: dict[str, dict[str, Row]] = defaultdict(dict)
        self._listed: dict[str, dict[str, Row]] = defaultdict(dict)
        self._names: dict[str, set[str]] = {}
        self._by_id: dict[str, Row] = {}
        handed_in = [(row, row.grade) for row in students if row.grade]
        strangers = {(grade.id, row.id) for row, grade in handed_in if not row.on_roster}
        for row, grade in handed_in:
            self._by_id.setdefault(grade.id, row)
            for id_, name, email in grade.people:
                self._names.setdefault(fold_case(name), set()).add(grade.id)
                # One of a team who is on no list does not become one of those who are.
                if not row.on_roster or (grade.id, id_) not in strangers:
                    for word in filter(None, (id_, email)):
                        self._platform[fold_case(word)][grade.id] = row
            for word in filter(None, (row.id, row.email)):
                self._listed[fold_case(word)][grade.id] = row
            self._names.setdefault(fold_case(row.name), set()).add(grade.id)

    def by_platform(self, word: str) -> Row | None:
        """Find by the platform's own id."""
        return _only(self._platform.get(fold_case(word), {})) if word else None

    def by_list(self, word: str) -> Row | None:
        """Find by an id of the roster, else by the platform's."""
        if not word:
            return None
        return _only(self._listed.get(fold_case(word), {})) or self.by_platform(word)

    def by_name(self, name: str) -> Row | None:
        """Find by a name, if only one submission has it."""
        found = self._names.get(fold_case(name), set()) if name else set()
        return self._by_id[next(iter(found))] if len(found) == 1 else None


def _letters(name: str) -> str:
    """Return the letters of a name: Moodle takes signs out of the names of its folders."""
    return "".join(letter for letter in fold_case(name) if letter.isalnum())


def _only(found: Mapping[str, Row]) -> Row | None:
    """Return the row of the one submission that is called so; of several, none may be filled in."""
    row = next(iter(found.values()), None)
    return replace(row, on_roster=False) if row and len(found) > 1 else row


class CanvasGradebook(PlatformSheet):
    """A gradebook as Canvas exports it: students by id, assignments by ``Title (id)``."""

    def _chosen(self, column: str | None) -> int:
        first = self._header.index("Section") + 1
        offered = {
            at: found
            for at, name in enumerate(self._header)
            if at >= first and (found := _ASSIGNMENT.match(name))
        }
        by_id = [at for at, found in offered.items() if found["id"] == column]
        by_title = [at for at, found in offered.items() if column in (found["title"], found[0])]
        chosen = by_id or by_title if column else list(offered)
        if len(chosen) != 1:
            names = ", ".join(repr(found[0]) for found in offered.values()) or "none"
            asked = f"no single assignment {column!r}" if column else "no single assignment"
            raise PathError(f"{self.name}: found {asked}; name one with --column: {names}")
        self._most = self._possible(chosen[0])
        return chosen[0]

    def _possible(self, at: int) -> float | None:
        """Return the points that the assignment has in Canvas, where the sheet says so."""
        for row in self._sheet.rows[1:3]:
            if "Points Possible" in row[0].text and at < len(row):
                if "read only" in row[at].text:
                    raise PathError(f"{self.name}: the column {self._header[at]!r} is read only")
                return _number(row[at].text)
        return None

    def _student_of(self, row: Cells, index: Index) -> Row | None:
        if "Points Possible" in row[0].text:
            return None
        found = index.by_platform(self._text(row, "ID"))
        for name in ("SIS User ID", "SIS Login ID"):
            found = found or index.by_list(self._text(row, name))
        return found or index.by_name(self._text(row, "Student"))

    def _refusal(self, row: Cells) -> Sentence | None:
        is_excused = row[self._grade].text.strip().upper() == "EX"
        return Sentence("{sheet}: {who}: excused, left so") if is_excused else None

    def _fill(self, row: Cells, id_: str, settled: Settled, store: Store) -> None:
        del id_, store  # Canvas takes no comments from a gradebook
        self._put(row, self._grade, self._decimal(_scaled(settled, self._most)))


class MoodleWorksheet(PlatformSheet):
    """A grading worksheet as Moodle offers it: participants by number, teams by name."""

    def __init__(self, name: str, sheet: Sheet, column: str | None, columns: MoodleColumns) -> None:
        self._columns = columns
        super().__init__(name, sheet, column)

    def _chosen(self, column: str | None) -> int:
        del column  # a worksheet is of one assignment
        return self._columns.grade

    def _samples(self) -> list[int]:
        most = self._columns.most
        return [self._grade] if most is None else [self._grade, most]

    def _in(self, row: Cells, at: int | None) -> str:
        return unescape(row[at].text.strip()) if at is not None and at < len(row) else ""

    def _student_of(self, row: Cells, index: Index) -> Row | None:
        columns = self._columns
        number = moodle_columns.participant(self._in(row, columns.identifier))
        name, found = self._in(row, columns.name), index.by_platform(number)
        people = found.grade.people if found and found.grade else ()
        if found and (
            not name or any(who == "" or _letters(who) == _letters(name) for _, who, _ in people)
        ):
            return found
        teams = (columns.group, *columns.others)
        team = next(filter(None, (index.by_name(self._in(row, at)) for at in teams)), None)
        listed = index.by_list(self._in(row, columns.number)) or index.by_list(
            self._in(row, columns.email)
        )
        return team or listed or index.by_name(name)

    def _refusal(self, row: Cells) -> Sentence | None:
        if moodle_columns.is_refusal(self._in(row, self._columns.open)):
            return Sentence("{sheet}: {who}: Moodle does not let this grade be changed")
        return None

    def _fill(self, row: Cells, id_: str, settled: Settled, store: Store) -> None:
        most = _number(self._in(row, self._columns.most))
        self._put(row, self._grade, self._decimal(_scaled(settled, most)))
        comment = self._columns.comment
        if comment is not None and comment < len(row):
            self._put(row, comment, _comment(id_, store))


def read(path: Path, column: str | None) -> PlatformSheet:
    """Read a sheet and say whose it is; its name is that of the file.

    Raise `PathError` if it is neither, or does not say which column is meant.
    """
    sheet = csv_cells.read(path, _LARGEST)
    header = [cell.text.strip() for cell in sheet.rows[0]] if sheet.rows else []
    if "ID" in header[:4] and "Section" in header:
        return CanvasGradebook(path.name, sheet, column)
    columns = moodle_columns.find([[cell.text for cell in row] for row in sheet.rows])
    if columns is not None:
        return MoodleWorksheet(path.name, sheet, column, columns)
    raise PathError(
        "{file}: this is neither a gradebook of Canvas (Student, ID, ..., Section, ...) "
        "nor a grading worksheet of Moodle (Identifier, ..., Grade, ...)",
        file=path,
    )


def _number(text: str) -> float | None:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None


def _scaled(settled: Settled, most: float | None) -> str:
    """Write a total, in the points that the platform has for the assignment."""
    total, worth = settled.least, settled.max_score
    if not most or not worth or most == worth:
        return wording.number(total)
    return wording.number(rounded(total * most / worth, ROUNDING))


def _comment(id_: str, store: Store) -> str:
    """Say in a few words what a student may know, in the language of the rubric."""
    document = store.load(id_)
    if document is None:
        return ""
    language = reports.language_of(document)
    told, tr = reports.for_student(document), reports.translator(language)
    told = reports.in_language(told, language)
    lost = [c for c in told["checks"] if c["points"] < c["max_points"] and not c["bonus"]]
    lines = [wording.score(told, tr), *wording.conditions(told, tr)]
    lines += [
        tr("{label}: {text}").format(label=wording.title(c, tr), text=wording.points(c))
        for c in lost
    ]
    more = len(lines) - _SHOWN
    rest = [tr("and {count} more").format(count=more)] if more > 0 else []
    return "\n".join(lines[:_SHOWN] + rest)
