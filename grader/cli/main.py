"""The command ``grade``: its parts, and what happens when one of them fails.

A command is a function that returns its exit code. `grade` followed by anything else than a
command's name is `grade one`, which the help shows as the main form.
"""

from __future__ import annotations

import contextlib
import os
import sys
import traceback
from collections.abc import Sequence

import click
from click.shell_completion import shell_complete

from grader.cli import (
    after_batch,
    audit,
    batch,
    course,
    doctor,
    exit_codes,
    grade,
    platform_run,
    report,
    verify,
)
from grader.cli.click_types import Program
from grader.cli.output import print_error, terminal_translator
from grader.version import __version__

COMPLETE = "_GRADE_COMPLETE"
"""The variable by which a shell asks for completion; click's own name for it."""


def _print_version(ctx: click.Context, _: click.Parameter, is_requested: bool) -> None:
    if is_requested:
        click.echo(f"grade {__version__}")
        ctx.exit()


@click.group(cls=Program, invoke_without_command=True)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_print_version,
    hidden=True,
)  # fmt: skip
@click.pass_context
def program(ctx: click.Context) -> int:
    """Grade a back-propagation lab: a folder, .zip, .py or .ipynb.

    Prints a summary and writes the whole report as JSON.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
    return exit_codes.OK


for command in (
    grade.one, report.report, audit.audit, doctor.doctor, batch.batch, *after_batch.COMMANDS,
    *course.COMMANDS, verify.verify, platform_run.platform_run,
):  # fmt: skip
    program.add_command(command)


def run(arguments: Sequence[str]) -> int:
    """Run the command and return its exit code; every exception becomes an exit code and a sentence.

    Parameters
    ----------
    arguments
        Those after the program's name. `--traceback`, anywhere, prints the traceback of an error.
    """
    if COMPLETE in os.environ:
        return shell_complete(program, {}, "grade", COMPLETE, os.environ[COMPLETE])
    program_arguments = [argument for argument in arguments if argument != "--traceback"]
    try:
        with program.make_context("grade", program_arguments) as context:
            code = int(program.invoke(context))
        if sys.stdout is not None:  # it is None where it was closed before the program began
            sys.stdout.flush()
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the only place that ends the program
        code, sentence = exit_codes.explain(error, _translate)
        if sentence and "--traceback" in arguments:
            print_error("".join(traceback.format_exception(error)))
        if isinstance(error, OSError):
            _discard_output()
        if sentence:
            print_error(f"grade: {sentence}")
    return code


def _translate(text: str) -> str:
    """Translate for the terminal; help and --version need no translator, and load none."""
    return terminal_translator()(text)


def _discard_output() -> None:
    """Send the rest of the standard output nowhere: its reader is gone, or its disk is full.

    Without this, Python flushes it once more at exit, and fails once more.
    """
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
