"""Plan, judge, settle: what is examined when, and what an outcome is made of."""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from grader import reports
from grader.checks import CHECKS
from grader.checks.base import Check, each, part
from grader.checks.base import check as make_check
from grader.errors import OurFault
from grader.model import (
    Failure,
    Item,
    Limits,
    Message,
    Outcome,
    Part,
    Report,
    Rubric,
    Status,
    Submission,
    Verdict,
)
from grader.pipeline import examination, findings, grading, order, outcomes, sessions
from grader.remote import Lab
from grader.rubric import reader, resources
from grader.sandbox.host import ChildGone, Ending, LocalSandbox, ProcessSandbox

DEFAULT = reader.load(resources.default_rubric(), CHECKS)
EMPTY = Submission("lab", {"layers.py": b"x = 1\n"}, "0" * 64)

Deed = Callable[[], Sequence[Part] | None]


def item(check: str, points: float = 10.0, **more: Any) -> Item:
    return Item(check, points, "All", 5.0, **more)


def holding(parts: Sequence[Part]) -> Outcome:
    """Return what a check with such parts returns, before its verdict is settled."""
    return Outcome(item("linear.init"), Verdict.PASSED, 1.0, parts=tuple(parts))


def fails(usable: bool = True) -> None:
    raise Failure("ragged", who="Linear", usable=usable)


