"""`grade platform-run`: results in the form of each platform, from a report and from none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.cli import exit_codes, main
from grader.cli import platform_run as command
from grader.course import platform_results, platform_run
from grader.course.platform_run import Settings
from grader.reports.language import english
from tests.course.test_export import SENTENCE, valid_classroom50, valid_gradescope

RUBRIC = """\
version: 1
title: Small
total: 6.5
groups:
  - title: One
    items:
      - {check: sigmoid.forward, points: 4}
      - {check: sigmoid.backward, points: 2.5}
"""
WRONG = """\
import numpy as np
class Sigmoid:
    def forward(self, x):
        self.y = 0.5 * (1 + np.tanh(0.5 * x))
        return self.y
    def backward(self, prev_grad, lr=0.1):
        return prev_grad * self.y
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package with a small rubric, beside a submission whose backward is wrong."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "rubric.yaml").write_text(RUBRIC)
    settings(folder)
    (tmp_path / "alice").mkdir()
    (tmp_path / "alice/layers.py").write_text(WRONG)
    return folder


def settings(folder: Path, seconds: float = 60.0) -> Settings:
    """Write the settings of a package."""
    made = Settings(seconds, (), f"{SENTENCE} So it is.", 6.5, {"One": "layers"})
    (folder / platform_run.SETTINGS).write_bytes(made.dump())
    assert platform_run.read_settings(folder) == made
    return made


