"""What outcomes are worth beside each other: nothing earns nothing, and no repair costs points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from grader.audit import partial_programs
from grader.audit.trials import examine
from grader.checks import CHECKS
from grader.contract import CONTRACT
from grader.model import (
    MAX_PERCENT_FOR_NOTHING,
    Failure,
    Finding,
    Item,
    Outcome,
    Part,
    Rubric,
    Submission,
    Verdict,
)
from grader.pipeline import grading, order, outcomes, scoring
from grader.rubric import reader, resources
from grader.sandbox.host import LocalSandbox

DEFAULT = reader.load(resources.default_rubric(), CHECKS)
POINTS = {item.check: item.points for item in DEFAULT.items}
WRONG = Failure("ragged", who="f")


def outcome(check: str, share: float, **more: Any) -> Outcome:
    verdict = Verdict.PASSED if share == 1 else Verdict.FAILED
    return replace(Outcome(Item(check, 1.0, "All", 5.0), verdict, share), **more)


def holding(item: Item, parts: list[Part]) -> Outcome:
    """Return what a check with such parts returns, before its verdict is settled."""
    return Outcome(item, Verdict.PASSED, 1.0, parts=tuple(parts))


def table(rng: np.random.Generator) -> list[Part]:
    """Parts that hold or not, some of which count only beside others, or for a named mistake."""
    names = [f"part {k}" for k in range(6)]
    return [
        Part(
            name,
            WRONG if rng.random() < 0.5 else None,
            float(rng.integers(1, 5)),
            tuple(rng.choice(names, rng.integers(0, 3))),
            WRONG if rng.random() < 0.2 else None,
        )
        for name in names
    ]


@pytest.mark.parametrize("partial", ["parts", "half", "none"])
def test_mending_a_part_never_lowers_a_share(partial: str) -> None:
    """Whatever else holds, a part that becomes right, or a name that is found, takes nothing away."""
    rng = np.random.default_rng(0)
    for _ in range(500):
        parts = table(rng)
        before = _points(parts, partial, named=False)
        assert before <= _points(parts, partial, named=True)
        for k, part in enumerate(parts):
            mended = [*parts[:k], replace(part, failure=None, if_unnamed=None), *parts[k + 1 :]]
            assert before <= _points(mended, partial, named=False)


def _points(parts: list[Part], partial: str, *, named: bool) -> float:
    share = scoring.share(scoring.count_parts(parts, mistake_has_name=named))
    return Item("linear.init", 6.0, "All", 5.0, partial=partial).points_for(share)


def test_what_a_check_earns_that_holds_in_part() -> None:
    """`partial` pays the weight of the parts, half of the points at most, or nothing."""
    parts = [Part("one", None, 3), Part("two", WRONG, 1)]
    for how, points in (("parts", 3.0), ("half", 2.0), ("none", 0.0)):
        item = Item("linear.init", 4.0, "All", 5.0, partial=how)
        assert outcomes.with_verdict(holding(item, parts)).points == points
        assert outcomes.with_verdict(holding(item, parts[:1])).points == 4.0


def test_a_part_that_needs_another_says_which() -> None:
    """A part that an empty method passes is not counted beside one that failed, nor what needs it."""
    parts = [
        Part("first", WRONG),
        Part("second", None, beside=("first",)),
        Part("third", None, beside=("second",)),
    ]
    made = outcomes.with_verdict(holding(Item("linear.init", 9.0, "All", 5.0), parts))
    assert made.points == 0
    assert [part.failure.message.id for part in made.parts if part.failure] == [
        "ragged", "not_counted", "not_counted",
    ]  # fmt: skip
    assert made.message == WRONG.message


@pytest.mark.parametrize(
    ("forward", "pays"),
    [
        (outcome("linear.forward", 1.0), True),
        (outcome("linear.forward", 0.0), False),
        (outcome("linear.forward", 0.0, findings=(Finding("unexplained", "Linear"),)), False),
        (outcome("linear.forward", 0.0, findings=(Finding("forward_sign", "Linear"),)), True),
        (
            outcome(
                "linear.forward", 0.0, findings=(Finding("zeros", "Linear"),), informative=False
            ),
            False,
        ),
        (outcome("linear.forward", 0.5, parts=(Part("one"), Part("two", WRONG))), True),
        (outcome("linear.forward", 0.2, parts=(Part("one"), Part("two", WRONG))), False),
    ],
)
def test_state_is_paid_beside_a_forward_that_works(forward: Outcome, pays: bool) -> None:
    """Leaving everything alone is worth something where something is done, slips with a name included."""
    unpaid = scoring.broken_forward(CHECKS["linear.state"], {"linear.forward": forward})
    assert (unpaid is None) == pays


NAMED = (Finding("forward_sign", "x"),)


@pytest.mark.parametrize(("wrong", "counts"), [(1, True), (2, True), (3, False), (5, False)])
def test_derivatives_of_wrong_forwards_count_for_two_classes(wrong: int, counts: bool) -> None:
    """With a third class whose forward is wrong, named or not, no name pays for a backward beside it."""
    checks = ["linear", "sigmoid", "relu", "mse", "bce"]
    outcomes = {
        f"{name}.forward": outcome(
            f"{name}.forward", 0.0 if k < wrong else 1.0, findings=NAMED if k != 1 else ()
        )
        for k, name in enumerate(checks)
    }
    assert scoring.mistake_has_name(outcomes["linear.forward"], outcomes) == counts
    assert scoring.works(outcomes["linear.forward"], outcomes) == counts
    missing = replace(outcomes["linear.forward"], verdict=Verdict.CRASHED)
    assert scoring.mistake_has_name(missing, {}) == scoring.mistake_has_name(
        missing, {"x": missing}
    )


def test_every_forward_is_examined_before_any_backward() -> None:
    """How many are wrong is known when the first backward is paid."""
    planned_items = [item.check for item in order.plan(DEFAULT.items)]
    classes = [row.prefix for row in CONTRACT if row.replaceable and not row.optional]
    forwards = [planned_items.index(f"{prefix}.forward") for prefix in classes]
    backwards = [
        k
        for k, check in enumerate(planned_items)
        if check.startswith(tuple(f"{p}.backward" for p in classes))
    ]
    assert max(forwards) < min(backwards)


def statuses(levels: Mapping[str, int]) -> dict[str, Outcome]:
    """Outcomes of the network's classes: 0 is empty, 1 has a mistake in both methods, 2 is right."""
    made = {}
    for name, level in levels.items():
        for rest in ("forward", "backward", "backward.weights"):
            check = f"{name}.{rest}"
            if check in CHECKS:
                share, informs = (0.0, 0.5, 1.0)[level], level > 0
                made[check] = outcome(check, share, informative=informs)
    return made


