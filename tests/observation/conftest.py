"""A sandbox that the tests of a module share: only there a deadline holds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from grader.sandbox.host import ProcessSandbox, Sandbox
from tests.observation.slow_programs import DEFAULT


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Children behind walls, forked from one zygote."""
    with ProcessSandbox(DEFAULT.limits) as entered:
        yield entered
