"""The same checks as tests of pytest, one submission a run, as a course does it without a grader.

SUBMISSION=FOLDER python -m pytest benchmarks/suite_of_one.py --timeout 60
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from grader import intake
from grader.checks import CHECKS
from grader.model import Outcome, Verdict
from grader.pipeline import grading
from grader.rubric import reader, resources
from grader.sandbox.host import LocalSandbox

RUBRIC = reader.load(resources.default_rubric(), CHECKS)


@cache
def outcomes() -> Mapping[str, Outcome]:
    """Return the outcome of every check of the submission."""
    submission = intake.read(Path(os.environ["SUBMISSION"]), RUBRIC.limits)
    seed = grading.seed_for(RUBRIC)
    with LocalSandbox() as sandbox:
        report = grading.grade(submission, RUBRIC, seed=seed, sandbox=sandbox)
    return {outcome.item.check: outcome for outcome in report.outcomes}


@pytest.mark.parametrize("check", [item.check for item in RUBRIC.items])
def test_check(check: str) -> None:
    """The check holds."""
    outcome = outcomes()[check]
    assert outcome.verdict is Verdict.PASSED, outcome.message
