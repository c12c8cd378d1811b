"""docs/course.md and docs/platforms.md: what they show is run; see also tests/test_pages.py."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from grader.cli import exit_codes, main
from grader.course import export, samples, start

PAGES = Path(__file__).parents[2] / "docs"
PAGE = (PAGES / "course.md").read_text("utf-8")


def test_the_packages_of_the_page_are_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command of docs/platforms.md writes its package, and the table lists every platform."""
    monkeypatch.chdir(tmp_path)
    page = (PAGES / "platforms.md").read_text("utf-8")
    [block] = re.findall(r"```sh\n(.*?)```", page, flags=re.DOTALL)
    for line in block.splitlines():
        assert (main.run(shlex.split(line)[1:]), line) == (exit_codes.OK, line)
    assert {path.stem for path in tmp_path.iterdir()} == set(export.PLATFORMS)
    assert re.findall(r"^\| `(\w+)` \|", page, flags=re.MULTILINE) == [
        "gradescope", "github", "classroom50", "autolab", "prairielearn", "vpl",
    ]  # fmt: skip


def test_the_expectations_of_the_page_can_be_read(tmp_path: Path) -> None:
    """The expected.yaml that the page shows is one, of samples that a new course has."""
    block = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)[0]
    (tmp_path / "expected.yaml").write_text(block)
    expected = samples.read_expected(tmp_path / "expected.yaml", ["linear.forward"])
    assert set(expected) <= {"empty", "solution", *start.MISTAKES}
