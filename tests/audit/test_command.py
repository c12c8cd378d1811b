"""`grade audit` ends with an exit code that says what it found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.audit import partial_programs, trials, zoo
from grader.audit.partial_programs import PartialProgram
from grader.audit.results import Payment
from grader.checks import CHECKS
from grader.cli import exit_codes, main
from grader.model import Rubric
from tests.audit.programs import NOTHING, payment, some, text


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
) -> tuple[int, dict[str, Any]]:
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
    assert "0 of 1 wrong programs lose points; 1 gets through." in output


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
