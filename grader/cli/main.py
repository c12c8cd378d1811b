"""The command: argv -> calls -> text and exit code. Only here, the program speaks.

A command is one function below that returns its exit code. `grade` followed by
anything else than a command's name is `grade one`, which the help shows as the
main form. What is heavy is imported where it is used, so that help comes at once.
"""

# ruff: noqa: PLC0415 - imports inside functions: `grade --help` must not wait for numpy or rich

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from grader import files
from grader.cli import after_batch, batch, exit_codes
from grader.cli.click_types import (
    DEFAULT,
    PATH,
    OneOf,
    Program,
    finite,
    tell_left_out,
    terminal_translator,
)
from grader.errors import PathError
from grader.rubric import resources
from grader.sentence import Sentence

if TYPE_CHECKING:
    from rich.console import Console

    from grader.audit.trials import Audit
    from grader.model import Report, Rubric, Submission

Document = dict[str, Any]
LANGUAGE = OneOf("grader.model", "LANGUAGES")


def _print_version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        from grader.reports.report_document import version

        click.echo(f"grade {version()}")
        ctx.exit()


@click.group(cls=Program, invoke_without_command=True)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    hidden=True,
)
@click.pass_context
def program(ctx: click.Context) -> int:
    """Grade a back-propagation lab: a folder, .zip, .py or .ipynb.

    Prints a summary and writes the whole report as JSON.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
    return exit_codes.OK


@program.command(DEFAULT, hidden=True)
@click.argument("submission", type=PATH)
@click.option(
    "-o",
    "--output",
    type=PATH,
    metavar="FILE",
    help="Where the report goes; - prints it. [default: ./NAME.report.json]",
)
@click.option(
    "--rubric",
    "chosen",
    type=PATH,
    metavar="FILE",
    help="What is examined. [default: rubric.yaml of the current folder, where it cannot have come "
    "with the submission; else the one built in]",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**63 - 1),
    metavar="N",
    help="What the random inputs follow from. [default: from the rubric]",
)
@click.option(
    "--fail-under",
    "bar",
    type=float,
    callback=finite,
    metavar="POINTS",
    help="Exit with 1 if the score is lower.",
)
@click.option("--lang", type=LANGUAGE, help="Of the summary. [default: the rubric's]")
@click.option(
    "--in-process",
    is_flag=True,
    help="Without a sandbox, for your own code and a debugger; the report is not official.",
)
@click.option(
    "--unsafe-no-sandbox",
    "unsafe",
    is_flag=True,
    help="Go on where the walls are too weak for untrusted code; the report is not official.",
)
@click.option(
    "--as-one", is_flag=True, help="Go on where SUBMISSION looks like those of several people."
)
def one(
    submission: Path,
    output: Path | None,
    chosen: Path | None,
    bar: float | None,
    lang: str | None,
    as_one: bool,
    **how: Any,
) -> int:
    """Grade one submission."""
    from grader import intake, reports
    from grader.intake import levels
    from grader.reports import figure_files, report_store

    if not as_one:
        levels.demand_one(submission)
    choice = resources.rubric_for(submission, chosen, resources.current_folder())
    asked = choice.rubric
    rubric = _rubric(asked)
    taken = intake.read(submission, rubric.limits)
    target = _target(output, f"{files.safe_name(taken.name)}.report.json", asked)
    if target is not None:
        report_store.check_spared(target, submission)
        report_store.check_figures(target)
    made = _examined(taken, rubric, **how)
    document = reports.document(made)
    reports.validate(document)
    _deliver(document, figure_files.contents(made), target)
    _show(document, target is None, lang)
    where = "above" if target is None else _whole(target)
    click.echo(f"rubric: {_whole(asked)}; report: {where}", err=target is None)
    tell_left_out(choice)
    return _verdict(document, bar)


def _rubric(asked: Path) -> Rubric:
    from grader.pipeline import grading
    from grader.rubric import reader

    return reader.load(asked, grading.CHECKS)


def _target(output: Path | None, otherwise: str, *read: Path) -> Path | None:
    """Return the file to write, known to be writable and none of those read; None: print it."""
    if output == Path("-"):
        return None
    target = output or Path(otherwise)
    files.check_target(target)
    files.check_apart(target, *read)
    return target


def _examined(
    submission: Submission, rubric: Rubric, seed: int | None, in_process: bool, unsafe: bool
) -> Report:
    from grader.pipeline import grading
    from grader.sandbox import host

    if seed is None:
        seed = grading.seed_for(rubric, os.environ.get("GRADE_SECRET", ""))
    with host.chosen(rubric.limits, in_process=in_process, unsafe=unsafe) as sandbox:
        return grading.grade(submission, rubric, seed=seed, sandbox=sandbox)


def _deliver(document: Document, figures: Mapping[str, bytes], target: Path | None) -> None:
    """Write the report, with its figures beside it."""
    from grader import reports

    _write(reports.render(_with_figures(document, figures, target), "json"), target)


def _show(document: Document, stderr: bool, lang: str | None) -> None:
    """Print the summary in the language asked for, or in that of the rubric."""
    from grader import reports
    from grader.reports import text

    console = _console(stderr)
    language = lang or text.language_for(console, reports.language_of(document))
    told = reports.in_language(document, language)
    text.show(told, console, reports.translator(language))


def _with_figures(
    document: Document, figures: Mapping[str, bytes], target: Path | None
) -> Document:
    """Keep the figures beside the report; a report that is printed has no place for any."""
    from grader.reports import report_store

    if target is None:
        return {**document, "figures": []}
    with _writing(target):
        report_store.keep(target, figures)
    return document


def _whole(path: Path) -> str:
    """Write a path from the root, safe to print."""
    return files.cleaned(str(path.absolute()), 1000)


def _write(text: str, target: Path | None) -> None:
    """Write a text with one newline at its end, to a file or to the standard output."""
    whole = text.rstrip("\n") + "\n"
    if target is None:
        if sys.stdout is None:
            raise PathError(Sentence("the standard output is closed; expected -o FILE"))
        click.echo(whole, nl=False)
        return
    with _writing(target):
        files.write_whole(target, whole)


@contextlib.contextmanager
def _writing(target: Path) -> Iterator[None]:
    """Say in one sentence that a file could not be written; a full disk has its own exit code."""
    try:
        yield
    except OSError as error:
        if error.errno in exit_codes.NO_SPACE:
            raise
        raise PathError(f"{target}: this cannot be written ({error.strerror})") from None


def _console(stderr: bool) -> Console:
    from rich.console import Console

    class Plain(Console):
        def on_broken_pipe(self) -> None:
            raise  # noqa: PLE0704 - rich calls this while it handles the error, and would exit with 1

    return Plain(stderr=stderr)


def _verdict(document: Document, bar: float | None) -> int:
    """Return the exit code for a report: our own fault weighs more than a low score."""
    from grader.reports.final_score import settle

    broken = [check["id"] for check in document["checks"] if check["verdict"] == "broken"]
    if broken:
        _complain(f"the grader itself failed in {', '.join(broken)}; their points are open")
        return exit_codes.FAULT
    return (
        exit_codes.MISSED
        if bar is not None and not settle(document).least >= bar
        else exit_codes.OK
    )


@program.command("report")
@click.argument("stored", type=PATH, metavar="REPORT.json")
@click.option(
    "--format", "form", type=OneOf("grader.reports", "FORMATS"), default="text", show_default=True
)
@click.option("-o", "--output", type=PATH, metavar="FILE", help="Where to write it; - prints it.")
@click.option(
    "--for",
    "audience",
    type=OneOf("grader.reports", "AUDIENCES"),
    default="staff",
    show_default=True,
    help="For student, what is hidden is left out.",
)
@click.option("--after-due", is_flag=True, help="Students may see what waits for the due date.")
@click.option("--lang", type=LANGUAGE, help="JSON stays English. [default: the rubric's]")
def report(
    stored: Path,
    form: str,
    output: Path | None,
    audience: str,
    after_due: bool,
    lang: str | None,
) -> int:
    """Show a stored report, or turn it into another format."""
    from grader import reports
    from grader.reports import figure_files, report_store

    target = None if output is None else _target(output, "", stored)
    document = report_store.read(stored)
    told = reports.render(
        document,
        form,
        audience=audience,
        due_passed=after_due,
        figures=figure_files.folder_of(stored),
        language=lang,
    )
    _write(told, target)
    return exit_codes.OK


@program.command("audit")
@click.option(
    "--rubric",
    "chosen",
    type=PATH,
    metavar="FILE",
    help="What is tried. [default: rubric.yaml of the current folder, else the one built in]",
)
@click.option("-o", "--output", type=PATH, metavar="FILE", help="Write it as JSON; - prints it.")
@click.option(
    "--seed",
    type=click.IntRange(0, 2**63 - 1),
    metavar="N",
    help="What the random inputs follow from. [default: from the rubric]",
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    metavar="N",
    help="Programs examined at a time. [default: as many as there are processors]",
)
def audit(chosen: Path | None, output: Path | None, seed: int | None, jobs: int | None) -> int:
    """Try a rubric on wrong, right and empty programs, and say what it lets through."""
    import json

    from grader.audit import report

    asked = chosen or resources.rubric_here(resources.current_folder())
    rubric = _rubric(asked)
    target = None if output is None else _target(output, "", asked)
    made = _audited(rubric, seed, jobs or os.cpu_count() or 1)
    if output is not None:
        _write(json.dumps(report.document(made), indent=2), target)
    printed = output is not None and target is None
    report.show(made, _console(stderr=printed))
    click.echo(f"rubric: {_whole(asked)}", err=printed)
    if made.broken:
        return exit_codes.FAULT
    return exit_codes.OK if made.sound else exit_codes.MISSED


def _audited(rubric: Rubric, seed: int | None, jobs: int) -> Audit:
    """Try a rubric on the zoo and on empty programs, with a bar on the terminal."""
    from rich.progress import Progress

    from grader.audit import partial_programs, trials, zoo
    from grader.pipeline import grading

    if seed is None:
        seed = grading.seed_for(rubric, os.environ.get("GRADE_SECRET", ""))
    programs = zoo.load(resources.zoo())
    empties, chains = partial_programs.empties(), trials.chains_for(rubric, seed)
    tried = (programs.wrongs, programs.rights, empties, *chains)
    with Progress(console=_console(stderr=True), transient=True) as bar:
        task = bar.add_task("programs", total=sum(map(len, tried)))
        return trials.audit(
            programs,
            rubric,
            seed=seed,
            jobs=jobs,
            told=lambda: bar.advance(task),
            empties=empties,
            chains=chains,
        )


@program.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="For another program.")
def doctor(as_json: bool) -> int:
    """Try to leave the sandbox, and say which walls stand on this machine."""
    import json

    from grader.sandbox import doctor as surgeon

    found = surgeon.examine()
    if as_json:
        _write(json.dumps(found, indent=2), None)
    else:
        _console(stderr=False).print(surgeon.table(found))
        click.echo(surgeon.summary(found))
    return exit_codes.OK if found["sound"] else exit_codes.WEAK


for command in (batch.batch, *after_batch.ALL):
    program.add_command(command)


def run(arguments: Sequence[str]) -> int:
    """Run the command and return its exit code; nothing escapes but what was asked for.

    Parameters
    ----------
    arguments
        Those after the program's name. `--traceback`, anywhere, lets errors show
        where they come from.
    """
    shows = "--traceback" in arguments
    rest = [argument for argument in arguments if argument != "--traceback"]
    try:
        with program.make_context("grade", rest) as context:
            code = int(program.invoke(context))
        if sys.stdout is not None:  # it is None where it was closed before we began
            sys.stdout.flush()
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the last stop of all faults
        code, sentence = exit_codes.explained(error, _translated)
        if shows and sentence:
            click.echo("".join(traceback.format_exception(error)), err=True)
        if isinstance(error, OSError):
            _hush()
        _complain(sentence)
    return code


def _translated(text: str) -> str:
    """Translate for the terminal; what translates is loaded only then, for help must come at once."""
    return terminal_translator()(text)


def _complain(sentence: str) -> None:
    if sentence:
        click.echo(f"grade: {sentence}", err=True)


def _hush() -> None:
    """Lead the standard output nowhere: its reader is gone, or its disk is full."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
