"""Finds the student whom a row of a platform's sheet means."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from grader.batch.roster import fold_case
from grader.batch.student_rows import Row


class StudentLookup:
    """Students with a submission, by what a platform may call them."""

    def __init__(self, students: list[Row]) -> None:
        self._platform: dict[str, dict[str, Row]] = defaultdict(dict)
        self._roster: dict[str, dict[str, Row]] = defaultdict(dict)
        self._names: dict[str, set[str]] = {}
        self._by_id: dict[str, Row] = {}
        submitters = [(row, row.grade) for row in students if row.grade]
        unmatched_people = {(grade.id, row.id) for row, grade in submitters if not row.on_roster}
        for row, grade in submitters:
            self._by_id.setdefault(grade.id, row)
            for id_, name, email in grade.people:
                self._names.setdefault(fold_case(name), set()).add(grade.id)
                # A team member who is not on the roster does not become one who is.
                if not row.on_roster or (grade.id, id_) not in unmatched_people:
                    for word in filter(None, (id_, email)):
                        self._platform[fold_case(word)][grade.id] = row
            for word in filter(None, (row.id, row.email)):
                self._roster[fold_case(word)][grade.id] = row
            self._names.setdefault(fold_case(row.name), set()).add(grade.id)

    def by_platform(self, word: str) -> Row | None:
        """Return the student with an id or e-mail of the platform."""
        return _only(self._platform.get(fold_case(word), {})) if word else None

    def by_roster(self, word: str) -> Row | None:
        """Return the student with an id or e-mail of the roster, else of the platform."""
        if not word:
            return None
        return _only(self._roster.get(fold_case(word), {})) or self.by_platform(word)

    def by_name(self, name: str) -> Row | None:
        """Return the student with a name, if only one submission has it."""
        ids = self._names.get(fold_case(name), set()) if name else set()
        return self._by_id[next(iter(ids))] if len(ids) == 1 else None


def _only(rows: Mapping[str, Row]) -> Row | None:
    """Return the row of a submission; if several have the same name, none may be filled in."""
    row = next(iter(rows.values()), None)
    return replace(row, on_roster=False) if row and len(rows) > 1 else row
