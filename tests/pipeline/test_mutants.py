"""The wrong programs by which the places are measured differ from right ones in what was planted alone."""

from __future__ import annotations

import pytest

from benchmarks import mutants
from benchmarks.places import whole_rubric
from benchmarks.rewritings import REWRITINGS
from grader.audit.trials import restrict
from grader.model import Submission, Verdict
from grader.pipeline import grading
from grader.sandbox.host import create_sandbox
from tests.zoo_rubric import ZOO

pytestmark = pytest.mark.no_cover

SUBJECT_OF = {one.rewriting: one.subject for one in mutants.MUTANTS if one.rewriting}


def rounds() -> list[list[str]]:
    """Return the names of rewritings in groups of those that can stand in one program."""
    groups: list[list[str]] = []
    for name, edit in REWRITINGS.items():
        for group in groups:
            try:
                mutants.edited(ZOO.base, [*(REWRITINGS[other] for other in group), edit])
            except ValueError:
                continue
            group.append(name)
            break
        else:
            groups.append([name])
    return groups


@pytest.mark.parametrize("names", rounds(), ids=lambda names: names[0])
def test_rewritten_methods_are_right(names: list[str]) -> None:
    """In the manner in which a mutant was written, its class without the mistake loses no points."""
    rubric = restrict(whole_rubric(), {SUBJECT_OF[name] for name in names})
    files = mutants.edited(ZOO.base, [REWRITINGS[name] for name in names])
    with create_sandbox(rubric.limits, unsafe=True) as sandbox:
        report = grading.grade(Submission("one", files, "0" * 64), rubric, seed=1, sandbox=sandbox)
    failed = [o.item.check for o in report.outcomes if o.verdict is not Verdict.PASSED]
    assert len(report.outcomes) > 2
    assert failed == []


def test_every_mutant_is_an_edit_that_can_be_made() -> None:
    """Its text occurs once, it changes something, and no two have one name."""
    made = list(mutants.programs(ZOO.base))
    assert len({wrong.bug for _, wrong in made}) == len(made) >= 40
    assert all(right != wrong.files for right, wrong in made)
