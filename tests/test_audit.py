"""`grade audit`: what a rubric lets through, whom it blames, and how that is said."""

from __future__ import annotations

import json
import textwrap
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from grader import audit, audit_report, cli, exits, partial_programs, resources, rubric, zoo
from grader.audit import Audit, Partial, Tried
from grader.checks import CHECKS
from grader.model import Message, Outcome, Rubric, Verdict, frozen
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
    return rubric.loads(text(**points).encode(), "small.yaml", CHECKS)


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


def tried(asked: Rubric, *names: str) -> Audit:
    return audit.audit(some(*names), asked, seed=1)


def test_a_rubric_without_the_check_lets_the_mistake_through() -> None:
    """A mistake gets through where points of its class are all for something else."""
    made = tried(small(linear__forward=1), "dx_sign", "forward_clipped_when_large")
    assert [t.name for t in made.let_through] == ["dx_sign"]
    assert not made.sound


def test_a_check_without_points_notices_and_costs_nothing() -> None:
    """What only a zero-point check notices gets through, and it is said which one noticed it."""
    asked = small(linear__forward=1, linear__backward__input=0)
    [through] = tried(asked, "dx_sign").let_through
    assert through.noticed == ("linear.backward.input",)


def test_a_class_without_points_is_not_examined() -> None:
    """Mistakes in a class that earns nothing are listed apart, and the rubric stays sound."""
    made = tried(small(mse__forward=1, data__linear=0), "dx_sign", "linear_points_on_grid")
    assert {t.name: t.noticed for t in made.not_examined} == {
        "dx_sign": (), "linear_points_on_grid": ("data.linear",),
    }  # fmt: skip
    assert made.let_through == ()
    assert made.sound


def test_each_check_is_credited_for_what_it_catches() -> None:
    """The table counts the mistakes that a check notices, and those that nothing else does."""
    asked = small(linear__backward__input=1, linear__backward__weights=1)
    made = tried(asked, "dx_sign", "dw_sign")
    assert [(c.check, c.catches, c.alone) for c in made.catches] == [
        ("linear.backward.input", 1, 1), ("linear.backward.weights", 1, 1),
    ]  # fmt: skip


def test_right_programs_may_leave_out_what_is_optional() -> None:
    """Missing optional classes blame nobody, and a partial program is judged on what it holds."""
    asked = small(tanh__forward=1, mse__forward=1, training__train=1, linear__forward=1)
    made = tried(asked, "columns_inside", "losses_only", "layers_only")
    assert len(made.rights) == 3
    assert made.blamed == ()


def test_right_programs_are_blamed_by_a_rubric_that_asks_too_much() -> None:
    """A rubric that does not even allow numpy blames every right program."""
    asked = replace(small(rules__imports=1), packages=())
    made = tried(asked, "slots", "closures")
    assert [t.name for t in made.blamed] == ["slots", "closures"]
    assert not made.sound


def test_a_blocked_check_is_excused_with_what_blocks_it() -> None:
    """What waits for a part that may be missing is not blamed; what waits for another one is."""
    first, second, third = (i for i in whole_rubric().items if i.check.startswith("tanh."))
    missing = Outcome(first, Verdict.FAILED, message=Message("missing", frozen(who="Tanh")))
    blocked = Outcome(
        second, Verdict.BLOCKED, message=Message("blocked", frozen(check=first.check))
    )
    passed = Outcome(third, Verdict.PASSED, 1.0)
    assert audit.blamable([missing, blocked, passed], partial=False) == [passed]
    wrong = replace(missing, message=Message("returned_none", frozen(who="Tanh")))
    assert audit.blamable([wrong, blocked], partial=True) == [wrong, blocked]


def test_only_what_a_subject_needs_is_run() -> None:
    """A rubric is narrowed to the checks of a subject and those that they need."""
    kept = audit.narrowed(whole_rubric(), ["training"])
    checks = {item.check for item in kept.items}
    assert {"training.train", "network.forward", "network.structure"} <= checks
    assert not any(check.startswith(("linear.", "plots.")) for check in checks)


def test_several_jobs_find_what_one_does() -> None:
    """The outcome does not depend on how many programs are examined at a time."""
    asked, names = small(sigmoid__forward=1, sigmoid__backward=1), ["slots", "closures"]
    names += [w.bug for w in ZOO.singles if w.subject == "Sigmoid"][:6]
    one, two = (audit.audit(some(*names), asked, seed=1, jobs=jobs) for jobs in (1, 2))
    assert replace(one, seconds=0.0) == replace(two, seconds=0.0)
    assert [t.name for t in one.wrongs] == names[2:]


def test_every_program_is_told() -> None:
    """Whoever shows progress hears of each program once."""
    heard: list[int] = []
    asked = small(mse__forward=1)
    audit.audit(some("dx_sign", "slots"), asked, seed=1, told=lambda: heard.append(1))
    assert len(heard) == 2


