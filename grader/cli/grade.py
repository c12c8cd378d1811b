"""``grade SUBMISSION``: one submission, a summary on the terminal, and a report in JSON."""

# ruff: noqa: PLC0415 - imports inside functions: `grade --help` must not wait for numpy or rich

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Mapping
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from grader import files
from grader.cli import exit_codes, options, output
from grader.cli.click_types import DEFAULT, LANGUAGE, PATH, RUBRIC, finite
from grader.rubric import resources
from grader.sandbox import course_python
from grader.sandbox.zygote_process import ZygoteProcess

if TYPE_CHECKING:
    from grader.model import Document, Report, Rubric, Submission
    from grader.plugin_files import Plugins

MAX_ENTRIES, MAX_BYTES = 500, 1024 * 1024
"""So many files and folders, and so many bytes of each, are looked at before the submission is read."""


class Summary(NamedTuple):
    """What is printed: in which language (None: the rubric's) and format, for whom, and since which report."""

    language: str | None
    form: str
    audience: str
    previous: Path | None


@click.command(DEFAULT, hidden=True)
@click.argument("submission", type=PATH)
@click.option(
    "-o", "--output", "report_file", type=PATH, metavar="FILE",
    help="Where the report goes; - prints it. [default: ./NAME.report.json]",
)  # fmt: skip
@click.option(
    "--rubric", "rubric_file", type=RUBRIC, metavar="FILE",
    help="What is examined. [default: rubric.yaml of the current folder, where it cannot have come "
    "with the submission; else the one built in]",
)  # fmt: skip
@options.seed
@click.option(
    "--fail-under", "minimum", type=float, callback=finite, metavar="POINTS",
    help="Exit with 1 if the score is lower.",
)  # fmt: skip
@click.option("--lang", type=LANGUAGE, help="Of the summary. [default: the rubric's]")
@options.form
@options.audience
@click.option(
    "--previous", type=PATH, metavar="OLD.json",
    help="An earlier report of the same student: this one then says what changed since.",
)  # fmt: skip
@click.option(
    "--in-process", is_flag=True,
    help="Without a sandbox, for your own code and a debugger; the report is not official.",
)  # fmt: skip
@options.python
@options.unsafe
@click.option(
    "--as-one", is_flag=True, help="Continue where SUBMISSION looks like those of several people."
)
def one(
    submission: Path, report_file: Path | None, rubric_file: Path | None, minimum: float | None,
    lang: str | None, as_one: bool, python: str | None, **other_options: Any,
) -> int:  # fmt: skip
    """Grade one submission."""
    summary = Summary(lang, *(other_options.pop(key) for key in ("form", "audience", "previous")))
    with contextlib.ExitStack() as stack:
        process = None
        if hasattr(os, "fork") and not other_options["in_process"] and submission.exists():
            # It becomes warm while this process imports what it needs itself.
            path = (
                sys.executable if python is None else course_python.find(python, None, submission)
            )
            process = stack.enter_context(ZygoteProcess(path, draws=_may_draw(submission)))
        return _grade_one(
            submission, report_file, rubric_file, minimum, summary, as_one=as_one,
            process=process, python=python, **other_options,
        )  # fmt: skip


def _may_draw(submission: Path) -> bool:
    """Return whether a file mentions matplotlib: a guess, which decides what is loaded at once.

    Nothing has checked yet what the submission holds, or how much.
    """
    if submission.suffix != ".py" and not submission.is_dir():
        return True
    try:
        entries = [submission, *islice(submission.rglob("*"), MAX_ENTRIES)]
        paths = [path for path in entries if path.suffix == ".py"]
        return (
            not paths
            or len(entries) > MAX_ENTRIES
            or any(b"matplotlib" in files.read_regular(p, MAX_BYTES) for p in paths)
        )
    except OSError:
        return True


