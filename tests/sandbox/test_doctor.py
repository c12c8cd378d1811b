"""The doctor: tells whether this machine can confine, to people and to programs."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from grader.cli import main
from grader.sandbox import doctor
from grader.sandbox.child import probes


@pytest.fixture(scope="module")
def findings() -> dict[str, Any]:
    """One examination for all tests."""
    return doctor.examine()


@pytest.mark.skipif(sys.platform != "linux", reason="walls are made of Linux")
def test_every_probe_fails_here(findings: dict[str, Any]) -> None:
    """Every probe that must fail fails, in both kinds of child, and the wall has a name."""
    assert findings["sound"]
    for child in findings["children"].values():
        assert child["gaps"] == []
        assert {row["name"] for row in child["probes"]} == {probe.name for probe in probes.PROBES}
        assert all(row["wall"] for row in child["probes"] if row["result"] == "closed")


@pytest.mark.skipif(sys.platform != "linux", reason="walls are made of Linux")
def test_links_and_processes_cannot_be_read(findings: dict[str, Any]) -> None:
    """No child learns where a link leads or lists the processes; the contract's finds none by stat."""
    for kind, child in findings["children"].items():
        results = {row["name"]: row["result"] for row in child["probes"]}
        assert results["read a link"] == results["list the processes"] == "closed"
        assert kind == "figures" or results["stat a process"] == "closed"


def test_findings_are_json(findings: dict[str, Any]) -> None:
    """They can be written and read by another program."""
    assert json.loads(json.dumps(findings)) == findings


def test_probes_have_names_and_sentences() -> None:
    """No two attempts share a name, and each says what it tries."""
    names = [probe.name for probe in probes.PROBES]
    assert len(set(names)) == len(names) >= 35


@pytest.mark.parametrize(("sound", "code"), [(True, 0), (False, 3)])
def test_the_command_ends_with_its_verdict(
    findings: dict[str, Any],
    sound: bool,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`grade doctor` ends with 3 where a wall that must stand is open, table or JSON."""
    monkeypatch.setattr(doctor, "examine", lambda **_: {**findings, "sound": sound})
    assert main.run(["doctor"]) == code
    assert ("Not safe" in capsys.readouterr().out) == (not sound)
    assert main.run(["doctor", "--json"]) == code
    assert json.loads(capsys.readouterr().out)["sound"] == sound


def test_a_system_without_fork_is_not_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is nothing to probe there, and the doctor says so instead of failing."""
    monkeypatch.delattr("os.fork")
    findings = doctor.examine()
    assert not findings["sound"]
    assert "Not safe" in doctor.summary(findings)
