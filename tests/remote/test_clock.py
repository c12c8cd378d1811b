"""One clock for a submission: every exchange is capped by what is left, and nothing starts after that."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.checks import CHECKS
from grader.errors import OurFault
from grader.model import Report, Submission, Verdict
from grader.observation import convergent_starts, set_weights
from grader.observation.forward_time import PROBED
from grader.pipeline import grading
from grader.remote import Clock, Connection, Lab, OutOfTime, clock
from grader.rubric import reader, resources
from grader.sandbox.host import ChildGone, Ending, LocalSandbox, ProcessSandbox, Wire

DEFAULT = reader.load(resources.default_rubric(), CHECKS)
IGNORES_THE_ALARM = b"""
import signal
signal.signal(signal.SIGALRM, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
sum(iter(int, 1))
"""


class CountingSandbox(ProcessSandbox):
    """Counts the children that are opened."""

    children = 0

    def open(self, kind: str = "contract") -> Any:
        """Open one more."""
        self.children += 1
        return super().open(kind)


def grade(files: dict[str, bytes], *checks: str, **limits: Any) -> tuple[Report, float, int]:
    """Grade files; return the report, the seconds that it took, and the children that were opened."""
    items = tuple(item for item in DEFAULT.items if item.check.startswith(checks))
    rubric = replace(DEFAULT, items=items, limits=replace(DEFAULT.limits, **limits))
    with CountingSandbox(rubric.limits) as sandbox:
        start = time.monotonic()
        submission = Submission("lab", files, "0" * 64)
        report = grading.grade(submission, rubric, seed=1, sandbox=sandbox)
        return report, time.monotonic() - start, sandbox.children


def test_imports_share_the_total() -> None:
    """Files that ignore the alarm are waited for until the total is used up, not a file at a time."""
    files = {f"m{k:02}.py": IGNORES_THE_ALARM for k in range(20)}
    report, seconds, children = grade(files, "", import_seconds=0.4, total_seconds=1.0)
    assert seconds < 8
    assert {outcome.verdict for outcome in report.outcomes} == {Verdict.TIMED_OUT}
    assert {o.message and o.message.id for o in report.outcomes} == {"total_time"}
    assert children <= 4  # one for the source, and one a file until the second was over


def test_an_answer_may_take_the_remaining_total() -> None:
    """A check may wait its own seconds only as far as the total allows, and the sentence says that."""
    files = {"layers.py": b"class Linear:\n    def __init__(self, *a):\n        while True: pass\n"}
    report, seconds, _ = grade(files, "linear.", "sigmoid.", total_seconds=0.5)
    assert seconds < 8
    assert {o.message and o.message.id for o in report.outcomes} == {"total_time"}


def test_time_between_exchanges_is_not_charged(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time between exchanges is not the student's; but an examination without an end is our fault."""
    submission_clock = Clock(0.05)
    time.sleep(0.1)
    with submission_clock.charge(1.0) as allowed:
        assert allowed == pytest.approx(0.05)
    monkeypatch.setattr(clock, "OWN_SECONDS", 0.05)
    with pytest.raises(OurFault, match="the examiner itself"):
        submission_clock.require()


@pytest.mark.parametrize(("seconds", "kind"), [(0.01, ChildGone), (10.0, OutOfTime)])
def test_the_missed_deadline_decides_the_message(seconds: float, kind: type[ChildGone]) -> None:
    """A child that misses its own deadline was late; one that misses the total's used that up."""
    submission_clock = Clock(1.0)
    with pytest.raises(ChildGone) as raised, submission_clock.charge(seconds):
        raise ChildGone(Ending.LATE)
    assert type(raised.value) is kind


def test_no_child_is_started_after_the_total() -> None:
    """A connection asks the clock before it asks for a child."""

    class NoChildren(LocalSandbox):
        def open(self, kind: str = "contract") -> Wire:
            raise AssertionError(kind)

    submission_clock = Clock(0.0)
    lines: Sequence[Sequence[Any]] = [["seed", "_", 1]]
    connection = Connection(
        NoChildren(), Submission("lab", {}, "0"), DEFAULT, 1, clock=submission_clock
    )
    with pytest.raises(OutOfTime):
        connection.exchange(lines, 1.0)


def test_checks_share_a_timeout() -> None:
    """What was late once is not asked again by a check that would wait no longer."""
    loops = b"class Sigmoid:\n    def forward(self, x):\n        while True: pass\n"
    items = [replace(item, seconds=0.3) for item in DEFAULT.items if item.check.startswith("sigm")]
    sandbox = CountingSandbox(DEFAULT.limits)
    submission = Submission("lab", {"layers.py": loops}, "0" * 64)
    with sandbox:
        connection = Connection(sandbox, submission, DEFAULT, 1)
        cache: dict[str, Any] = {}
        for item in items:
            lab = Lab(connection, item, 1, cache, Clock(0.6, "timed_out"))
            with pytest.raises(ChildGone) as raised:
                CHECKS["sigmoid.forward"].examine(lab)
            assert raised.value.ending is Ending.LATE
        connection.close()
    assert len(items) == 3
    assert sandbox.children == 2  # one for both directions, and one for forward alone


def test_a_training_that_is_too_slow_is_predicted() -> None:
    """From the time of the first steps: both figures, what was measured and what is needed."""
    base = Path(__file__).parents[1] / "zoo" / "base"
    files = {path.name: path.read_bytes() for path in base.glob("*.py")}
    files["network.py"] += (
        b"\n_forward = TLNN.forward\ndef slow(self, x):\n    import time\n"
        b"    time.sleep(0.05)\n    return _forward(self, x)\nTLNN.forward = slow\n"
    )
    items = [
        replace(item, seconds=1.0) for item in DEFAULT.items if item.check == "training.linear"
    ]
    rubric = replace(DEFAULT, items=tuple(items))
    with LocalSandbox() as sandbox:
        submission = Submission("lab", files, "0" * 64)
        [outcome] = grading.grade(submission, rubric, seed=1, sandbox=sandbox).outcomes
    assert outcome.verdict is Verdict.TIMED_OUT
    assert outcome.message is not None
    assert outcome.message.id == "training_slow"
    measured, needed = (float(outcome.message.values[key]) for key in ("measured", "needed"))
    assert measured >= 0.05
    assert needed >= 0.05 * outcome.message.values["steps"] - 1


@pytest.mark.parametrize(
    ("seconds_a_step", "raises"), [([0.008, 0.006, 0.0001], False), ([0.5], True)]
)
def test_a_short_delay_does_not_count_as_slow(
    monkeypatch: pytest.MonkeyPatch, seconds_a_step: list[float], raises: bool
) -> None:
    """Where the first steps seem a little too slow, others are measured before that counts."""
    clock_values = iter(
        [value for each in (seconds_a_step * 5)[:5] for value in (0.0, each * PROBED)]
    )
    monkeypatch.setattr(time, "monotonic", lambda: next(clock_values))
    for name in ("construct_network", "take_steps"):
        monkeypatch.setattr(set_weights, name, lambda *_: None)
    monkeypatch.setattr(convergent_starts, "task", lambda *_: None)
    item = replace(next(i for i in DEFAULT.items if i.check == "training.linear"), seconds=1.0)
    connection = Connection(LocalSandbox(), Submission("lab", {}, "0"), DEFAULT, 1)
    lab = Lab(connection, item, 1, {}, Clock(9.0))
    with pytest.raises(OutOfTime) if raises else contextlib.nullcontext():
        set_weights.demand_time(lab, "linear", 1400)
