"""The gradebook of Canvas and the grading worksheet of Moodle, filled in.

The file that was downloaded is read, the cells of one column get grades, and every
other cell stays byte for byte: a header that was made up would create a second column.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from pathlib import Path

from grader import reports
from grader.batch import cells, moodle_columns
from grader.batch.cells import Cell, Sheet, bare
from grader.batch.moodle_columns import MoodleColumns
from grader.batch.rows import Grade, Row
from grader.batch.store import Store
from grader.errors import PathError
from grader.model import ROUNDING, rounded
from grader.reports import account
from grader.sentence import Sentence

_LARGEST = 64 * 1024 * 1024
_ASSIGNMENT = re.compile(r"^(?P<title>.*) \((?P<id>\d+)\)\s*$", re.S)
_DECIMAL = re.compile(r"\d+([.,])\d+")
_SHOWN = 12
Cells = list[Cell]


class PlatformSheet(ABC):
    """A sheet of a platform, and which column of it is ours.

    Parameters
    ----------
    name
        Of the file; the filled one gets the same, unless a file of ours has it.
    """

    def __init__(self, name: str, sheet: Sheet, column: str | None) -> None:
        self.name, self.given, self._sheet = name, name, sheet
        self._header = [cell.text.strip() for cell in sheet.rows[0]]
        self._grade = self._chosen(column)

    def _at(self, name: str) -> int | None:
        return self._header.index(name) if name in self._header else None

    def _text(self, row: Cells, name: str) -> str:
        at = self._at(name)
        return bare(row[at].text.strip()) if at is not None and at < len(row) else ""

    @abstractmethod
    def _chosen(self, column: str | None) -> int:
        """Return the number of the column for grades."""

    @abstractmethod
    def _grade_for(self, row: Cells, index: Index) -> Grade | None:
        """Return the grade that a row gets."""

    @abstractmethod
    def _fill(self, row: Cells, grade: Grade, store: Store) -> str | None:
        """Put a grade into a row; return why not, where it cannot."""

    def filled(self, students: list[Row], store: Store) -> tuple[bytes, list[str]]:
        """Return the sheet with grades, and what could not be put into it."""
        index, missed, used = Index(students), [], set()
        for row in self._sheet.rows[1:]:
            grade = self._grade_for(row, index) if len(row) > self._grade else None
            if grade is not None and grade.status != "no_report":
                used.add(grade.id)
                why = self._fill(row, grade, store)
                missed += [f"{self.name}: {grade.id}: {why}"] if why else []
        for id_ in dict.fromkeys(row.grade.id for row in students if row.grade):
            missed += [] if id_ in used else [f"{self.name}: {id_} has no row"]
        return self._sheet.content(), missed

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
    """Grades by what a platform may call a student."""

    def __init__(self, students: list[Row]) -> None:
        self._platform: dict[str, Grade] = {}
        self._listed: dict[str, Grade] = {}
        self._names: dict[str, set[str]] = {}
        self._by_id: dict[str, Grade] = {}
        for row in students:
            if row.grade is not None:
                self._add(row, row.grade)

    def _add(self, row: Row, grade: Grade) -> None:
        self._by_id[grade.id] = grade
        for id_, name, email in grade.people:
            self._platform |= {word.casefold(): grade for word in (id_, email) if word}
            self._names.setdefault(name.casefold(), set()).add(grade.id)
        self._listed |= {word.casefold(): grade for word in (row.id, row.email) if word}
        self._names.setdefault(row.name.casefold(), set()).add(grade.id)

    def by_platform(self, word: str) -> Grade | None:
        """Find by the platform's own id."""
        return self._platform.get(word.casefold()) if word else None

    def by_list(self, word: str) -> Grade | None:
        """Find by an id of the roster, else by the platform's."""
        return (self._listed.get(word.casefold()) or self.by_platform(word)) if word else None

    def by_name(self, name: str) -> Grade | None:
        """Find by a name, if only one submission has it."""
        found = self._names.get(name.casefold(), set()) if name else set()
        return self._by_id[next(iter(found))] if len(found) == 1 else None


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

    def _grade_for(self, row: Cells, index: Index) -> Grade | None:
        if "Points Possible" in row[0].text:
            return None
        found = index.by_platform(self._text(row, "ID"))
        for name in ("SIS User ID", "SIS Login ID"):
            found = found or index.by_list(self._text(row, name))
        return found or index.by_name(self._text(row, "Student"))

    def _fill(self, row: Cells, grade: Grade, store: Store) -> str | None:
        if row[self._grade].text.strip().upper() == "EX":
            return "excused, left so"
        self._put(row, self._grade, self._decimal(_scaled(grade, self._most, store)))
        return None


