"""The connections of one examination share what takes long to learn."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.checks import CHECKS
from grader.model import Submission
from grader.observation import program_observation
from grader.pipeline import grading
from grader.rubric import reader, resources
from grader.sandbox.host import ProcessSandbox
from tests.flags.own_shapes import SCRIPT, WHOLE_NETWORK

FREE = reader.load(resources.named_rubric(Path(resources.FREE_FORM)), CHECKS)


@pytest.mark.parametrize("program", [WHOLE_NETWORK, SCRIPT])
def test_a_program_is_watched_once(program: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a network is found or not, no check looks for it again, nor does what reads fonts."""
    looked: list[None] = []
    observe = getattr(program_observation, "_observe")  # noqa: B009  it has no other name

    def counted(lab: object) -> object:
        looked.append(None)
        return observe(lab)

    monkeypatch.setattr(program_observation, "_observe", counted)
    with ProcessSandbox(FREE.limits) as sandbox:
        submission = Submission("lab", {"lab.py": program}, "0" * 64)
        grading.grade(submission, FREE, seed=1, sandbox=sandbox)
    assert len(looked) == 1
