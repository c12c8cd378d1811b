"""A training loop that holds everything is run again on copies of its variables."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

from grader.sandbox.child.loop_watch import LoopWatch
from grader.sandbox.child.program_watch import LastCalls


def count(numbers: list[int]) -> None:
    """Stand for a program that calls a function."""
    numbers.append(1)


def test_a_watch_gives_the_tracer_back_that_was_there_before() -> None:
    """A debugger, or a measure of coverage, goes on after a watched program: its calls stay in pairs."""
    events: list[str] = []

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_name in ("__enter__", "__exit__", "count") and event != "line":
            events.append(event)
        return trace

    earlier = sys.gettrace()
    sys.settrace(trace)
    try:
        with LoopWatch({}):
            count([])
        after = sys.gettrace()
        count([])
    finally:
        sys.settrace(earlier)
    assert after is trace
    assert events == ["call", "return", "call", "return"]


def test_a_watch_gives_the_profiler_back_that_was_there_before() -> None:
    """A profiler goes on after a program whose calls were followed."""

    def profile(*_: Any) -> None:
        """See nothing."""

    earlier = sys.getprofile()
    sys.setprofile(profile)
    try:
        with LastCalls([], None):
            count([])
        after = sys.getprofile()
    finally:
        sys.setprofile(earlier)
    assert after is profile
