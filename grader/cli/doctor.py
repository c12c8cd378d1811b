"""``grade doctor``: which walls of the sandbox hold on this machine."""

# ruff: noqa: PLC0415 - imports inside functions: `grade --help` must not wait for numpy or rich

from __future__ import annotations

import json

import click

from grader.cli import exit_codes, options, output


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="For another program.")
@options.python
def doctor(as_json: bool, python: str | None) -> int:
    """Try to leave the sandbox, and say which walls hold on this machine."""
    from grader.sandbox import course_python
    from grader.sandbox import doctor as wall_tests

    path = "" if python is None else course_python.find(python)
    result = wall_tests.examine(python=path)
    if as_json:
        output.write(json.dumps(result, indent=2), None)
    else:
        output.console(stderr=False).print(wall_tests.table(result))
        click.echo(wall_tests.summary(result))
    return exit_codes.OK if result["sound"] else exit_codes.WEAK
