"""Tries a rubric: which mistakes it lets through, whom it blames, and what it pays for nothing.

A wrong program gets through where it keeps all the points that the rubric gives for its
class. Where the rubric gives none for that class, it is not examined, which is the course's
own choice and no fault.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from queue import SimpleQueue

from grader.audit import partial_programs
from grader.audit.partial_programs import Partial
from grader.audit.zoo import Right, Wrong, Zoo
from grader.checks import CHECKS
from grader.contract import CONTRACT, OPTIONAL, Kind
from grader.intake.file_kinds import is_picture
from grader.model import Outcome, Rubric, Submission, Verdict, tidy
from grader.pipeline.examination import Examination
from grader.sandbox.host import Sandbox, chosen

CLASSES = {
    "training": "training",
    "plots": "plots",
    "plots.main": "main",
    "plots.files": "pictures",
    "data": "data",
    "rules": "rules",
    **{row.prefix: row.name for row in CONTRACT if row.kind is not Kind.FUNCTION},
}
"""What the zoo calls the subject of a check, by its id or the first part of it."""

PARTIAL = "partial"
"""The label of a right program that does not hold everything."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What a rubric made of one program of the zoo.

    Parameters
    ----------
    name, subject, says
        The program's slug, the class of its mistake (empty for a right one), and its sentence.
    priced
        Whether the rubric gives points for that class at all.
    cost, noticed
        Checks of that class (of all, for a right program) that did not hold: those that took
        points, and those that have none to take.
    broken
        Checks in which the grader itself failed.
    """

    name: str
    subject: str
    says: str
    priced: bool
    cost: tuple[str, ...] = ()
    noticed: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()

    @property
    def gets_through(self) -> bool:
        """Whether a wrong program keeps all points of its class, though there are some."""
        return self.priced and not self.cost


@dataclass(frozen=True, slots=True)
class Paid:
    """What a rubric paid for a program of right and empty parts.

    Parameters
    ----------
    program
        The program; in a chain of repairs, it names the part that was repaired last.
    points, allowed
        What it earned, and the most that what is right in it may earn.
    broken
        Checks in which the grader itself failed.
    """

    program: Partial
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

    steps: tuple[Paid, ...]

    @property
    def falls(self) -> tuple[tuple[str, float], ...]:
        """Each repair that cost points: the part, and how many points."""
        return tuple(
            (after.program.repaired, tidy(before.points - after.points))
            for before, after in pairwise(self.steps)
            if tidy(before.points - after.points) > 0
        )

    @property
    def largest_fall(self) -> tuple[str, float] | None:
        """The repair that cost most; None where none cost anything."""
        return max(self.falls, key=lambda fall: fall[1], default=None)


@dataclass(frozen=True, slots=True)
class Catch:
    """What one check of the rubric is good for: mistakes noticed, and noticed by nothing else."""

    check: str
    points: float
    catches: int
    alone: int


@dataclass(frozen=True, slots=True)
class Audit:
    """A rubric after it was tried on the whole zoo."""

    rubric: Rubric
    seed: int
    wrongs: tuple[Tried, ...]
    rights: tuple[Tried, ...]
    seconds: float = 0.0
    empties: tuple[Paid, ...] = ()
    chains: tuple[Chain, ...] = ()

    @property
    def partials(self) -> tuple[Paid, ...]:
        """All programs of right and empty parts: those alone, and those of the chains."""
        return (*self.empties, *(paid for chain in self.chains for paid in chain.steps))

    @property
    def overpaid(self) -> tuple[Paid, ...]:
        """Empty and half-empty programs that earned more than what is right in them may earn."""
        return tuple(paid for paid in self.partials if paid.excess)

    @property
    def falling(self) -> tuple[Chain, ...]:
        """Chains in which a repair cost points."""
        return tuple(chain for chain in self.chains if chain.falls)

    @property
    def let_through(self) -> tuple[Tried, ...]:
        """Wrong programs that keep all points of their class."""
        return tuple(tried for tried in self.wrongs if tried.gets_through)

    @property
    def not_examined(self) -> tuple[Tried, ...]:
        """Wrong programs for whose class the rubric gives no points."""
        return tuple(tried for tried in self.wrongs if not tried.priced)

    @property
    def blamed(self) -> tuple[Tried, ...]:
        """Right programs that lose points."""
        return tuple(tried for tried in self.rights if tried.cost)

    @property
    def broken(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Programs in whose examination the grader itself failed, and the checks."""
        checks = [(tried.name, tried.broken) for tried in (*self.wrongs, *self.rights)]
        checks += [(paid.program.name, paid.broken) for paid in self.partials]
        return tuple(entry for entry in checks if entry[1])

    @property
    def sound(self) -> bool:
        """Whether no mistake gets through, nobody is blamed, nothing pays, and no repair costs."""
        wrong = (self.let_through, self.blamed, self.overpaid, self.falling)
        return not any(wrong)

    @property
    def catches(self) -> tuple[Catch, ...]:
        """How many mistakes each check of the rubric notices, in the rubric's order."""
        noticed = [(*tried.cost, *tried.noticed) for tried in self.wrongs]
        counts = Counter(check for checks in noticed for check in checks)
        alone = Counter(checks[0] for checks in noticed if len(checks) == 1)
        return tuple(
            Catch(item.check, item.points, counts[item.check], alone[item.check])
            for item in self.rubric.items
        )


