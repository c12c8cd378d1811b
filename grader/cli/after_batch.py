"""What comes after a batch: ``grade rescore``, ``diff``, ``review`` and ``similar``."""

# ruff: noqa: PLC0415 - imports inside functions: `grade --help` must not wait for numpy or rich

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli import exit_codes
from grader.cli.click_types import PATH, OneOf, tell, terminal_translator
from grader.files import cleaned

if TYPE_CHECKING:
    from grader.batch.progress import Watch
    from grader.reports.final_score import Settled

_FILL = "A gradebook of Canvas or a worksheet of Moodle, to be filled in; may be repeated."


@click.command("rescore")
@click.argument("batch", type=PATH, metavar="OUT")
@click.option("--rubric", "chosen", type=PATH, metavar="NEW", help="New points. [default: the old]")
@click.option("-o", "--output", "target", type=PATH, metavar="OUT2", help="[default: OUT itself]")
@click.option("--fill", "sheets", type=PATH, multiple=True, metavar="CSV", help=_FILL)
@click.option(
    "--column", metavar="TITLE", help="The assignment's title or id in Canvas's gradebook."
)
def rescore(
    batch: Path, chosen: Path | None, target: Path | None, sheets: tuple[Path, ...], column: str
) -> int:
    """Apply new points, and decisions.csv, to what was graded; nothing is run."""
    from grader.batch import class_index
    from grader.batch import rescore as again
    from grader.batch.exports import export_all
    from grader.batch.store import Store
    from grader.pipeline import grading
    from grader.rubric import reader

    made = reader.load(chosen, grading.CHECKS) if chosen else None
    filled = export_all.sheets(sheets, column)
    class_index.load(Store(batch))
    number, tally = again.rescore(
        Store(batch), Store(target or batch), made, filled, _watch(), tell
    )
    tr = terminal_translator()
    book = (target or batch) / "gradebook.csv"
    click.echo(tr("{count} reports rescored; see {file}").format(count=number, file=book))
    for line in tally.lines(tr):
        click.echo(line)
    return exit_codes.OK


def _watch() -> Watch:
    from rich.console import Console

    from grader.batch import progress

    return progress.watch(Console(stderr=True), lambda line: click.echo(line, err=True))


@click.command("pages")
@click.argument("batch", type=PATH, metavar="OUT")
@click.option(
    "--lang", type=OneOf("grader.reports", "LANGUAGES"),
    help="Of the pages. [default: as before, else the rubric's]",
)  # fmt: skip
@click.option("--after-due", is_flag=True, help="Students may see what waits for the due date.")
def pages(batch: Path, lang: str | None, after_due: bool) -> int:
    """Write the pages of a class and of its students; nothing is run.

    From then on, `grade batch` and `grade rescore` keep them up to date.
    """
    from grader.batch.store import Store
    from grader.batch.write_pages import show

    number = show(Store(batch), lang, after_due=after_due, watch=_watch())
    click.echo(f"{number} pages for staff, and {number} to hand back; see {batch / 'class.html'}")
    return exit_codes.OK


@click.command("diff")
@click.argument("first", type=PATH, metavar="OUT_A")
@click.argument("second", type=PATH, metavar="OUT_B")
def diff(first: Path, second: Path) -> int:
    """Say who changed between two batches, by how much, and on which check."""
    from grader.batch.diff import changes
    from grader.batch.store import Store
    from grader.reports.wording import number

    found = changes(Store(first), Store(second))
    for change in found:
        before, after = map(_sum, (change.before, change.after))
        sign = "+" if change.by > 0 else ""
        click.echo(f"{cleaned(change.id)}: {before} -> {after} ({sign}{number(change.by)})")
        for id_, verdict, points, now, new in change.checks:
            old, late = ("open" if p is None else number(p) for p in (points, new))
            click.echo(f"  {id_}: {verdict} {old} -> {now} {late}")
    click.echo(f"{len(found)} changed")
    return exit_codes.OK


def _sum(settled: Settled | None) -> str:
    """Write what a submission came to; while something is open, what it is at least."""
    from grader.reports.wording import number

    if settled is None:
        return "none"
    if settled.total is not None:
        return number(settled.total)
    return f"at least {number(settled.least)}" if settled.state == "waits" else "no grade"


@click.command("review")
@click.argument("batch", type=PATH, metavar="OUT")
def review(batch: Path) -> int:
    """List what waits for a person, worst first."""
    from grader.batch.decision_match import again
    from grader.batch.review_queue import waiting
    from grader.batch.store import Store
    from grader.batch.student_rows import label

    tr = terminal_translator()
    found = waiting(Store(batch), tr)
    for entry in found:
        who = cleaned(label(entry.name, entry.id))
        click.echo(tr("{label}: {text}").format(label=who, text=entry.told(tr)))
        for reason in entry.reasons:
            click.echo(f"  {cleaned(' '.join(reason.told(tr).split()), 300)}")
    for note in again(Store(batch)):
        tell(note)
    waits = tr("1 waits") if len(found) == 1 else tr("{count} wait").format(count=len(found))
    advice = tr(
        "decide in {file} (id,check,points,reason,who; * in the place of a check decides the whole "
        "submission), then: grade rescore {folder}"
    )
    said = advice.format(file=batch / "decisions.csv", folder=batch)
    click.echo(f"{waits}; {said}" if found else tr("nothing waits"))
    return exit_codes.OK


@click.command("similar")
@click.argument("folder", type=PATH)
@click.option(
    "--at-least", type=click.FloatRange(0, 1), default=0.7, show_default=True,
    help="The share of one that must be in the other.",
)  # fmt: skip
@click.option(
    "--most", type=click.IntRange(1), default=50, show_default=True, help="How many pairs."
)
@click.option(
    "--template", "templates", type=PATH, multiple=True, metavar="PATH",
    help="What everybody was given besides the built-in template; may be repeated.",
)  # fmt: skip
def similar(folder: Path, at_least: float, most: int, templates: tuple[Path, ...]) -> int:
    """List pairs whose code is alike beyond the template: to be looked at, no more."""
    from grader.batch.similar import pairs

    found = pairs(folder, at_least, templates)
    for pair in found[:most]:
        first, second = cleaned(pair.first), cleaned(pair.second)
        click.echo(
            f"{first} and {second}: {pair.of_first:.0%} of {first}, {pair.of_second:.0%} of {second}"
        )
    click.echo(f"{len(found)} pairs to look at; alike is not copied, a person decides")
    return exit_codes.OK


ALL = (rescore, pages, diff, review, similar)
