"""A submission, what examined it, and the outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from grader.model.result import Outcome
from grader.model.rubric import Rubric, tidy
from grader.model.submission import Submission
from grader.model.values import Message


class Status(StrEnum):
    """Whether a submission could be examined."""

    GRADED = "graded"
    INVALID = "invalid_submission"


@dataclass(frozen=True, slots=True)
class Interpreter:
    """A Python and its numpy, by their versions, and whether it has what draws figures."""

    python: str
    numpy: str
    draws: bool = True


@dataclass(frozen=True, slots=True)
class Report:
    """A submission, what examined it, and the outcomes; totals are derived.

    ``interpreter`` is the one that the submission ran under, which need not be the grader's.
    """

    submission: Submission
    rubric: Rubric
    outcomes: tuple[Outcome, ...]
    seed: int
    official: bool
    walls: tuple[str, ...]
    status: Status = Status.GRADED
    reason: Message | None = None
    needs_review: tuple[Message, ...] = ()
    remarks: tuple[Message, ...] = ()
    seconds: float = 0.0
    interpreter: Interpreter | None = None

    @property
    def score(self) -> float:
        """The points earned so far, bonus included."""
        return tidy(sum(outcome.points for outcome in self.outcomes))

    @property
    def max_score(self) -> float:
        """The points of all items that are not bonus."""
        return self.rubric.total

    @property
    def open_points(self) -> float:
        """The points that still wait for somebody's decision; all where nothing was examined."""
        if self.status is Status.INVALID:
            return self.max_score
        return tidy(sum(o.item.points for o in self.outcomes if o.verdict.is_open))