def subject_of(check: str) -> str:
    """Return what the zoo calls the subject of a check; a check of a course's own stands alone."""
    first = check.partition(".")[0]
    return CLASSES.get(check) or CLASSES.get(first, first)


def narrowed(rubric: Rubric, subjects: Iterable[str]) -> Rubric:
    """Return a rubric with only the items that examine these subjects, and what those need."""
    by_id = {item.check: item for item in rubric.items}
    left = [item.check for item in rubric.items if subject_of(item.check) in set(subjects)]
    kept: set[str] = set()
    while left:
        check = left.pop()
        kept.add(check)
        left += [need for need in CHECKS[check].needs if need in by_id and need not in kept]
    return replace(rubric, items=tuple(i for i in rubric.items if i.check in kept))


def try_wrong(program: Wrong, rubric: Rubric, seed: int, sandbox: Sandbox) -> Tried:
    """Examine the class of a wrong program's mistake."""
    own = {item.check: item for item in rubric.items if subject_of(item.check) == program.subject}
    priced = any(item.points > 0 for item in own.values())
    tried = Tried(program.bug, program.subject, program.says, priced)
    if not own:
        return tried
    fitting = narrowed(rubric, [program.subject])
    outcomes = examined(program.bug, program.files, fitting, seed, sandbox)
    return _with(tried, [outcome for outcome in outcomes if outcome.item.check in own])


def try_right(program: Right, rubric: Rubric, seed: int, sandbox: Sandbox) -> Tried:
    """Examine everything that a right program holds."""
    outcomes = examined(program.name, program.files, rubric, seed, sandbox)
    held = blamable(outcomes, partial=PARTIAL in program.conventions)
    return _with(Tried(program.name, "", program.says, priced=True), held)


def examined(
    name: str, files: Mapping[str, bytes], rubric: Rubric, seed: int, sandbox: Sandbox
) -> tuple[Outcome, ...]:
    """Examine a program; nobody reads why it fails, so nothing is explained."""
    images = {path: content for path, content in files.items() if is_picture(path)}
    sources = {path: content for path, content in files.items() if path not in images}
    submission = Submission(name, sources, "0" * 64, images=images)
    examination = Examination(submission, rubric, seed, sandbox, explains=False)
    try:
        return examination.run()
    finally:
        examination.close()


