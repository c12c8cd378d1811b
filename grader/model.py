"""The nouns of the house: frozen, picklable, and none of them prints itself.

A submission and a rubric go in, outcomes come out, a report holds them. What an
outcome says is a message id with values; the sentences are made by ``reports``.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from grader.numeric import Array

Values = Mapping[str, Any]
"""What a message is filled with: numbers, short strings, lists and dicts of them (as JSON has)."""


LANGUAGES = ("en", "zh_TW")
"""The languages in which a report can be read."""


class Frozen(dict[str, Any]):
    """A dictionary that cannot be changed, and that can be pickled (a mapping proxy cannot)."""

    def _refuse(self, *_: object, **__: object) -> None:
        raise TypeError("these values are frozen")

    __setitem__ = __delitem__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse  # type: ignore[assignment]

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self))

    def __reduce__(self) -> tuple[type[Frozen], tuple[dict[str, Any]]]:
        return Frozen, (dict(self),)


NOTHING: Values = Frozen()

ROUNDING = 0.01
"""To a multiple of how much points are rounded where a rubric does not say."""


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


class Visibility(StrEnum):
    """Who may read an item's outcome, and when."""

    VISIBLE = "visible"
    HIDDEN = "hidden"
    AFTER_DUE = "after_due"


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence not yet made: its id in the catalogue, and what fills it."""

    id: str
    values: Values = NOTHING


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was left out on the way in, and why."""

    path: str
    reason: Message


@dataclass(frozen=True, slots=True)
class Submission:
    """What a student handed in.

    Parameters
    ----------
    name
        What the report calls it: the last part of its path, cleaned.
    files
        Contents by path; paths use ``/``, are relative, and never leave the submission.
    digest
        SHA-256 over paths and contents, hexadecimal.
    refused
        What was left out on the way in.
    invalid
        Why nothing of it can be examined, or None where something can.
    images
        Pictures that came with it, by path; nobody has looked into them yet.
    notebooks
        Notebooks by path, from which the sources are still to be taken, in a child. A submission
        has files or notebooks, not both: what is exported beside its notebook counts once.
    """

    name: str
    files: Mapping[str, bytes]
    digest: str
    refused: tuple[Refused, ...] = ()
    invalid: Message | None = None
    images: Mapping[str, bytes] = NOTHING
    notebooks: Mapping[str, bytes] = NOTHING


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a rubric: a check and what it is worth.

    ``seconds`` is the time that the student's code may take in one exchange of
    this check. A ``bonus`` item adds to the score, never to the maximum. What is
    earned in part is a multiple of ``rounding``; ``partial`` says what a check that holds in
    part earns: the weight of its ``parts``, at most ``half``, or ``none``.
    """

    check: str
    points: float
    group: str
    seconds: float
    visibility: Visibility = Visibility.VISIBLE
    bonus: bool = False
    title: str | None = None
    rounding: float = ROUNDING
    partial: str = "parts"

    def earned(self, share: float) -> float:
        """Return the points for a share of this item, 0 to 1: the one place that rounds them.

        All of it earns exactly what the item is worth, whatever the rounding; what a check that
        holds in part earns is the rubric's choice (``partial``).
        """
        if share >= 1:
            return self.points
        paid = {"parts": share, "half": min(share, 0.5), "none": 0.0}[self.partial]
        return min(self.points, rounded(paid * self.points, self.rounding))


@dataclass(frozen=True, slots=True)
class Limits:
    """What one submission may use.

    Seconds are wall-clock time of the child; ``memory_mb`` is its address space
    in MiB; ``file_kb`` and ``total_kb`` are KiB of source text on the way in.
    """

    import_seconds: float = 10.0
    total_seconds: float = 120.0
    memory_mb: int = 2048
    file_kb: int = 1024
    total_kb: int = 5120
    files: int = 200


MOST_FOR_NOTHING = 3.0
"""Percent of all points; what an empty method passes, and the luck of noise, stay below it."""


@dataclass(frozen=True, slots=True)
class Late:
    """What lateness costs: a share of the maximum for each day begun after the grace.

    ``due`` is ISO 8601 with its offset; None where only the platform knows it.
    """

    percent_per_day: float = 0.0
    grace_days: float = 0.0
    most_percent: float = 100.0
    due: str | None = None


@dataclass(frozen=True, slots=True)
class Rubric:
    """What is examined and what it is worth.

    Parameters
    ----------
    title, source, digest
        The heading, the file's name as the user knows it, SHA-256 of its bytes.
    items
        In the order of the file, which is the order of the report.
    names
        Class or function name of the contract -> other names accepted for it.
    packages
        Top-level packages that a submission may import besides the standard library.
    feedback
        What students see of a diagnosis: ``name`` (all of it), ``hint`` or ``none``.
    most_for_nothing
        What ``grade audit`` lets a program earn in which nothing is right, in percent.
    late
        What lateness costs; nothing by default.
    rounding
        To a multiple of how much points are rounded where they are earned.
    """

    title: str
    source: str
    digest: str
    items: tuple[Item, ...]
    groups: tuple[str, ...]
    limits: Limits
    names: Mapping[str, tuple[str, ...]]
    packages: tuple[str, ...]
    language: str = "en"
    feedback: str = "name"
    late: Late = Late()
    most_for_nothing: float = MOST_FOR_NOTHING
    rounding: float = ROUNDING

    @property
    def total(self) -> float:
        """The points of all items that are not bonus."""
        return tidy(sum(item.points for item in self.items if not item.bonus))


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


@dataclass(frozen=True, slots=True)
class Compared:
    """Two arrays that should have agreed, of one shape, and the place of the worst entry."""

    wanted: Array
    given: Array
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
    compared
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
        compared: Compared | None = None,
        **values: Any,
    ) -> None:
        super().__init__(id)
        self.message = Message(id, frozen(**values))
        self.expected, self.actual, self.usable = expected, actual, usable
        self.undecided, self.compared = undecided, compared

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
    png
        A PNG that was found well-formed and put together anew.
    width, height
        In pixels.
    """

    check: str
    source: str
    title: str
    png: bytes
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
    usable
        False where what builds on this check cannot be examined at all.
    informative
        False where what was examined returns zeros, a constant, its argument or chance.
    seconds
        Wall-clock time that the check took.
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
    usable: bool = True
    informative: bool = True
    seconds: float = 0.0

    @property
    def points(self) -> float:
        """The points earned; what is still open earns nothing yet."""
        return 0.0 if self.verdict.is_open else self.item.earned(self.share)


