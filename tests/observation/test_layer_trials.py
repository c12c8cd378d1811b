"""Trials of a layer: what is judged where ``forward`` is too slow for its differences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from grader.model import Submission, Verdict
from grader.observation import linear_trials
from grader.remote import Clock, Connection, Lab, Script
from grader.sandbox.host import LocalSandbox, Sandbox
from tests.observation.slow_programs import DEFAULT, graded, sleeping
from tests.zoo_rubric import ZOO

SLEEP = 0.01
"""Seconds in every forward. The trials of Linear call it 27 and 45 times, and 438 times for their
differences; those of an activation 7 and 35 times, and 146 times."""

SECONDS = 1.2
"""For one answer: enough for the trials, and less than the differences take."""

STORES = (
    (b"        self.w = self.w - lr * dw", b"        self.dw = dw"),
    (b"            self.b = self.b - lr * db", b"            self.db = db"),
)
TRANSPOSED = (
    (b"np.random.randn(in_features, out_features)", b"np.random.randn(out_features, in_features)"),
    (b"out = x @ self.w", b"out = x @ self.w.T"),
    (b"dx = prev_grad @ self.w.T", b"dx = prev_grad @ self.w"),
    (b"dw = self.x.T @ prev_grad", b"dw = prev_grad.T @ self.x"),
    (b"np.zeros(out_features)", b"np.zeros((1, out_features))"),
    (b"prev_grad.sum(axis=0)", b"prev_grad.sum(axis=0, keepdims=True)"),
)


@pytest.mark.parametrize(
    ("names", "edits"),
    [
        ("Linear", ()),
        ("Linear", STORES),
        ("Linear", TRANSPOSED),
        ("Sigmoid, ReLU", ()),
    ],
    ids=["linear", "stored gradients", "transposed weights", "activations"],
)
def test_a_right_layer_that_sleeps_loses_no_points(
    sandbox: Sandbox, names: str, edits: Sequence[tuple[bytes, bytes]]
) -> None:
    """Forward is judged by itself, backward by the closed form, and state likewise."""
    checks = [f"{name.lower()}." for name in names.split(", ")]
    outcomes = graded(
        sandbox, sleeping("layers.py", names, SLEEP, *edits), *checks, seconds=SECONDS
    )
    assert {id_: o.message for id_, o in outcomes.items()} == dict.fromkeys(outcomes)
    assert {o.verdict for o in outcomes.values()} == {Verdict.PASSED}
    backward = [o for id_, o in outcomes.items() if ".backward" in id_]
    assert all([r.id for r in o.remarks] == ["slow_forward"] for o in backward)


def test_a_wrong_gradient_of_a_layer_that_sleeps_fails_and_has_its_name(sandbox: Sandbox) -> None:
    """By the closed form a mistake is found as by differences: the same parts fail, under one name."""
    wrong = (b"dw = self.x.T @ prev_grad", b"dw = self.x.T @ prev_grad / len(self.x)")
    slow = graded(
        sandbox, sleeping("layers.py", "Linear", SLEEP, wrong), "linear.", seconds=SECONDS
    )
    quick = graded(sandbox, sleeping("layers.py", "Linear", 0.0, wrong), "linear.", seconds=SECONDS)
    assert slow["linear.backward.weights"].verdict is Verdict.FAILED
    for id_, outcome in slow.items():
        other = quick[id_]
        assert (outcome.verdict, outcome.share) == (other.verdict, other.share)
        assert [f.slug for f in outcome.findings] == [f.slug for f in other.findings]


def test_a_wrong_value_of_a_layer_that_sleeps_fails(sandbox: Sandbox) -> None:
    """A slow forward that computes something else is wrong, and not late."""
    wrong = (b"out = x @ self.w", b"out = 2 * (x @ self.w)")
    outcomes = graded(
        sandbox, sleeping("layers.py", "Linear", SLEEP, wrong), "linear.f", seconds=SECONDS
    )
    assert outcomes["linear.forward"].verdict is Verdict.FAILED


def test_the_derivative_of_a_wrong_forward_that_sleeps_is_late_at_once(sandbox: Sandbox) -> None:
    """Where forward is wrong only differences could tell, and both figures say why they do not come."""
    wrong = (
        (b"np.where(x >= 0, 1.0, e) / (1.0 + e)", b"np.tanh(x)"),
        (b"self.y * (1.0 - self.y)", b"1.0 - self.y ** 2"),
    )
    files = sleeping("layers.py", "Sigmoid", SLEEP, *wrong)
    outcomes = graded(sandbox, files, "sigmoid.", seconds=SECONDS)
    assert outcomes["sigmoid.forward"].verdict is Verdict.FAILED
    late = outcomes["sigmoid.backward"]
    assert late.verdict is Verdict.TIMED_OUT
    assert late.message is not None
    assert late.message.id == "forward_slow"
    measured, needed = (float(late.message.values[key]) for key in ("measured", "needed"))
    assert SLEEP <= measured < 3 * SLEEP
    assert needed == pytest.approx(measured * late.message.values["calls"], rel=0.1)


def test_differences_of_a_slow_layer_are_waited_for_only_where_they_decide(
    sandbox: Sandbox,
) -> None:
    """Where they could come, those of a right forward are not awaited; those of a wrong one are."""
    tanh = (
        (b"np.where(x >= 0, 1.0, e) / (1.0 + e)", b"np.tanh(x)"),
        (b"self.y * (1.0 - self.y)", b"1.0 - self.y ** 2"),
    )
    right, wrong = (
        graded(sandbox, sleeping("layers.py", "Sigmoid", SLEEP, *edits), "sigmoid.", seconds=4.0)
        for edits in ((), tanh)
    )
    assert right["sigmoid.backward"].verdict is Verdict.PASSED
    assert right["sigmoid.backward"].remarks
    assert right["sigmoid.forward"].seconds < 1.4 < wrong["sigmoid.forward"].seconds
    # The mistake in forward has a name, so what agrees with its differences counts.
    assert wrong["sigmoid.backward"].verdict is Verdict.PASSED
    assert not wrong["sigmoid.backward"].remarks


def test_a_forward_of_which_not_even_the_steps_come_in_time_is_judged(sandbox: Sandbox) -> None:
    """Seven calls come in time, the 28 before a backward do not: forward earns its points."""
    files = sleeping("layers.py", "Sigmoid", 0.1)
    outcomes = graded(sandbox, files, "sigmoid.", seconds=1.5)
    assert outcomes["sigmoid.forward"].verdict is Verdict.PASSED
    late = outcomes["sigmoid.backward"]
    assert late.verdict is Verdict.TIMED_OUT
    assert late.message is not None
    assert late.message.id == "forward_slow"


def test_a_layer_that_sleeps_and_loops_is_judged_by_its_forward(sandbox: Sandbox) -> None:
    """What forward gave stays although backward never comes to an end."""
    loops = (b"slope = self.y", b"while True: pass\n        slope = self.y")
    files = sleeping("layers.py", "Sigmoid", SLEEP, loops)
    outcomes = graded(sandbox, files, "sigmoid.", seconds=SECONDS)
    assert outcomes["sigmoid.forward"].verdict is Verdict.PASSED
    assert outcomes["sigmoid.backward"].verdict is Verdict.TIMED_OUT


def test_the_trials_of_a_quick_layer_go_in_two_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    """One frame finds the parameters, one tries both directions and takes the differences."""
    sent: list[int] = []
    run = Lab.run

    def counted(self: Lab, script: Script) -> None:
        sent.append(len(script.lines))
        run(self, script)

    monkeypatch.setattr(Lab, "run", counted)
    item = next(item for item in DEFAULT.items if item.check == "linear.forward")
    item = replace(item, seconds=1000.0)  # on the busiest machine it is quick beside these
    memory: dict[str, Any] = {}
    with LocalSandbox() as local:
        connection = Connection(local, Submission("lab", dict(ZOO.base), "0"), DEFAULT, 1)
        seen = linear_trials.observed(Lab(connection, item, 1, memory, Clock(2000.0)))
        connection.close()
    assert len(sent) == 2
    assert all(
        one.differences_error is None and np.all(np.isfinite(one.numeric_dx)) for one in seen
    )
