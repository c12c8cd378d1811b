"""What an audit measured: each program of the zoo, each empty program, and each chain of repairs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

from grader.audit.partial_programs import PartialProgram
from grader.model import Rubric, tidy


@dataclass(frozen=True, slots=True)
class Trial:
    """The result of a rubric on one program of the zoo.

    Parameters
    ----------
    name, subject, description
        The program's slug, the class of its mistake (empty for a right one), and its sentence.
    has_points
        Whether the rubric gives points for that class at all.
    cost, noticed
        Checks of that class (of all, for a right program) that failed: those that took points, and
        those that have no points to take.
    broken
        Checks in which the grader itself failed.
    """

    name: str
    subject: str
    description: str
    has_points: bool
    cost: tuple[str, ...] = ()
    noticed: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Payment:
    """The points of a rubric for a program of right and empty parts, and the most it may earn."""

    program: PartialProgram
    points: float
    allowed: float
    broken: tuple[str, ...] = ()

    @property
    def excess(self) -> float:
        """The points that it earned for nothing."""
        return max(tidy(self.points - self.allowed), 0.0)


@dataclass(frozen=True, slots=True)
class Chain:
    """A program before and after each of a few repairs."""

    steps: tuple[Payment, ...]

    @property
    def losses(self) -> tuple[tuple[str, float], ...]:
        """Each repair that cost points: the part, and how many points."""
        return tuple(
            (after.program.repaired_part, tidy(before.points - after.points))
            for before, after in pairwise(self.steps)
            if tidy(before.points - after.points) > 0
        )

    @property
    def largest_loss(self) -> tuple[str, float] | None:
        """The repair that cost most; None if none cost anything."""
        return max(self.losses, key=lambda loss: loss[1], default=None)


@dataclass(frozen=True, slots=True)
class CheckUse:
    """How many mistakes one check of the rubric noticed, and how many it noticed alone."""

    check: str
    points: float
    catches: int
    alone: int


@dataclass(frozen=True, slots=True)
class Audit:
    """The results of a rubric on the whole zoo, and on programs of right and empty parts."""

    rubric: Rubric
    seed: int
    wrongs: tuple[Trial, ...]
    rights: tuple[Trial, ...]
    seconds: float = 0.0
    empties: tuple[Payment, ...] = ()
    chains: tuple[Chain, ...] = ()

    @property
    def partials(self) -> tuple[Payment, ...]:
        """All programs of right and empty parts: those alone, and those of the chains."""
        return (*self.empties, *(payment for chain in self.chains for payment in chain.steps))

    @property
    def overpaid(self) -> tuple[Payment, ...]:
        """Empty and half-empty programs that earned more than their right parts may earn."""
        return tuple(payment for payment in self.partials if payment.excess)

    @property
    def let_through(self) -> tuple[Trial, ...]:
        """Wrong programs that keep all points of their class, though there are some."""
        return tuple(trial for trial in self.wrongs if trial.has_points and not trial.cost)

    @property
    def not_examined(self) -> tuple[Trial, ...]:
        """Wrong programs for whose class the rubric gives no points."""
        return tuple(trial for trial in self.wrongs if not trial.has_points)

    @property
    def blamed(self) -> tuple[Trial, ...]:
        """Right programs that lose points."""
        return tuple(trial for trial in self.rights if trial.cost)

    @property
    def broken(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Programs in whose examination the grader itself failed, and the checks."""
        checks = [(trial.name, trial.broken) for trial in (*self.wrongs, *self.rights)]
        checks += [(payment.program.name, payment.broken) for payment in self.partials]
        return tuple(entry for entry in checks if entry[1])

    @property
    def sound(self) -> bool:
        """Whether no mistake gets through, nobody is blamed, nothing pays, and no repair costs."""
        has_loss = any(chain.losses for chain in self.chains)
        return not (self.let_through or self.blamed or self.overpaid or has_loss)

    @property
    def check_uses(self) -> tuple[CheckUse, ...]:
        """How many mistakes each check of the rubric notices, in the rubric's order."""
        noticed = [(*trial.cost, *trial.noticed) for trial in self.wrongs]
        counts = Counter(check for checks in noticed for check in checks)
        alone = Counter(checks[0] for checks in noticed if len(checks) == 1)
        return tuple(
            CheckUse(item.check, item.points, counts[item.check], alone[item.check])
            for item in self.rubric.items
        )
