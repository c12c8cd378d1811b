"""Trials of a network: what is judged where ``forward`` is too slow for its differences."""

from __future__ import annotations

from grader.model import Verdict
from grader.sandbox.host import Sandbox
from tests.observation.slow_programs import graded, sleeping

SLEEP = 0.02
"""Seconds in every forward. The trials call it some twenty times, and 282 times for their differences."""

SECONDS = 2.0
"""For one answer: enough for the trials, and less than the differences take."""


def test_a_right_network_that_sleeps_loses_no_points(sandbox: Sandbox) -> None:
    """Forward is judged by itself, and the gradients by the chain rule."""
    outcomes = graded(sandbox, sleeping("network.py", "TLNN", SLEEP), "network.", seconds=SECONDS)
    assert {id_: o.message for id_, o in outcomes.items()} == dict.fromkeys(outcomes)
    assert {o.verdict for o in outcomes.values()} == {Verdict.PASSED}


def test_a_wrong_gradient_of_a_network_that_sleeps_fails_and_has_its_name(sandbox: Sandbox) -> None:
    """By the chain rule a mistake is found as by differences, under one name."""
    wrong = (b"layer.backward(grad, lr)", b"layer.backward(grad, 2 * lr)")
    slow, quick = (
        graded(sandbox, sleeping("network.py", "TLNN", s, wrong), "network.", seconds=SECONDS)
        for s in (SLEEP, 0.0)
    )
    assert slow["network.gradient"].verdict is Verdict.FAILED
    for id_, outcome in slow.items():
        assert (outcome.verdict, outcome.share) == (quick[id_].verdict, quick[id_].share)
        assert [f.slug for f in outcome.findings] == [f.slug for f in quick[id_].findings]
