"""docs/course.md: what it shows is run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from grader.cli import exit_codes, main
from grader.course import samples, start

PAGE = (Path(__file__).parents[2] / "docs" / "course.md").read_text("utf-8")


def test_the_commands_of_the_page_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first block of the page, line by line, leads from an empty folder to a handout."""
    monkeypatch.chdir(tmp_path)
    [block] = re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL)[:1]
    for line in block.splitlines():
        program, *arguments = shlex.split(line)
        if program == "cd":
            monkeypatch.chdir(arguments[0])
        else:
            assert (main.run(arguments), line) == (exit_codes.OK, line)
    assert Path("lab.zip").exists()


def test_the_expectations_of_the_page_can_be_read(tmp_path: Path) -> None:
    """The expected.yaml that the page shows is one, of samples that a new course has."""
    block = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)[0]
    (tmp_path / "expected.yaml").write_text(block)
    expected = samples.read_expected(tmp_path / "expected.yaml", ["linear.forward"])
    assert set(expected) <= {"empty", "solution", *start.MISTAKES}
