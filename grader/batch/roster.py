"""Who is on the list of a course, and whose a submission is."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from grader import files
from grader.batch.cells import bare
from grader.errors import PathError

_LARGEST = 16 * 1024 * 1024
_COLUMNS = {
    "id": ("id", "student id", "user id", "sid", "id number", "identifier"),
    "name": ("name", "full name", "student", "student name"),
    "email": ("email", "email address", "e-mail"),
    "group": ("group", "team"),
    "other": ("sis user id", "sis login id", "login", "username", "anonymous id"),
}
"""What a column may be called, in small letters; an ``other`` is one more id."""

_PREFIX = "participant "


@dataclass(frozen=True, slots=True)
class Student:
    """One line of a roster; what it does not say is empty."""

    id: str
    name: str = ""
    email: str = ""
    group: str = ""
    others: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {**asdict(self), "others": list(self.others)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Student:
        """Return what `as_json` was given."""
        return cls(**{**data, "others": tuple(data["others"])})


def read(path: Path) -> tuple[Student, ...]:
    """Read a roster: a CSV with a column for ids, and others where it has them.

    A gradebook of Canvas and a grading worksheet of Moodle are rosters too.

    Raises
    ------
    PathError
        Where it cannot be read, has no column of ids, or the same id twice.
    """
    try:
        text = files.read_regular(path, _LARGEST, follow=True).decode("utf-8-sig")
    except (OSError, ValueError) as error:
        raise PathError(f"{path}: this cannot be read as a CSV in UTF-8 ({error})") from None
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    names = _named(rows.fieldnames or ())
    if not names["id"]:
        raise PathError(f"{path}, line 1: found no column of ids; expected one called id")
    students = [student for row in rows if (student := _student(row, names)).id]
    twice = [id_ for id_, times in Counter(s.id for s in students).items() if times > 1]
    if twice:
        raise PathError(f"{path}: the id {twice[0]!r} is there twice; expected every id once")
    return tuple(students)


def _named(header: Sequence[str]) -> dict[str, list[str]]:
    """Return the columns of each kind, in the order of the kind's names."""
    small = {column.strip().casefold(): column for column in reversed(header) if column}
    return {kind: [small[n] for n in names if n in small] for kind, names in _COLUMNS.items()}


def _student(row: Mapping[str, Any], names: Mapping[str, list[str]]) -> Student:
    def first(kind: str) -> str:
        return next((text for column in names[kind] if (text := _text(row, column))), "")

    others = tuple(text for column in names["other"] if (text := _text(row, column)))
    id_ = first("id")
    if id_.casefold().startswith(_PREFIX):
        id_ = id_[len(_PREFIX) :]
    return Student(id_, first("name"), first("email"), first("group"), others)


def _text(row: Mapping[str, Any], column: str) -> str:
    found = row.get(column)
    return bare(found.strip()) if isinstance(found, str) else ""


class Matcher:
    """Finds the students of a roster whom a platform means.

    Parameters
    ----------
    by_name
        Whether a name, where it is unique, may decide; a platform that spoils
        names must not be matched by them.
    """

    def __init__(self, students: Sequence[Student], *, by_name: bool) -> None:
        self._index: dict[str, Student] = {}
        self._teams: dict[str, list[Student]] = defaultdict(list)
        names = Counter(student.name.casefold() for student in students if student.name)
        for student in students:
            if by_name and names[student.name.casefold()] == 1:
                self._index.setdefault(student.name.casefold(), student)
            if student.group:
                self._teams[student.group.casefold()].append(student)
        for student in students:
            for word in (*student.others, student.email):
                if word:
                    self._index[word.casefold()] = student
        self._index.update({student.id.casefold(): student for student in students})

    def find(self, id_: str, name: str, email: str) -> tuple[Student, ...]:
        """Return the student with an id, an e-mail or a name, or the team of that name."""
        for word in (id_, email, name):
            found = self._index.get(word.casefold()) if word else None
            if found is not None:
                return (found,)
        return tuple(self._teams.get((name or id_).casefold(), ()))

    def team_of(self, student: Student) -> tuple[Student, ...]:
        """Return everybody in a student's group, the student included."""
        return tuple(self._teams.get(student.group.casefold(), ())) or (student,)
