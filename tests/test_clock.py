"""One clock for a submission: every exchange is capped by what is left, and nothing starts after that."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from grader import pipeline, resources, rubric
from grader.errors import OurFault
from grader.lab import Clock, OutOfTime, clock
from grader.model import Report, Submission, Verdict
from grader.sandbox.host import ChildGone, Ending, LocalSandbox, ProcessSandbox, Wire

DEFAULT = rubric.load(resources.default_rubric(), pipeline.CHECKS)
IGNORES = b"""
import signal
signal.signal(signal.SIGALRM, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
while True:
    pass
"""


class Counting(ProcessSandbox):
    """Counts the children that are opened."""

    opened = 0

    def open(self, kind: str = "contract") -> Any:
        """Open one more."""
        self.opened += 1
        return super().open(kind)


def graded(files: dict[str, bytes], *checks: str, **limits: float) -> tuple[Report, float, int]:
    """Grade files; return the report, the seconds that it took, and the children that were opened."""
    items = tuple(item for item in DEFAULT.items if item.check.startswith(checks))
    asked = replace(DEFAULT, items=items, limits=replace(DEFAULT.limits, **limits))
    with Counting(asked.limits) as sandbox:
        start = time.monotonic()
        submission = Submission("lab", files, "0" * 64)
        report = pipeline.grade(submission, asked, seed=1, sandbox=sandbox)
        return report, time.monotonic() - start, sandbox.opened


def test_imports_are_capped_by_what_is_left() -> None:
    """Files that ignore the alarm are waited for until the total is used up, not a file at a time."""
    files = {f"m{k:02}.py": IGNORES for k in range(20)}
    report, seconds, opened = graded(files, "", import_seconds=0.4, total_seconds=1.0)
    assert seconds < 8
    assert {outcome.verdict for outcome in report.outcomes} == {Verdict.TIMED_OUT}
    assert {o.message and o.message.id for o in report.outcomes} == {"total_time"}
    assert opened <= 4  # one for the source, and one a file until the second was over


def test_an_answer_is_capped_by_what_is_left() -> None:
    """A check may wait its own seconds only as far as the total allows, and the sentence says that."""
    files = {"layers.py": b"class Linear:\n    def __init__(self, *a):\n        while True: pass\n"}
    report, seconds, _ = graded(files, "linear.", "sigmoid.", total_seconds=0.5)
    assert seconds < 8
    assert {o.message and o.message.id for o in report.outcomes} == {"total_time"}


def test_what_the_examiner_spends_is_not_charged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time between exchanges is not the student's; but an examination without an end is our fault."""
    counted = Clock(0.05)
    time.sleep(0.1)
    with counted.charged(1.0) as capped:
        assert capped == pytest.approx(0.05)
    monkeypatch.setattr(clock, "OWN_SECONDS", 0.05)
    with pytest.raises(OurFault, match="the examiner itself"):
        counted.require()


@pytest.mark.parametrize(("seconds", "kind"), [(0.01, ChildGone), (10.0, OutOfTime)])
def test_who_was_late_for_the_total_is_told_so(seconds: float, kind: type[ChildGone]) -> None:
    """A child that misses its own deadline was late; one that misses the total's used that up."""
    counted = Clock(1.0)
    with pytest.raises(ChildGone) as raised, counted.charged(seconds):
        raise ChildGone(Ending.LATE)
    assert type(raised.value) is kind


def test_time_that_is_used_up_opens_no_child() -> None:
    """A room asks the clock before it asks for a child."""

    class Closed(LocalSandbox):
        def open(self, kind: str = "contract") -> Wire:
            raise AssertionError(kind)

    counted = Clock(0.0)
    lines: Sequence[Sequence[Any]] = [["seed", "_", 1]]
    room = pipeline.Room(Closed(), Submission("lab", {}, "0"), DEFAULT, 1, clock=counted)
    with pytest.raises(OutOfTime):
        room.exchange(lines, 1.0)
