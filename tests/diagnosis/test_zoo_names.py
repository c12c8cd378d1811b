"""On the zoo no finding names a mistake that is not there, and most wrong numbers have a name."""

from __future__ import annotations

import pytest

from grader.diagnosis import Texts
from grader.diagnosis.search import NAMES as ARRAYS
from grader.diagnosis.two_mistakes import TWO_TERMS
from grader.model import LOOK_UP_FAILED
from tests.diagnosis.zoo_findings import NAMES, WRONGS, Told
from tests.shared_results import SharedResults
from tests.zoo_examinations import (
    PARTS,
    Results,
    all_wrongs_examined,
    part_of,
    rights_examined,
    wrongs_examined,
)
from tests.zoo_rubric import ZOO

pytestmark = pytest.mark.no_cover

MANY = tuple(range(2, 26))
NAMED = {"layers and losses": 0.98, "with the network": 0.94}
"""The share of programs with wrong numbers that are named: measured (98.7 and 94.7 percent)."""


NEUTRAL = {"unexplained", *(f"{array}_{TWO_TERMS}" for array in ARRAYS)}
"""What names no mistake: that nothing explains the numbers, or what they equal, which is true where it fits."""

SILENT = {"net_softmax_at_output", "net_loss_is_squared_again"}
"""Programs whose mistake has a name that shows with other seeds or checks alone."""


def told_of(results: Results) -> dict[str, Told]:
    """What was said about the programs of layers, losses and the network, by slug."""
    return {bug: examined.told for bug, examined in results.items() if bug in NAMES}


def false_names(results: Results) -> dict[str, set[str]]:
    """The names that are not true, by program."""
    wrong = {
        bug: told.findings - set(NAMES[bug]) - NEUTRAL for bug, told in told_of(results).items()
    }
    return {bug: names for bug, names in wrong.items() if names}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(PARTS))
def test_no_name_is_false(shared_results: SharedResults, part: int) -> None:
    """Every finding stands in the list of what is true of that program."""
    assert false_names(wrongs_examined(shared_results, part)) == {}


@pytest.mark.all_seeds
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", MANY)
def test_no_name_is_false_with_other_seeds(shared_results: SharedResults, seed: int) -> None:
    """The same with every other seed."""
    assert false_names(all_wrongs_examined(shared_results, seed)) == {}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("which", NAMED)
def test_most_wrong_numbers_are_named(shared_results: SharedResults, which: str) -> None:
    """Where numbers are wrong, the share that gets a name does not fall."""
    told = told_of(all_wrongs_examined(shared_results))
    network = {w.bug for w in WRONGS if w.subject == "TLNN"} if which != "with the network" else ()
    numbers = [one for bug, one in told.items() if one.numbers and bug not in network]
    named = [one for one in numbers if one.findings - NEUTRAL]
    assert len(numbers) > 300
    assert len(named) >= NAMED[which] * len(numbers)


@pytest.mark.timeout(600)
def test_every_network_of_the_list_is_named(shared_results: SharedResults) -> None:
    """A wrong network gets one of the names that are true of it, whatever else it gets."""
    told = told_of(all_wrongs_examined(shared_results))
    listed = [w.bug for w in WRONGS if w.subject == "TLNN" and NAMES.get(w.bug)]
    unnamed = {bug for bug in listed if not told[bug].findings & set(NAMES[bug])}
    assert len(listed) > 30
    assert unnamed <= SILENT


@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(PARTS))
def test_no_search_for_a_mistake_fails(shared_results: SharedResults, part: int) -> None:
    """Whatever a wrong program does, the search behind its failed checks comes to an end."""
    failed = [
        (bug, outcome.item.check)
        for bug, examined in wrongs_examined(shared_results, part).items()
        for outcome in examined.outcomes
        if LOOK_UP_FAILED in {finding.slug for finding in outcome.findings}
    ]
    assert failed == []


@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(PARTS))
def test_without_its_row_a_program_is_unexplained(shared_results: SharedResults, part: int) -> None:
    """Where one mistake is unknown, its programs get no false name in its place."""
    wrong = {}
    for bug, told in told_of(wrongs_examined(shared_results, part)).items():
        for slug, again in told.without.items():
            names = again - {slug} - NEUTRAL - set(NAMES[bug])
            if names:
                wrong[f"{bug} without {slug}"] = names
    assert wrong == {}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(PARTS))
def test_right_programs_get_no_findings(shared_results: SharedResults, part: int) -> None:
    """Nothing is said about programs that are right."""
    results = rights_examined(shared_results, part)
    whole = [r.name for r in part_of(ZOO.rights, part) if "partial" not in r.conventions]
    assert len(whole) > 5
    said = {name: results[name].told.findings for name in whole}
    assert {name: findings for name, findings in said.items() if findings} == {}


def test_the_list_names_programs_and_mistakes_that_exist() -> None:
    """No program of the list is gone, and no slug of it is unknown."""
    assert set(NAMES) == {wrong.bug for wrong in WRONGS}
    assert {slug for slugs in NAMES.values() for slug in slugs} <= set(Texts())
