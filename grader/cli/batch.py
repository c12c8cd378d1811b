"""``grade batch``: a class in one command."""

# ruff: noqa: PLC0415 - imports inside functions: `grade --help` must not wait for numpy or rich

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader.cli import exit_codes
from grader.cli.click_types import PATH, OneOf, tell, tell_left_out, terminal_translator
from grader.errors import TheirFault
from grader.rubric import resources

if TYPE_CHECKING:
    from grader.batch.class_index import Pages
    from grader.batch.engine import Engine
    from grader.batch.run import Result, RunConfig

_LISTED = 5


@click.command("batch")
@click.argument("folder", type=PATH)
@click.option(
    "-o", "--output", "out", type=PATH, required=True, metavar="OUT", help="Where all goes."
)
@click.option(
    "--jobs", type=click.IntRange(1, 1024), metavar="N", help="Workers. [default: the cores]"
)
@click.option("--rubric", "chosen", type=PATH, metavar="FILE", help="What is examined; as for one.")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), metavar="N", help="As for one.")
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
@click.option("--scheduler", metavar="ADDRESS", help="Of the dask cluster, as tcp://HOST:8786.")
@click.option("--unsafe-no-sandbox", "unsafe", is_flag=True, help="As for one.")
@click.option(
    "--as-class",
    is_flag=True,
    help="Go on where FOLDER looks like one submission, or holds classes.",
)
@click.option("--html", is_flag=True, help="Write pages, too: of the class and of every student.")
@click.option(
    "--lang", type=OneOf("grader.reports", "LANGUAGES"),
    help="Of the pages. [default: the rubric's]",
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
        shown = (Console(stderr=True), lambda line: click.echo(line, err=True))
        made = run(config, engine, progress.meter(*shown), progress.watch(*shown))
        return _told(made, config.out)


def _run_config(options: dict[str, Any]) -> RunConfig:
    """Read the rubric and put everything that was asked for into one noun."""
    from grader.batch.run import RunConfig
    from grader.pipeline import grading
    from grader.rubric import reader

    here = resources.current_folder()
    choice = resources.rubric_for_class(options["folder"], options["chosen"], here)
    made = reader.load(choice.rubric, grading.CHECKS)
    tell_left_out(choice)
    seed = options["seed"]
    if seed is None:
        seed = grading.seed_for(made, os.environ.get("GRADE_SECRET", ""))
    same = {
        name: options[name] for name in ("folder", "out", "fresh", "unsafe", "roster", "as_class")
    }
    more = {name: options[name] for name in ("sheets", "column")}
    return RunConfig(**same, **more, rubric=made, seed=seed, pages=_pages(options, made.language))


def _pages(options: dict[str, Any], language: str) -> Pages | None:
    """Return how pages are wanted, or None where nobody asked for any."""
    from grader.batch.class_index import Pages

    if options["html"]:
        return Pages(options["lang"] or language)
    if options["lang"]:
        raise TheirFault("--lang is of the pages; expected --html beside it")
    return None


def _engine(options: dict[str, Any]) -> Engine:
    if options["engine"] == "dask":
        from grader.batch.cluster import DaskEngine

        if options["scheduler"] is None:
            raise TheirFault("--engine dask needs --scheduler ADDRESS")
        return DaskEngine(options["scheduler"])
    from grader.batch.local_workers import LocalEngine

    if options["scheduler"] is not None:
        raise TheirFault("--scheduler needs --engine dask")
    return LocalEngine(options["jobs"] or _cores())


def _cores() -> int:
    """Return how many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _told(result: Result, out: Path) -> int:
    """Say what became of the class; our own faults give the exit code."""
    count = result.count
    page = out / "class.html"
    first = page if page.exists() else out / "summary.md"
    tr = terminal_translator()
    said = tr("{new} new, {kept} kept; see {page} and {book}")
    book = out / "gradebook.csv"
    click.echo(said.format(new=count.done - count.kept, kept=count.kept, page=first, book=book))
    for note in result.notes:
        tell(note)
    if result.troubles:
        names = ", ".join(sorted(result.troubles)[:_LISTED])
        click.echo(f"grade: not examined, by our own fault: {names}; run again", err=True)
    if result.broken:
        names = ", ".join(sorted(result.broken)[:_LISTED])
        click.echo(f"grade: a check of ours broke for {names}; their points are open", err=True)
    for line in result.tally.lines(tr):
        click.echo(line)
    return exit_codes.FAULT if result.troubles or result.broken else exit_codes.OK