def test_training_is_the_students_own_or_not_examined() -> None:
    """Up to two wrong classes are replaced, one of them empty; making one better never ends that."""
    names = ("linear", "sigmoid", "mse")
    own = {}
    for code in np.ndindex(3, 3, 3):
        outcomes = statuses(dict(zip(names, code, strict=True)))
        wrong = scoring.wrong_classes(outcomes, CHECKS)
        check = CHECKS["training.xor"]
        own[code] = scoring.not_own(check, sorted(wrong), outcomes, CHECKS) is None
        assert scoring.not_own(CHECKS["network.gradient"], sorted(wrong), outcomes, CHECKS) is None
    assert own[2, 2, 2]
    assert own[0, 2, 2]
    assert own[1, 1, 2]
    assert not own[0, 0, 2]
    assert not own[1, 1, 1]
    for code, before in own.items():
        for k in range(3):
            better = tuple(min(level + (place == k), 2) for place, level in enumerate(code))
            assert own[better] >= before


def test_a_slip_of_state_gives_no_class_away() -> None:
    """Sound layers stand in for a wrong forward or backward, and not for a slip of state alone."""
    slip, wrong = outcome("sigmoid.state", 0.9), outcome("sigmoid.backward", 0.9)
    assert scoring.wrong_classes({"sigmoid.state": slip}, CHECKS) == frozenset()
    assert scoring.slipping_classes({"sigmoid.state": slip}, CHECKS) == {"Sigmoid"}
    assert scoring.wrong_classes({"sigmoid.backward": wrong}, CHECKS) == {"Sigmoid"}


QUICK = (
    "zeros_nothing",
    "input_nothing",
    "noise_loop",
    "none_but_forward",
    "constant_but_backward",
)
UNTRAINED = replace(
    DEFAULT,
    items=tuple(i for i in DEFAULT.items if not i.check.startswith(("training.", "plots."))),
)

MANY = range(2, 26)
"""Seeds of chains of repairs that are too slow for CI."""


LINEAR = replace(DEFAULT, items=tuple(i for i in DEFAULT.items if i.check.startswith("linear.")))


def score(choice: Mapping[str, str], asked: Rubric, seed: int = 1) -> float:
    with LocalSandbox() as sandbox:
        files = partial_programs.program(choice)
        return sum(o.points for o in examine("parts", files, asked, seed, sandbox))


def test_there_are_many_empty_programs() -> None:
    """At least eighty different programs are made of right and empty parts, of which each can be read."""
    made = dict(partial_programs.programs())
    files = {name: partial_programs.program(choice) for name, choice in made.items()}
    assert len({tuple(sorted(text.items())) for text in files.values()}) == len(made) >= 80
    for contents in files.values():
        for path, text in contents.items():
            compile(text, path, "exec")


def test_all_parts_right_earn_everything() -> None:
    """The right parts are right: together they earn every point that is asked for."""
    assert score({}, UNTRAINED) == UNTRAINED.total


@pytest.mark.parametrize("name", QUICK)
def test_an_empty_program_earns_what_is_right_in_it(name: str) -> None:
    """Nothing right earns nothing; a right loop around nothing earns its own items."""
    choice = dict(partial_programs.programs())[name]
    assert score(choice, UNTRAINED) <= partial_programs.max_points(choice, POINTS)


