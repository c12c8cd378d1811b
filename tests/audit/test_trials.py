"""An audit finds what a rubric lets through, and whom it blames."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from grader.audit import partial_programs, trials
from grader.audit.parts import EMPTY, PARTS
from grader.audit.results import Payment
from grader.checks import CHECKS
from grader.model import Item, Message, Outcome, Verdict, frozen
from grader.rubric import reader, resources
from grader.sandbox.host import LocalSandbox
from tests.audit.programs import NOTHING, REPAIRED, audit, small, some, text
from tests.zoo_rubric import ZOO, whole_rubric


def test_a_rubric_without_the_check_lets_the_mistake_through() -> None:
    """A mistake gets through where points of its class are all for something else."""
    result = audit(small(linear__forward=1), "dx_sign", "forward_clipped_when_large")
    assert [t.name for t in result.let_through] == ["dx_sign"]
    assert not result.sound


def test_a_check_without_points_notices_and_costs_nothing() -> None:
    """What only a zero-point check notices gets through, and it is output which one noticed it."""
    rubric = small(linear__forward=1, linear__backward__input=0)
    [through] = audit(rubric, "dx_sign").let_through
    assert through.noticed == ("linear.backward.input",)


def test_a_class_without_points_is_not_examined() -> None:
    """Mistakes in a class that earns nothing are listed apart, and the rubric stays sound."""
    result = audit(small(mse__forward=1, data__linear=0), "dx_sign", "linear_points_on_grid")
    assert {t.name: t.noticed for t in result.not_examined} == {
        "dx_sign": (), "linear_points_on_grid": ("data.linear",),
    }  # fmt: skip
    assert result.let_through == ()
    assert result.sound


def test_each_check_is_credited_for_what_it_catches() -> None:
    """The table counts the mistakes that a check notices, and those that nothing else does."""
    rubric = small(linear__backward__input=1, linear__backward__weights=1)
    result = audit(rubric, "dx_sign", "dw_sign")
    assert [(c.check, c.catches, c.alone) for c in result.check_uses] == [
        ("linear.backward.input", 1, 1), ("linear.backward.weights", 1, 1),
    ]  # fmt: skip


def test_right_programs_may_leave_out_what_is_optional() -> None:
    """Missing optional classes blame nobody, and a partial program is judged on what it holds."""
    rubric = small(tanh__forward=1, mse__forward=1, training__train=1, linear__forward=1)
    result = audit(rubric, "columns_inside", "losses_only", "layers_only")
    assert len(result.rights) == 3
    assert result.blamed == ()


def test_right_programs_are_blamed_by_a_rubric_that_asks_too_much() -> None:
    """A rubric that does not even allow numpy blames every right program."""
    rubric = replace(small(rules__imports=1), packages=())
    result = audit(rubric, "slots", "closures")
    assert [t.name for t in result.blamed] == ["slots", "closures"]
    assert not result.sound


def test_a_blocked_check_is_excused_with_what_blocks_it() -> None:
    """What waits for a part that may be missing is not blamed; what waits for another one is."""
    first, second, third = (i for i in whole_rubric().items if i.check.startswith("tanh."))
    missing = Outcome(first, Verdict.FAILED, message=Message("missing", frozen(who="Tanh")))
    blocked = Outcome(
        second, Verdict.BLOCKED, message=Message("blocked", frozen(check=first.check))
    )
    passed = Outcome(third, Verdict.PASSED, 1.0)
    assert trials.required_outcomes([missing, blocked, passed], partial=False) == [passed]
    wrong = replace(missing, message=Message("returned_none", frozen(who="Tanh")))
    assert trials.required_outcomes([wrong, blocked], partial=True) == [wrong, blocked]


def test_no_right_program_is_blamed_for_tests_that_it_has_not() -> None:
    """The zoo's right programs come without tests of their own, which is no fault of a rubric."""
    item = Item("tests.gradient_check", 5.0, "Tests", 10.0)
    missing = Outcome(item, Verdict.FAILED, message=Message("tests_missing"))
    assert trials.required_outcomes([missing], partial=False) == []


