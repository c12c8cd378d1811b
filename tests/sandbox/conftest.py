"""What the tests of the sandbox share: one warm sandbox, and a way to load a submission."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from grader.model import Limits
from grader.sandbox.host import ProcessSandbox, ProcessWire, Program

ImportSource = Callable[..., ProcessWire]


def ask(wire: ProcessWire, program: Program, seconds: float = 5.0) -> list[Any]:
    """Run a program in a child; return its answers, of which a test knows the shape."""
    return list(wire.exchange(program, seconds))


@pytest.fixture(scope="session")
def limits() -> Limits:
    """Small limits, so that what exhausts them does so soon."""
    return Limits(total_seconds=10.0, memory_mb=1024)


@pytest.fixture(scope="session")
def sandbox(limits: Limits) -> Iterator[ProcessSandbox]:
    """One warm sandbox for all tests."""
    with ProcessSandbox(limits) as wires:
        yield wires


@pytest.fixture
def import_source(sandbox: ProcessSandbox) -> Iterator[ImportSource]:
    """Return a function that opens a child and imports one file of source in it."""
    wires: list[ProcessWire] = []

    def import_file(source: str | bytes, *names: str, kind: str = "contract") -> ProcessWire:
        wire = sandbox.open(kind)
        wires.append(wire)
        raw = source.encode() if isinstance(source, str) else source
        bound: dict[str, Any] = {name: [] for name in names}
        lines: list[list[Any]] = [
            ["load", "_", {"layers.py": raw}, "x"],
            ["import", "_", "layers.py", 5.0],
        ]
        answers = wire.exchange([*lines, ["bind", "_", bound, {}]], 10.0)
        assert answers[:2] == [None, None], answers
        return wire

    yield import_file
    for wire in wires:
        wire.close()