def _with(tried: Tried, outcomes: Sequence[Outcome]) -> Tried:
    lost = [o for o in outcomes if o.verdict is not Verdict.PASSED and not o.verdict.is_open]
    return replace(
        tried,
        cost=tuple(o.item.check for o in lost if o.item.points > 0),
        noticed=tuple(o.item.check for o in lost if not o.item.points > 0),
        broken=tuple(o.item.check for o in outcomes if o.verdict is Verdict.BROKEN),
    )


def blamable(outcomes: Sequence[Outcome], *, partial: bool) -> list[Outcome]:
    """Leave out what a right program need not hold, and what waits for that."""
    by_id = {outcome.item.check: outcome for outcome in outcomes}

    def excused(outcome: Outcome) -> bool:
        message = outcome.message
        if message is None:
            return False
        if outcome.verdict is Verdict.BLOCKED:
            return excused(by_id[message.values["check"]])
        return message.id == "missing" and (partial or message.values["who"] in OPTIONAL)

    return [outcome for outcome in outcomes if not excused(outcome)]


def pay(program: Partial, rubric: Rubric, seed: int, sandbox: Sandbox) -> Paid:
    """Examine everything that a rubric asks of a program of right and empty parts."""
    points = {item.check: item.points for item in rubric.items}
    files = partial_programs.program(program.choice)
    outcomes = examined(program.name, files, rubric, seed, sandbox)
    earned = tidy(sum(outcome.points for outcome in outcomes))
    allowed = tidy(partial_programs.most(program.choice, points, rubric.most_for_nothing))
    broken = tuple(o.item.check for o in outcomes if o.verdict is Verdict.BROKEN)
    return Paid(program, earned, allowed, broken)


def chains_for(rubric: Rubric, seed: int) -> list[list[Partial]]:
    """Return the chains of repairs that a rubric is tried on."""
    priced = {item.check for item in rubric.items if item.points > 0}
    return partial_programs.chains(seed, priced)


def audit(
    zoo: Zoo,
    rubric: Rubric,
    *,
    seed: int,
    jobs: int = 1,
    on_progress: Callable[[], object] = list,
    empties: Sequence[Partial] = (),
    chains: Sequence[Sequence[Partial]] = (),
) -> Audit:
    """Try a rubric on a zoo, and on programs of right and empty parts.

    Parameters
    ----------
    zoo, rubric
        The programs, and what is tried on them.
    seed
        Where the inputs of all checks come from.
    jobs
        How many programs are examined at a time, each in a sandbox of its own. These
        programs are the project's own, so it goes on where there are no walls.
    told
        Called after each program.
    empties, chains
        Programs of right and empty parts: each alone, and before and after each of a few repairs.
    """
    idle: SimpleQueue[Sandbox] = SimpleQueue()

    @contextmanager
    def free() -> Iterator[Sandbox]:
        sandbox = idle.get()
        try:
            yield sandbox
        finally:
            idle.put(sandbox)
            on_progress()

    def right(program: Right) -> Tried:
        with free() as sandbox:
            return try_right(program, rubric, seed, sandbox)

    def wrong(program: Wrong) -> Tried:
        with free() as sandbox:
            return try_wrong(program, rubric, seed, sandbox)

    def paid(program: Partial) -> Paid:
        with free() as sandbox:
            return pay(program, rubric, seed, sandbox)

    start = time.monotonic()
    with ExitStack() as stack, ThreadPoolExecutor(jobs) as pool:
        for _ in range(jobs):
            idle.put(stack.enter_context(chosen(rubric.limits, unsafe=True)))
        # The longest come first, so that no worker is left with them at the end.
        rights = pool.map(right, zoo.rights)
        repaired = [pool.map(paid, chain) for chain in chains]
        nothing = pool.map(paid, empties)
        wrongs = pool.map(wrong, zoo.wrongs)
        made = Audit(
            rubric,
            seed,
            tuple(wrongs),
            tuple(rights),
            empties=tuple(nothing),
            chains=tuple(Chain(tuple(chain)) for chain in repaired),
        )
        return replace(made, seconds=time.monotonic() - start)
