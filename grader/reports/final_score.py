"""What a submission comes to: computed here alone, from a report with its decisions and its lateness.

Every format, page, sheet and table shows the numbers of one `FinalScore`. What nobody has
decided is None there, never a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from grader.model import NOTHING, ROUNDING, Document, round_points, tidy

OPEN = ("review", "broken")
"""The verdicts whose points wait for a person."""


class State(StrEnum):
    """What became of a submission."""

    GRADED = "graded"
    WAITS = "waits"
    NOT_EXAMINED = "invalid_submission"
    NO_REPORT = "no_report"

    @property
    def is_open(self) -> bool:
        """Whether it waits for the decision of a person."""
        return self in (State.WAITS, State.NOT_EXAMINED)

    @property
    def is_decided(self) -> bool:
        """Whether all of its points are decided."""
        return self is State.GRADED


@dataclass(frozen=True, slots=True)
class FinalScore:
    """The grade of one submission.

    Parameters
    ----------
    score
        The points earned so far, bonus included, before lateness.
    late_points
        What lateness takes away, no more than was earned.
    least
        What counts at least: ``score`` less ``late_points``.
    total
        What counts; None while anything of it waits for a person.
    open_points
        The points that wait.
    points
        By check; None where a person must decide.
    """

    state: State
    score: float
    late_points: float
    least: float
    total: float | None
    max_score: float
    open_points: float
    points: Mapping[str, float | None] = NOTHING


def settle(document: Document) -> FinalScore:
    """Return what the report of a submission comes to."""
    score, most = float(document["score"]), float(document["max_score"])
    percent = (document["late"] or {"percent": 0.0})["percent"]
    step = document["rubric"].get("rounding", ROUNDING)
    late_points = min(round_points(most * percent / 100, step), score)
    least, state = tidy(score - late_points), _state(document)
    return FinalScore(
        state=state,
        score=score,
        late_points=late_points,
        least=least,
        total=least if state.is_decided else None,
        max_score=most,
        open_points=float(document["open_points"]),
        points={check["id"]: _points(check) for check in document["checks"]},
    )


def no_report(max_score: float, decided: float | None = None) -> FinalScore:
    """Return what a submission comes to that has no report: nothing, unless a person decided.

    Parameters
    ----------
    decided
        The points that a person gave to the whole submission.
    """
    if decided is None:
        return FinalScore(State.NO_REPORT, 0.0, 0.0, 0.0, None, max_score, max_score)
    return FinalScore(State.GRADED, decided, 0.0, decided, decided, max_score, 0.0)


def with_sums(document: Document, checks: list[Document]) -> Document:
    """Return a report with other checks, and the sums that follow from them."""
    decision = document.get("decision")
    owed = sum(check["max_points"] for check in checks if check["verdict"] in OPEN)
    score = sum(check["points"] for check in checks)
    if decision is not None:
        score, owed = decision["points"], 0.0
    elif document["status"] == State.NOT_EXAMINED:
        owed = document["max_score"]
    return {**document, "score": tidy(score), "open_points": tidy(owed), "checks": checks}


def _state(document: Document) -> State:
    if document.get("decision") is not None:
        return State.GRADED
    if document["status"] == State.NOT_EXAMINED:
        return State.NOT_EXAMINED
    return State.WAITS if document["open_points"] > 0 else State.GRADED


def _points(check: Document) -> float | None:
    return None if check["verdict"] in OPEN else float(check["points"])
