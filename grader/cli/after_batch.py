"""What comes after a batch: ``grade rescore``, ``pages``, ``diff``, ``review`` and ``similar``."""

# ruff: noqa: PLC0415 - imports inside functions: `grade --help` must not wait for numpy or rich

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli import exit_codes, options, output
from grader.cli.click_types import PATH, RUBRIC, OneOf
from grader.errors import PathError
from grader.files import clean_name
from grader.sentence import Sentence

if TYPE_CHECKING:
    from grader.batch.progress import PageTracker
    from grader.reports.final_score import FinalScore
    from grader.reports.language import Translate


def _page_tracker() -> PageTracker:
    from grader.batch import progress

    return progress.page_tracker(output.console(stderr=True), output.print_error)


@click.command("rescore")
@click.argument("batch", type=PATH, metavar="OUT")
@click.option(
    "--rubric", "rubric_file", type=RUBRIC, metavar="NEW", help="New points. [default: the old]"
)
@click.option("-o", "--output", "target", type=PATH, metavar="OUT2", help="[default: OUT itself]")
@options.sheets
@options.column
def rescore(
    batch: Path, rubric_file: Path | None, target: Path | None, sheets: tuple[Path, ...],
    column: str | None,
) -> int:  # fmt: skip
    """Apply new points, and decisions.csv, to the stored reports; no code is run."""
    from grader.batch import class_index
    from grader.batch import rescore as rescoring
    from grader.batch.exports import export_all
    from grader.batch.store import Store

    rubric = output.load_rubric(rubric_file) if rubric_file else None
    platform_sheets = export_all.read_sheets(sheets, column)
    source, destination = Store(batch), Store(target or batch)
    class_index.load(source)
    count, tally = rescoring.rescore(
        source, destination, rubric, platform_sheets, _page_tracker(), output.print_note
    )
    tr = output.terminal_translator()
    text = tr(
        "1 report rescored; see {file}" if count == 1 else "{count} reports rescored; see {file}"
    )
    click.echo(text.format(count=count, file=destination.folder / "gradebook.csv"))
    for line in tally.lines(tr):
        click.echo(line)
    return exit_codes.OK


@click.command("pages")
@click.argument("batch", type=PATH, metavar="OUT")
@click.option(
    "--lang", type=OneOf("grader.reports", "LANGUAGES"),
    help="Language of the pages. [default: as before, else the rubric's]",
)  # fmt: skip
@options.after_due
def pages(batch: Path, lang: str | None, after_due: bool) -> int:
    """Write the pages of a class and of its students; no code is run.

    From then on, `grade batch` and `grade rescore` keep them up to date.
    """
    from grader.batch.store import Store
    from grader.batch.write_pages import write_pages

    count = write_pages(Store(batch), lang, after_due=after_due, track=_page_tracker())
    tr = output.terminal_translator()
    text = tr(
        "1 page for staff, and 1 to hand back; see {file}"
        if count == 1
        else "{count} pages for staff, and {count} to hand back; see {file}"
    )
    click.echo(text.format(count=count, file=batch / "class.html"))
    return exit_codes.OK


@click.command("diff")
@click.argument("first", type=PATH, metavar="A")
@click.argument("second", type=PATH, metavar="B")
@options.audience
@click.option("--json", "as_json", is_flag=True, help="As JSON; for two reports only.")
def diff(first: Path, second: Path, audience: str, as_json: bool) -> int:
    """List what changed: between two batches (folders), or two reports (.json) of one student."""
    if not first.is_dir() and not second.is_dir():
        return _diff_reports(first, second, audience, as_json=as_json)
    if as_json or audience != "staff" or not (first.is_dir() and second.is_dir()):
        raise PathError("diff: expected two reports, or two folders of batches without options")
    from grader.batch.diff import changes
    from grader.batch.store import Store
    from grader.reports.wording import number

    tr = output.terminal_translator()
    differences = changes(Store(first), Store(second))
    for change in differences:
        before, after = _total(change.before, tr), _total(change.after, tr)
        sign = "+" if change.by > 0 else ""
        click.echo(f"{clean_name(change.id)}: {before} -> {after} ({sign}{number(change.by)})")
        for id_, verdict, points, new_verdict, new_points in change.checks:
            old, new = (tr("open") if p is None else number(p) for p in (points, new_points))
            click.echo(f"  {id_}: {verdict} {old} -> {new_verdict} {new}")
    click.echo(tr("{count} changed").format(count=len(differences)))
    return exit_codes.OK