EMPTY = partial_programs.all_empty("zeros")
PARTIALS = [[("empty", "", EMPTY), ("mended", "MSE.forward", {**EMPTY, "MSE.forward": "right"})]]


def test_empty_programs_and_repairs_are_tried() -> None:
    """An audit tells what empty programs earn, and how much a part that becomes right adds."""
    made = audit.audit(some(), small(mse__forward=4, mse__backward=6), seed=1, partials=PARTIALS)
    empty, mended = made.partials
    assert (empty.score, empty.most) == (0.0, 0.3)
    assert (mended.before, mended.score, mended.most) == (0.0, 4.0, 4.0)
    assert made.sound


def test_pay_for_nothing_and_costly_repairs_are_listed() -> None:
    """A rubric that pays more than is right, or less after a repair, is not sound, and it is said."""
    partials = (Partial("empty", 5.0, 3.0), Partial("mended", 4.0, 20.0, "MSE.forward", 5.0))
    made = Audit(small(mse__forward=1), 1, (), (), partials=partials)
    assert not made.sound
    console = Console(width=120, record=True, file=StringIO())
    audit_report.show(made, console)
    said = console.export_text()
    assert "5 points before MSE.forward became right" in said
    assert "1 of 2 programs of right and empty parts earn more" in said
    assert "1 of 1 repairs cost points." in said
    document = audit_report.document(made)
    assert document["overpaid"] == [{"program": "empty", "score": 5.0, "most": 3.0}]
    assert document["costly_repairs"][0]["part"] == "MSE.forward"


def run(
    folder: Path, monkeypatch: pytest.MonkeyPatch, asked: str, *names: str
) -> tuple[int, dict[str, object]]:
    """Run the command on a few programs; return its exit code and its document."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr(zoo, "load", lambda _: some(*names))
    monkeypatch.setattr(audit, "partial_choices", lambda _: PARTIALS)
    (folder / "mine.yaml").write_text(asked)
    code = cli.run(["audit", "--rubric", "mine.yaml", "-o", "audit.json", "--jobs", "1"])
    return code, json.loads((folder / "audit.json").read_text())


def test_the_command_ends_with_one_where_a_mistake_gets_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A table names the mistake, the document as well, and the exit code is 1."""
    code, document = run(tmp_path, monkeypatch, text(linear__forward=1), "dx_sign", "slots")
    assert code == exits.MISSED
    assert document["sound"] is False
    assert [entry["bug"] for entry in document["let_through"]] == ["dx_sign"]
    assert document["checks"] == [{"id": "linear.forward", "points": 1.0, "catches": 0, "alone": 0}]
    said = capsys.readouterr().out
    assert "dx_sign" in said
    assert "0 of 1 wrong programs lose points; 1 get through." in said


def test_the_command_ends_with_zero_where_nothing_is_to_be_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody blamed and nothing through is exit code 0; what is not examined is said."""
    asked = text(linear__backward__input=1)
    code, document = run(tmp_path, monkeypatch, asked, "dx_sign", "loss_grad_sign", "slots")
    assert code == exits.OK
    assert document["sound"] is True
    assert [entry["subject"] for entry in document["not_examined"]] == ["MSE"]
    assert "Not examined by this rubric: 1 mistakes in MSE." in capsys.readouterr().out


def test_a_fault_of_the_grader_has_its_own_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where a check itself breaks, the audit says so and ends with 4."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(CHECKS, "mse.forward", replace(CHECKS["mse.forward"], examine=broken))
    code, document = run(tmp_path, monkeypatch, text(mse__forward=1), "slots")
    assert code == exits.FAULT
    assert document["broken"] == [{"program": "slots", "checks": ["mse.forward"]}]
    assert "failed on slots" in capsys.readouterr().out


def test_the_document_goes_to_the_standard_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With -o - the output is the document alone; tables go to standard error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(zoo, "load", lambda _: some("slots"))
    monkeypatch.setattr(audit, "partial_choices", lambda _: ())
    Path("rubric.yaml").write_text(text(mse__forward=1))
    assert cli.run(["audit", "-o", "-"]) == exits.OK
    said = capsys.readouterr()
    assert json.loads(said.out)["right_programs"] == 1
    assert "What each check catches" in said.err


def test_the_zoo_travels_with_the_package() -> None:
    """The folder that the command reads holds the base, the wrong programs and the right ones."""
    assert {"base", "wrong", "right"} <= {path.name for path in resources.zoo().iterdir()}


def test_tables_hold_every_name_whole() -> None:
    """Mistakes and blamed programs are listed with what they are and what noticed them."""
    wrong = Tried("dx_sign", "Linear", "dX has the wrong sign.", priced=True, noticed=("a.b",))
    right = Tried("slots", "", "It has slots.", priced=True, cost=("linear.init",))
    console = Console(width=100, record=True, file=StringIO())
    audit_report.show(Audit(small(linear__init=1), 1, (wrong,), (right,)), console)
    said = console.export_text()
    for part in ("dx_sign", "noticed by a.b", "slots", "linear.init", "1 of 1 right programs"):
        assert part in said
