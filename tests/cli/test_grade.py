"""`grade SUBMISSION` looks at a submission before anything checked what it holds."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STRANGE: dict[str, Callable[[Path], object]] = {
    "a pipe": os.mkfifo,
    "a link without end": lambda path: path.symlink_to("/dev/zero"),
    "a folder": lambda path: path.mkdir(),
}


@pytest.mark.parametrize("name", STRANGE)
def test_what_is_no_file_is_not_read(name: str, tmp_path: Path) -> None:
    """A submission that holds something strange under a name of Python is graded all the same."""
    folder = tmp_path / "lab"
    folder.mkdir()
    STRANGE[name](folder / "a.py")
    (folder / "layers.py").write_bytes((ROOT / "tests/zoo/base/layers.py").read_bytes())
    command = [sys.executable, "-P", "-m", "grader", str(folder), "-o", str(tmp_path / "r.json")]
    subprocess.run(command, cwd=tmp_path, timeout=60, check=True, capture_output=True)


def grade(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder; return what it printed."""
    command = [sys.executable, "-P", "-m", "grader", *arguments]
    environment = {key: value for key, value in os.environ.items() if key != "GITHUB_WORKSPACE"}
    return subprocess.run(
        command,
        cwd=folder,
        timeout=120,
        check=False,
        capture_output=True,
        text=True,
        env=environment,
    )


RUBRIC = """version: 1
title: Small
total: 2
groups:
  - title: All
    items:
      - {check: linear.backward.weights, points: 1}
      - {check: linear.backward.bias, points: 1, visibility: hidden}
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with a submission in ``hw/alice`` whose weights move the wrong way."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "rubric.yaml").write_text(RUBRIC, "utf-8")
    folder = tmp_path / "hw" / "alice"
    folder.mkdir(parents=True)
    text = (ROOT / "tests/zoo/base/layers.py").read_text("utf-8")
    wrong = text.replace("self.w - lr", "self.w + lr").replace("self.b - lr", "self.b + lr")
    (folder / "layers.py").write_text(wrong, "utf-8")
    return tmp_path


def test_annotations_are_told_from_the_root_of_the_repository(repository: Path) -> None:
    """Alone on the standard output, with paths from the root, and without what students may not see."""
    arguments = ("hw/alice", "--rubric", "rubric.yaml", "--format", "github", "-o", "r.json")
    result = grade(repository, *arguments)
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("::error file=hw/alice/layers.py,line=") == 2
    assert all(line.startswith("::") for line in result.stdout.splitlines())
    for_student = grade(repository / "hw", "alice", *arguments[1:2], "../rubric.yaml", *arguments[3:],
                        "--for", "student")  # fmt: skip
    assert for_student.stdout.count("::error file=hw/alice/layers.py,line=") == 1
    assert for_student.stdout.count("::error") == 1


def test_a_report_says_what_changed_since_the_previous_one(repository: Path) -> None:
    """``--previous`` may name the file that is about to be replaced; garbage is one sentence."""
    arguments = ("hw/alice", "--rubric", "rubric.yaml", "-o", "r.json")
    assert grade(repository, *arguments).returncode == 0
    layers = repository / "hw" / "alice" / "layers.py"
    layers.write_text(layers.read_text("utf-8").replace("self.w + lr", "self.w - lr"), "utf-8")
    result = grade(repository, *arguments, "--previous", "r.json")
    assert "Points: 0 before, 1 now (+1)" in result.stdout
    assert "Mistakes that are gone" in result.stdout
    (repository / "odd.json").write_text("{}", "utf-8")
    odd = grade(repository, *arguments, "--previous", "odd.json")
    assert (odd.returncode, odd.stdout) == (2, "")
    assert "odd.json" in odd.stderr
