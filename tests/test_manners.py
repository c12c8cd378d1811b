"""What students really hand in is graded: nobody is blamed or left with nothing for a manner."""

from __future__ import annotations

import pytest

from tests.manners import evaluation
from tests.manners.evaluation import Result
from tests.manners.manner import load
from tests.manners.not_yet import NOT_YET, OF_ALL
from tests.shared_results import SharedResults

PAIRS = tuple(dict.fromkeys(manner.twin for manner in load()))

pytestmark = pytest.mark.no_cover


def examined(pair: int) -> list[Result]:
    """Grade a right program and its wrong twin, with their training made short."""
    with evaluation.sandbox() as sandbox:
        return [
            evaluation.examine(manner, sandbox, brief=True)
            for manner in evaluation.named([PAIRS[pair]])
        ]


def hold(demand: str, name: str, holds: object) -> None:
    """Fail where a demand does not hold, unless the list of what is to come names the program."""
    if not holds and name in NOT_YET[demand]:
        pytest.xfail(f"not yet: {demand}")
    assert holds, f"{name}: {demand}"


@pytest.fixture
def results(pair: int, shared_results: SharedResults) -> list[Result]:
    """Return what a pair came to: the right program, and the wrong one."""
    return shared_results.part("manners", pair, examined)


@pytest.mark.parametrize("pair", range(len(PAIRS)), ids=PAIRS)
def test_no_program_gets_zero_for_its_shape(results: list[Result]) -> None:
    """Whoever earns nothing is looked at by a person, and a right program can still earn something."""
    hold("no right program gets zero", results[0].manner.name, not results[0].zero_for_its_shape)
    for result in results:
        hold("no zero without a flag", result.manner.name, not result.zero_without_flag)


@pytest.mark.parametrize("pair", range(len(PAIRS)), ids=PAIRS)
def test_a_right_program_is_not_blamed(results: list[Result]) -> None:
    """No gradient of a right program is called wrong, and where no person decides it earns most points."""
    right = results[0]
    name = right.manner.name
    hold("no right gradient is called wrong", name, not right.blamed_gradients)
    earns = not right.decided or right.score >= 0.6 * right.points
    hold("a right program that is decided earns most points", name, earns)


@pytest.mark.parametrize("pair", range(len(PAIRS)), ids=PAIRS)
def test_a_wrong_program_is_caught_or_flagged(results: list[Result]) -> None:
    """A mistake loses points that the right twin has, or a person looks at it."""
    right, wrong = results
    caught = not evaluation.escapes(wrong, right)
    hold("a wrong program is caught or flagged", wrong.manner.name, caught)


def test_most_programs_need_no_person(shared_results: SharedResults) -> None:
    """At least 85 of 100 programs are decided without a person."""
    every = shared_results.every_part("manners", len(PAIRS), examined)
    results = [result for pair in every for result in pair]
    decided = sum(result.decided for result in results)
    hold(OF_ALL, "all", decided >= 0.85 * len(results))