def _grade_one(
    submission: Path, report_file: Path | None, rubric_file: Path | None, minimum: float | None,
    summary: Summary, *, as_one: bool, python: str | None, **sandbox_options: Any,
) -> int:  # fmt: skip
    from grader import intake, reports
    from grader.intake import levels
    from grader.reports import figure_files, report_store
    from grader.reports.previous import snapshot

    if not as_one:
        levels.require_submission(submission)
    choice = resources.rubric_for(submission, rubric_file, resources.current_folder())
    rubric = output.load_rubric(choice.rubric, python, submission)
    contents = intake.read(submission, rubric.limits)
    default = f"{files.safe_name(contents.name)}.report.json"
    target = output.target_file(report_file, default, choice.rubric)
    if target is not None:
        report_store.check_target(target, submission)
        report_store.check_figures(target)
    previous = summary.previous
    earlier = None if previous is None else snapshot(report_store.read(previous))
    report = _grade(contents, rubric, **sandbox_options)
    document = {**reports.document(report), "previous": earlier}
    reports.validate(document)
    _write_report(document, figure_files.contents(report), target)
    _print_summary(document, summary, submission, rubric.plugins, stderr=target is None)
    place = "above" if target is None else output.absolute(target)
    # Another program reads what stands on the standard output in another format.
    to_stderr = target is None or summary.form != "text"
    click.echo(f"rubric: {output.absolute(choice.rubric)}; report: {place}", err=to_stderr)
    output.print_unused(choice)
    return _exit_code(document, minimum)


def _grade(
    submission: Submission, rubric: Rubric, seed: int | None, in_process: bool, unsafe: bool,
    process: ZygoteProcess | None,
) -> Report:  # fmt: skip
    from grader.pipeline import grading
    from grader.sandbox import host

    seed = output.seed_or_default(seed, rubric)
    grading.prepare(rubric, seed)
    # While this thread waits for the child, another one imports what the summary needs.
    threading.Thread(target=import_module, args=("grader.reports.text",), daemon=True).start()
    with host.create_sandbox(
        rubric.limits, rubric.python, in_process=in_process, unsafe=unsafe, process=process
    ) as sandbox:
        return grading.grade(submission, rubric, seed=seed, sandbox=sandbox)


def _write_report(document: Document, figures: Mapping[str, bytes], target: Path | None) -> None:
    """Write the report with its figures beside it; a printed report has no place for figures."""
    from grader import reports
    from grader.reports import report_store

    if target is None:
        document = {**document, "figures": []}
    else:
        with output.write_errors(target):
            report_store.write_figures(target, figures)
    output.write(reports.render(document, "json"), target)


def _print_summary(
    document: Document, summary: Summary, submission: Path, plugins: Plugins, *, stderr: bool
) -> None:
    """Print the summary in the language of ``--lang``, or in that of the rubric."""
    from grader import reports
    from grader.reports import text

    lang = summary.language
    if summary.form != "text":
        form, audience = summary.form, summary.audience
        folder = output.folder_in_repository(submission)
        page = reports.render(
            document, form, audience=audience, language=lang, folder=folder, plugins=plugins
        )
        click.echo(page, nl=False, err=stderr)
        return
    if summary.audience == "student":
        document = reports.for_student(document)
    console = output.console(stderr=stderr)
    language = lang or text.language_for(console, reports.language_of(document))
    document_to_show = reports.in_language(document, language, plugins)
    text.show(document_to_show, console, reports.translator(language))


def _exit_code(document: Document, minimum: float | None) -> int:
    """Return the exit code of a report: our own fault weighs more than a low score."""
    from grader.reports.final_score import settle

    broken_checks = [check["id"] for check in document["checks"] if check["verdict"] == "broken"]
    if broken_checks:
        names = ", ".join(broken_checks)
        output.print_error(f"grade: the grader itself failed in {names}; their points are open")
        return exit_codes.FAULT
    # Written with `not`, so that a score of NaN misses every minimum.
    is_missed = minimum is not None and not settle(document).least >= minimum
    return exit_codes.MISSED if is_missed else exit_codes.OK
