"""What one check came to: a verdict, the parts that hold or fail, and what a reader may see of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from grader.model.location import Location
from grader.model.repair import Repair
from grader.model.rubric import Item
from grader.model.values import NOTHING, Message, Values, frozen

if TYPE_CHECKING:
    from grader.numeric import Array


class Verdict(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    CRASHED = "crashed"
    TIMED_OUT = "timed_out"
    BLOCKED = "blocked"
    REVIEW = "review"
    BROKEN = "broken"

    @property
    def is_open(self) -> bool:
        """Whether the points still wait for somebody's decision."""
        return self in (Verdict.REVIEW, Verdict.BROKEN)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two arrays that should have agreed, of one shape, and the place of the worst entry."""

    expected: Array
    actual: Array
    worst: tuple[int, ...]


class Failure(Exception):
    """A demand that was not met: raised by checks, turned into an outcome by the pipeline.

    Parameters
    ----------
    id
        The message's id.
    expected, actual
        Short texts for a reader, or None.
    usable
        False where what builds on the thing examined cannot be examined at all.
    undecided
        True where the machine cannot tell, and a person must.
    comparison
        The arrays that differ, where the demand was about such.
    values
        What fills the message.
    """

    def __init__(
        self,
        id: str,  # noqa: A002  the name that Message has
        *,
        expected: str | None = None,
        actual: str | None = None,
        usable: bool = True,
        undecided: bool = False,
        comparison: Comparison | None = None,
        **values: Any,
    ) -> None:
        super().__init__(id)
        self.message = Message(id, frozen(**values))
        self.expected, self.actual, self.usable = expected, actual, usable
        self.undecided, self.comparison = undecided, comparison

    @property
    def values(self) -> Values:
        """What fills the message."""
        return self.message.values


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a check.

    Parameters
    ----------
    name, weight
        What it is called, and its weight among the check's parts.
    failure
        Why it failed; None where it holds.
    beside
        Parts of the same check without which this one earns nothing, because an empty method
        passes it: nothing moves at a learning rate of zero where nothing ever moves.
    if_unnamed
        What fails it unless the mistake in the class's ``forward`` has a name: it agrees with
        the derivative of a ``forward`` that is wrong.
    """

    name: str
    failure: Failure | None = None
    weight: float = 1.0
    beside: tuple[str, ...] = ()
    if_unnamed: Failure | None = None


LOOK_UP_FAILED = "look_up_failed"
"""The slug of a finding for staff alone: looking for the mistake failed, so it has no name."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A named mistake: its slug, and the evidence in numbers.

    It is ``unexplained`` where no formula fits. What it means and what to do about it
    stand in the table of mistakes, under the same slug.
    """

    slug: str
    subject: str
    values: Values = NOTHING
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A figure that a check looked at, as a reader may see it.

    Parameters
    ----------
    check
        Which check looked at it.
    source
        What drew it, or the name of the file that it came in.
    title
        The figure's own heading; empty where it has none.
    content
        A PNG that was well-formed and was written anew, or an SVG that was drawn here.
    suffix
        The end of its file's name: ``png`` or ``svg``.
    width, height
        In pixels.
    """

    check: str
    source: str
    title: str
    content: bytes
    suffix: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one check came to.

    Parameters
    ----------
    share
        The share of the item's points that was earned, 0 to 1.
    message
        What went wrong, or None where nothing did.
    expected, actual
        Short, for a reader; None where there is nothing to set against each other.
    remarks
        Things worth saying that cost no points.
    evidence
        Numbers that a page can draw: curves, a decision surface, seeds.
    pictures
        The figures that were looked at.
    undrawn
        Whether a picture is missing, perhaps because the child could read no fonts.
    usable
        False where what builds on this check cannot be examined at all.
    informative
        False where what was examined returns zeros, a constant, its argument or chance.
    seconds
        Wall-clock time that the check took.
    location
        Where in the submission the failure is; None where nothing failed, or the place is not known.
    repair
        The edits with which the check holds, where that is proven; they change no verdict.
    """

    item: Item
    verdict: Verdict
    share: float = 0.0
    message: Message | None = None
    expected: str | None = None
    actual: str | None = None
    findings: tuple[Finding, ...] = ()
    parts: tuple[Part, ...] = ()
    remarks: tuple[Message, ...] = ()
    evidence: Values = NOTHING
    pictures: tuple[Picture, ...] = ()
    undrawn: bool = False
    usable: bool = True
    informative: bool = True
    seconds: float = 0.0
    location: Location | None = None
    repair: tuple[Repair, ...] = ()

    @property
    def points(self) -> float:
        """The points earned; what is still open earns nothing yet."""
        return 0.0 if self.verdict.is_open else self.item.points_for(self.share)
