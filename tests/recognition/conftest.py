"""Grades programs whose layers and losses are in a manner of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from grader.checks import CHECKS
from grader.model import Report, Submission
from grader.pipeline import grading
from grader.rubric import reader, resources
from grader.sandbox.host import ProcessSandbox, Sandbox

DEFAULT = reader.load(resources.default_rubric(), CHECKS)

Examine = Callable[..., Report]
"""From the text of a program and the beginnings of checks to a report."""


@pytest.fixture(scope="session")
def entered() -> Iterator[Sandbox]:
    """A sandbox that all programs share."""
    with ProcessSandbox(DEFAULT.limits) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def examine(entered: Sandbox) -> Examine:
    """Grade a text with the checks whose ids begin so."""

    def grade(text: str, *prefixes: str) -> Report:
        items = [item for item in DEFAULT.items if item.check.startswith(prefixes)]
        rubric = replace(DEFAULT, items=tuple(items))
        files = {"nn.py": b"import numpy as np\n" + text.encode()}
        submission = Submission("lab", files, "0" * 64)
        return grading.grade(submission, rubric, seed=5, sandbox=entered)

    return grade


def lost(report: Report) -> dict[str, str]:
    """The checks that lost points, each with the id of its message."""
    return {
        o.item.check: o.message.id if o.message else ",".join(
            p.failure.message.id for p in o.parts if p.failure is not None
        )
        for o in report.outcomes
        if o.share < 1
    }  # fmt: skip