def test_only_what_a_subject_needs_is_run() -> None:
    """A rubric is narrowed to the checks of a subject and those that they need."""
    restricted = trials.restrict(whole_rubric(), ["training"])
    checks = {item.check for item in restricted.items}
    assert {"training.train", "network.forward", "network.structure"} <= checks
    assert not any(check.startswith(("linear.", "plots.")) for check in checks)


def test_several_jobs_find_what_one_does() -> None:
    """The outcome does not depend on how many programs are examined at a time."""
    rubric, names = small(sigmoid__forward=1, sigmoid__backward=1), ["slots", "closures"]
    names += [w.bug for w in ZOO.singles if w.subject == "Sigmoid"][:6]
    one, two = (trials.audit(some(*names), rubric, seed=1, jobs=jobs) for jobs in (1, 2))
    assert replace(one, seconds=0.0) == replace(two, seconds=0.0)
    assert [t.name for t in one.wrongs] == names[2:]


def test_every_program_reports_its_progress() -> None:
    """Whoever shows progress hears of each program once."""
    calls: list[int] = []
    rubric = small(mse__forward=1)
    trials.audit(some("dx_sign", "slots"), rubric, seed=1, on_progress=lambda: calls.append(1))
    assert len(calls) == 2


def test_empty_programs_and_repairs_are_tried() -> None:
    """An audit measures what an empty program earns and may earn, and what a repair adds."""
    rubric = small(mse__forward=4, mse__backward=6)
    result = trials.audit(some(), rubric, seed=1, empties=[NOTHING], chains=[[NOTHING, REPAIRED]])
    assert result.empties == (Payment(NOTHING, 0.0, 0.3),)
    assert [(step.points, step.allowed) for step in result.chains[0].steps] == [(0, 0.3), (4, 4)]
    assert result.sound


def test_a_rubric_says_what_nothing_may_earn() -> None:
    """`most_for_nothing` is a share of the points, in percent; it is 3 where nothing is output."""
    rubric = text(mse__forward=20)
    assert reader.loads(rubric.encode(), "small.yaml", CHECKS).most_for_nothing == 3
    mine = reader.loads(f"most_for_nothing: 10\n{rubric}".encode(), "small.yaml", CHECKS)
    with LocalSandbox() as sandbox:
        assert trials.try_partial(NOTHING, mine, 1, sandbox).allowed == 2


@pytest.mark.parametrize(("allowed", "sound"), [(3.0, False), (50.0, True)])
def test_points_that_any_program_earns_are_allowed_by_the_rubric_alone(
    allowed: float, sound: bool
) -> None:
    """An empty program keeps the rule of imports: a rubric that pays for that must allow it."""
    rubric = replace(small(mse__forward=4, rules__imports=4), most_for_nothing=allowed)
    result = trials.audit(some(), rubric, seed=1, empties=[NOTHING], chains=[[NOTHING, REPAIRED]])
    assert [step.points for step in result.chains[0].steps] == [4, 8]
    assert result.sound is sound
    assert REPAIRED not in [step.program for step in result.overpaid]


def test_chains_repair_only_what_the_rubric_asks_for() -> None:
    """A chain follows from its seed, and repairs one part after the other that points depend on."""
    rubric = small(mse__forward=4, relu__backward=6, linear__forward=0)
    result = trials.chains_for(rubric, 5)
    assert result == trials.chains_for(rubric, 5)
    for chain in result:
        assert {p.repaired_part for p in chain[1:]} == {"MSE.forward", "ReLU.backward"}
        for before, after in pairwise(chain):
            assert dict(before.choice) | {after.repaired_part: "right"} == after.choice
    assert trials.chains_for(small(data__linear=1), 5) == []


def test_an_audit_tries_some_thirty_programs_of_parts() -> None:
    """Each way of being empty is tried alone and in a right loop; then a few parts are repaired."""
    empties = partial_programs.empties()
    chains = trials.chains_for(whole_rubric(), 1)
    assert len(empties) == 2 * len(EMPTY)
    assert len(empties) + sum(map(len, chains)) <= 30
    assert not partial_programs.right_parts(chains[0][0].choice)
    assert partial_programs.right_parts(chains[-1][-1].choice) == set(PARTS)


def test_the_zoo_travels_with_the_package() -> None:
    """The folder that the command reads holds the base, the wrong programs and the right ones."""
    assert {"base", "wrong", "right"} <= {path.name for path in resources.zoo().iterdir()}
