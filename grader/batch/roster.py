"""The roster of a course, and the students whom a platform means."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.batch import csv_cells, moodle_columns
from grader.batch.csv_cells import unescape
from grader.batch.moodle_columns import MoodleColumns
from grader.errors import PathError

_MAX_BYTES = 16 * 1024 * 1024
_COLUMNS = {
    "id": ("id", "student id", "user id", "sid", "id number", "identifier", "學號", "识别号",
           "識別號", "matrikelnummer", "id-nummer", "identifikator"),
    "name": ("name", "full name", "student", "student name", "姓名", "全名", "vollständiger name"),
    "email": ("email", "email address", "e-mail", "電子郵件", "電子郵件信箱", "e-mail-adresse"),
    "group": ("group", "team", "組別", "群組", "gruppe"),
    "other": ("sis user id", "sis login id", "login", "username", "anonymous id"),
}  # fmt: skip
"""What a column may be called, in small letters; an ``other`` is one more id."""

_PARTICIPANT = "participant "


@dataclass(frozen=True, slots=True)
class Student:
    """One line of a roster; what it does not say is empty."""

    id: str
    name: str = ""
    email: str = ""
    group: str = ""
    others: tuple[str, ...] = ()


def read(path: Path) -> tuple[Student, ...]:
    """Read a roster: a CSV with a column for ids, and others where it has them.

    A gradebook of Canvas and a grading worksheet of Moodle are rosters too.

    Raise `PathError` if it cannot be read, has no column of ids, or the same id twice.
    """
    sheet = csv_cells.read(path, _MAX_BYTES)
    texts = [[unescape(cell.text.strip()) for cell in row] for row in sheet.rows]
    worksheet = moodle_columns.find(texts)
    names = _columns_by_kind(texts, worksheet)
    if not names["id"]:
        raise PathError("{file}, line 1: found no column of ids; expected one called id", file=path)
    lines: dict[str, int] = {}
    students = []
    for text, row in zip(texts[1:], sheet.rows[1:], strict=True):
        student = _student(text, names, worksheet)
        if student.id in lines:
            raise PathError(
                "{file}, line {line}: the id {id} is there twice, at first on line {first}; "
                "expected every id once",
                file=path,
                line=sheet.line(row),
                id=repr(student.id),
                first=lines[student.id],
            )
        if student.id:
            lines[student.id] = sheet.line(row)
            students.append(student)
    return tuple(students)


def _columns_by_kind(
    texts: list[list[str]], worksheet: MoodleColumns | None
) -> dict[str, list[int]]:
    """Return the columns of each kind, in the order of the kind's names."""
    headers = [text.casefold() for text in texts[0]] if texts else []
    matches = {
        kind: [headers.index(n) for n in names if n in headers] for kind, names in _COLUMNS.items()
    }
    if worksheet is not None and not matches["id"]:
        worksheet_columns = {"id": worksheet.identifier, "name": worksheet.name, "email": worksheet.email,
                  "group": worksheet.group, "other": worksheet.number}  # fmt: skip
        matches |= {kind: [at] for kind, at in worksheet_columns.items() if at is not None}
    return matches


def _student(
    texts: list[str], names: Mapping[str, list[int]], worksheet: MoodleColumns | None
) -> Student:
    def values(kind: str) -> list[str]:
        return [
            _without_participant(texts[at], at, worksheet) for at in names[kind] if at < len(texts)
        ]

    def first(kind: str) -> str:
        return next(filter(None, values(kind)), "")

    ids = [*filter(None, values("id"))]
    others = dict.fromkeys([*ids[1:], *filter(None, values("other"))])
    return Student(ids[0] if ids else "", first("name"), first("email"), first("group"), (*others,))


def _without_participant(text: str, at: int, worksheet: MoodleColumns | None) -> str:
    """Return what a cell says, without the word that Moodle puts before a participant's number."""
    is_participant = worksheet is not None and worksheet.identifier == at
    if is_participant or text.casefold().startswith(_PARTICIPANT):
        return moodle_columns.participant(text)
    return text


def fold_case(word: str) -> str:
    """Return a word as it is compared: neither capitals nor Unicode forms count."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", word).casefold())


class Matcher:
    """Finds the students of a roster whom a platform means.

    Parameters
    ----------
    by_name
        Whether a name, where it is unique, may decide; a platform that spoils
        names must not be matched by them.
    """

    def __init__(self, students: Sequence[Student], *, by_name: bool) -> None:
        self._exact = {student.id: student for student in students}
        self._ids: dict[str, dict[str, Student]] = defaultdict(dict)
        self._words: dict[str, dict[str, Student]] = defaultdict(dict)
        self._names: dict[str, dict[str, Student]] = defaultdict(dict)
        self._teams: dict[str, list[Student]] = defaultdict(list)
        for student in students:
            self._ids[fold_case(student.id)][student.id] = student
            for word in filter(None, (*student.others, student.email)):
                self._words[fold_case(word)][student.id] = student
            if by_name and student.name:
                self._names[fold_case(student.name)][student.id] = student
            if student.group:
                self._teams[fold_case(student.group)].append(student)

    def find(self, id_: str, name: str, email: str) -> tuple[Student, ...]:
        """Return the student with an id, an e-mail or a name, or the team of that name.

        What fits several students fits nobody; an id in just these letters is one student's.
        """
        for word in filter(None, (id_, email, name)):
            if word in self._exact:
                return (self._exact[word],)
            for index in (self._ids, self._words, self._names):
                matches = index.get(fold_case(word), {})
                if len(matches) == 1:
                    return tuple(matches.values())
        return tuple(self._teams.get(fold_case(name or id_), ()))

    def team_of(self, student: Student) -> tuple[Student, ...]:
        """Return everybody in a student's group, the student included."""
        return tuple(self._teams.get(fold_case(student.group), ())) or (student,)
