"""``grade batch``: a class in one command."""

# ruff: noqa: PLC0415 - imports inside functions: `grade --help` must not wait for numpy or rich

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli import exit_codes
from grader.cli.click_types import PATH, SEED, OneOf
from grader.cli.output import load_rubric, seed_or_default, tell, tell_unused, terminal_translator
from grader.errors import TheirFault
from grader.rubric import resources
from grader.sentence import Sentence

if TYPE_CHECKING:
    from grader.batch.class_index import Pages
    from grader.batch.engine import Engine
    from grader.batch.run import Result, RunConfig

_LISTED = 5
"""Names of submissions in one line on the terminal; the pages list all of them."""


@click.command("batch")
@click.argument("folder", type=PATH)
@click.option(
    "-o",
    "--output",
    "out",
    type=PATH,
    required=True,
    metavar="OUT",
    help="The folder for reports, grades and pages.",
)
@click.option(
    "--jobs", type=click.IntRange(1, 1024), metavar="N", help="Workers. [default: the cores]"
)
@click.option("--rubric", "chosen", type=PATH, metavar="FILE", help="As for one submission.")
@click.option("--seed", type=SEED, metavar="N", help="As for one submission.")
@click.option("--fresh", is_flag=True, help="Grade again what was graded before.")
@click.option(
    "--roster", type=PATH, metavar="CSV", help="Who is in the class: id, name, email, group."
)
@click.option(
    "--fill",
    "sheets",
    type=PATH,
    multiple=True,
    metavar="CSV",
    help="A gradebook of Canvas or a worksheet of Moodle, to be filled in; may be repeated.",
)
@click.option(
    "--column", metavar="TITLE", help="The assignment's title or id in Canvas's gradebook."
)
@click.option(
    "--engine", type=click.Choice(("local", "dask")), default="local", show_default=True,
    help="Where the workers are.",
)  # fmt: skip
@click.option(
    "--scheduler", metavar="ADDRESS", help="Address of the dask cluster: tcp://HOST:8786."
)
@click.option("--unsafe-no-sandbox", "unsafe", is_flag=True, help="As for one submission.")
@click.option(
    "--as-class",
    is_flag=True,
    help="Continue where FOLDER looks like one submission, or holds classes.",
)
@click.option("--html", is_flag=True, help="Write pages, too: of the class and of every student.")
@click.option(
    "--lang", type=OneOf("grader.reports", "LANGUAGES"),
    help="Language of the pages. [default: the rubric's]",
)  # fmt: skip
def batch(**options: Any) -> int:
    """Grade a class: a folder of submissions, or a download of Canvas, Moodle or Gradescope.

    What was graded before with the same submission, rubric, seed and versions is kept.
    """
    from rich.console import Console

    from grader.batch import progress
    from grader.batch.run import run

    config = _run_config(options)
    with contextlib.closing(_engine(options)) as engine:
        terminal = (Console(stderr=True), lambda line: click.echo(line, err=True))
        result = run(config, engine, progress.meter(*terminal), progress.watch(*terminal))
        return _report_result(result, config.out)


def _run_config(options: dict[str, Any]) -> RunConfig:
    """Read the rubric and return the configuration of the run."""
    from grader.batch.run import RunConfig

    choice = resources.rubric_for_class(
        options["folder"], options["chosen"], resources.current_folder()
    )
    rubric = load_rubric(choice.rubric)
    tell_unused(choice)
    names = ("folder", "out", "fresh", "unsafe", "roster", "as_class", "sheets", "column")
    return RunConfig(
        **{name: options[name] for name in names},
        rubric=rubric,
        seed=seed_or_default(options["seed"], rubric),
        pages=_pages(options, rubric.language),
    )


def _pages(options: dict[str, Any], language: str) -> Pages | None:
    """Return the options of the pages; None without ``--html``."""
    from grader.batch.class_index import Pages

    if options["html"]:
        return Pages(options["lang"] or language)
    if options["lang"]:
        raise TheirFault(Sentence("--lang is the language of the pages; add --html"))
    return None


def _engine(options: dict[str, Any]) -> Engine:
    if options["engine"] == "dask":
        from grader.batch.cluster import DaskEngine

        if options["scheduler"] is None:
            raise TheirFault(Sentence("--engine dask needs --scheduler ADDRESS"))
        return DaskEngine(options["scheduler"])
    from grader.batch.local_workers import LocalEngine

    if options["scheduler"] is not None:
        raise TheirFault(Sentence("--scheduler needs --engine dask"))
    return LocalEngine(options["jobs"] or _cores())


def _cores() -> int:
    """Return how many cores this process may use, which a container may limit."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _report_result(result: Result, out: Path) -> int:
    """Print what became of the class; return the exit code, which our own faults decide."""
    count, tr = result.count, terminal_translator()
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
        tell(note)
    for ids, text in (
        (result.troubles, tr("not examined, by our own fault: {names}; run again")),
        (result.broken, tr("a check of ours broke for {names}; their points are open")),
    ):
        if ids:
            click.echo(f"grade: {text.format(names=', '.join(sorted(ids)[:_LISTED]))}", err=True)
    for line in result.tally.lines(tr):
        click.echo(line)
    return exit_codes.FAULT if result.troubles or result.broken else exit_codes.OK
