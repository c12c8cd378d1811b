"""`grade audit`: what a rubric lets through, whom it blames, and how that is output."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from dataclasses import replace
from io import StringIO
from itertools import pairwise
from pathlib import Path

import pytest
from rich.console import Console

from grader.audit import partial_programs, report, trials, zoo
from grader.audit.partial_programs import PartialProgram
from grader.audit.parts import EMPTY, PARTS
from grader.audit.results import Audit, Chain, Payment, Trial
from grader.checks import CHECKS
from grader.cli import exit_codes, main
from grader.model import Message, Outcome, Rubric, Verdict, frozen
from grader.rubric import reader, resources
from grader.sandbox.host import LocalSandbox
from tests.zoo_rubric import ZOO, whole_rubric

RUBRIC = """\
version: 1
title: Small
total: {total}
names: {{Tanh: []}}
packages: [numpy, matplotlib]
groups:
  - title: All
    items:
{items}
"""


def small(**points: int) -> Rubric:
    """A rubric with these points; two underscores stand for a dot."""
    return reader.loads(text(**points).encode(), "small.yaml", CHECKS)


def text(**points: int) -> str:
    items = [f"- {{check: {c.replace('__', '.')}, points: {p}}}" for c, p in points.items()]
    total = sum(points.values())
    return RUBRIC.format(total=total, items=textwrap.indent("\n".join(items), " " * 6))


def some(*names: str) -> zoo.Zoo:
    """The zoo with these programs only."""
    return replace(
        ZOO,
        singles=tuple(w for w in ZOO.singles if w.bug in names),
        pairs=(),
        rights=tuple(r for r in ZOO.rights if r.name in names),
    )


def audit(rubric: Rubric, *names: str) -> Audit:
    return trials.audit(some(*names), rubric, seed=1)


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


def test_only_what_a_subject_needs_is_run() -> None:
    """A rubric is narrowed to the checks of a subject and those that they need."""
    kept = trials.restrict(whole_rubric(), ["training"])
    checks = {item.check for item in kept.items}
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


ZEROS = partial_programs.all_empty("zeros")
NOTHING = PartialProgram("zeros_nothing", "Every part returns zeros.", ZEROS)
REPAIRED = PartialProgram(
    "repaired_mse", "Right parts: 1 of 19.", {**ZEROS, "MSE.forward": "right"}, "MSE.forward"
)


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
        assert {p.repaired for p in chain[1:]} == {"MSE.forward", "ReLU.backward"}
        for before, after in pairwise(chain):
            assert dict(before.choice) | {after.repaired: "right"} == after.choice
    assert trials.chains_for(small(data__linear=1), 5) == []


def test_an_audit_tries_some_thirty_programs_of_parts() -> None:
    """Each way of being empty is tried alone and in a right loop; then a few parts are repaired."""
    empties = partial_programs.empties()
    chains = trials.chains_for(whole_rubric(), 1)
    assert len(empties) == 2 * len(EMPTY)
    assert len(empties) + sum(map(len, chains)) <= 30
    assert not partial_programs.right_parts(chains[0][0].choice)
    assert partial_programs.right_parts(chains[-1][-1].choice) == set(PARTS)


def payment(
    program: PartialProgram, points: float, allowed: float = 3.0, **more: object
) -> Payment:
    return replace(Payment(program, points, allowed), **more)


def audit_of(empties: tuple[Payment, ...] = (), *chain: Payment) -> Audit:
    """An audit of no wrong and no right programs."""
    rubric = small(mse__forward=100)
    return Audit(rubric, 1, (), (), empties=empties, chains=(Chain(chain),) if chain else ())


def printed(result: Audit) -> str:
    console = Console(width=140, record=True, file=StringIO())
    report.show(result, console)
    return console.export_text()


def test_pay_for_nothing_is_listed() -> None:
    """A rubric that pays more than what is right may earn is not sound; the table says how much."""
    result = audit_of((payment(NOTHING, 5.0), payment(REPAIRED, 3.0)))
    assert result.overpaid == result.empties[:1]
    assert not result.sound
    row = next(line for line in printed(result).splitlines() if "zeros_nothing" in line)
    assert row.split("\u2502")[1:-1] == [
        " zeros_nothing ", " Every part returns zeros. ", "      5 ", "       3 ", "        2 ",
    ]  # fmt: skip
    assert "1 of 2 empty and half-empty programs earn more than they may" in printed(result)
    assert report.document(result)["empty_programs"][0] == {
        "program": "zeros_nothing", "says": "Every part returns zeros.", "points": 5.0,
        "allowed": 3.0,
    }  # fmt: skip


def test_a_step_of_a_chain_that_earns_too_much_is_listed() -> None:
    """A half-empty program of a chain joins the table of those that earn something for nothing."""
    result = audit_of((payment(NOTHING, 0.0),), payment(NOTHING, 0.0), payment(REPAIRED, 4.0))
    assert not result.sound
    assert "repaired_mse" in printed(result)


def test_a_repair_that_costs_points_is_listed() -> None:
    """A rubric by which a repair costs points is not sound; the largest fall is told."""
    other = replace(REPAIRED, name="again", repaired="MSE.backward")
    steps = (payment(NOTHING, 2.5), payment(REPAIRED, 2.0), payment(other, 0.5))
    result = audit_of((), *steps)
    assert not result.sound
    assert result.chains[0].largest_loss == ("MSE.backward", 1.5)
    assert "1.5: MSE.backward" in printed(result)
    assert "2 of 2 repairs cost points." in printed(result)
    [chain] = report.document(result)["repairs"]
    assert chain["falls"][0] == {"part": "MSE.forward", "points": 0.5}
    assert [step["points"] for step in chain["steps"]] == [2.5, 2.0, 0.5]


def test_repairs_that_add_points_leave_a_rubric_sound() -> None:
    """What nothing is wrong with is told as well: no fall, and nothing paid for nothing."""
    result = audit_of((payment(NOTHING, 0.0),), payment(NOTHING, 0.0), payment(REPAIRED, 2.0))
    assert result.sound
    assert "0, 2" in printed(result)
    assert "none" in printed(result)
    assert "0 of 3 empty and half-empty programs earn more than they may; 0 of 1" in printed(result)


def test_a_check_that_breaks_on_an_empty_program_is_told() -> None:
    """Where the grader itself failed on a program of parts, the audit names it."""
    result = audit_of((payment(NOTHING, 0.0, broken=("mse.forward",)),))
    assert result.broken == (("zeros_nothing", ("mse.forward",)),)
    assert "The grader itself failed on zeros_nothing: mse.forward." in printed(result)


@pytest.mark.parametrize(
    ("allowed", "code"), [("", exit_codes.MISSED), ("most_for_nothing: 50\n", exit_codes.OK)]
)
def test_the_command_ends_with_one_where_nothing_earns_something(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, allowed: str, code: int
) -> None:
    """A program without a right part that earns half is exit code 1, unless the rubric allows it."""

    def half(program: PartialProgram, rubric: Rubric, *_: object) -> Payment:
        return payment(program, 2.0, rubric.total * rubric.most_for_nothing / 100)

    monkeypatch.setattr(trials, "try_partial", half)
    rubric = allowed + text(linear__forward=4)
    exit_code, document = run(tmp_path, monkeypatch, rubric, empties=[NOTHING])
    assert exit_code == code
    assert document["sound"] is (code == exit_codes.OK)


def without_parts(monkeypatch: pytest.MonkeyPatch, empties: Sequence[PartialProgram] = ()) -> None:
    """Try no programs of right and empty parts but these."""
    monkeypatch.setattr(partial_programs, "empties", lambda: empties)
    monkeypatch.setattr(partial_programs, "chains", lambda *_: [])


def run(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    rubric: str,
    *names: str,
    empties: Sequence[PartialProgram] = (),
) -> tuple[int, dict[str, object]]:
    """Run the command on a few programs; return its exit code and its document."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr(zoo, "load", lambda _: some(*names))
    without_parts(monkeypatch, empties)
    (folder / "mine.yaml").write_text(rubric)
    code = main.run(["audit", "--rubric", "mine.yaml", "-o", "audit.json", "--jobs", "1"])
    return code, json.loads((folder / "audit.json").read_text())


