"""Two batches compared: who changed, by how much, on which check."""

from __future__ import annotations

from dataclasses import dataclass

from grader.batch import class_index
from grader.batch import decisions as decision_file
from grader.batch.store import Store
from grader.batch.student_rows import grades
from grader.model import tidy
from grader.reports.final_score import FinalScore


@dataclass(frozen=True, slots=True)
class Change:
    """One submission whose outcomes are not the same: totals, and the checks that differ.

    A score is None if the submission was not in the batch; a check is its id, then verdict and
    points before and after (None: open).
    """

    id: str
    before: FinalScore | None
    after: FinalScore | None
    checks: tuple[tuple[str, str, float | None, str, float | None], ...] = ()

    @property
    def by(self) -> float:
        """By how many points its lowest possible total changed."""
        before, after = (
            final_score.least if final_score else 0.0 for final_score in (self.before, self.after)
        )
        return tidy(after - before)


Outcome = tuple[FinalScore | None, dict[str, tuple[str, float | None]]]
"""The final score of a submission, and verdict and points of each check (None: open)."""
_ABSENT = ("absent", 0.0)


def changes(first: Store, second: Store) -> list[Change]:
    """Return what changed from one batch to another, the largest change first."""
    before, after = _outcomes(first), _outcomes(second)
    differences = []
    for id_ in sorted({*before, *after}):
        old_score, old = before.get(id_, (None, {}))
        new_score, new = after.get(id_, (None, {}))
        checks = tuple(
            (check, *old.get(check, _ABSENT), *new.get(check, _ABSENT))
            for check in dict.fromkeys([*old, *new])
            if old.get(check, _ABSENT) != new.get(check, _ABSENT)
        )
        if checks or _result(old_score) != _result(new_score):
            differences.append(Change(id_, old_score, new_score, checks))
    return sorted(differences, key=lambda change: (-abs(change.by), change.id))


def _result(final_score: FinalScore | None) -> tuple[str, float] | None:
    return (final_score.state, final_score.least) if final_score else None


def _outcomes(store: Store) -> dict[str, Outcome]:
    index = class_index.load(store)
    decisions = decision_file.read(store.folder / decision_file.NAME)
    outcomes: dict[str, Outcome] = {}
    for grade in grades(store, index, decisions):
        rows = zip(index.columns, grade.verdicts, grade.points, strict=True)
        checks = {column.id: (v, points) for column, v, points in rows if v is not None}
        outcomes[grade.id] = grade.final_score, checks
    return outcomes
