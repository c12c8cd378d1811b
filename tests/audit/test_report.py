"""An audit lists what it measured, in tables and in a document."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO

from rich.console import Console

from grader.audit import report
from grader.audit.results import Audit, Chain, Payment, Trial
from tests.audit.programs import NOTHING, REPAIRED, payment, small


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
    other = replace(REPAIRED, name="again", repaired_part="MSE.backward")
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


def test_tables_hold_every_name_whole() -> None:
    """Mistakes and blamed programs are listed with what they are and what noticed them."""
    wrong = Trial("dx_sign", "Linear", "dX has the wrong sign.", has_points=True, noticed=("a.b",))
    right = Trial("slots", "", "It has slots.", has_points=True, cost=("linear.init",))
    console = Console(width=100, record=True, file=StringIO())
    report.show(Audit(small(linear__init=1), 1, (wrong,), (right,)), console)
    output = console.export_text()
    for part in ("dx_sign", "noticed by a.b", "slots", "linear.init", "1 of 1 right programs"):
        assert part in output
