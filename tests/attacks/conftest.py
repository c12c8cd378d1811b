"""What all attacks share: bait, a quick rubric, and one warm sandbox."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from grader.checks import CHECKS
from grader.model import Rubric
from grader.rubric import reader
from grader.sandbox.host import ProcessSandbox
from tests.attacks.attacks import HERE
from tests.attacks.inspection import TOKENS, Bait


@pytest.fixture(scope="module")
def bait(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bait]:
    """Secrets in the environment and on the disk, beside the submissions."""
    os.environ["GRADE_TEST_TOKEN"] = TOKENS["environment"]
    bait = Bait(tmp_path_factory.mktemp("bait"))
    yield bait
    bait.listener.close()
    del os.environ["GRADE_TEST_TOKEN"]


@pytest.fixture(scope="module")
def rubric() -> Rubric:
    """A rubric with few checks and short seconds."""
    return reader.load(HERE / "rubric.yaml", CHECKS)


@pytest.fixture(scope="module")
def sandbox(rubric: Rubric, bait: Bait) -> Iterator[ProcessSandbox]:
    """One sandbox for all attacks: whatever one of them does must not matter to the next.

    GRADE_TEST_WALLS=rlimits,seccomp runs the zoo behind the walls that must stand, and no other.
    """
    walls = os.environ.get("GRADE_TEST_WALLS")
    with ProcessSandbox(rubric.limits, walls=walls.split(",") if walls else None) as warm_sandbox:
        yield warm_sandbox
