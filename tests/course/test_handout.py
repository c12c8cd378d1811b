"""`grade init` and `grade handout`: what a course begins with, and what students get."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

import reference
from grader.checks import CHECKS
from grader.cli import exit_codes, main
from grader.course import handout, start
from grader.errors import TheirFault
from grader.model import Rubric, Visibility
from grader.reports.language import translator
from grader.rubric import reader, resources


@pytest.fixture
def rubric() -> Rubric:
    """The built-in rubric."""
    return reader.load(resources.default_rubric(), CHECKS)


def hide(rubric: Rubric, *checks: str, visibility: Visibility = Visibility.HIDDEN) -> Rubric:
    """Hide some items of a rubric."""
    items = [
        replace(item, visibility=visibility) if item.check in checks else item
        for item in rubric.items
    ]
    return replace(rubric, items=tuple(items))


def packed(folder: Path, *arguments: str) -> dict[str, bytes]:
    """Pack a handout by the command, and return its files."""
    target = folder / "lab.zip"
    assert main.run(["handout", "-o", str(target), *arguments]) == exit_codes.OK
    with zipfile.ZipFile(io.BytesIO(target.read_bytes())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_handout_holds_what_students_need(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Template, tests, requirements and the assignment in two languages stand in one folder of the zip."""
    monkeypatch.chdir(tmp_path)
    contents = packed(tmp_path)
    assert set(contents) == {
        f"lab/{name}.py"
        for name in (
            "conftest",
            "data",
            "layers",
            "losses",
            "main",
            "network",
            "plots",
            "test_lab",
            "training",
        )
    } | {"lab/README.md", "lab/ASSIGNMENT.md", "lab/ASSIGNMENT.zh_TW.md", "lab/requirements.txt"}
    assert contents["lab/requirements.txt"] == b"numpy\nmatplotlib\npytest\n"
    english = contents["lab/ASSIGNMENT.md"].decode()
    assert "Linear.forward(x) returns x @ w + b. (6)" in english
    assert "38 points" in english
    chinese = contents["lab/ASSIGNMENT.zh_TW.md"].decode()
    assert "38 分" in chinese
    assert "mean over the batch" in english
    assert "對批次取平均" in chinese


def test_a_handout_holds_nothing_of_a_solution(rubric: Rubric) -> None:
    """No formula of a gradient, and no line of the reference that is not in the template, is handed out."""
    contents = handout.handout_files(rubric, resources.student_template())
    everything = b"\n".join(contents.values()).decode()
    root = Path(reference.__path__[0])
    lines = (root / "layers.py").read_text("utf-8").splitlines()
    secret = [line.strip() for line in lines if "prev_grad" in line and " = " in line]
    secret = [line for line in secret if not line.startswith(('"', "def "))]
    assert secret
    assert [line for line in secret if line in everything] == []
    for formula in ("g @ w.T", "prev_grad @ self.w.T", "y * (1 - y)", "self.w -= "):
        assert formula not in everything


@pytest.mark.parametrize("visibility", [Visibility.HIDDEN, Visibility.AFTER_DUE])
def test_no_hidden_item_leaks(rubric: Rubric, visibility: Visibility) -> None:
    """Neither id nor test nor title of an item that is hidden stands anywhere in the handout."""
    for item in rubric.items:
        contents = handout.handout_files(
            hide(rubric, item.check, visibility=visibility), resources.student_template()
        )
        text = "\n".join([*contents, *(content.decode() for content in contents.values())])
        assert f"test_{item.check.replace('.', '_')}(" not in text
        assert f"{item.check.replace('.', '_')} " not in text
        assert item.check not in text
        title = CHECKS[item.check].title
        assert title not in text
        assert translator("zh_TW")(title) not in text


def test_the_tests_of_a_handout_run(tmp_path: Path, rubric: Rubric) -> None:
    """Without the tests of hidden items, pytest still collects all the others, and no more."""
    contents = handout.handout_files(
        hide(rubric, "linear.backward.bias", "relu.state"), resources.student_template()
    )
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout
    names = [line.partition("::")[2] for line in result.stdout.splitlines() if "::" in line]
    assert len(names) == len(rubric.items) - 2
    assert "test_linear_backward_bias" not in names


def test_two_handouts_are_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same rubric and template give the same bytes."""
    monkeypatch.chdir(tmp_path)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        assert main.run(["handout", "-o", f"{name}/lab.zip"]) == exit_codes.OK
    assert Path("one/lab.zip").read_bytes() == Path("two/lab.zip").read_bytes()


def test_a_template_that_names_a_hidden_item_is_refused(tmp_path: Path, rubric: Rubric) -> None:
    """A file of a course's own that names a hidden item is refused by name, and nothing is packed."""
    (tmp_path / "hints.txt").write_text("We also look at relu.state, but do not tell.")
    with pytest.raises(
        TheirFault, match=r"hints.txt of the handout names the hidden item relu.state"
    ):
        handout.handout_files(hide(rubric, "relu.state"), tmp_path)


def test_a_course_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`grade init` writes a rubric that loads, handout, samples, a workflow and a README, and says what next."""
    monkeypatch.chdir(tmp_path)
    assert main.run(["init", "my course"]) == exit_codes.OK
    shown = capsys.readouterr().out
    assert "cd 'my course'" in shown
    assert "grade verify" in shown
    course = tmp_path / "my course"
    assert reader.load(course / "rubric.yaml", CHECKS).total == 100
    assert "# An item can carry" in (course / "rubric.yaml").read_text("utf-8")
    assert {path.name for path in course.iterdir()} == {
        "README.md", "rubric.yaml", "handout", "samples", "wheels", ".github",
    }  # fmt: skip
    samples = {path.name for path in (course / "samples").iterdir()}
    assert samples == {"expected.yaml", "empty", "solution", *start.MISTAKES}
    assert "lab/README.md" in packed(tmp_path, "--rubric", str(course / "rubric.yaml"))


def test_a_course_writes_over_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder with anything in it, a file or a link is refused in one sentence, and stays as it is."""
    monkeypatch.chdir(tmp_path)
    Path("full").mkdir()
    Path("full/notes.txt").write_text("mine")
    Path("file").write_text("mine")
    Path("link").symlink_to("full")
    for name in ("full", "file", "link"):
        assert main.run(["init", name]) == exit_codes.WRONG_USE
        assert capsys.readouterr().err.count("\n") == 1
    assert [path.name for path in Path("full").iterdir()] == ["notes.txt"]


def test_a_handout_of_a_course_is_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within a course, its own handout folder is packed, with what the course changed there."""
    monkeypatch.chdir(tmp_path)
    assert main.run(["init", "course"]) == exit_codes.OK
    Path("course/handout/extra.py").write_text("x = 1\n")
    Path("course/handout/__pycache__").mkdir()
    Path("course/handout/__pycache__/extra.pyc").write_bytes(b"")
    monkeypatch.chdir("course")
    contents = packed(tmp_path)
    assert "lab/extra.py" in contents
    assert not [name for name in contents if "pycache" in name]
