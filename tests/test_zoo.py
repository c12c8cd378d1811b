"""The zoo: every wrong program loses points in its own class, and no right program is blamed."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest

from grader.audit.results import Audit
from grader.audit.trials import SUBJECTS, audit, required_outcomes, subject_of
from grader.audit.zoo import Right, Zoo
from grader.checks import CHECKS
from grader.model import Outcome, Rubric, Verdict
from grader.observation import activation_trials
from tests.shared_results import SharedResults
from tests.zoo_examinations import PARTS, part_of, rights_examined, wrongs_examined
from tests.zoo_rubric import ZOO, figures_alone, training_alone, whole_rubric, without_training

pytestmark = pytest.mark.no_cover

RUBRIC = whole_rubric()
MANY = tuple(range(1, 26))
LEARNERS = ("stored_gradients_then_step", "flat_parameter_vector", "single_precision", "closures")
"""Right programs of different styles whose networks are trained to the end in CI as well."""

WRONG = replace(ZOO, rights=())
RIGHT = replace(ZOO, singles=(), pairs=())


JOBS = max(1, (os.cpu_count() or 1) // int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))
"""The processors that are left for each process of a test run."""


def tried(zoo: Zoo, seed: int, rubric: Rubric = RUBRIC) -> Audit:
    """Try a rubric on some of the zoo."""
    return audit(zoo, rubric, seed=seed, jobs=JOBS)


def refute(made: Audit) -> None:
    """Demand that nothing got through, nobody was blamed and nothing broke."""
    assert made.broken == ()
    assert {t.name: t.subject for t in made.let_through} == {}
    assert {t.name: t.cost for t in made.blamed} == {}
    assert made.not_examined == ()


FEW_WAITING = 2
"""Of some 90 programs of one part, so many may raise wherever their own class is called."""


def test_every_check_that_a_program_must_lose_exists() -> None:
    """The zoo names only checks that there are, and classes that the audit knows."""
    assert {check for wrong in ZOO.wrongs for check in wrong.fails} <= set(CHECKS)
    assert {wrong.subject for wrong in ZOO.wrongs} == set(SUBJECTS.values())
    assert {subject_of(check) for check in CHECKS} - {"program", "tests"} == set(SUBJECTS.values())


@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(PARTS))
def test_every_wrong_program_loses_points_in_its_class(
    shared_results: SharedResults, part: int
) -> None:
    """No mistake of the zoo gets through the checks of its own class: it costs points, or a person looks.

    A Linear that cannot be called at all, where nothing else is asked, may be of another manner.
    """
    results, some = wrongs_examined(shared_results, part), part_of(ZOO.wrongs, part)
    assert len(some) > 80
    own = {w.bug: of_class(results[w.bug].outcomes, w.subject) for w in some}
    assert {bug: checks for bug, outcomes in own.items() if (checks := broken(outcomes))} == {}
    unseen = [bug for bug, outcomes in own.items() if not lost(outcomes)]
    assert [bug for bug in unseen if not waiting(own[bug])] == []
    assert len(unseen) <= FEW_WAITING


@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(PARTS))
def test_no_right_program_is_blamed(shared_results: SharedResults, part: int) -> None:
    """No right program of the zoo loses a point, training and figures apart."""
    results, some = rights_examined(shared_results, part), part_of(ZOO.rights, part)
    assert len(some) > 10
    outcomes = {right.name: results[right.name].outcomes for right in some}
    assert {name: checks for name, made in outcomes.items() if (checks := broken(made))} == {}
    held = {
        r.name: required_outcomes(outcomes[r.name], partial="partial" in r.conventions)
        for r in some
    }
    assert {name: checks for name, made in held.items() if (checks := lost(made))} == {}


def of_class(outcomes: Iterable[Outcome], subject: str) -> list[Outcome]:
    """What came of the checks of one class."""
    return [outcome for outcome in outcomes if subject_of(outcome.item.check) == subject]


def lost(outcomes: Iterable[Outcome]) -> list[str]:
    """The checks that took points."""
    return [
        o.item.check
        for o in outcomes
        if o.verdict is not Verdict.PASSED and not o.verdict.is_open and o.item.points > 0
    ]


def waiting(outcomes: Iterable[Outcome]) -> list[str]:
    """The checks whose points wait for a person."""
    return [o.item.check for o in outcomes if o.verdict is Verdict.REVIEW]


def broken(outcomes: Iterable[Outcome]) -> list[str]:
    """The checks in which the grader itself failed."""
    return [o.item.check for o in outcomes if o.verdict is Verdict.BROKEN]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("part", range(2))
def test_with_a_second_seed_no_mistake_of_a_third_gets_through(part: int) -> None:
    """An audit with a second seed, of a third of the wrong programs, finds nothing to mend."""
    some = replace(WRONG, singles=WRONG.singles[part * 3 :: 6], pairs=WRONG.pairs[part * 3 :: 6])
    assert len(some.wrongs) > 100
    refute(tried(some, 2))


@pytest.mark.timeout(600)
def test_with_a_second_seed_no_right_program_of_a_third_is_blamed() -> None:
    """An audit with a second seed, of a third of the right programs, blames nobody."""
    some = replace(RIGHT, rights=RIGHT.rights[::3])
    assert len(some.rights) > 30
    refute(tried(some, 2, without_training(RUBRIC, "plots.")))


@pytest.mark.timeout(600)
def test_no_right_program_is_blamed_for_its_figures() -> None:
    """Right programs that draw, or are put together, in a way of their own lose nothing for that."""
    own = tuple(right for right in ZOO.rights if _draws_its_own_way(right))
    assert len(own) > 10
    refute(tried(replace(RIGHT, rights=own), 1, figures_alone(RUBRIC)))


def _draws_its_own_way(right: Right) -> bool:
    return any(
        right.files.get(name) != ZOO.base[name] for name in ("plots.py", "main.py", "data.py")
    )


def test_networks_of_right_programs_learn() -> None:
    """Right programs of a few styles keep the points of training as well."""
    some = tuple(right for right in ZOO.rights if right.name in LEARNERS)
    assert len(some) == len(LEARNERS)
    refute(tried(replace(RIGHT, rights=some), 1))


def test_a_mask_by_row_differs_from_none() -> None:
    """Of what a ReLU is tried on, some row has no positive entry and some has nothing else."""
    shapes = [
        t.shape
        for t in activation_trials.TRIALS
        if t.draw is activation_trials.wide_values and t.shape[0] > 2
    ]
    drawn = [
        activation_trials.wide_values(np.random.default_rng(s), shapes[s % len(shapes)])
        for s in range(200)
    ]
    assert all(np.any(np.all(x < 0, axis=1)) and np.any(np.all(x > 0, axis=1)) for x in drawn)


@pytest.mark.all_seeds
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", MANY)
def test_the_whole_zoo_is_judged_rightly(seed: int) -> None:
    """All programs, all checks, many seeds."""
    refute(tried(ZOO, seed))


@pytest.mark.all_seeds
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(100))
def test_every_right_program_learns_for_every_seed(seed: int) -> None:
    """No right program is lost to an unlucky seed when it is trained."""
    refute(tried(RIGHT, seed, training_alone(RUBRIC)))
