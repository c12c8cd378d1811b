"""What waits for a person, worst first: our own faults, then open points, then flags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from grader.batch import register as registers
from grader.batch.store import Store
from grader.reports import account

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Waiting:
    """One submission that waits: how many points are open, and what there is to look at."""

    id: str
    open_points: float
    reasons: tuple[str, ...]
    is_fault: bool = False


def waiting(store: Store) -> list[Waiting]:
    """Return what waits in a batch, the worst first."""
    register = registers.load(store)
    troubles = dict(register.troubles)
    found = []
    for id_ in register.ids:
        document = store.load(id_)
        if document is None or id_ in troubles:
            why = troubles.get(id_, "there is no report, or it was edited")
            found.append(Waiting(id_, register.max_score, (why,), is_fault=True))
        elif reasons := _reasons(document):
            found.append(Waiting(id_, document["open_points"], reasons))
    return sorted(found, key=_worst)


def _worst(entry: Waiting) -> tuple[bool, float, int, str]:
    return not entry.is_fault, -entry.open_points, -len(entry.reasons), entry.id


def _reasons(document: Document) -> tuple[str, ...]:
    points = [
        f"{check['id']}, {account.number(check['max_points'])} points: "
        f"{check['message'] or account.WORDS[check['verdict']]}"
        for check in document["checks"]
        if check["verdict"] in ("review", "broken")
    ]
    return (*points, *(said["text"] for said in document["needs_review"]))
