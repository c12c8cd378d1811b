"""What students really hand in is graded: nobody is blamed or left with nothing for a manner."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.manners import evaluation
from tests.manners.evaluation import Result
from tests.manners.manner import load
from tests.manners.not_yet import NOT_YET, OF_ALL
from tests.shared_results import SharedResults

PAIRS = tuple(dict.fromkeys(manner.twin for manner in load()))

pytestmark = pytest.mark.no_cover


Examine = Callable[[int], list[Result]]


@pytest.fixture(scope="module")
def examined() -> Iterator[Examine]:
    """A function that grades a right program and its wrong twin, with their training made short."""
    with evaluation.sandbox() as sandbox:

        def grade_pair(pair: int) -> list[Result]:
            pair_of_manners = evaluation.named([PAIRS[pair]])
            return [evaluation.examine(manner, sandbox, brief=True) for manner in pair_of_manners]

        yield grade_pair


EVERY = range(len(PAIRS))
USUAL = [pytest.param(k, marks=() if k % 2 else pytest.mark.all_seeds) for k in EVERY]
"""Every second pair in a usual run, and all with ``-m "all_seeds or not all_seeds"``: a pair takes seconds."""


@pytest.mark.parametrize("pair", USUAL, ids=PAIRS)
def test_a_manner_costs_nothing_and_hides_nothing(
    pair: int, examined: Examine, shared_results: SharedResults
) -> None:
    """Nobody gets zero for a shape, no right gradient is blamed, and a mistake is caught or flagged."""
    right, wrong = shared_results.part("manners", pair, examined)
    unmet = list(evaluation.unmet(right, wrong))
    assert [one for one in unmet if one[1] not in NOT_YET.get(one[0], ())] == []
    if unmet:
        pytest.xfail(f"not yet: {unmet}")


WRONG_IN_100 = 18
"""Of 113 real solutions so many of 100 had a wrong gradient; here it is every second one."""


def test_most_programs_need_no_person(examined: Examine, shared_results: SharedResults) -> None:
    """At least 85 of 100 programs are decided without a person, where so many are wrong as of real ones."""
    pairs = [shared_results.part("manners", pair, examined) for pair in EVERY if pair % 2]
    rights, wrongs = zip(*pairs, strict=True)
    right, wrong = (100 * sum(r.decided for r in some) / len(some) for some in (rights, wrongs))
    decided = ((100 - WRONG_IN_100) * right + WRONG_IN_100 * wrong) / 100
    if decided < 85 and OF_ALL in NOT_YET:
        pytest.xfail(f"not yet: {decided} of 100")
    assert decided >= 85, (right, wrong)
