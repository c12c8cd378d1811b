"""Grades the programs of ``tests/manners`` as students' work is graded, and says how that went."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from grader import intake
from grader.checks import CHECKS
from grader.model import Report, Rubric, Status, Verdict
from grader.pipeline.grading import grade
from grader.rubric import reader, resources
from grader.sandbox.host import Sandbox, create_sandbox
from tests.manners.manner import Manner, load, write
from tests.manners.not_yet import BLAMED, ESCAPED, LITTLE, ZERO_FOR_SHAPE, ZERO_UNSEEN

SEED = 7
MOST = 0.6
"""Of its points a right program earns so much, unless a person decides."""

GRADIENTS = ("backward", "gradient", "lockstep")
"""Whoever loses a check with such a word in its id is told that a gradient or a step is wrong."""

SHAPE = frozenset({
    "missing", "other_style", "not_written", "not_written_bare", "skipped", "blocked", "needs",
    "raised", "raised_at", "import_raised", "import_late", "import_waits", "import_died",
})  # fmt: skip
"""Messages of a failed check that say nothing of a gradient: the thing was not reached."""


@dataclass(frozen=True)
class Result:
    """What grading one program came to.

    Parameters
    ----------
    manner
        The program.
    score, points, waiting
        What it earned, what there was to be earned, and what of that waits for a person.
    flags
        The ids of what a person should look at, and of open checks' messages.
    failed
        The ids of checks that did not pass and are not open, with their messages' ids.
    seconds
        How long grading took.
    """

    manner: Manner
    score: float
    points: float
    waiting: float
    flags: tuple[str, ...]
    failed: Mapping[str, str]
    seconds: float

    @property
    def decided(self) -> bool:
        """Whether no person needs to look at it."""
        return not self.flags

    @property
    def zero_without_flag(self) -> bool:
        """Whether it earned nothing, and nobody will look at it."""
        return self.decided and self.score <= 0

    @property
    def zero_for_its_shape(self) -> bool:
        """Whether a right program earned nothing, and can no longer earn anything."""
        return self.manner.right and self.score + self.waiting <= 0

    @property
    def blamed_gradients(self) -> tuple[str, ...]:
        """The checks that call a gradient or a step wrong."""
        return tuple(
            check
            for check, message in self.failed.items()
            if any(word in check for word in GRADIENTS) and message not in SHAPE
        )


@functools.cache
def rubric() -> Rubric:
    """Return the default rubric, as a course uses it."""
    return reader.load(resources.default_rubric(), CHECKS)


def examine(manner: Manner, sandbox: Sandbox, *, brief: bool = False) -> Result:
    """Hand a program in, in a folder of its own, and grade it; ``brief``: with short training."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "handed in"
        write(manner.brief if brief else manner.files, folder)
        submission = intake.read(folder, rubric().limits)
        return _result(manner, grade(submission, rubric(), seed=SEED, sandbox=sandbox))


def _result(manner: Manner, report: Report) -> Result:
    flags = [message.id for message in report.needs_review]
    if report.status is Status.INVALID:
        flags.append(report.reason.id if report.reason else "invalid")
    failed = {}
    for outcome in report.outcomes:
        message = outcome.message.id if outcome.message else str(outcome.verdict)
        if outcome.verdict.is_open:
            flags.append(message)
        elif outcome.verdict is not Verdict.PASSED:
            failed[outcome.item.check] = message
    unique = tuple(dict.fromkeys(flags))
    return Result(
        manner, report.score, report.max_score, report.open_points, unique, failed, report.seconds
    )


@contextmanager
def sandbox() -> Iterator[Sandbox]:
    """Enter a sandbox, with walls where this machine has them."""
    with create_sandbox(rubric().limits, unsafe=True) as entered:
        yield entered


def escapes(wrong: Result, right: Result) -> bool:
    """Whether a wrong program loses nothing beside its right twin, and nobody will look at it.

    Where both are told of a wrong gradient the right one is blamed, and that is to be mended first.
    """
    is_caught = wrong.blamed_gradients or not set(wrong.failed) <= set(right.failed)
    return wrong.decided and not is_caught


def unmet(right: Result, wrong: Result) -> Iterator[tuple[str, str]]:
    """Say which demands a pair does not meet: each with the name of the program."""
    name = right.manner.name
    for result in (right, wrong):
        if result.zero_without_flag:
            yield ZERO_UNSEEN, result.manner.name
    if right.zero_for_its_shape:
        yield ZERO_FOR_SHAPE, name
    if right.blamed_gradients:
        yield BLAMED, name
    if right.decided and right.score < MOST * right.points:
        yield LITTLE, name
    if escapes(wrong, right):
        yield ESCAPED, wrong.manner.name


def totals(results: Iterable[Result]) -> dict[str, int]:
    """Count what must hold over all programs, in the order in which it is read."""
    by_name = {result.manner.name: result for result in results}
    every = list(by_name.values())
    rights = [result for result in every if result.manner.right]
    twins = [
        (r, by_name[r.manner.twin])
        for r in every
        if not r.manner.right and r.manner.twin in by_name
    ]
    return {
        "programs": len(every),
        "decided without a person": sum(result.decided for result in every),
        "zero without a flag": sum(result.zero_without_flag for result in every),
        "right ones": len(rights),
        "right ones with zero for their shape": sum(r.zero_for_its_shape for r in rights),
        "right ones with a wrong-gradient verdict": sum(bool(r.blamed_gradients) for r in rights),
        "right ones with full points": sum(r.score >= r.points for r in rights),
        "wrong ones": len(twins),
        "wrong ones neither caught nor flagged": sum(escapes(*pair) for pair in twins),
        "wrong ones caught without a flag": sum(w.decided and not escapes(w, r) for w, r in twins),
    }


def named(names: Sequence[str]) -> list[Manner]:
    """Return the pairs of these names, or all; raise ValueError where there is none of a name."""
    unknown = set(names) - {manner.twin for manner in load()}
    if unknown:
        raise ValueError(f"there is no program {min(unknown)!r}")
    return [manner for manner in load() if not names or manner.twin in names]