class MoodleWorksheet(PlatformSheet):
    """A grading worksheet as Moodle offers it: participants by number, teams by name."""

    _columns: MoodleColumns

    def _chosen(self, column: str | None) -> int:
        del column  # a worksheet is of one assignment
        found = moodle_columns.find(_texts(self._sheet))
        if found is None:
            raise ValueError("this was tried before")
        self._columns = found
        return found.grade

    def _samples(self) -> list[int]:
        most = self._columns.most
        return [self._grade] if most is None else [self._grade, most]

    def _in(self, row: Cells, at: int | None) -> str:
        return bare(row[at].text.strip()) if at is not None and at < len(row) else ""

    def _grade_for(self, row: Cells, index: Index) -> Grade | None:
        columns = self._columns
        number = moodle_columns.participant(self._in(row, columns.identifier))
        name, found = self._in(row, columns.name), index.by_platform(number)
        if found and (not name or any(who in ("", name) for _, who, _ in found.people)):
            return found
        teams = (columns.group, *columns.others)
        team = next(filter(None, (index.by_name(self._in(row, at)) for at in teams)), None)
        listed = index.by_list(self._in(row, columns.number)) or index.by_list(
            self._in(row, columns.email)
        )
        return team or listed or index.by_name(name)

    def _fill(self, row: Cells, grade: Grade, store: Store) -> str | None:
        if moodle_columns.is_refusal(self._in(row, self._columns.open)):
            return "Moodle does not let this grade be changed"
        most = _number(self._in(row, self._columns.most))
        self._put(row, self._grade, self._decimal(_scaled(grade, most, store)))
        comment = self._columns.comment
        if comment is not None and comment < len(row):
            self._put(row, comment, _comment(grade, store))
        return None


def read(path: Path, column: str | None) -> PlatformSheet:
    """Read a sheet and say whose it is.

    Raises
    ------
    PathError
        Where it is neither, or does not say which column is meant.
    """
    sheet = cells.read(path, _LARGEST)
    header = [cell.text.strip() for cell in sheet.rows[0]] if sheet.rows else []
    if "ID" in header[:4] and "Section" in header:
        return CanvasGradebook(path.name, sheet, column)
    if moodle_columns.find(_texts(sheet)) is not None:
        return MoodleWorksheet(path.name, sheet, column)
    raise PathError(
        Sentence(
            "{file}: this is neither a gradebook of Canvas (Student, ID, ..., Section, ...) "
            "nor a grading worksheet of Moodle (Identifier, ..., Grade, ...)",
            file=path,
        )
    )


def _texts(sheet: Sheet) -> list[list[str]]:
    return [[cell.text for cell in row] for row in sheet.rows]


def _number(text: str) -> float | None:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return None


def _scaled(grade: Grade, most: float | None, store: Store) -> str:
    """Write a total, in the points that the platform has for the assignment."""
    worth = (store.load(grade.id) or {"max_score": 0.0})["max_score"]
    share = most / worth if most and worth else 1.0
    return account.number(rounded(grade.total * share, ROUNDING))


def _comment(grade: Grade, store: Store) -> str:
    """Say in a few words what a student may know, in the language of the rubric."""
    document = store.load(grade.id)
    if document is None:
        return ""
    language = reports.language_of(document)
    told, tr = reports.for_student(document), reports.translator(language)
    told = reports.in_language(told, language)
    lost = [c for c in told["checks"] if c["points"] < c["max_points"] and not c["bonus"]]
    lines = [account.score(told, tr), *account.conditions(told, tr)]
    lines += [
        tr("{label}: {text}").format(
            label=account.title(c, tr), text=account.ratio(c["points"], c["max_points"])
        )
        for c in lost
    ]
    more = len(lines) - _SHOWN
    rest = [tr("and {count} more").format(count=more)] if more > 0 else []
    return "\n".join(lines[:_SHOWN] + rest)
