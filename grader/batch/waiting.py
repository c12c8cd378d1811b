"""What waits for a person, worst first: our own faults, then open points, then flags."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from grader.batch import register as registers
from grader.batch.register import Register
from grader.batch.store import Store
from grader.reports import account
from grader.reports.language import Translate, english

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing to look at: a check with its open points, or a flag (no check, no points)."""

    text: str
    check: str | None = None
    points: float = 0.0

    def __str__(self) -> str:
        """Say it in one line."""
        if self.check is None:
            return self.text
        return f"{self.check}, {account.number(self.points)} points: {self.text}"


@dataclass(frozen=True, slots=True)
class Waiting:
    """One submission that waits: how many points are open, and what there is to look at."""

    id: str
    open_points: float
    reasons: tuple[Reason, ...]
    is_fault: bool = False


def waiting(store: Store) -> list[Waiting]:
    """Return what waits in a batch, the worst first."""
    register = registers.load(store)
    return ordered(entry(id_, store.load(id_), register) for id_ in register.ids)


def entry(
    id_: str, document: Document | None, register: Register, tr: Translate = english
) -> Waiting | None:
    """Return what waits in one submission, or None where nothing does.

    Parameters
    ----------
    document
        Its report, in the reader's language; None where there is none.
    """
    trouble = dict(register.troubles).get(id_)
    if document is None or trouble is not None:
        why = trouble or tr("there is no report, or it was edited")
        return Waiting(id_, register.max_score, (Reason(why),), is_fault=True)
    reasons = _reasons(document, tr)
    return Waiting(id_, document["open_points"], reasons) if reasons else None


def ordered(entries: Iterable[Waiting | None]) -> list[Waiting]:
    """Return the entries that there are, the worst first."""
    return sorted((entry for entry in entries if entry is not None), key=_worst)


def _worst(entry: Waiting) -> tuple[bool, float, int, str]:
    return not entry.is_fault, -entry.open_points, -len(entry.reasons), entry.id


def _reasons(document: Document, tr: Translate) -> tuple[Reason, ...]:
    checks = [
        Reason(
            check["message"] or tr(account.WORDS[check["verdict"]]),
            check["id"],
            check["max_points"],
        )
        for check in document["checks"]
        if check["verdict"] in ("review", "broken")
    ]
    return (*checks, *(Reason(said["text"]) for said in document["needs_review"]))
