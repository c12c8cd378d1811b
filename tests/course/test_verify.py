"""`grade verify`: a course's samples, and what is written beside them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from grader.cli import exit_codes, main
from grader.course import samples

RUBRIC = """\
version: 1
title: Small
total: 10
groups:
  - title: All
    items:
      - {check: sigmoid.forward, points: 4}
      - {check: sigmoid.backward, points: 6}
"""
RIGHT = """\
import numpy as np
class Sigmoid:
    def forward(self, x):
        self.y = 0.5 * (1 + np.tanh(0.5 * x))
        return self.y
    def backward(self, prev_grad, lr=0.1):
        return prev_grad * self.y * (1 - self.y)
"""


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course with two small samples."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rubric.yaml").write_text(RUBRIC)
    for name, text in {"right": RIGHT, "wrong": RIGHT.replace("(1 - self.y)", "1")}.items():
        (tmp_path / "samples" / name).mkdir(parents=True)
        (tmp_path / "samples" / name / "layers.py").write_text(text)
    return tmp_path


def expect(text: str) -> None:
    """Write what is expected of the samples."""
    Path("samples/expected.yaml").write_text(text)


GOOD = """\
right: {score: 10, flags: []}
wrong:
  score: [3, 5]
  checks: {sigmoid.forward: passed, sigmoid.backward: failed}
"""


def test_samples_that_get_what_is_expected(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where all samples get what is expected, there is a line for each, and exit code 0."""
    expect(GOOD)
    assert main.run(["verify"]) == exit_codes.OK
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "✓ right: 10 / 10"
    assert lines[1].startswith("✓ wrong: 4")
    assert lines[2] == "all as expected: 2"


def test_every_difference_is_named(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Another score, verdict or flag, a sample that is not there and one that nobody names: exit code 1."""
    expect(
        "right: {score: 9, flags: [program_of_its_own]}\n"
        "wrong: {checks: {sigmoid.backward: passed}}\nnone: {score: 0}\n"
    )
    shutil.copytree("samples/right", "samples/extra")
    assert main.run(["verify", str(course)]) == exit_codes.MISSED
    assert capsys.readouterr().out.splitlines() == [
        "✗ right: score 10, expected 9; the flag program_of_its_own was expected, and not raised",
        "✗ wrong: sigmoid.backward is failed, expected passed",
        "✗ none: there is no such sample in the folder",
        "✗ extra: nothing is expected of it; add it to expected.yaml",
        "otherwise than expected: 4 of 4",
    ]


GARBAGE = [
    ("", "expected a line such as `empty: {score: 0}`"),
    ("- right", "expected a line such as"),
    ("right: 10", "line 1: found 10; expected some of score, checks, flags"),
    ("right: {}", "line 1: found an empty mapping"),
    ("right:\n  scores: 10", "line 2: found the unknown key 'scores'"),
    ("right:\n  score: many", "line 2: found 'many'; expected points, or [least, most]"),
    ("right: {score: [5, 3]}", "expected points, or [least, most]"),
    ("right: {score: [1, 2, 3]}", "expected points, or [least, most]"),
    ("right: {score: true}", "expected points, or [least, most]"),
    ("right: {checks: [relu.forward]}", "expected a mapping of checks to verdicts"),
    ("right: {checks: {relu.forward: passed}}", "the rubric has no such check"),
    ("right: {checks: {sigmoid.forward: good}}", "found 'good'; expected one of passed, failed"),
    ("right: {flags: none}", "expected a list of ids"),
    ("right: {flags: [1]}", "expected a list of ids"),
    ("right: {score: 1", "this is not YAML"),
    ("\x00", "expected plain text"),
]


@pytest.mark.parametrize(("text", "message"), GARBAGE, ids=[repr(text) for text, _ in GARBAGE])
def test_garbage_is_answered_with_its_line(
    course: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    """Whatever is wrong in expected.yaml is one sentence and 2, before anything is examined."""
    expect(text)
    assert main.run(["verify"]) == exit_codes.WRONG_USE
    result = capsys.readouterr()
    assert message in result.err
    assert result.err.count("\n") == 1
    assert result.out == ""


def test_a_folder_that_is_no_course(
    tmp_path: Path, course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a rubric, samples or what is expected of them, one sentence says what is missing."""
    assert main.run(["verify"]) == exit_codes.WRONG_USE
    assert "samples/expected.yaml: there is no such file" in capsys.readouterr().err
    assert main.run(["verify", "nowhere"]) == exit_codes.WRONG_USE
    assert "no such rubric" in capsys.readouterr().err
    (course / "samples/expected.yaml").write_bytes(b"\xff\xfe")
    assert main.run(["verify"]) == exit_codes.WRONG_USE
    assert "not UTF-8" in capsys.readouterr().err


def test_a_sample_may_lie_alone(course: Path) -> None:
    """The folder's other files, hidden ones left out, are samples; a folder within one is none."""
    expect(GOOD)
    Path("samples/.cache").mkdir()
    assert list(samples.sample_paths(course / "samples")) == ["right", "wrong"]


def test_a_new_course_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What `grade init` writes passes `grade verify` as it is."""
    monkeypatch.chdir(tmp_path)
    assert main.run(["init", "course"]) == exit_codes.OK
    assert main.run(["verify", "course"]) == exit_codes.OK, capsys.readouterr().out
