"""A test of the template that fails means a check of the same name that fails, for every wrong program."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from grader.audit.zoo import Wrong
from grader.sandbox.host import ProcessSandbox, Sandbox
from tests.template_runs import DEFAULT, checks_not_passed, failed_checks
from tests.zoo_rubric import ZOO

SOME = (
    "bce_forward_sign", "bce_mutates_prediction", "bias_never_added", "dw_one_call_late",
    "dx_after_update", "dx_through_initial_weights",
    "forward_last_feature_left_out", "forward_through_initial_weights", "mse_mutates_truth", "net_lr_constant",
    "sigmoid_output_thresholded", "stale_input", "stale_input_of_same_shape",
)  # fmt: skip
"""Mistakes that spoil more than the class that has them: what is built of it waits."""

pytestmark = pytest.mark.no_cover


@pytest.fixture(scope="module")
def walls() -> Iterator[Sandbox]:
    """A sandbox with children."""
    with ProcessSandbox(DEFAULT.limits) as sandbox:
        yield sandbox


def demand_agreement(program: Wrong, sandbox: Sandbox) -> None:
    """Demand that each test that fails has a check that the program does not pass."""
    failed = failed_checks(program)
    assert not failed or failed - checks_not_passed(program, sandbox, failed) == set()


@pytest.mark.parametrize("program", [w for w in ZOO.wrongs if w.bug in SOME], ids=lambda w: w.bug)
def test_a_failed_test_is_a_failed_check(program: Wrong, walls: Sandbox) -> None:
    """What the template's tests find wrong, the grader finds wrong under the same name."""
    demand_agreement(program, walls)


@pytest.mark.all_seeds
@pytest.mark.timeout(100)
@pytest.mark.parametrize("program", ZOO.wrongs, ids=lambda w: w.bug)
def test_a_failed_test_is_a_failed_check_for_all(program: Wrong, walls: Sandbox) -> None:
    """The same for the whole zoo: `pytest -m all_seeds tests/test_template_and_checks.py`."""
    demand_agreement(program, walls)
