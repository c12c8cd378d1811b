"""From a submission and a rubric to a report: plan, judge, settle.

Plan: the rubric's items, ordered so that what a check needs comes before it, and what
students may not read after all that they may. Judge: each check over its connection, one outcome
each. Settle: back to the rubric's order, in a report.

What is judged first cannot depend on what is judged later. So nothing that a student reads
follows from a hidden outcome, and no process that a hidden check sent something to is one
whose words a student reads.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator

from grader.model import Message, Report, Rubric, Status, Submission, frozen
from grader.observation import convergent_starts
from grader.pipeline.examination import Examination
from grader.pipeline.repair_memory import RepairMemory
from grader.remote import derive_seed, notebooks
from grader.sandbox.host import Sandbox


def seed_for(rubric: Rubric, secret: str = "") -> int:
    """Return the seed that follows from a rubric and a course's secret.

    The whole class is asked the same questions, a regrade asks them again, and without
    the secret nobody can compute them beforehand. It has 63 bits: as many as JSON's readers
    and a database's column hold, and more than anybody can try.
    """
    digest = hashlib.sha256(f"{rubric.digest}\n{secret}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def prepare(rubric: Rubric, seed: int) -> None:
    """Compute what follows from the rubric and the seed alone, so that no submission waits for it.

    This takes some 0.2 s, as long as a zygote needs to become warm.
    """
    for item in rubric.items:
        for kind in convergent_starts.TASKS_OF_CHECK.get(item.check, ()):
            convergent_starts.task(kind, derive_seed(seed, item.visibility))


def grade(
    submission: Submission,
    rubric: Rubric,
    *,
    seed: int,
    sandbox: Sandbox,
    memory: RepairMemory | None = None,
) -> Report:
    """Examine a submission.

    Parameters
    ----------
    submission, rubric
        What is examined, and what is asked of it.
    seed
        Where every input of every check comes from.
    sandbox
        Where the student's code runs; already entered.
    memory
        The repairs that were found for submissions before, to which those of this one are added.

    Raises
    ------
    OurFault
        If no child can be started at all. A fault within one check is an outcome instead
        (``broken``).
    """
    start = time.monotonic()
    submission = notebooks.convert_notebooks(submission, rubric.limits, sandbox)
    if submission.invalid is not None:
        return _invalid(submission, rubric, seed, sandbox)
    memory = RepairMemory() if memory is None else memory
    examination = Examination(submission, rubric, seed, sandbox, detects=True, repairs=memory)
    try:
        outcomes = examination.run()
        remarks = (*_course_remarks(sandbox), *examination.remarks())
        needs_review = examination.flags()
    finally:
        examination.close()
    return Report(
        submission, rubric, outcomes, seed, sandbox.official, sandbox.walls,
        needs_review=needs_review, remarks=remarks, seconds=time.monotonic() - start,
        interpreter=sandbox.interpreter,
    )  # fmt: skip


def _course_remarks(sandbox: Sandbox) -> Iterator[Message]:
    """Say that no figure can be drawn where the course's Python has nothing to draw with."""
    if not sandbox.interpreter.draws:
        yield Message("course_cannot_draw", frozen(python=sandbox.interpreter.python))


def _invalid(submission: Submission, rubric: Rubric, seed: int, sandbox: Sandbox) -> Report:
    return Report(
        submission, rubric, (), seed, sandbox.official, sandbox.walls,
        status=Status.INVALID, reason=submission.invalid, interpreter=sandbox.interpreter,
    )  # fmt: skip