def _diff_reports(first: Path, second: Path, audience: str, *, as_json: bool) -> int:
    """Print what changed between two reports of one student, in the language of the terminal."""
    from grader import reports
    from grader.reports import previous, report_store, wording
    from grader.reports.language import of_locale
    from grader.reports.sanitize import scrub

    documents = [scrub(report_store.read(path)) for path in (first, second)]
    if audience == "student":
        documents = [reports.for_student(document) for document in documents]
    if as_json:
        comparison = previous.compare(previous.snapshot(documents[0]), documents[1])
        output.write(json.dumps(previous.as_json(comparison), ensure_ascii=False, indent=2), None)
        return exit_codes.OK
    language, tr = of_locale(os.environ), output.terminal_translator()
    old, new = (reports.in_language(document, language) for document in documents)
    names = [clean_name(document["submission"]["name"]) for document in (old, new)]
    if names[0] != names[1]:
        output.print_note(
            Sentence("these are reports of {one} and of {other}", one=names[0], other=names[1])
        )
    comparison = previous.compare(previous.snapshot(old), new)
    for text in previous.sentences(comparison, tr):
        click.echo(text)
    for change in comparison.checks:
        before, after = (
            tr("none") if verdict is None else f"{tr(verdict)} {wording.number(points or 0.0)}"
            for verdict, points in zip(change.verdicts, change.points, strict=True)
        )
        click.echo(f"  {change.id}: {before} -> {after}")
    return exit_codes.OK


def _total(final_score: FinalScore | None, tr: Translate) -> str:
    """Write the total of a submission; while points are open, the least that it can be."""
    from grader.reports.wording import number

    if final_score is None:
        return tr("none")
    if final_score.total is not None:
        return number(final_score.total)
    if final_score.state == "waits":
        return tr("at least {points}").format(points=number(final_score.least))
    return tr("no grade")


@click.command("review")
@click.argument("batch", type=PATH, metavar="OUT")
def review(batch: Path) -> int:
    """List what waits for a person, worst first."""
    from grader.batch.decision_match import stale_notes
    from grader.batch.review_queue import review_queue
    from grader.batch.store import Store
    from grader.batch.student_rows import label

    tr = output.terminal_translator()
    entries = review_queue(Store(batch), tr)
    for entry in entries:
        name = clean_name(label(entry.name, entry.id))
        click.echo(tr("{label}: {text}").format(label=name, text=entry.summary(tr)))
        for reason in entry.reasons:
            click.echo(f"  {clean_name(' '.join(reason.line(tr).split()), 300)}")
    for note in stale_notes(Store(batch)):
        output.print_note(note)
    if not entries:
        click.echo(tr("nothing waits"))
        return exit_codes.OK
    count = tr("1 waits") if len(entries) == 1 else tr("{count} wait").format(count=len(entries))
    advice = tr(
        "decide in {file} (id,check,points,reason,who; * in the place of a check decides the whole "
        "submission), then: grade rescore {folder}"
    ).format(file=batch / "decisions.csv", folder=batch)
    click.echo(f"{count}; {advice}")
    return exit_codes.OK


@click.command("similar")
@click.argument("folder", type=PATH)
@click.option(
    "--at-least", type=click.FloatRange(0, 1), default=0.7, show_default=True,
    help="The share of one submission that must be in the other.",
)  # fmt: skip
@click.option(
    "--most", type=click.IntRange(1), default=50, show_default=True,
    help="How many pairs are listed at most.",
)  # fmt: skip
@click.option(
    "--template", "templates", type=PATH, multiple=True, metavar="PATH",
    help="Code that every student received, besides the built-in template; may be repeated.",
)  # fmt: skip
def similar(folder: Path, at_least: float, most: int, templates: tuple[Path, ...]) -> int:
    """List pairs with similar code, the template left out; a person must look at them."""
    from grader.batch.similar import similar_pairs

    tr = output.terminal_translator()
    pairs = similar_pairs(folder, at_least, templates)
    text = tr("{first} and {second}: {of_first} of {first}, {of_second} of {second}")
    for pair in pairs[:most]:
        line = text.format(
            first=clean_name(pair.first),
            second=clean_name(pair.second),
            of_first=f"{pair.of_first:.0%}",
            of_second=f"{pair.of_second:.0%}",
        )
        click.echo(line)
    end = tr(
        "1 pair to look at; similar code is not proof of copying, a person decides"
        if len(pairs) == 1
        else "{count} pairs to look at; similar code is not proof of copying, a person decides"
    )
    click.echo(end.format(count=len(pairs)))
    return exit_codes.OK


COMMANDS = (rescore, pages, diff, review, similar)