class Status(StrEnum):
    """Whether a submission could be examined."""

    GRADED = "graded"
    INVALID = "invalid_submission"


@dataclass(frozen=True, slots=True)
class Report:
    """A submission, what examined it, and the outcomes; totals are derived."""

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


def rounded(points: float, step: float) -> float:
    """Round points, 0 or more, to the nearest multiple of a step; what lies half way goes up.

    Examples
    --------
    >>> rounded(84.3333, 0.01), rounded(2.25, 0.5), rounded(0.5, 1.0)
    (84.33, 2.5, 1.0)
    """
    # 1e-6 of a step: 0.285 is 0.28499999999999998 in binary, and half way for whoever reads it.
    return tidy(math.floor(points / step + 0.5 + 1e-6) * step)


def tidy(points: float) -> float:
    """Round points to four decimals, so that ten times 0.1 is 1."""
    return round(points, 4) + 0.0


def frozen(**values: Any) -> Values:
    """Make a mapping of values that can neither be changed nor refuse to be pickled."""
    return Frozen(values)


__all__ = [
    "LANGUAGES",
    "LOOK_UP_FAILED",
    "NOTHING",
    "ROUNDING",
    "Compared",
    "Failure",
    "Finding",
    "Frozen",
    "Item",
    "Late",
    "Limits",
    "Message",
    "Outcome",
    "Part",
    "Picture",
    "Refused",
    "Report",
    "Rubric",
    "Status",
    "Submission",
    "Values",
    "Verdict",
    "Visibility",
    "frozen",
    "rounded",
    "tidy",
]
