"""One short record a submission, and one row a student: what the files that come out are made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from grader.batch import decision_match
from grader.batch.class_index import ClassIndex
from grader.batch.decisions import WHOLE, Decisions
from grader.batch.roster import Matcher, Student
from grader.batch.store import Store
from grader.model import Document
from grader.reports.final_score import OPEN, FinalScore, State, no_report, settle

UNMATCHED, MISSING, AMBIGUOUS = "unmatched", "missing", "ambiguous"
"""The states of a row beside those of a submission: not on the roster, nothing or too much handed in."""


@dataclass(frozen=True, slots=True)
class Grade:
    """What became of one submission, without the sentences.

    Parameters
    ----------
    final_score
        Its final score.
    points, verdicts
        In the order of the index's columns; None if a check was not examined, and points are None
        if a person must decide.
    days
        Late by so many; None where it was not, or nobody knows.
    flags
        How many checks and signs a person must look at.
    """

    id: str
    people: tuple[tuple[str, str, str], ...]
    final_score: FinalScore
    points: tuple[float | None, ...]
    verdicts: tuple[str | None, ...]
    late: bool = False
    days: float | None = None
    flags: int = 0
    bugs: tuple[str, ...] = ()
    submitted: str | None = None

    @property
    def status(self) -> State:
        """What became of it."""
        return self.final_score.state

    @property
    def name(self) -> str:
        """Whose it is, as far as the platform said."""
        return ", ".join(dict.fromkeys(name for _, name, _ in self.people if name))


@dataclass(frozen=True, slots=True)
class Row:
    """One student, and the submission that counts for them (None: there is none).

    ``on_roster`` is False for somebody who is not on the roster; without a roster, for nobody.
    ``rivals`` are the ids of several submissions that all match a student of the roster: none
    of them counts, and each has a row of its own, which is not on the roster.
    """

    id: str
    name: str
    email: str
    grade: Grade | None
    on_roster: bool
    rivals: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        """What stands in a sheet about it: a state, ``unmatched``, ``missing`` or ``ambiguous``."""
        if self.grade is None:
            return AMBIGUOUS if self.rivals else MISSING
        return str(self.grade.status) if self.on_roster else UNMATCHED

    @property
    def final_score(self) -> FinalScore | None:
        """What goes into a sheet: None where a person must do something first."""
        grade = self.grade
        return grade.final_score if grade and self.on_roster and grade.status.is_decided else None

    @property
    def total(self) -> float | None:
        """The points that count; None where there are none yet."""
        return self.final_score.total if self.final_score else None


def grades(store: Store, index: ClassIndex, decisions: Decisions) -> Iterator[Grade]:
    """Yield a record for each submission, reading one report at a time.

    Parameters
    ----------
    decisions
        Those that reports show already; of a submission without a report, they alone tell.
    """
    troubles, decisions_without_report = (
        dict(index.troubles),
        decision_match.new_decisions(store, decisions),
    )
    for id_ in index.ids:
        document = store.load(id_)
        if document is not None and id_ not in troubles:
            yield _grade(document, index)
        else:
            decision = decisions_without_report.get((id_, WHOLE))
            final_score = no_report(index.max_score, decision.points if decision else None)
            no_values = (None,) * len(index.columns)
            flags = int(not final_score.state.is_decided)
            yield Grade(id_, index.people_of(id_), final_score, no_values, no_values, flags=flags)


def _grade(document: Document, index: ClassIndex) -> Grade:
    checks: Mapping[str, Document] = {check["id"]: check for check in document["checks"]}
    late, batch, final_score = document["late"], document["batch"], settle(document)
    return Grade(
        id=batch["id"],
        people=tuple((p["id"], p["name"], p["email"]) for p in batch["people"]),
        final_score=final_score,
        points=tuple(final_score.points.get(column.id) for column in index.columns),
        verdicts=tuple(
            checks[column.id]["verdict"] if column.id in checks else None
            for column in index.columns
        ),
        late=late is not None,
        days=late["days"] if late else None,
        flags=_flags(document, final_score),
        bugs=tuple(
            sorted({f["mistake"] for c in checks.values() for f in c["diagnosis"] if f["mistake"]})
        ),
        submitted=batch["submitted"],
    )


def _flags(document: Document, final_score: FinalScore) -> int:
    """Count what a person must look at; a decision about the whole settles every check."""
    flags = len(document["needs_review"])
    if final_score.state is State.NOT_EXAMINED:
        return flags + 1
    if document.get("decision"):
        return flags
    return flags + sum(check["verdict"] in OPEN for check in document["checks"])


def rows(grades_: list[Grade], index: ClassIndex) -> list[Row]:
    """Return a row for each student: the roster's in its order, then all others."""
    if not index.roster:
        return [Row(*person, grade, True) for grade in grades_ for person in grade.people]
    matcher = Matcher(index.roster, by_name=index.platform != "canvas")
    own_grades: dict[str, dict[str, Grade]] = defaultdict(dict)
    group_grades: dict[str, dict[str, Grade]] = defaultdict(dict)
    unmatched_rows = []
    for grade in grades_:
        for person in grade.people:
            matches = matcher.find(*person)
            for student in matches:
                own_grades[student.id][grade.id] = grade
                for member in matcher.team_of(student):
                    group_grades[member.id][grade.id] = grade
            if not matches:
                unmatched_rows.append(Row(*person, grade, False))
    roster_rows = [
        _roster_row(student, own_grades.get(student.id) or group_grades.get(student.id, {}))
        for student in index.roster
    ]
    ids_with_row = {row.grade.id for row in (*roster_rows, *unmatched_rows) if row.grade}
    rivals = [
        Row(*person, grade, False)
        for grade in grades_
        if grade.id not in ids_with_row
        for person in grade.people
    ]
    return [*roster_rows, *rivals, *unmatched_rows]


def unmatched_submissions(students: list[Row]) -> list[str]:
    """Return the submissions of people who are not on the roster, if there is one."""
    return list(dict.fromkeys(row.grade.id for row in students if row.grade and not row.on_roster))


def label(name: str, id_: str) -> str:
    """Return the label of a submission: the name of its people, if it is known, and its id."""
    return f"{name} ({id_})" if name and name != id_ else id_


def _roster_row(student: Student, submissions: Mapping[str, Grade]) -> Row:
    """Return the row of a student of the roster: their own submission, or their group's."""
    person = student.id, student.name, student.email
    if len(submissions) > 1:
        return Row(*person, None, True, tuple(submissions))
    return Row(*person, next(iter(submissions.values()), None), True)