@pytest.mark.all_seeds
@pytest.mark.parametrize("name", dict(partial_programs.programs()))
def test_every_empty_program_earns_what_is_right_in_it(name: str) -> None:
    """Over all programs of right and empty parts, and with training: nothing is paid for nothing."""
    choice = dict(partial_programs.programs())[name]
    assert score(choice, DEFAULT) <= partial_programs.max_points(choice, POINTS)


@pytest.mark.parametrize("seed", [1, *(pytest.param(k, marks=pytest.mark.all_seeds) for k in MANY)])
def test_no_repair_costs_points(seed: int) -> None:
    """A program that is repaired part by part, in a random order, never earns less than before."""
    chain = partial_programs.chain(np.random.default_rng(seed))
    scores = [score(choice, UNTRAINED, seed) for choice, _ in chain]
    assert scores[0] <= MAX_PERCENT_FOR_NOTHING
    assert scores[-1] == UNTRAINED.total
    assert all(before <= after for before, after in pairwise(scores))


def test_training_is_not_examined_where_two_classes_do_nothing() -> None:
    """Two of three classes without a backward leave no training of the student's own."""
    asked = ("linear.", "sigmoid.", "mse.", "network.", "training.lockstep")
    items = tuple(item for item in DEFAULT.items if item.check.startswith(asked))
    choice = {"Linear.backward": "none", "Sigmoid.backward": "zeros"}
    with LocalSandbox() as sandbox:
        files = partial_programs.program(choice)
        outcomes = examine("two", files, replace(DEFAULT, items=items), 5, sandbox)
    by_id = {o.item.check: o for o in outcomes}
    assert by_id["network.gradient"].verdict is Verdict.PASSED
    assert by_id["training.lockstep"].verdict is Verdict.BLOCKED
    assert by_id["training.lockstep"].message is not None
    assert by_id["training.lockstep"].message.id == "training_not_own"


def test_a_training_of_noise_earns_nothing_by_chance() -> None:
    """A network whose layers answer by chance seems to change; a right loop around it is worth no less."""
    asked = ("linear.", "sigmoid.", "mse.", "network.", "training.train")
    items = tuple(item for item in DEFAULT.items if item.check.startswith(asked))
    choice = {"Linear.forward": "noise", "TLNN.cal_loss": "stub", "ReLU.forward": "stub"}
    scores = [
        score({**choice, "train": how}, replace(DEFAULT, items=items), 2)
        for how in ("noise", "right")
    ]
    assert scores[0] <= scores[1]


def test_weights_of_noise_are_nobodys() -> None:
    """Where forward is chance no array acts as weights; more arrays in the layer change nothing."""
    scores = [
        score({"Linear.forward": "noise", "Linear.__init__": how}, LINEAR, 4)
        for how in ("noise", "right")
    ]
    assert scores[0] <= scores[1]


FLAT = b"""\
import numpy as np

class Sigmoid:
    def forward(self, x):
        return 0.5 * (1.0 + np.tanh(0.5 * np.round(np.asarray(x), 3)))

    def backward(self, prev_grad, lr=0.1):
        return np.zeros_like(prev_grad)
"""
REMEMBERS = FLAT.replace(b"class Sigmoid:", b"class Sigmoid:\n    last = np.zeros(1)").replace(
    b"        return 0.5 * (1.0 + np.tanh(0.5 * np.round(np.asarray(x), 3)))",
    b"        if self.last.shape != x.shape or np.abs(x - self.last).max() > 1e-4:\n"
    b"            self.last = np.array(x)\n"
    b"        return 0.5 * (1.0 + np.tanh(0.5 * self.last))",
)


def grade_sigmoid(layers: bytes) -> tuple[dict[str, Outcome], set[str]]:
    """Grade the sigmoid in a file; return the outcome of each check, and the ids of the flags."""
    items = tuple(i for i in DEFAULT.items if i.check.startswith("sigmoid."))
    submission = Submission("flat", {"layers.py": layers}, "0" * 64)
    with LocalSandbox() as sandbox:
        report = grading.grade(submission, replace(DEFAULT, items=items), seed=1, sandbox=sandbox)
    return {o.item.check: o for o in report.outcomes}, {flag.id for flag in report.needs_review}


def test_zeros_are_no_gradient_of_a_forward_on_a_grid() -> None:
    """A forward that ignores small changes gives differences of zero, and these prove nothing."""
    outcomes, _ = grade_sigmoid(FLAT)
    assert outcomes["sigmoid.backward"].points == 0


def test_right_values_with_wrong_differences_wait_for_a_person() -> None:
    """Where the closed form and differences of a right forward disagree, a person looks."""
    outcomes, flags = grade_sigmoid(REMEMBERS)
    assert outcomes["sigmoid.forward"].verdict is Verdict.PASSED
    assert outcomes["sigmoid.backward"].verdict is Verdict.REVIEW
    assert "review_oracles_differ" in flags


def test_a_slip_of_state_costs_half_of_its_item() -> None:
    """The default rubric pays at most half where a caller's array is changed, however few parts fail."""
    items = {item.check: item for item in DEFAULT.items if item.check.endswith(".state")}
    assert {item.partial for item in items.values()} == {"half"}
    assert items["relu.state"].points_for(24 / 25) == 0.5
