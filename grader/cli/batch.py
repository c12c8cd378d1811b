"""``grade batch``: a class in one command."""

# ruff: noqa: PLC0415 - imports inside functions: `grade --help` must not wait for numpy or rich

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli import exit_codes, options, output
from grader.cli.click_types import PATH, RUBRIC, OneOf
from grader.errors import TheirFault
from grader.rubric import resources

if TYPE_CHECKING:
    from grader.batch.class_index import Pages
    from grader.batch.engine import Engine
    from grader.batch.run import Result, RunConfig

_MAX_LISTED = 5
"""Names of submissions in one line on the terminal; the pages list all of them."""


@click.command("batch")
@click.argument("folder", type=PATH)
@click.option(
    "-o", "--output", "out", type=PATH, required=True, metavar="OUT",
    help="The folder for reports, grades and pages.",
)  # fmt: skip
@click.option(
    "--jobs", type=click.IntRange(1, 1024), metavar="N", help="Workers. [default: the cores]"
)
@click.option("--rubric", "rubric_file", type=RUBRIC, metavar="FILE", help="As for one submission.")
@options.seed
@click.option("--fresh", is_flag=True, help="Grade again what was graded before.")
@click.option(
    "--roster", type=PATH, metavar="CSV", help="Who is in the class: id, name, email, group."
)
@options.sheets
@options.column
@click.option(
    "--engine", type=click.Choice(("local", "dask")), default="local", show_default=True,
    help="Where the workers are.",
)  # fmt: skip
@click.option(
    "--scheduler", metavar="ADDRESS", help="Address of the dask cluster: tcp://HOST:8786."
)
@options.python
@options.unsafe
@click.option(
    "--as-class", is_flag=True,
    help="Continue where FOLDER looks like one submission, or holds classes.",
)  # fmt: skip
@click.option("--html", is_flag=True, help="Write pages, too: of the class and of every student.")
@click.option(
    "--lang", type=OneOf("grader.reports", "LANGUAGES"),
    help="Language of the pages. [default: the rubric's]",
)  # fmt: skip
def batch(**arguments: Any) -> int:
    """Grade a class: a folder of submissions, or a download of Canvas, Moodle or Gradescope.

    What was graded before with the same submission, rubric, seed and versions is kept.
    """
    from grader.batch import progress
    from grader.batch.run import run

    config = _run_config(arguments)
    with contextlib.closing(_engine(arguments)) as engine:
        terminal = output.console(stderr=True), output.print_error
        result = run(config, engine, progress.meter(*terminal), progress.page_tracker(*terminal))
        return _print_result(result, config.out)


def _run_config(arguments: dict[str, Any]) -> RunConfig:
    """Read the rubric and return the configuration of the run."""
    from grader.batch.run import RunConfig

    folder, current = arguments["folder"], resources.current_folder()
    choice = resources.rubric_for_class(folder, arguments["rubric_file"], current)
    rubric = output.load_rubric(choice.rubric, arguments["python"], folder)
    output.print_unused(choice)
    names = ("folder", "out", "fresh", "unsafe", "roster", "as_class", "sheets", "column")
    return RunConfig(
        **{name: arguments[name] for name in names},
        rubric=rubric,
        seed=output.seed_or_default(arguments["seed"], rubric),
        pages=_pages(arguments, rubric.language),
    )


def _pages(arguments: dict[str, Any], language: str) -> Pages | None:
    """Return how the pages are written; None without ``--html``."""
    from grader.batch.class_index import Pages

    if arguments["html"]:
        return Pages(arguments["lang"] or language)
    if arguments["lang"]:
        raise TheirFault("--lang is the language of the pages; add --html")
    return None


def _engine(arguments: dict[str, Any]) -> Engine:
    if arguments["engine"] == "dask":
        from grader.batch.cluster import DaskEngine

        if arguments["scheduler"] is None:
            raise TheirFault("--engine dask needs --scheduler ADDRESS")
        return DaskEngine(arguments["scheduler"])
    from grader.batch.local_workers import LocalEngine

    if arguments["scheduler"] is not None:
        raise TheirFault("--scheduler needs --engine dask")
    return LocalEngine(arguments["jobs"] or _cores())


def _cores() -> int:
    """Return how many cores this process may use, which a container may limit."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _print_result(result: Result, out: Path) -> int:
    """Print what became of the class; return the exit code, which our own faults decide."""
    count, tr = result.count, output.terminal_translator()
    page = out / "class.html"
    click.echo(
        tr("{new} new, {kept} kept; see {page} and {book}").format(
            new=count.done - count.kept,
            kept=count.kept,
            page=page if page.exists() else out / "summary.md",
            book=out / "gradebook.csv",
        )
    )
    for note in result.notes:
        output.print_note(note)
    for ids, text in (
        (result.troubles, tr("not examined, by our own fault: {names}; run again")),
        (result.broken, tr("a check of ours broke for {names}; their points are open")),
    ):
        if ids:
            names = ", ".join(sorted(ids)[:_MAX_LISTED])
            output.print_error(f"grade: {text.format(names=names)}")
    for line in result.tally.lines(tr):
        click.echo(line)
    return exit_codes.FAULT if result.troubles or result.broken else exit_codes.OK
