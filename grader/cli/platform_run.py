"""``grade platform-run``: what the packages of ``grade export`` call; nobody types it."""

# ruff: noqa: PLC0415 - imports inside functions: `grade --help` must not wait for numpy or rich

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader import files
from grader.cli import exit_codes, output
from grader.cli.click_types import PATH

if TYPE_CHECKING:
    from grader.course.platform_run import Settings
    from grader.model import Document
    from grader.plugin_files import Plugins

MAX_SUMMARY = 1_000_000
"""Bytes: above 1 MiB, GitHub shows nothing of a step's summary."""


@click.command("platform-run", hidden=True)
@click.argument("platform")
@click.argument("package", type=PATH)
@click.argument("submission", type=PATH)
@click.option("-o", "--output", "target", type=PATH, default=Path())
@click.option("--fail-under", "minimum", type=float)
def platform_run(
    platform: str, package: Path, submission: Path, target: Path, minimum: float | None
) -> int:
    """Grade one submission as a platform asks for it, and write the result in its form."""
    from grader.course import platform_run as running

    settings = running.read_settings(package)
    graded = running.grade(submission, package, settings)
    plugins = output.read_rubric(package / "rubric.yaml").plugins
    if platform == "gradescope":  # it shows to staff alone what is printed
        click.echo(graded.log)
        return _gradescope(graded.report, target, plugins)
    if graded.report is None:
        output.print_error(harmless(graded.log))
    shown = _for_student(graded.report, plugins)
    write = {"classroom50": _classroom50, "github": _github, "prairielearn": _prairielearn}.get(
        platform, _printed(platform)
    )
    write(graded.report, shown, settings, target)
    if platform != "github":
        return exit_codes.OK
    return _github_code(shown, minimum)


def harmless(log: str) -> str:
    """Return a log in which no platform reads a command."""
    return log.replace("::", ": :").replace("##[", "## [").replace(":=>>", ": =>>")


def _for_student(report: Document | None, plugins: Plugins) -> Document | None:
    """Return what a student may read of a report, in the rubric's language."""
    from grader import reports
    from grader.reports.sanitize import scrub

    if report is None:
        return None
    shown: Document = reports.for_student(scrub(report))
    return reports.in_language(shown, reports.language_of(shown), plugins)


def _gradescope(report: Document | None, target: Path, plugins: Plugins) -> int:
    from grader import reports

    if report is not None:  # without one, the file stays that lies there already
        files.write_whole(target, reports.render(report, "gradescope", plugins=plugins))
    return exit_codes.OK


def _classroom50(
    report: Document | None, shown: Document | None, settings: Settings, target: Path
) -> None:
    from grader import reports
    from grader.course import platform_results

    result = platform_results.classroom50(shown, settings, os.environ)
    files.write_whole(target / "result.json", result)
    body = (
        f"{settings.sentence}\n"
        if report is None
        else reports.render(report, "markdown", audience="student")
    )
    files.write_whole(target / "release-body.md", body)


def _prairielearn(_: Any, shown: Document | None, settings: Settings, target: Path) -> None:
    from grader.course import platform_results

    files.write_whole(target, platform_results.prairielearn(shown, settings, _translator(shown)))


def _printed(platform: str) -> Any:
    """Return what prints the result where a platform reads the standard output."""
    from grader.course import platform_results

    def write(_: Any, shown: Document | None, settings: Settings, __: Path) -> None:
        if platform == "autolab":
            text = platform_results.autolab(shown, settings)
        else:
            text = platform_results.vpl(shown, settings, _translator(shown))
        click.echo(text, nl=False)

    return write


def _translator(shown: Document | None) -> Any:
    from grader import reports

    return reports.translator("en" if shown is None else reports.language_of(shown))


def _github(
    report: Document | None, shown: Document | None, settings: Settings, target: Path
) -> None:
    """Print GitHub's commands, and append to the summary and the outputs of the step."""
    from grader import reports

    if report is None or shown is None:
        click.echo(f"::error title=grade::{settings.sentence}")
        _append(os.environ, "GITHUB_STEP_SUMMARY", f"{settings.sentence}\n")
        return
    folder = output.folder_in_repository(target)
    page = reports.render(report, "markdown", audience="student")
    click.echo(reports.render(report, "github", audience="student", folder=folder), nl=False)
    if len(page.encode()) > MAX_SUMMARY:
        page = page.encode()[:MAX_SUMMARY].decode("utf-8", "ignore").rpartition("\n")[0] + "\n"
    _append(os.environ, "GITHUB_STEP_SUMMARY", page)
    score = f"score={shown['score']:g}\nmax-score={shown['max_score']:g}\n"
    _append(os.environ, "GITHUB_OUTPUT", score)


def _append(environ: Mapping[str, str], name: str, text: str) -> None:
    """Append to the file that a variable names, if it is set."""
    if environ.get(name):
        with Path(environ[name]).open("a", encoding="utf-8") as file:
            file.write(text)


def _github_code(shown: Document | None, minimum: float | None) -> int:
    """Return the exit code of the step: a job without a result, or below a minimum, is red."""
    if shown is None:
        return exit_codes.MISSED
    is_missed = minimum is not None and not shown["score"] >= minimum
    return exit_codes.MISSED if is_missed else exit_codes.OK
