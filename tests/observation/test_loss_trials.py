"""Trials of a loss: what is judged where ``forward`` is too slow for its differences."""

from __future__ import annotations

from grader.model import Verdict
from grader.sandbox.host import Sandbox
from tests.observation.slow_programs import graded, sleeping

SLEEP = 0.025
"""Seconds in every forward. The trials call it 8 times, and 60 times for their differences."""

SECONDS = 1.0
"""For one answer: enough for the trials, and less than the differences take."""


def test_a_right_loss_that_sleeps_loses_no_points(sandbox: Sandbox) -> None:
    """Forward is judged by itself, backward by the closed form, and state likewise."""
    outcomes = graded(sandbox, sleeping("losses.py", "MSE", SLEEP), "mse.", seconds=SECONDS)
    assert {id_: o.message for id_, o in outcomes.items()} == dict.fromkeys(outcomes)
    assert {o.verdict for o in outcomes.values()} == {Verdict.PASSED}
    assert [r.id for r in outcomes["mse.backward"].remarks] == ["slow_forward"]


def test_a_wrong_gradient_of_a_loss_that_sleeps_fails_and_has_its_name(sandbox: Sandbox) -> None:
    """By the closed form a mistake is found as by differences, under one name."""
    wrong = (b"2.0 * (self.y - self.truth) / self.y.size", b"2.0 * (self.y - self.truth)")
    slow, quick = (
        graded(sandbox, sleeping("losses.py", "MSE", seconds, wrong), "mse.", seconds=SECONDS)
        for seconds in (SLEEP, 0.0)
    )
    assert slow["mse.backward"].verdict is Verdict.FAILED
    for id_, outcome in slow.items():
        assert (outcome.verdict, outcome.share) == (quick[id_].verdict, quick[id_].share)
        assert [f.slug for f in outcome.findings] == [f.slug for f in quick[id_].findings]


def test_a_loss_that_sleeps_and_loops_is_judged_by_its_forward(sandbox: Sandbox) -> None:
    """What forward gave stays although backward never comes to an end."""
    loops = (b"grad = 2.0 * (self", b"while True: pass\n        grad = (self")
    files = sleeping("losses.py", "MSE", SLEEP, loops)
    outcomes = graded(sandbox, files, "mse.forward", "mse.backward", seconds=SECONDS)
    assert outcomes["mse.forward"].verdict is Verdict.PASSED
    assert outcomes["mse.backward"].verdict is Verdict.TIMED_OUT


def test_the_derivative_of_a_wrong_loss_that_sleeps_is_late(sandbox: Sandbox) -> None:
    """Where forward is wrong only differences could tell, and both figures say why they do not come."""
    wrong = (
        (b"np.mean(error ** 2)", b"np.mean(error ** 4)"),
        (b"2.0 * (self.y - self.truth)", b"4.0 * (self.y - self.truth) ** 3"),
    )
    outcomes = graded(sandbox, sleeping("losses.py", "MSE", SLEEP, *wrong), "mse.", seconds=SECONDS)
    assert outcomes["mse.forward"].verdict is Verdict.FAILED
    late = outcomes["mse.backward"]
    assert late.verdict is Verdict.TIMED_OUT
    assert late.message is not None
    assert late.message.id == "forward_slow"
