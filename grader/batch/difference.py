"""Two batches compared: who changed, by how much, on which check."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from grader.batch import register as registers
from grader.batch.rows import Grade, grades
from grader.batch.store import Store
from grader.model import tidy


@dataclass(frozen=True, slots=True)
class Change:
    """One submission whose outcomes are not the same: totals, and the checks that differ.

    A total is None where there was no report; a check is its id, then verdict and
    points before and after.
    """

    id: str
    before: float | None
    after: float | None
    checks: tuple[tuple[str, str, float, str, float], ...] = ()

    @property
    def by(self) -> float:
        """By how many points the total changed."""
        return tidy((self.after or 0.0) - (self.before or 0.0))


def changes(first: Store, second: Store) -> list[Change]:
    """Return what changed from one batch to another, the largest change first."""
    before, after = _by_id(first), _by_id(second)
    found = [_change(id_, before.get(id_), after.get(id_)) for id_ in sorted({*before, *after})]
    kept = [change for change in found if change.before != change.after or change.checks]
    return sorted(kept, key=lambda change: (-abs(change.by), change.id))


Told = tuple[float | None, dict[str, tuple[str, float]]]


def _by_id(store: Store) -> dict[str, Told]:
    register = registers.load(store)
    ids = [column.id for column in register.columns]
    return {grade.id: _told(grade, ids) for grade in grades(store, register)}


def _told(grade: Grade, ids: list[str]) -> Told:
    both = zip(ids, grade.verdicts, grade.points, strict=True)
    checks = {id_: (verdict, points or 0.0) for id_, verdict, points in both if verdict is not None}
    return (None if grade.status == "no_report" else grade.total), checks


def _change(id_: str, before: Told | None, after: Told | None) -> Change:
    old, new = before or (None, {}), after or (None, {})
    return Change(id_, old[0], new[0], tuple(_checks(old[1], new[1])))


def _checks(
    old: dict[str, tuple[str, float]], new: dict[str, tuple[str, float]]
) -> Iterator[tuple[str, str, float, str, float]]:
    for id_ in dict.fromkeys([*old, *new]):
        was, now = old.get(id_, ("absent", 0.0)), new.get(id_, ("absent", 0.0))
        if was != now:
            yield id_, *was, *now
