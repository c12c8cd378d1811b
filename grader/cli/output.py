"""What the commands share: notes on the terminal, files that are written, the rubric and its seed."""

# ruff: noqa: PLC0415 - imports inside functions: `grade --help` must not wait for numpy or rich

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader import files
from grader.cli import exit_codes
from grader.errors import PathError
from grader.rubric import resources
from grader.rubric.resources import RubricChoice
from grader.sentence import Sentence

if TYPE_CHECKING:
    from rich.console import Console

    from grader.model import Rubric
    from grader.plugin_files import Plugins

MAX_LINE = 1000
"""Characters of one line on the terminal: a longer one can only be hostile."""


def terminal_translator() -> Callable[[str], str]:
    """Return a translator into the language of this terminal, which its locale names."""
    from grader.reports.language import of_locale, translator

    return translator(of_locale(os.environ))


def print_error(text: str) -> None:
    """Write one line to the standard error."""
    click.echo(text, err=True)


def print_note(sentence: Sentence) -> None:
    """Write a note to the standard error, in the language of the terminal."""
    text = " ".join(sentence.translate(terminal_translator()).split())
    print_error(f"grade: {files.clean_name(text, MAX_LINE)}")


def print_unused(choice: RubricChoice) -> None:
    """Say that the rubric of the current folder was not used, and how to use it."""
    if choice.unused is not None:
        print_note(
            Sentence(
                "{name} of the current folder was not used, as it may have come with a submission; "
                "if it is yours, add: --rubric {name}",
                name=choice.unused.name,
            )
        )


def console(*, stderr: bool) -> Console:
    """Return a rich console that raises when the reader of a pipe is gone."""
    from rich.console import Console

    class PipeConsole(Console):
        def on_broken_pipe(self) -> None:
            raise  # noqa: PLE0704 - rich calls this while it handles the error, and would exit with 1

    return PipeConsole(stderr=stderr)


def read_rubric(path: Path, submissions: Path | None = None) -> Rubric:
    """Read a rubric with its plug-ins, and check that every check in it exists.

    Raises
    ------
    TheirFault
        If it cannot be used, or has plug-ins and lies among what is graded.
    """
    from grader.checks import CHECKS
    from grader.rubric import reader

    def own_checks(plugins: Plugins) -> Collection[str]:
        """Run the plug-ins: they are the course's, and never a student's."""
        from grader.pipeline import own_tables
        from grader.reports import text_catalogue

        if submissions is not None and resources.is_within(path.absolute().parent, submissions):
            raise PathError(
                "{file}: this rubric has plug-ins and lies in what is graded; put it elsewhere",
                file=path,
            )
        checks = own_tables.validated(plugins)
        text_catalogue.default(plugins=plugins)
        return checks

    return reader.load(path, CHECKS, own_checks)


def load_rubric(path: Path, python: str | None = None, submissions: Path | None = None) -> Rubric:
    """Read a rubric and check that every check in it exists, and the Python that it asks for.

    Parameters
    ----------
    path
        The rubric.
    python
        The Python of the command line, which counts more than the rubric's.
    submissions
        What is graded: no Python and no plug-in that came with it is run.

    Raises
    ------
    TheirFault
        If the rubric cannot be used, or there is no such Python.
    """
    from grader.sandbox import course_python

    rubric = read_rubric(path, submissions)
    if python is not None:
        return replace(rubric, python=course_python.find(python, None, submissions))
    if rubric.python:
        folder = path.absolute().parent
        return replace(rubric, python=course_python.find(rubric.python, folder, submissions))
    return rubric


def seed_or_default(seed: int | None, rubric: Rubric) -> int:
    """Return the seed of ``--seed``; without it, the one that the rubric and ``GRADE_SECRET`` give."""
    from grader.pipeline import grading

    return grading.seed_for(rubric, os.environ.get("GRADE_SECRET", "")) if seed is None else seed


def target_file(output: Path | None, default: str, *inputs: Path) -> Path | None:
    """Return the file to write; None for the standard output.

    Raise `PathError` if it cannot be written, or is one of the files that the command reads.
    """
    if output == Path("-"):
        return None
    target = output or Path(default)
    files.check_target(target)
    files.check_apart(target, *inputs)
    return target


def absolute(path: Path) -> str:
    """Return an absolute path that is safe to print."""
    return files.clean_name(str(path.absolute()), MAX_LINE)


def folder_in_repository(submission: Path) -> str:
    """Return where the files of a submission lie in its repository; "" where it lies at the root.

    The repository is that of a GitHub workflow, else the one around the submission, else the current
    folder. Within an archive, paths are those of the archive.
    """
    folder = submission.resolve()
    if not folder.is_dir():
        if folder.suffix not in (".py", ".ipynb"):
            return ""
        folder = folder.parent
    workspace = os.environ.get("GITHUB_WORKSPACE")
    around = (path for path in (folder, *folder.parents) if (path / ".git").exists())
    root = Path(workspace).resolve() if workspace else next(around, Path.cwd().resolve())
    if not folder.is_relative_to(root):
        return ""
    return folder.relative_to(root).as_posix().removeprefix(".")


def write(text: str, target: Path | None) -> None:
    """Write a text with one newline at its end to a file, or to the standard output for None."""
    text = text.rstrip("\n") + "\n"
    if target is not None:
        with write_errors(target):
            files.write_whole(target, text)
    elif sys.stdout is None:  # it was closed before the program began
        raise PathError("the standard output is closed; expected -o FILE")
    else:
        click.echo(text, nl=False)


@contextlib.contextmanager
def write_errors(target: Path) -> Iterator[None]:
    """Turn a write error into one sentence; a full disk passes, for it has its own exit code."""
    try:
        yield
    except OSError as error:
        if error.errno in exit_codes.NO_SPACE:
            raise
        raise PathError(
            "{file}: this cannot be written ({reason})", file=target, reason=error.strerror
        ) from None
