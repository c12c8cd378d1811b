"""What the tests of the sandbox share: one warm sandbox, and a way to load a submission."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from grader.model import Limits
from grader.sandbox.host import ProcessSandbox, ProcessWire

Load = Callable[..., ProcessWire]


@pytest.fixture(scope="session")
def limits() -> Limits:
    """Small limits, so that what exhausts them does so soon."""
    return Limits(total_seconds=10.0, memory_mb=1024)


@pytest.fixture(scope="session")
def sandbox(limits: Limits) -> Iterator[ProcessSandbox]:
    """One warm sandbox for all tests."""
    with ProcessSandbox(limits) as opened:
        yield opened


@pytest.fixture
def load(sandbox: ProcessSandbox) -> Iterator[Load]:
    """Return a function that opens a child and imports one file of source in it."""
    opened: list[ProcessWire] = []

    def loaded(source: str | bytes, *names: str, kind: str = "contract") -> ProcessWire:
        wire = sandbox.open(kind)
        opened.append(wire)
        raw = source.encode() if isinstance(source, str) else source
        bound: dict[str, Any] = {name: [] for name in names}
        lines = [["load", "_", {"layers.py": raw}, "x"], ["import", "_", "layers.py", 5.0]]
        answers = wire.exchange([*lines, ["bind", "_", bound, {}]], 10.0)
        assert answers[:2] == [None, None], answers
        return wire

    yield loaded
    for wire in opened:
        wire.close()
