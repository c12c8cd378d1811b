"""``grade report``: a stored report on the terminal, or in another format."""

# ruff: noqa: PLC0415 - imports inside functions: `grade --help` must not wait for numpy or rich

from __future__ import annotations

from pathlib import Path

import click

from grader.cli import exit_codes, options, output
from grader.cli.click_types import LANGUAGE, PATH


@click.command("report")
@click.argument("report_file", type=PATH, metavar="REPORT.json")
@options.form
@options.output_file
@options.audience
@options.after_due
@click.option("--lang", type=LANGUAGE, help="JSON stays English. [default: the rubric's]")
@click.option(
    "--folder", default="", metavar="FOLDER",
    help="Where the submission lies, as the places of failures are to be told: hw1/alice.",
)  # fmt: skip
def report(
    report_file: Path, form: str, output_file: Path | None, audience: str, after_due: bool,
    lang: str | None, folder: str,
) -> int:  # fmt: skip
    """Show a stored report, or turn it into another format."""
    from grader import reports
    from grader.reports import figure_files, report_store

    target = None if output_file is None else output.target_file(output_file, "", report_file)
    text = reports.render(
        report_store.read(report_file),
        form,
        audience=audience,
        due_passed=after_due,
        figures=figure_files.folder_of(report_file),
        language=lang,
        folder=folder.strip("/"),
    )
    output.write(text, target)
    return exit_codes.OK
