"""Runs a course's samples against its rubric, and compares with what is expected of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader import intake, reports
from grader.course import samples
from grader.course.samples import Expected
from grader.model import Document, Rubric
from grader.pipeline import grading
from grader.sandbox.host import Sandbox
from grader.sentence import Sentence


@dataclass(frozen=True, slots=True)
class SampleResult:
    """What became of one sample.

    Parameters
    ----------
    report
        Its report; None where there is no such sample, or nothing is expected of it.
    differences
        What is otherwise than expected, a sentence each.
    is_broken
        Whether the grader itself failed in a check.
    """

    name: str
    report: Document | None
    differences: tuple[Sentence, ...]
    is_broken: bool = False


def verify(
    paths: Mapping[str, Path],
    expected: Mapping[str, Expected],
    rubric: Rubric,
    *,
    seed: int,
    sandbox: Sandbox,
) -> Iterator[SampleResult]:
    """Examine each sample of which something is expected; yield what became of it, in order.

    Raises
    ------
    PathError
        If a sample cannot be read.
    """
    for name in dict.fromkeys([*expected, *paths]):
        if name not in paths:
            gone = Sentence("there is no such sample in the folder")
            yield SampleResult(name, None, (gone,))
        elif name not in expected:
            unnamed = Sentence("nothing is expected of it; add it to {file}", file=samples.FILE)
            yield SampleResult(name, None, (unnamed,))
        else:
            yield _result(name, paths[name], expected[name], rubric, seed, sandbox)


def _result(
    name: str, path: Path, expected: Expected, rubric: Rubric, seed: int, sandbox: Sandbox
) -> SampleResult:
    submission = intake.read(path, rubric.limits)
    report = reports.document(grading.grade(submission, rubric, seed=seed, sandbox=sandbox))
    is_broken = any(check["verdict"] == "broken" for check in report["checks"])
    return SampleResult(name, report, tuple(samples.differences(expected, report)), is_broken)
