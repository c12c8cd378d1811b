"""One examination of each program of the zoo, for the tests of its points and of its findings.

It runs behind the walls, in parts that any process of a test run may compute for the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from grader.audit.trials import restrict
from grader.audit.zoo import Files, Wrong
from grader.intake.file_kinds import is_picture
from grader.model import NOTHING, Outcome, Rubric, Submission
from grader.pipeline.examination import Examination
from grader.sandbox.host import Sandbox, create_sandbox
from tests.diagnosis.zoo_findings import CLASSES, SUBJECTS, Told, listening
from tests.shared_results import SharedResults
from tests.zoo_rubric import ZOO, whole_rubric, without_training

FIRST = 1
"""The seed with which the whole zoo is examined."""

PARTS = 8
"""A part takes some ten seconds: no process is left alone with a long one at the end."""

SECONDS = 20.0
"""For one exchange: a layer that is slow on a busy machine is not one that never answers."""

T = TypeVar("T")


@dataclass(frozen=True)
class Examined:
    """What the examination of a program came to: outcomes without pictures, and what was said."""

    outcomes: tuple[Outcome, ...]
    told: Told


Results = dict[str, Examined]


def part_of(programs: Sequence[T], number: int, parts: int = PARTS) -> Sequence[T]:
    """Return one part of the programs; neighbours, which take as long, are in different parts."""
    return programs[number::parts]


def wrongs_examined(shared: SharedResults, number: int, seed: int = FIRST) -> Results:
    """Return what one part of the wrong programs came to, by slug."""
    return shared.part(f"wrong programs, seed {seed},", number, partial(_wrongs, seed))


def all_wrongs_examined(shared: SharedResults, seed: int = FIRST) -> Results:
    """Return what all wrong programs came to, by slug."""
    parts = shared.every_part(f"wrong programs, seed {seed},", PARTS, partial(_wrongs, seed))
    return {bug: examined for part in parts for bug, examined in part.items()}


def rights_examined(shared: SharedResults, number: int) -> Results:
    """Return what one part of the right programs came to, training and figures apart, by name."""
    return shared.part("right programs", number, _rights)


def _wrongs(seed: int, number: int) -> Results:
    whole, results = whole_rubric(), {}
    with create_sandbox(whole.limits, unsafe=True) as sandbox:
        for wrong in part_of(ZOO.wrongs, number):
            classes = _named_classes(wrong)
            asked = _patient(restrict(whole, classes | {wrong.subject}))
            with listening(classes, leave_out=seed == FIRST) as told:
                results[wrong.bug] = Examined(_outcomes(wrong.files, asked, seed, sandbox), told)
    return results


def _named_classes(wrong: Wrong) -> frozenset[str]:
    return CLASSES & {wrong.subject, *(SUBJECTS[bug] for bug in wrong.bugs)}


def _patient(asked: Rubric) -> Rubric:
    return replace(asked, items=tuple(replace(item, seconds=SECONDS) for item in asked.items))


def _rights(number: int) -> Results:
    asked, results = without_training(whole_rubric(), "plots."), {}
    with create_sandbox(asked.limits, unsafe=True) as sandbox:
        for right in part_of(ZOO.rights, number):
            with listening(CLASSES, leave_out=False) as told:
                results[right.name] = Examined(_outcomes(right.files, asked, FIRST, sandbox), told)
    return results


def _outcomes(files: Files, asked: Rubric, seed: int, sandbox: Sandbox) -> tuple[Outcome, ...]:
    images = {path: data for path, data in files.items() if is_picture(path)}
    sources = {path: data for path, data in files.items() if path not in images}
    submission = Submission("zoo", sources, "0" * 64, images=images)
    examination = Examination(submission, asked, seed, sandbox)
    try:
        return tuple(replace(o, pictures=(), evidence=NOTHING) for o in examination.run())
    finally:
        examination.close()
