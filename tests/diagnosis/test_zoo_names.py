"""On the zoo no finding names a mistake that is not there, and most wrong numbers have a name."""

from __future__ import annotations

import pytest

from grader.diagnosis import Texts
from tests.diagnosis.zoo_findings import CLASSES, NAMES, WRONGS, ZOO, told, told_of_zoo

FIRST = 1
MANY = tuple(range(2, 26))
NAMED = {"layers and losses": 0.98, "with the network": 0.94}
"""The share of programs with wrong numbers that are named: measured (98.7 and 94.7 percent)."""


SILENT = {"net_softmax_at_output", "net_loss_is_squared_again"}
"""Programs whose mistake has a name that shows with other seeds or checks alone."""


def false_names(seed: int) -> dict[str, set[str]]:
    """The names that are not true, by program."""
    wrong = {
        bug: seen.findings - set(NAMES.get(bug, ())) - {"unexplained"}
        for bug, seen in told_of_zoo(seed, leave_out=seed == FIRST).items()
    }
    return {bug: names for bug, names in wrong.items() if names}


@pytest.mark.timeout(300)
def test_no_name_is_false():
    """Every finding stands in the list of what is true of that program."""
    assert false_names(FIRST) == {}


@pytest.mark.all_seeds
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("seed", MANY)
def test_no_name_is_false_with_other_seeds(seed):
    """The same with every other seed."""
    assert false_names(seed) == {}


@pytest.mark.parametrize("which", NAMED)
def test_most_wrong_numbers_are_named(which):
    """Where numbers are wrong, the share that gets a name does not fall."""
    told_of = told_of_zoo(FIRST, leave_out=True)
    network = {w.bug for w in WRONGS if w.subject == "TLNN"} if which != "with the network" else ()
    numbers = [seen for bug, seen in told_of.items() if seen.numbers and bug not in network]
    named = [seen for seen in numbers if seen.findings - {"unexplained"}]
    assert len(numbers) > 300
    assert len(named) >= NAMED[which] * len(numbers)


@pytest.mark.timeout(300)
def test_every_network_of_the_list_is_named():
    """A wrong network gets one of the names that are true of it, whatever else it gets."""
    told_of = told_of_zoo(FIRST, leave_out=True)
    listed = [w.bug for w in WRONGS if w.subject == "TLNN" and NAMES.get(w.bug)]
    unnamed = {bug for bug in listed if not told_of[bug].findings & set(NAMES[bug])}
    assert len(listed) > 30
    assert unnamed <= SILENT


@pytest.mark.timeout(300)
def test_no_search_for_a_mistake_fails():
    """Whatever a wrong program does, the search behind its failed checks comes to an end."""
    told_of = told_of_zoo(FIRST, leave_out=True)
    assert {bug: seen.failed for bug, seen in told_of.items() if seen.failed} == {}


@pytest.mark.timeout(300)
def test_without_its_row_a_program_is_unexplained():
    """Where one mistake is unknown, its programs get no false name in its place."""
    wrong = {}
    for bug, seen in told_of_zoo(FIRST, leave_out=True).items():
        for slug, again in seen.without.items():
            names = again - {slug, "unexplained"} - set(NAMES.get(bug, ()))
            if names:
                wrong[f"{bug} without {slug}"] = names
    assert wrong == {}


@pytest.mark.timeout(300)
def test_right_programs_get_no_findings():
    """Nothing is said about programs that are right."""
    said = {}
    for right in ZOO.rights:
        if "partial" not in right.conventions:
            seen = told(right.files, frozenset(CLASSES), FIRST, leave_out=False)
            if seen.findings:
                said[right.name] = seen.findings
    assert said == {}


def test_the_list_names_programs_and_mistakes_that_exist():
    """No program of the list is gone, and no slug of it is unknown."""
    assert set(NAMES) == {wrong.bug for wrong in WRONGS}
    assert {slug for slugs in NAMES.values() for slug in slugs} <= set(Texts())
