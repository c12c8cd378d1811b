"""The pages for students, assistants, lecturers and maintainers: every command in them is run."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.cli import exit_codes, main
from grader.rubric import resources
from tests.template_runs import ends_of_tests
from tests.zoo_rubric import ZOO

ROOT = Path(__file__).parents[1]
PAGES = ("student", "assistant", "lecturer", "design")
BLOCK = re.compile(r"```(\w+)\n(.*?)```", flags=re.DOTALL)


def text_of(page: str) -> str:
    return (ROOT / "docs" / f"{page}.md").read_text("utf-8")


def blocks(page: str) -> Iterator[tuple[str, str]]:
    """The kind and the content of each block of a page."""
    for match in BLOCK.finditer(text_of(page)):
        yield match[1], match[2]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the template and a class of two: one with all right, one with a mistake."""
    without_caches = shutil.ignore_patterns("__pycache__")
    shutil.copytree(
        resources.student_template(), tmp_path / "student_template", ignore=without_caches
    )
    wrong = next(wrong for wrong in ZOO.singles if wrong.bug == "dx_sign")
    for name, files in (("amy", ZOO.base), ("bob", wrong.files)):
        (tmp_path / "class" / name).mkdir(parents=True)
        for path, content in files.items():
            (tmp_path / "class" / name / path).write_bytes(content)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run one command line in this process, and demand that it ends well."""
    program, *arguments = shlex.split(line)
    match program:
        case "grade":
            assert (main.run(arguments), line) == (exit_codes.OK, line)
        case "pytest":
            assert ends_of_tests(Path(arguments[0]).absolute(), *arguments[1:])
        case "cd":
            monkeypatch.chdir(arguments[0])
        case "python":
            done = subprocess.run(
                [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=True
            )
            assert "This page is the map" in done.stdout
        case _:
            pytest.fail(f"nobody runs this line: {line}")


@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_work(
    folder: Path, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    """From a folder with a class and the template, each page can be followed line by line."""
    for kind, content in blocks(page):
        if kind == "csv":
            (folder / "out" / "decisions.csv").write_text(content, "utf-8")
        else:
            assert kind == "sh"
            for line in content.splitlines():
                run(line, monkeypatch)
    made = {
        "student": "feedback.html",
        "assistant": "out/feedback/bob.html",
        "lecturer": "course/lab.zip",
    }
    assert (folder / made.get(page, ".")).exists()


@pytest.mark.parametrize("page", PAGES)
def test_a_page_begins_with_a_command(page: str) -> None:
    """The first thing under the title is a command, and the README leads to the page."""
    assert re.match(r"# [^\n]+\n\n```sh\n", text_of(page))
    assert f"(docs/{page}.md)" in (ROOT / "README.md").read_text("utf-8")


def test_the_course_page_begins_as_the_lecturers() -> None:
    """docs/course.md shows the same four commands, so that they are run once."""
    first = next(blocks("lecturer"))
    assert next(blocks("course")) == first
