"""One short record a submission, and one row a student: what the files that come out are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from grader.batch.register import Register
from grader.batch.roster import Matcher, Student
from grader.batch.store import Store
from grader.reports import account

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Grade:
    """What became of one submission, without the sentences.

    Parameters
    ----------
    points, verdicts
        In the order of the register's columns; None where a check was not asked for.
    days
        Late by so many; None where it was not, or nobody knows.
    flags
        How many checks are open, and how many signs a person should look at.
    """

    id: str
    people: tuple[tuple[str, str, str], ...]
    status: str
    points: tuple[float | None, ...]
    verdicts: tuple[str | None, ...]
    score: float
    late: bool
    days: float | None
    late_points: float
    total: float
    open_points: float
    flags: int
    bugs: tuple[str, ...] = ()
    submitted: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One student, and the submission that counts for them (None: there is none)."""

    id: str
    name: str
    email: str
    grade: Grade | None
    on_roster: bool


def grades(store: Store, register: Register) -> Iterator[Grade]:
    """Yield a record for each submission, reading one report at a time."""
    troubles = dict(register.troubles)
    for id_ in register.ids:
        document = store.load(id_)
        if document is not None and id_ not in troubles:
            yield _grade(document, register)
        else:
            blank = (None,) * len(register.columns)
            yield Grade(
                id_, ((id_, "", ""),), "no_report", blank, blank, 0, False, None, 0, 0, 0, 1
            )


def _grade(document: Document, register: Register) -> Grade:
    checks: Mapping[str, Document] = {check["id"]: check for check in document["checks"]}
    asked = [checks.get(column.id) for column in register.columns]
    late, batch = document["late"], document["batch"]
    flagged = sum(check["verdict"] in ("review", "broken") for check in checks.values())
    return Grade(
        id=batch["id"],
        people=tuple((p["id"], p["name"], p["email"]) for p in batch["people"]),
        status=document["status"],
        points=tuple(check["points"] if check else None for check in asked),
        verdicts=tuple(check["verdict"] if check else None for check in asked),
        score=document["score"],
        late=late is not None,
        days=late["days"] if late else None,
        late_points=account.late_points(document),
        total=account.total(document),
        open_points=document["open_points"],
        flags=flagged + len(document["needs_review"]),
        bugs=tuple(sorted({f["bug"] for c in checks.values() for f in c["diagnosis"] if f["bug"]})),
        submitted=batch["submitted"],
    )


def rows(found: list[Grade], register: Register) -> list[Row]:
    """Return a row for each student: the roster's in its order, then those on no list."""
    if not register.roster:
        return [Row(*person, grade, False) for grade in found for person in grade.people]
    matcher = Matcher(register.roster, by_name=register.platform != "canvas")
    mine: dict[str, Grade] = {}
    shared: dict[str, Grade] = {}
    strangers = []
    for grade in found:
        for person in grade.people:
            matched = matcher.find(*person)
            mine.update({student.id: grade for student in matched})
            for student in matched:
                shared |= {mate.id: grade for mate in matcher.team_of(student)}
            if not matched:
                strangers.append(Row(*person, grade, False))
    return [_listed(student, mine, shared) for student in register.roster] + strangers


def _listed(student: Student, mine: dict[str, Grade], shared: dict[str, Grade]) -> Row:
    """Return the row of a student on the list: their own submission, or their group's."""
    grade = mine.get(student.id) or shared.get(student.id)
    return Row(student.id, student.name, student.email, grade, True)