def test_the_command_ends_with_one_where_a_mistake_gets_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A table names the mistake, the document as well, and the exit code is 1."""
    code, document = run(tmp_path, monkeypatch, text(linear__forward=1), "dx_sign", "slots")
    assert code == exit_codes.MISSED
    assert document["sound"] is False
    assert [entry["bug"] for entry in document["let_through"]] == ["dx_sign"]
    assert document["checks"] == [{"id": "linear.forward", "points": 1.0, "catches": 0, "alone": 0}]
    output = capsys.readouterr().out
    assert "dx_sign" in output
    assert "0 of 1 wrong programs lose points; 1 get through." in output


def test_the_command_ends_with_zero_where_nothing_is_to_be_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody blamed and nothing through is exit code 0; what is not examined is output."""
    rubric = text(linear__backward__input=1)
    code, document = run(tmp_path, monkeypatch, rubric, "dx_sign", "loss_grad_sign", "slots")
    assert code == exit_codes.OK
    assert document["sound"] is True
    assert [entry["subject"] for entry in document["not_examined"]] == ["MSE"]
    assert "Not examined by this rubric: 1 mistake in MSE." in capsys.readouterr().out


def test_a_fault_of_the_grader_has_its_own_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where a check itself breaks, the audit says so and ends with 4."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(CHECKS, "mse.forward", replace(CHECKS["mse.forward"], examine=broken))
    code, document = run(tmp_path, monkeypatch, text(mse__forward=1), "slots")
    assert code == exit_codes.FAULT
    assert document["broken"] == [{"program": "slots", "checks": ["mse.forward"]}]
    assert "failed on slots" in capsys.readouterr().out


def test_the_document_goes_to_the_standard_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With -o - the output is the document alone; tables go to standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(zoo, "load", lambda _: some("slots"))
    without_parts(monkeypatch)
    Path("rubric.yaml").write_text(text(mse__forward=1))
    assert main.run(["audit", "-o", "-"]) == exit_codes.OK
    output = capsys.readouterr()
    assert json.loads(output.out)["right_programs"] == 1
    assert "What each check catches" in output.err


def test_the_zoo_travels_with_the_package() -> None:
    """The folder that the command reads holds the base, the wrong programs and the right ones."""
    assert {"base", "wrong", "right"} <= {path.name for path in resources.zoo().iterdir()}


def test_tables_hold_every_name_whole() -> None:
    """Mistakes and blamed programs are listed with what they are and what noticed them."""
    wrong = Trial("dx_sign", "Linear", "dX has the wrong sign.", has_points=True, noticed=("a.b",))
    right = Trial("slots", "", "It has slots.", has_points=True, cost=("linear.init",))
    console = Console(width=100, record=True, file=StringIO())
    report.show(Audit(small(linear__init=1), 1, (wrong,), (right,)), console)
    output = console.export_text()
    for part in ("dx_sign", "noticed by a.b", "slots", "linear.init", "1 of 1 right programs"):
        assert part in output
