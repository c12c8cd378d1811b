"""What comes after a batch: ``grade rescore``, ``diff``, ``review`` and ``similar``."""

# ruff: noqa: PLC0415 - imports inside functions: `grade --help` must not wait for numpy or rich

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli import exit_codes
from grader.cli.click_types import PATH, OneOf
from grader.cli.output import load_rubric, tell, terminal_translator, watch_pages
from grader.files import cleaned

if TYPE_CHECKING:
    from grader.reports.final_score import Settled
    from grader.reports.language import Translate

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
    """Apply new points, and decisions.csv, to the stored reports; no code is run."""
    from grader.batch import class_index
    from grader.batch import rescore as rescoring
    from grader.batch.exports import export_all
    from grader.batch.store import Store

    rubric = load_rubric(chosen) if chosen else None
    platform_sheets = export_all.sheets(sheets, column)
    source, output = Store(batch), Store(target or batch)
    class_index.load(source)
    number, tally = rescoring.rescore(source, output, rubric, platform_sheets, watch_pages(), tell)
    tr = terminal_translator()
    text = tr("{count} reports rescored; see {file}")
    click.echo(text.format(count=number, file=output.folder / "gradebook.csv"))
    for line in tally.lines(tr):
        click.echo(line)
    return exit_codes.OK


@click.command("pages")
@click.argument("batch", type=PATH, metavar="OUT")
@click.option(
    "--lang", type=OneOf("grader.reports", "LANGUAGES"),
    help="Language of the pages. [default: as before, else the rubric's]",
)  # fmt: skip
@click.option("--after-due", is_flag=True, help="Students may see what waits for the due date.")
def pages(batch: Path, lang: str | None, after_due: bool) -> int:
    """Write the pages of a class and of its students; no code is run.

    From then on, `grade batch` and `grade rescore` keep them up to date.
    """
    from grader.batch.store import Store
    from grader.batch.write_pages import write_pages

    number = write_pages(Store(batch), lang, after_due=after_due, watch=watch_pages())
    text = terminal_translator()("{count} pages for staff, and {count} to hand back; see {file}")
    click.echo(text.format(count=number, file=batch / "class.html"))
    return exit_codes.OK


@click.command("diff")
@click.argument("first", type=PATH, metavar="OUT_A")
@click.argument("second", type=PATH, metavar="OUT_B")
def diff(first: Path, second: Path) -> int:
    """List whose grade changed between two batches, by how much, and on which check."""
    from grader.batch.diff import changes
    from grader.batch.store import Store
    from grader.reports.wording import number

    tr = terminal_translator()
    changed = changes(Store(first), Store(second))
    for change in changed:
        before, after = _total(change.before, tr), _total(change.after, tr)
        sign = "+" if change.by > 0 else ""
        click.echo(f"{cleaned(change.id)}: {before} -> {after} ({sign}{number(change.by)})")
        for id_, verdict, points, new_verdict, new_points in change.checks:
            old, new = (tr("open") if p is None else number(p) for p in (points, new_points))
            click.echo(f"  {id_}: {verdict} {old} -> {new_verdict} {new}")
    click.echo(tr("{count} changed").format(count=len(changed)))
    return exit_codes.OK


def _total(settled: Settled | None, tr: Translate) -> str:
    """Write the total of a submission; while points are open, the least that it can be."""
    from grader.reports.wording import number

    if settled is None:
        return tr("none")
    if settled.total is not None:
        return number(settled.total)
    if settled.state == "waits":
        return tr("at least {points}").format(points=number(settled.least))
    return tr("no grade")


@click.command("review")
@click.argument("batch", type=PATH, metavar="OUT")
def review(batch: Path) -> int:
    """List what waits for a person, worst first."""
    from grader.batch.decision_match import again
    from grader.batch.review_queue import review_queue
    from grader.batch.store import Store
    from grader.batch.student_rows import label

    tr = terminal_translator()
    entries = review_queue(Store(batch), tr)
    for entry in entries:
        who = cleaned(label(entry.name, entry.id))
        click.echo(tr("{label}: {text}").format(label=who, text=entry.told(tr)))
        for reason in entry.reasons:
            click.echo(f"  {cleaned(' '.join(reason.told(tr).split()), 300)}")
    for note in again(Store(batch)):
        tell(note)
    count = tr("1 waits") if len(entries) == 1 else tr("{count} wait").format(count=len(entries))
    advice = tr(
        "decide in {file} (id,check,points,reason,who; * in the place of a check decides the whole "
        "submission), then: grade rescore {folder}"
    ).format(file=batch / "decisions.csv", folder=batch)
    click.echo(f"{count}; {advice}" if entries else tr("nothing waits"))
    return exit_codes.OK


@click.command("similar")
@click.argument("folder", type=PATH)
@click.option(
    "--at-least", type=click.FloatRange(0, 1), default=0.7, show_default=True,
    help="The share of one submission that must be in the other.",
)  # fmt: skip
@click.option(
    "--most",
    type=click.IntRange(1),
    default=50,
    show_default=True,
    help="How many pairs are listed at most.",
)
@click.option(
    "--template", "templates", type=PATH, multiple=True, metavar="PATH",
    help="Code that every student received, besides the built-in template; may be repeated.",
)  # fmt: skip
def similar(folder: Path, at_least: float, most: int, templates: tuple[Path, ...]) -> int:
    """List pairs with similar code, the template left out; a person must look at them."""
    from grader.batch.similar import pairs

    tr = terminal_translator()
    similar_pairs = pairs(folder, at_least, templates)
    text = tr("{first} and {second}: {of_first} of {first}, {of_second} of {second}")
    for pair in similar_pairs[:most]:
        line = text.format(
            first=cleaned(pair.first),
            second=cleaned(pair.second),
            of_first=f"{pair.of_first:.0%}",
            of_second=f"{pair.of_second:.0%}",
        )
        click.echo(line)
    end = tr("{count} pairs to look at; similar code is not proof of copying, a person decides")
    click.echo(end.format(count=len(similar_pairs)))
    return exit_codes.OK


ALL = (rescore, pages, diff, review, similar)