@pytest.fixture
def invent(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Put checks of the test's own in the place of all."""
    invented: dict[str, Check] = {}
    for module in (sessions, examination):
        monkeypatch.setattr(module, "checks_with", lambda plugins: invented)

    def put(id_: str, deed: Deed, *needs: str, stage: str = "contract", subject: str = "") -> None:
        def examine(lab: Lab) -> Sequence[Part] | None:
            """Do what the test wants."""
            return deed()

        invented[id_] = make_check(id_, subject=subject or id_, needs=needs, stage=stage)(examine)

    return put


def graded(*items: Item, total_seconds: float = 60.0) -> Report:
    limits = Limits(total_seconds=total_seconds)
    asked = Rubric("Small", "r.yaml", "0" * 64, items, ("All",), limits, {}, ())
    with LocalSandbox() as sandbox:
        return grading.grade(EMPTY, asked, seed=1, sandbox=sandbox)


def verdicts(report: Report) -> list[str]:
    return [str(outcome.verdict) for outcome in report.outcomes]


def test_what_is_needed_comes_first() -> None:
    """Whatever the order of the rubric, a check follows all that it needs, and stages follow."""
    for items in (DEFAULT.items, tuple(reversed(DEFAULT.items))):
        planned_items = [planned.check for planned in order.plan(items)]
        assert sorted(planned_items) == sorted(entry.check for entry in items)
        for place, id_ in enumerate(planned_items):
            assert all(
                planned_items.index(n) < place for n in CHECKS[id_].needs if n in planned_items
            )
        stages = [order.STAGES.index(CHECKS[id_].stage) for id_ in planned_items]
        assert stages == sorted(stages)


def test_needs_name_checks_that_exist_and_do_not_circle() -> None:
    """Every check that is needed exists, stands in no later stage, and needs nothing in turn."""
    for check in CHECKS.values():
        assert check.stage in order.STAGES
        seen, ahead = set[str](), list(check.needs)
        while ahead:
            needed = CHECKS[ahead.pop()]
            assert order.STAGES.index(needed.stage) <= order.STAGES.index(check.stage)
            assert needed.id != check.id
            if needed.id not in seen:
                ahead += needed.needs
            seen.add(needed.id)


def test_outcomes_come_back_in_the_rubrics_order(invent: Callable[..., None]) -> None:
    """The report has the order of the rubric, not that of the examination."""
    asked: list[str] = []
    invent("late", lambda: asked.append("late"), "early")
    invent("early", lambda: asked.append("early"))
    report = graded(item("late"), item("early"))
    assert asked == ["early", "late"]
    assert [outcome.item.check for outcome in report.outcomes] == ["late", "early"]


def test_unusable_blocks_and_passes_it_on(invent: Callable[..., None]) -> None:
    """What needs an unusable subject is blocked, and so is what needs that; it earns nothing."""
    invent("a", lambda: fails(usable=False))
    invent("b", lambda: None, "a")
    invent("c", lambda: None, "b")
    report = graded(item("a"), item("b"), item("c"))
    assert verdicts(report) == ["failed", "blocked", "blocked"]
    said = report.outcomes[1].message
    assert said is not None
    assert (said.id, said.values["check"]) == ("blocked", "a")
    assert (report.score, report.open_points) == (0, 0)


def test_wrong_but_usable_blocks_nothing(invent: Callable[..., None]) -> None:
    """A wrong value keeps nothing else from being examined."""
    invent("a", fails)
    invent("b", lambda: None, "a")
    assert verdicts(graded(item("a"), item("b"))) == ["failed", "passed"]


def test_what_the_rubric_leaves_out_blocks_nothing(invent: Callable[..., None]) -> None:
    """A need that the rubric does not ask for is taken as met."""
    invent("a", lambda: fails(usable=False))
    invent("b", lambda: None, "a")
    assert verdicts(graded(item("b"))) == ["passed"]


def test_share_follows_the_weights_of_the_parts(invent: Callable[..., None]) -> None:
    """A check that holds in part earns the weight of those parts, and tells the first failure."""
    invent("a", lambda: [part("one", lambda: None, 3), part("two", fails), part("six", fails)])
    [outcome] = graded(item("a")).outcomes
    assert (outcome.verdict, outcome.share, outcome.points) == (Verdict.FAILED, 0.6, 6)
    assert [(p.name, p.failure is None) for p in outcome.parts] == [
        ("one", True), ("two", False), ("six", False),
    ]  # fmt: skip
    assert outcome.parts[1].failure is not None
    assert outcome.message == outcome.parts[1].failure.message


def test_an_outcome_keeps_no_stack_of_calls(invent: Callable[..., None]) -> None:
    """A failure in a part holds what a reader sees, and nothing of the examination that raised it."""
    invent("a", lambda: [part("one", fails)])
    [outcome] = graded(item("a")).outcomes
    assert outcome.parts[0].failure is not None
    assert outcome.parts[0].failure.__traceback__ is None


def test_no_parts_hold_whole() -> None:
    """A check without parts that does not fail has passed whole."""
    for parts in ([], [Part("one")]):
        assert outcomes.with_verdict(holding(parts)).points == 10


def test_unusable_only_where_no_part_is_usable() -> None:
    """One usable part is enough to examine what builds on the check."""
    broken, wrong = (Part("p", Failure("ragged", who="f", usable=u)) for u in (False, True))
    for parts, usable in (
        ([broken, wrong], True),
        ([broken, Part("q")], True),
        ([broken], False),
    ):
        assert outcomes.with_verdict(holding(parts)).usable is usable


@pytest.mark.parametrize("error", [KeyError("oops"), OurFault("so"), ZeroDivisionError()])
def test_our_own_fault_is_broken_and_open(
    invent: Callable[..., None], error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """An error of ours in a check costs no points: they are open, and all else is graded."""

    def breaks() -> None:
        raise error

    invent("a", breaks)
    invent("b", lambda: None)
    report = graded(item("a"), item("b"))
    assert verdicts(report) == ["broken", "passed"]
    assert (report.score, report.open_points) == (10, 10)
    assert "check a is broken" in caplog.text


@pytest.mark.parametrize(
    "error", [KeyError("oops"), OurFault("so"), ChildGone(Ending.DIED, -9), ChildGone(Ending.LATE)]
)
def test_looking_for_a_mistake_never_costs_the_verdict(
    invent: Callable[..., None],
    error: Exception,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where the search for a mistake fails, the check is judged all the same, and staff read why."""

    def breaks(*_: object) -> None:
        raise error

    monkeypatch.setattr(findings, "explain", breaks)
    invent("a", lambda: [part("one", lambda: None), part("two", fails)])
    [outcome] = graded(item("a")).outcomes
    assert (outcome.verdict, outcome.points, outcome.usable) == (Verdict.FAILED, 5, True)
    [finding] = outcome.findings
    assert (finding.slug, finding.values["kind"]) == ("look_up_failed", type(error).__name__)
    assert "behind a could not be looked up" in caplog.text


@pytest.mark.parametrize(
    ("gone", "verdict", "message"),
    [
        (ChildGone(Ending.LATE), "timed_out", "timed_out"),
        (ChildGone(Ending.DIED, 0), "crashed", "died"),
        (ChildGone(Ending.DIED, -9), "crashed", "died"),
        (ChildGone(Ending.BROKE_RULES), "crashed", "broke_rules"),
    ],
)
def test_every_ending_has_its_verdict(
    invent: Callable[..., None], gone: ChildGone, verdict: str, message: str
) -> None:
    """How a child ended decides the verdict, and what builds on the check is blocked."""

    def ends() -> None:
        raise gone

    invent("a", ends)
    invent("b", lambda: None, "a")
    report = graded(item("a"), item("b"))
    assert verdicts(report) == [verdict, "blocked"]
    assert report.outcomes[0].message is not None
    assert report.outcomes[0].message.id == message
    assert report.score == 0


def test_seconds_of_the_whole_submission_are_counted() -> None:
    """When a submission used up its seconds, what is left is out of time, not examined."""
    files = {"layers.py": b"import time\ntime.sleep(0.4)\n"}
    limits = replace(DEFAULT.limits, total_seconds=0.3)
    with LocalSandbox() as sandbox:
        slow = replace(EMPTY, files=files)
        report = grading.grade(slow, replace(DEFAULT, limits=limits), seed=1, sandbox=sandbox)
    said = {outcome.message.id for outcome in report.outcomes if outcome.message}
    assert "total_time" in said
    assert Verdict.TIMED_OUT in {outcome.verdict for outcome in report.outcomes}
    assert report.score == 0


def test_seconds_of_endless_imports_are_counted() -> None:
    """Modules that never end are each waited for once, and count towards the whole."""
    files = {f"m{k}.py": b"sum(iter(int, 1))\n" for k in range(2)}
    limits = replace(DEFAULT.limits, import_seconds=0.5, total_seconds=0.8)
    start = time.monotonic()
    with ProcessSandbox(limits) as sandbox:
        endless = replace(EMPTY, files=files)
        report = grading.grade(endless, replace(DEFAULT, limits=limits), seed=1, sandbox=sandbox)
    assert time.monotonic() - start < 20
    assert report.score == 0
    assert "total_time" in {outcome.message.id for outcome in report.outcomes if outcome.message}


def test_submission_that_ends_the_search_for_names() -> None:
    """A class whose very name cannot be asked for crashes what asks; nothing hangs."""
    trap = (
        b"import os\nclass Meta(type):\n    __module__ = property(lambda cls: os._exit(0))\n"
        b"class Linear(metaclass=Meta):\n    pass\n"
    )
    with ProcessSandbox(DEFAULT.limits) as sandbox:
        files = {"layers.py": trap, "plots.py": b""}
        report = grading.grade(replace(EMPTY, files=files), DEFAULT, seed=1, sandbox=sandbox)
    assert Verdict.CRASHED in {outcome.verdict for outcome in report.outcomes}
    assert Verdict.BROKEN not in {outcome.verdict for outcome in report.outcomes}
    assert report.score == 0


def test_invalid_submission_is_not_examined(invent: Callable[..., None]) -> None:
    """Where nothing can be examined no check runs, and the report says why."""
    invent("a", lambda: pytest.fail("this ran"))
    reason = Message("empty_folder")
    asked = Rubric("Small", "r.yaml", "0" * 64, (item("a"),), ("All",), Limits(), {}, ())
    with LocalSandbox() as sandbox:
        report = grading.grade(replace(EMPTY, invalid=reason), asked, seed=1, sandbox=sandbox)
    assert (report.status, report.reason, report.outcomes) == (Status.INVALID, reason, ())
    assert (report.score, report.max_score) == (0, 10)


def test_layers_that_failed_are_replaced(invent: Callable[..., None]) -> None:
    """What builds on a wrong layer is examined with a sound one, and says so."""
    invent("a", fails, subject="Linear")
    invent("b", lambda: None, stage="dependent", subject="TLNN")
    [_, outcome] = graded(item("a"), item("b")).outcomes
    assert outcome.verdict is Verdict.PASSED
    assert [remark.id for remark in outcome.remarks] == ["standins"]
    assert "Linear" in outcome.remarks[0].values["names"]


def test_each_stops_at_the_first_failure() -> None:
    """A demand of several things fails with the first that does not hold."""
    asked: list[int] = []

    def below_two(number: int) -> None:
        asked.append(number)
        if number >= 2:
            fails()

    with pytest.raises(Failure):
        each(below_two, range(5))
    assert asked == [0, 1, 2]


def test_seed_follows_from_rubric_and_secret() -> None:
    """The same rubric and secret give the same seed, another of either another one."""
    other = replace(DEFAULT, digest="1" * 64)
    seeds = [
        grading.seed_for(DEFAULT), grading.seed_for(DEFAULT, "s"), grading.seed_for(other),
    ]  # fmt: skip
    assert grading.seed_for(DEFAULT) == seeds[0]
    assert len(set(seeds)) == 3
    assert all(2**40 < seed < 2**63 for seed in seeds)


def test_reports_of_real_outcomes_are_valid_and_picklable() -> None:
    """A report of failures goes through pickle unchanged, and its document fits the schema."""
    with LocalSandbox() as sandbox:
        report = grading.grade(EMPTY, DEFAULT, seed=1, sandbox=sandbox)
    assert report.score == 0
    assert pickle.loads(pickle.dumps(report)) == report
    reports.validate(reports.document(report))
    assert {type(outcome) for outcome in report.outcomes} == {Outcome}
