"""What waits for a person, worst first: our own faults, what could not be examined, points, flags."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from grader.batch import class_index
from grader.batch import decisions as decision_file
from grader.batch.class_index import ClassIndex
from grader.batch.decisions import WHOLE
from grader.batch.store import Store
from grader.batch.student_rows import UNMATCHED, grades, rows, unmatched_submissions
from grader.model import Document
from grader.reports import wording
from grader.reports.final_score import OPEN, State, settle
from grader.reports.language import Translate, english


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing to look at: a check with its open points, or a flag (no check, no points)."""

    text: str
    check: str | None = None
    points: float = 0.0

    def line(self, tr: Translate = english) -> str:
        """Say it in one line."""
        if self.check is None:
            return self.text
        return tr("{check}, {points}: {text}").format(
            check=self.check, points=_points(self.points, tr), text=self.text
        )


@dataclass(frozen=True, slots=True)
class ReviewEntry:
    """One submission that waits: how many points are open, and what there is to look at.

    Parameters
    ----------
    name
        The names of its people; empty if nobody knows them.
    state
        What became of it: a `State`, or ``unmatched`` where nobody on the roster is meant.
    """

    id: str
    open_points: float
    reasons: tuple[Reason, ...]
    state: str = State.WAITS
    name: str = ""

    @property
    def is_fault(self) -> bool:
        """Whether it has no report, by our own fault."""
        return self.state == State.NO_REPORT

    @property
    def undecided(self) -> list[str]:
        """What stands in the column ``check`` of decisions.csv for each thing that is open."""
        if self.state in (State.NO_REPORT, State.NOT_EXAMINED):
            return [WHOLE]
        return [reason.check for reason in self.reasons if reason.check is not None]

    def summary(self, tr: Translate = english) -> str:
        """Say in a few words what became of it."""
        if self.is_fault:
            return tr("not examined, by our own fault")
        if self.state == State.NOT_EXAMINED:
            return tr("could not be examined")
        if self.open_points:
            return tr("{points} open").format(points=_points(self.open_points, tr))
        return tr("not on the roster") if self.state == UNMATCHED else tr("flagged")


def _points(points: float, tr: Translate) -> str:
    return (tr("1 point") if points == 1 else tr("{points} points")).format(
        points=wording.number(points)
    )


def review_queue(store: Store, tr: Translate = english) -> list[ReviewEntry]:
    """Return what waits in a batch, the worst first."""
    index = class_index.load(store)
    decisions = decision_file.read(store.folder / decision_file.NAME)
    class_grades = list(grades(store, index, decisions))
    unmatched_ids = set(unmatched_submissions(rows(class_grades, index)))
    return sort_entries(
        review_entry(
            grade.id,
            None if grade.status is State.NO_REPORT else store.load(grade.id),
            index,
            tr,
            is_unmatched=grade.id in unmatched_ids,
        )
        for grade in class_grades
        if grade.flags or grade.id in unmatched_ids
    )


def review_entry(
    id_: str,
    document: Document | None,
    index: ClassIndex,
    tr: Translate = english,
    *,
    is_unmatched: bool = False,
) -> ReviewEntry | None:
    """Return what waits in one submission, or None where nothing does.

    Parameters
    ----------
    document
        Its report, in the reader's language; None where there is none.
    is_unmatched
        Whether one of its people is not on the roster.
    """
    trouble = dict(index.troubles).get(id_)
    if document is None or trouble is not None:
        problem = trouble or tr("there is no report, or it was edited")
        advice = tr("run the same `grade batch` again, or decide the whole")
        reason = Reason(tr("{why}; {advice}").format(why=problem, advice=advice))
        name = ", ".join(name for _, name, _ in index.people_of(id_) if name)
        return ReviewEntry(id_, index.max_score, (reason,), State.NO_REPORT, name)
    reasons, final_score = _reasons(document, tr), settle(document)
    state = UNMATCHED if is_unmatched and final_score.state.is_decided else str(final_score.state)
    if is_unmatched:
        reasons = (
            *reasons,
            Reason(
                tr(
                    "No student of the roster matches, or another submission has the same name: complete the roster."
                )
            ),
        )
    name = ", ".join(p["name"] for p in document["batch"]["people"] if p["name"])
    return ReviewEntry(id_, final_score.open_points, reasons, state, name) if reasons else None


def sort_entries(entries: Iterable[ReviewEntry | None]) -> list[ReviewEntry]:
    """Return the entries that there are, the worst first."""
    return sorted((entry for entry in entries if entry is not None), key=_urgency)


def _urgency(entry: ReviewEntry) -> tuple[bool, float, int, str]:
    return (
        not entry.is_fault,
        -entry.open_points,
        -len(entry.reasons),
        entry.id,
    )


def _reasons(document: Document, tr: Translate) -> tuple[Reason, ...]:
    flags = tuple(Reason(flag["text"]) for flag in document["needs_review"])
    if document.get("decision"):
        return flags
    if document["reason"]:
        return Reason(document["reason"]["text"]), *flags
    checks = [
        Reason(
            check["message"] or tr(wording.WORDS[check["verdict"]]),
            check["id"],
            check["max_points"],
        )
        for check in document["checks"]
        if check["verdict"] in OPEN
    ]
    return (*checks, *flags)
