"""Tries a rubric: which mistakes it lets through, whom it blames, and what it pays for nothing.

A wrong program gets through if it keeps all the points that the rubric gives for its class. If
the rubric gives none for that class, it is not examined, which is the course's own choice and no
fault.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from queue import SimpleQueue
from typing import TypeVar

from grader.audit import partial_programs
from grader.audit.partial_programs import PartialProgram
from grader.audit.results import Audit, Chain, Payment, Trial
from grader.audit.zoo import Right, Wrong, Zoo
from grader.checks import checks_with
from grader.contract import CONTRACT, OPTIONAL, ROWS, Kind
from grader.intake.file_kinds import is_picture
from grader.model import Outcome, Rubric, Submission, Verdict, tidy
from grader.pipeline.examination import Examination
from grader.sandbox.host import Sandbox, create_sandbox

SUBJECTS = {
    "training": "training",
    "plots": "plots",
    "plots.main": "main",
    "plots.files": "pictures",
    "data": "data",
    "rules": "rules",
    **{row.prefix: row.name for row in CONTRACT if row.kind is not Kind.FUNCTION},
}
"""The zoo's name for the subject of a check, by its id or the first part of it."""

PARTIAL = "partial"
"""The label of a right program in which not all classes exist."""

Program = TypeVar("Program")
Result = TypeVar("Result")


def subject_of(check: str) -> str:
    """Return the zoo's name for the subject of a check; a check of a course's own stands alone."""
    first = check.partition(".")[0]
    return SUBJECTS.get(check) or SUBJECTS.get(first, first)


def restrict(rubric: Rubric, subjects: Iterable[str]) -> Rubric:
    """Return a rubric with only the items that examine these subjects, and what those need."""
    by_id = {item.check: item for item in rubric.items}
    queue = [check for check in by_id if subject_of(check) in set(subjects)]
    checks: set[str] = set()
    known = checks_with(rubric.plugins)
    while queue:
        check = queue.pop()
        checks.add(check)
        queue += [need for need in known[check].needs if need in by_id and need not in checks]
    return replace(rubric, items=tuple(i for i in rubric.items if i.check in checks))


def try_wrong(program: Wrong, rubric: Rubric, seed: int, sandbox: Sandbox) -> Trial:
    """Examine the class of a wrong program's mistake."""
    items = {i.check: i for i in rubric.items if subject_of(i.check) == program.subject}
    has_points = any(item.points > 0 for item in items.values())
    trial = Trial(program.bug, program.subject, program.says, has_points)
    if not items:
        return trial
    outcomes = examine(
        program.bug, program.files, restrict(rubric, [program.subject]), seed, sandbox
    )
    return _with_outcomes(trial, [o for o in outcomes if o.item.check in items])


def try_right(program: Right, rubric: Rubric, seed: int, sandbox: Sandbox) -> Trial:
    """Examine everything in a right program."""
    outcomes = examine(program.name, program.files, rubric, seed, sandbox)
    required = required_outcomes(outcomes, partial=PARTIAL in program.conventions)
    return _with_outcomes(Trial(program.name, "", program.says, has_points=True), required)


def examine(
    name: str, files: Mapping[str, bytes], rubric: Rubric, seed: int, sandbox: Sandbox
) -> tuple[Outcome, ...]:
    """Examine a program; nobody reads why it fails, so no mistake is looked up."""
    images = {path: content for path, content in files.items() if is_picture(path)}
    sources = {path: content for path, content in files.items() if path not in images}
    submission = Submission(name, sources, "0" * 64, images=images)
    examination = Examination(submission, rubric, seed, sandbox, explains=False)
    try:
        return examination.run()
    finally:
        examination.close()


def _with_outcomes(trial: Trial, outcomes: Sequence[Outcome]) -> Trial:
    failures = [o for o in outcomes if o.verdict is not Verdict.PASSED and not o.verdict.is_open]
    return replace(
        trial,
        cost=tuple(o.item.check for o in failures if o.item.points > 0),
        noticed=tuple(o.item.check for o in failures if not o.item.points > 0),
        broken=_broken(outcomes),
    )


def _broken(outcomes: Iterable[Outcome]) -> tuple[str, ...]:
    return tuple(o.item.check for o in outcomes if o.verdict is Verdict.BROKEN)


def required_outcomes(outcomes: Sequence[Outcome], *, partial: bool) -> list[Outcome]:
    """Leave out the checks of classes that may be missing, and the checks that wait for those.

    In a ``partial`` program every class may be missing, in any other one the optional ones and those
    that a course has added.
    """
    by_id = {outcome.item.check: outcome for outcome in outcomes}

    def is_optional(outcome: Outcome) -> bool:
        message = outcome.message
        if message is None:
            return False
        if outcome.verdict is Verdict.BLOCKED:
            return is_optional(by_id[message.values["check"]])
        who = message.values.get("who")
        if message.id == "tests_missing":
            return True
        return message.id == "missing" and (partial or who in OPTIONAL or who not in ROWS)

    return [outcome for outcome in outcomes if not is_optional(outcome)]


def try_partial(program: PartialProgram, rubric: Rubric, seed: int, sandbox: Sandbox) -> Payment:
    """Examine everything that a rubric requires of a program of right and empty parts."""
    points = {item.check: item.points for item in rubric.items}
    files = partial_programs.program(program.choice)
    outcomes = examine(program.name, files, rubric, seed, sandbox)
    total = tidy(sum(outcome.points for outcome in outcomes))
    allowed = partial_programs.max_points(program.choice, points, rubric.most_for_nothing)
    return Payment(program, total, tidy(allowed), _broken(outcomes))


def chains_for(rubric: Rubric, seed: int) -> list[list[PartialProgram]]:
    """Return the chains of repairs that a rubric is tried on."""
    return partial_programs.chains(seed, {i.check for i in rubric.items if i.points > 0})


def audit(
    zoo: Zoo,
    rubric: Rubric,
    *,
    seed: int,
    jobs: int = 1,
    on_progress: Callable[[], object] = list,
    empties: Sequence[PartialProgram] = (),
    chains: Sequence[Sequence[PartialProgram]] = (),
) -> Audit:
    """Try a rubric on a zoo and on partial programs, ``jobs`` at a time, each in its own sandbox.

    The programs are the project's own, so they run even where there are no walls.
    """
    sandboxes: SimpleQueue[Sandbox] = SimpleQueue()

    def run(
        function: Callable[[Program, Rubric, int, Sandbox], Result], program: Program
    ) -> Result:
        sandbox = sandboxes.get()
        try:
            return function(program, rubric, seed, sandbox)
        finally:
            sandboxes.put(sandbox)
            on_progress()

    start = time.monotonic()
    with ExitStack() as stack, ThreadPoolExecutor(jobs) as pool:
        for _ in range(jobs):
            sandboxes.put(
                stack.enter_context(create_sandbox(rubric.limits, rubric.python, unsafe=True))
            )
        # The longest come first, so that no worker is left with them at the end.
        rights = pool.map(partial(run, try_right), zoo.rights)
        steps = [pool.map(partial(run, try_partial), programs) for programs in chains]
        payments = pool.map(partial(run, try_partial), empties)
        wrongs = pool.map(partial(run, try_wrong), zoo.wrongs)
        return Audit(
            rubric, seed, tuple(wrongs), tuple(rights), empties=tuple(payments),
            chains=tuple(Chain(tuple(payments)) for payments in steps),
            seconds=time.monotonic() - start,  # the last argument: all the others wait for results
        )  # fmt: skip
