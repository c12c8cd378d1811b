"""What depends on the seed alone is computed while the zygote becomes warm."""

from __future__ import annotations

from typing import Any

import pytest

from grader.audit import zoo
from grader.checks import CHECKS
from grader.model import Submission
from grader.observation import convergent_starts
from grader.pipeline import grading
from grader.rubric import reader, resources
from grader.sandbox.host import LocalSandbox

SEED = 5


def test_an_examination_finds_all_starts_prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    """No start is searched for while a submission waits, and none that the rubric does not need."""
    rubric = reader.load(resources.default_rubric(), CHECKS)
    searched: list[Any] = []
    fastest_starts = convergent_starts.fastest_starts

    def note(*arguments: Any) -> Any:
        searched.append(arguments)
        return fastest_starts(*arguments)

    convergent_starts.task.cache_clear()
    monkeypatch.setattr(convergent_starts, "fastest_starts", note)
    grading.prepare(rubric, SEED)
    assert len(searched) >= 2
    prepared = len(searched)
    submission = Submission("base", zoo.load(resources.zoo()).base, "0" * 64)
    with LocalSandbox() as sandbox:
        report = grading.grade(submission, rubric, seed=SEED, sandbox=sandbox)
    assert report.score == report.max_score
    assert len(searched) == prepared
