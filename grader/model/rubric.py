"""What is examined, what it is worth, and how points are rounded."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from grader.model.values import NOTHING

ROUNDING = 0.01
"""To a multiple of how much points are rounded where a rubric does not say."""


LADDER = ("symptom", "place", "name", "formula", "repair")
"""What students see of a mistake, each step with all before it: what differs; where it is; what the
mistake is, and what to do; what their numbers equal; the edit that repairs it.
``hint``, beside it, tells what to do alone."""
FEEDBACK = "formula"
"""The step where a rubric does not say."""


class Visibility(StrEnum):
    """Who may read an item's outcome, and when."""

    VISIBLE = "visible"
    HIDDEN = "hidden"
    AFTER_DUE = "after_due"


def round_points(points: float, step: float) -> float:
    """Round points, 0 or more, to the nearest multiple of a step; what lies half way goes up.

    Examples
    --------
    >>> round_points(84.3333, 0.01), round_points(2.25, 0.5), round_points(0.5, 1.0)
    (84.33, 2.5, 1.0)
    """
    # 1e-6 of a step: 0.285 is 0.28499999999999998 in binary, and half way for whoever reads it.
    return tidy(math.floor(points / step + 0.5 + 1e-6) * step)


def tidy(points: float) -> float:
    """Round points to four decimals, so that ten times 0.1 is 1."""
    return round(points, 4) + 0.0


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a rubric: a check and what it is worth.

    ``seconds`` is the time that the student's code may take in one exchange of
    this check. A ``bonus`` item adds to the score, never to the maximum. What is
    earned in part is a multiple of ``rounding``; ``partial`` says what a check that holds in
    part earns: the weight of its ``parts``, at most ``half``, or ``none``. ``feedback`` is what students
    see of a mistake (see ``LADDER``); None: what the rubric says.
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
    feedback: str | None = None

    def points_for(self, share: float) -> float:
        """Return the points for a share of this item, 0 to 1: the one place that rounds them.

        All of it earns exactly what the item is worth, whatever the rounding; what a check that
        holds in part earns is the rubric's choice (``partial``).
        """
        if share >= 1:
            return self.points
        paid_share = {"parts": share, "half": min(share, 0.5), "none": 0.0}[self.partial]
        return min(self.points, round_points(paid_share * self.points, self.rounding))


@dataclass(frozen=True, slots=True)
class Limits:
    """What one submission may use.

    Seconds are wall-clock time of the child; ``memory_mb`` is its address space
    in MiB; ``file_kb`` and ``total_kb`` are KiB of source text on the way in.
    ``repair_seconds`` is for the search for repairs, which no verdict waits for; 0 searches none.
    """

    import_seconds: float = 10.0
    total_seconds: float = 120.0
    memory_mb: int = 2048
    file_kb: int = 1024
    total_kb: int = 5120
    files: int = 200
    repair_seconds: float = 3.0


MAX_PERCENT_FOR_NOTHING = 3.0
"""Percent of all points; what an empty method passes, and the luck of noise, stay below it."""


@dataclass(frozen=True, slots=True)
class LatePolicy:
    """What lateness costs: a share of the maximum for each day begun after the grace.

    ``due`` is ISO 8601 with its offset; None where only the platform knows it.
    """

    percent_per_day: float = 0.0
    grace_days: float = 0.0
    most_percent: float = 100.0
    due: str | None = None


@dataclass(frozen=True, slots=True)
class Plugin:
    """A file of a course's own checks, layers and mistakes: its name beside the rubric, and its bytes."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Rubric:
    """What is examined and what it is worth.

    Parameters
    ----------
    title, source, digest
        The heading, the file's name as the user knows it, SHA-256 of its bytes and its plug-ins'.
    items
        In the order of the file, which is the order of the report.
    names
        Class or function name of the contract -> other names accepted for it.
    packages
        Top-level packages that a submission may import besides the standard library.
    interface
        How strict the rubric is about the lab's classes: ``contract``, ``adapt`` or ``black-box``.
    roles
        A class or function of the contract, or ``forward``, -> what plays that role in the
        submissions.
    feedback
        What students see of a mistake where an item does not say otherwise (see ``LADDER``).
    most_for_nothing
        What ``grade audit`` lets a program earn in which nothing is right, in percent.
    late
        What lateness costs; nothing by default.
    rounding
        To a multiple of how much points are rounded where they are earned.
    python
        Path of the Python that submissions run under; empty for the grader's own.
    plugins
        The course's own checks, layers and mistakes; no child gets them.
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
    feedback: str = FEEDBACK
    late: LatePolicy = LatePolicy()
    most_for_nothing: float = MAX_PERCENT_FOR_NOTHING
    rounding: float = ROUNDING
    interface: str = "adapt"
    roles: Mapping[str, str] = NOTHING
    python: str = ""
    plugins: tuple[Plugin, ...] = ()

    @property
    def total(self) -> float:
        """The points of all items that are not bonus."""
        return tidy(sum(item.points for item in self.items if not item.bonus))