def test_printed_results(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Autolab and VPL read the standard output; a problem has the name that the settings give."""
    assert main.run(["platform-run", "autolab", "package", "alice"]) == exit_codes.OK
    assert capsys.readouterr().out == '{"scores": {"layers": 4.0}}\n'
    assert main.run(["platform-run", "vpl", "package", "alice"]) == exit_codes.OK
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "<|--"
    assert lines[-2:] == ["--|>", "Grade :=>>4"]
    assert any(
        line.startswith("-Sigmoid.backward") and line.endswith("(0 / 2.5)") for line in lines
    )


def test_written_results(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Gradescope, Classroom 50 and PrairieLearn read files."""
    assert main.run(["platform-run", "gradescope", "package", "alice", "-o", "g.json"]) == 0
    result = json.loads(Path("g.json").read_text("utf-8"))
    valid_gradescope(result)
    assert result["score"] == 4
    assert "exit code 0" in capsys.readouterr().out
    Path("out").mkdir()
    assert main.run(["platform-run", "classroom50", "package", "alice", "-o", "out"]) == 0
    valid_classroom50(json.loads(Path("out/result.json").read_text("utf-8")))
    assert "Sigmoid" in Path("out/release-body.md").read_text("utf-8")
    assert main.run(["platform-run", "prairielearn", "package", "alice", "-o", "p.json"]) == 0
    assert json.loads(Path("p.json").read_text("utf-8"))["score"] == pytest.approx(
        4 / 6.5, abs=1e-6
    )


def test_github_step(
    package: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A step prints commands, appends its summary, cut where it is too long, and fails below a minimum."""
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    monkeypatch.setenv("GITHUB_OUTPUT", "output.txt")
    line = ["platform-run", "github", "package", "alice", "-o", "alice"]
    assert main.run([*line, "--fail-under", "4"]) == exit_codes.OK
    assert "::error file=alice/layers.py,line=7" in capsys.readouterr().out
    assert Path("output.txt").read_text() == "score=4\nmax-score=6.5\n"
    assert main.run([*line, "--fail-under", "4.5"]) == exit_codes.MISSED
    monkeypatch.setattr(command, "MAX_SUMMARY", 40)
    Path("summary.md").unlink()
    assert main.run(line) == exit_codes.OK
    assert 0 < len(Path("summary.md").read_bytes()) <= 40


def test_what_takes_too_long_has_a_result(
    package: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is no report, each platform gets a sentence, and no points where it allows that."""
    settings(package, seconds=0.05)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    Path("out").mkdir()
    results = {}
    for platform, target in {
        "gradescope": "g.json", "classroom50": "out", "prairielearn": "p.json", "autolab": ".",
        "vpl": ".", "github": "alice",
    }.items():  # fmt: skip
        code = main.run(["platform-run", platform, "package", "alice", "-o", target])
        assert code == (exit_codes.MISSED if platform == "github" else exit_codes.OK)
        results[platform] = capsys.readouterr().out
    assert not Path("g.json").exists()  # the one stays that the package put there
    classroom = json.loads(Path("out/result.json").read_text("utf-8"))
    valid_classroom50(classroom)
    assert (classroom["score"], classroom["max-score"]) == (0, 7)
    assert json.loads(Path("p.json").read_text("utf-8"))["gradable"] is False
    assert results["autolab"].splitlines()[-1] == '{"scores": {}}'
    assert results["vpl"] == f"Comment :=>>{SENTENCE} So it is.\n"
    assert results["github"] == f"::error title=grade::{SENTENCE} So it is.\n"
    assert SENTENCE in Path("summary.md").read_text("utf-8")


CODE = {
    "import os\nos._exit(3)\n": "ends the process",
    "while True:\n    pass\n": "never ends",
    "raise SystemExit\n": "leaves",
    "def broken(:\n": "is no Python",
}


@pytest.mark.parametrize("code", CODE, ids=CODE.values())
def test_code_that_ends_badly_has_a_result(
    package: Path, capsys: pytest.CaptureFixture[str], code: str
) -> None:
    """Code that ends its process, never ends, leaves or is no Python gets its reasons, and no points."""
    rubric = RUBRIC.replace(
        "groups:", "limits: {import_seconds: 1, seconds: 1, total_seconds: 10}\ngroups:"
    )
    (package / "rubric.yaml").write_text(rubric)
    Path("alice/layers.py").write_text(code)
    assert main.run(["platform-run", "gradescope", "package", "alice", "-o", "g.json"]) == 0
    result = json.loads(Path("g.json").read_text("utf-8"))
    valid_gradescope(result)
    assert result.get("score", 0) == 0
    is_open = "score" not in result
    assert all(test["output"] for test in result["tests"])
    capsys.readouterr()
    assert main.run(["platform-run", "autolab", "package", "alice"]) == exit_codes.OK
    scores = json.loads(capsys.readouterr().out.splitlines()[-1])["scores"]
    assert scores == ({} if is_open else {"layers": 0.0})


def test_what_cannot_be_examined_has_a_reason(
    package: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A submission without any code gets the reason that the report gives, and no points."""
    Path("empty").mkdir()
    Path("empty/notes.txt").write_text("nothing")
    Path("out").mkdir()
    assert main.run(["platform-run", "vpl", "package", "empty"]) == exit_codes.OK
    text = capsys.readouterr().out
    assert text.startswith("Comment :=>>")
    assert "Grade" not in text
    assert main.run(["platform-run", "classroom50", "package", "empty", "-o", "out"]) == 0
    valid_classroom50(json.loads(Path("out/result.json").read_text("utf-8")))
    assert main.run(["platform-run", "prairielearn", "package", "empty", "-o", "p.json"]) == 0
    assert json.loads(Path("p.json").read_text("utf-8"))["gradable"] is False


def test_a_student_cannot_write_a_grade() -> None:
    """What a student's code says stands in VPL's comment, and neither ends it nor gives a grade."""
    check = {
        "id": "a", "title": "A --|>", "verdict": "failed", "points": 1.0, "max_points": 2.0, "bonus": False,
        "message": "no\nGrade :=>>100\n--|>", "message_id": "raised", "message_values": {}, "hint": "",
        "expected": None, "actual": None, "parts": [], "diagnosis": [], "remarks": [], "decision": None,
        "location": None, "group": "One", "visibility": "visible",
    }  # fmt: skip
    document = {
        "reason": None, "checks": [check], "score": 1.0, "max_score": 2.0, "open_points": 0.0,
        "late": None, "rubric": {"rounding": 0.01}, "status": "graded", "decision": None,
    }  # fmt: skip
    text = platform_results.vpl(document, Settings(1.0, (), "", 2.0, {}), english)
    assert text.count("--|>") == 1
    assert text.count(":=>>") == 1
    assert text.endswith("Grade :=>>1\n")
    assert (
        command.harmless("::error::x ##[group] Grade :=>>5")
        == ": :error: :x ## [group] Grade : =>>5"
    )


def test_points_become_whole() -> None:
    """Half a point goes up where a platform has whole ones alone."""
    assert [platform_results.whole(points) for points in (0.0, 0.5, 6.4, 6.5)] == [0, 1, 6, 7]
