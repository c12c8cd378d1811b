"""A zygote that dies while a submission is examined costs nobody anything, the first time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader import intake
from grader.checks import CHECKS
from grader.model import Report, Verdict
from grader.pipeline import grading
from grader.rubric import reader
from grader.sandbox.host import ProcessSandbox, ProcessWire
from tests import zygotes

HERE = Path(__file__).parents[1] / "attacks"


def grade_with_deaths(monkeypatch: pytest.MonkeyPatch, deaths: set[int]) -> Report:
    """Examine the base of the attack zoo; the zygote is killed before some of the exchanges."""
    rubric = reader.load(HERE / "rubric.yaml", CHECKS)
    small_rubric = replace(rubric, items=rubric.items[:1] + rubric.items[5:6])
    count, exchange, others = 0, ProcessWire.exchange, zygotes.zygotes()

    def exchange_or_kill(wire: ProcessWire, program: Any, seconds: float) -> Any:
        nonlocal count
        count += 1
        if count in deaths:
            zygotes.end(zygotes.zygotes() - others)
        return exchange(wire, program, seconds)

    monkeypatch.setattr(ProcessWire, "exchange", exchange_or_kill)
    with ProcessSandbox(rubric.limits) as sandbox:
        submission = intake.read(HERE / "base", rubric.limits)
        return grading.grade(submission, small_rubric, seed=1, sandbox=sandbox)


@pytest.mark.parametrize("number", [1, 2, 4, 5])
def test_a_death_is_retried(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Whenever it dies, at the import or at a check, the score is what it would have been."""
    undisturbed = grade_with_deaths(monkeypatch, set())
    monkeypatch.undo()
    report = grade_with_deaths(monkeypatch, {number})
    assert report.score == undisturbed.score > 0
    assert [o.verdict for o in report.outcomes] == [o.verdict for o in undisturbed.outcomes]
    assert report.official


def test_repeated_deaths_are_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where each new one dies as well, the points stay open and no student pays."""
    report = grade_with_deaths(monkeypatch, set(range(1, 1000)))
    verdicts = {outcome.verdict for outcome in report.outcomes}
    assert verdicts <= {Verdict.BROKEN, Verdict.BLOCKED}
    assert report.open_points > 0
