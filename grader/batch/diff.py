"""Two batches compared: who changed, by how much, on which check."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from grader.batch import class_index
from grader.batch import decisions as decision_file
from grader.batch.store import Store
from grader.batch.student_rows import Grade, grades
from grader.model import tidy
from grader.reports.final_score import Settled


@dataclass(frozen=True, slots=True)
class Change:
    """One submission whose outcomes are not the same: totals, and the checks that differ.

    What it came to is None where it was not in the batch; a check is its id, then verdict
    and points before and after (None: open).
    """

    id: str
    before: Settled | None
    after: Settled | None
    checks: tuple[tuple[str, str, float | None, str, float | None], ...] = ()

    @property
    def by(self) -> float:
        """By how many points it changed what counts at least."""
        before, after = (settled.least if settled else 0.0 for settled in (self.before, self.after))
        return tidy(after - before)


def changes(first: Store, second: Store) -> list[Change]:
    """Return what changed from one batch to another, the largest change first."""
    before, after = _by_id(first), _by_id(second)
    candidates = [
        _change(id_, before.get(id_), after.get(id_)) for id_ in sorted({*before, *after})
    ]
    differences = [
        change
        for change in candidates
        if change.checks or _is_different(change.before, change.after)
    ]
    return sorted(differences, key=lambda change: (-abs(change.by), change.id))


def _is_different(before: Settled | None, after: Settled | None) -> bool:
    """Whether what it comes to is not the same."""
    if before is None or after is None:
        return before is not after
    return (before.state, before.least) != (after.state, after.least)


Outcome = tuple[Settled | None, dict[str, tuple[str, float | None]]]


def _by_id(store: Store) -> dict[str, Outcome]:
    index = class_index.load(store)
    ids = [column.id for column in index.columns]
    decisions = decision_file.read(store.folder / decision_file.NAME)
    return {grade.id: _outcome(grade, ids) for grade in grades(store, index, decisions)}


def _outcome(grade: Grade, ids: list[str]) -> Outcome:
    both = zip(ids, grade.verdicts, grade.points, strict=True)
    checks = {id_: (verdict, points) for id_, verdict, points in both if verdict is not None}
    return grade.settled, checks


def _change(id_: str, before: Outcome | None, after: Outcome | None) -> Change:
    old, new = before or (None, {}), after or (None, {})
    return Change(id_, old[0], new[0], tuple(_checks(old[1], new[1])))


def _checks(
    old: dict[str, tuple[str, float | None]], new: dict[str, tuple[str, float | None]]
) -> Iterator[tuple[str, str, float | None, str, float | None]]:
    nothing: tuple[str, float | None] = ("absent", 0.0)
    for id_ in dict.fromkeys([*old, *new]):
        was, now = old.get(id_, nothing), new.get(id_, nothing)
        if was != now:
            yield id_, *was, *now
