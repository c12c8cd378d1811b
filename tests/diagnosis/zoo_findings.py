"""Findings about the programs of the zoo, and how they change where one mistake is unknown."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

from grader.checks import CHECKS
from grader.contract import REPLACEABLE
from grader.diagnosis.explain import NUMBERS, explain
from grader.diagnosis.mistakes import MISTAKES
from grader.model import LOOK_UP_FAILED, Rubric, Submission
from grader.pipeline import examination
from grader.sandbox.host import LocalSandbox
from tests.zoo_rubric import ZOO, whole_rubric

CLASSES = (*REPLACEABLE, "TLNN")
NAMES: dict[str, list[str]] = YAML(typ="safe").load(
    (Path(__file__).parents[1] / "zoo" / "names.yaml").read_text(encoding="utf-8")
)
SUBJECTS = {wrong.bug: wrong.subject for wrong in ZOO.singles}
WRONGS = tuple(w for w in ZOO.wrongs if {SUBJECTS[b] for b in w.bugs} & set(CLASSES))


@dataclass
class Told:
    """What was said about one program.

    ``findings`` are slugs; ``numbers`` says whether a check of numbers failed; ``without``
    holds, for each slug of a formula, what is said where that slug is unknown; ``failed``
    are the checks behind which the search itself failed.
    """

    findings: set[str] = field(default_factory=set)
    numbers: bool = False
    failed: tuple[str, ...] = ()
    without: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


@cache
def rubric_of(subjects: frozenset[str]) -> Rubric:
    """Everything that is asked of some classes, but for training."""
    whole = whole_rubric()
    items = (i for i in whole.items if CHECKS[i.check].subject in subjects)
    return replace(
        whole,
        items=tuple(replace(i, seconds=20.0) for i in items if not i.check.startswith("training")),
    )


def told(files, subjects: frozenset[str], seed: int, *, leave_out: bool) -> Told:
    """Grade a program on some classes, and collect what the diagnosis says."""
    seen = Told()

    def listened(observation, check, subject, failures):
        findings = explain(observation, check, subject, failures)
        seen.findings |= {finding.slug for finding in findings}
        seen.numbers |= bool(NUMBERS & {message.id for message in failures})
        for bug in {_base(f.slug) for f in findings} & BASES if leave_out else ():
            rest = [one for one in MISTAKES if one.slug != bug]
            again = explain(observation, check, subject, failures, rest)
            seen.without[bug] |= {finding.slug for finding in again}
        return findings

    submission = Submission("zoo", files, "0" * 64)
    usual, examination.explain = examination.explain, listened
    try:
        with LocalSandbox() as sandbox:
            examined = examination.Examination(submission, rubric_of(subjects), seed, sandbox)
            outcomes = examined.run()
            examined.close()
    finally:
        examination.explain = usual
    seen.failed = tuple(
        outcome.item.check
        for outcome in outcomes
        if LOOK_UP_FAILED in {finding.slug for finding in outcome.findings}
    )
    return seen


def needed(files, subjects: frozenset[str]):
    """Those files of an edited base that some classes need: reading the others takes half the time."""
    asked = {"layers.py", "losses.py"} | ({"network.py"} if "TLNN" in subjects else set())
    return {path: data for path, data in files.items() if path in asked}


@cache
def told_of_zoo(seed: int, *, leave_out: bool = False) -> dict[str, Told]:
    """What is said about every wrong program of the classes, by slug."""
    found = {}
    for wrong in WRONGS:
        subjects = frozenset({SUBJECTS[bug] for bug in wrong.bugs} | {wrong.subject})
        files = needed(wrong.files, subjects)
        found[wrong.bug] = told(files, subjects, seed, leave_out=leave_out)
    return found


BASES = {one.slug for one in MISTAKES}


def _base(slug: str) -> str:
    return slug if slug in BASES else slug.split("+", maxsplit=1)[0]
