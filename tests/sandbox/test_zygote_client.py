"""A zygote that dies while a submission is examined costs nobody anything, the first time."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from grader import intake
from grader.checks import CHECKS
from grader.model import Report, Verdict
from grader.pipeline import grading
from grader.rubric import reader
from grader.sandbox import zygote_client
from grader.sandbox.child.wire import Channel
from grader.sandbox.child.zygote import _receive_socket
from grader.sandbox.host import ProcessSandbox, ProcessWire
from grader.sandbox.zygote_client import Zygote
from grader.sandbox.zygote_process import ZygoteProcess
from tests import zygotes

HERE = Path(__file__).parents[1] / "attacks"


def grade_with_deaths(monkeypatch: pytest.MonkeyPatch, deaths: set[int]) -> Report:
    """Examine the base of the attack zoo; the zygote is killed before some of the exchanges."""
    rubric = reader.load(HERE / "rubric.yaml", CHECKS)
    small_rubric = replace(rubric, items=rubric.items[:1] + rubric.items[5:6])
    count, exchange, others = 0, ProcessWire.exchange, zygotes.zygotes()

    def exchange_or_kill(wire: ProcessWire, program: Any, seconds: float) -> Any:
        nonlocal count
        count += 1
        if count in deaths:
            zygotes.end(zygotes.zygotes() - others)
        return exchange(wire, program, seconds)

    monkeypatch.setattr(ProcessWire, "exchange", exchange_or_kill)
    with ProcessSandbox(rubric.limits) as sandbox:
        submission = intake.read(HERE / "base", rubric.limits)
        return grading.grade(submission, small_rubric, seed=1, sandbox=sandbox)


@pytest.mark.parametrize("number", [1, 2, 5, 8, 10])
def test_a_death_is_retried(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Whenever it dies, at the scan, at the import or at a check, the score is what it would have been."""
    undisturbed = grade_with_deaths(monkeypatch, set())
    monkeypatch.undo()
    report = grade_with_deaths(monkeypatch, {number})
    assert report.score == undisturbed.score > 0
    assert [o.verdict for o in report.outcomes] == [o.verdict for o in undisturbed.outcomes]
    assert report.official


def test_repeated_deaths_are_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where each new one dies as well, the points stay open and no student pays."""
    report = grade_with_deaths(monkeypatch, set(range(1, 1000)))
    verdicts = {outcome.verdict for outcome in report.outcomes}
    assert verdicts <= {Verdict.BROKEN, Verdict.BLOCKED}
    assert report.open_points > 0


class SlowProcess:
    """A zygote that forks nothing, and answers the first request after a while."""

    def __init__(self, seconds: float) -> None:
        self.socket, self._socket = socket.socketpair()
        self._thread = threading.Thread(target=self._serve, args=(seconds,))
        self._thread.start()

    def _serve(self, seconds: float) -> None:
        channel = Channel(self._socket)
        channel.send({"python": "3.9.18", "numpy": "1.26.4", "draws": True})
        channel.receive()
        child_socket = _receive_socket(self._socket)
        assert child_socket is not None
        time.sleep(seconds)
        child = Channel(child_socket)
        child.send({"ready": ["rlimits"], "draws": False})
        channel.send({"pid": 1})
        channel.receive()
        channel.send({"status": 0, "ended": True})
        child.close()

    def close(self) -> None:
        """Wait for its end."""
        self._thread.join()
        self._socket.close()


def test_a_zygote_has_the_time_of_a_start_to_load_what_draws(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A first start may build matplotlib's list of fonts before it forks: that is no death."""
    monkeypatch.setattr(zygote_client, "FORK_SECONDS", 0.2)
    with Zygote(cast("ZygoteProcess", SlowProcess(0.5))) as zygote:
        wire = zygote.fork({"kind": "contract"})
        assert wire.walls == ("rlimits",)
        wire.close()
