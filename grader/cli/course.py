"""What sets up a course: ``grade init``, ``grade handout`` and ``grade export``."""

# ruff: noqa: PLC0415 - imports inside functions: `grade --help` must not wait for numpy or rich

from __future__ import annotations

import os
import shlex
from pathlib import Path

import click

from grader import files
from grader.cli import exit_codes, options, output
from grader.cli.click_types import PATH, OneOf
from grader.errors import PathError
from grader.rubric import resources

template_folder = click.option(
    "--template", type=PATH, metavar="FOLDER",
    help="What students begin with. [default: handout/ beside the rubric, else the one built in]",
)  # fmt: skip


@click.command("init")
@click.argument("folder", type=PATH)
def init(folder: Path) -> int:
    """Start a course: a rubric, the handout, samples with expected results, a workflow.

    FOLDER is new or empty.
    """
    from grader.course import start

    start.start(folder)
    tr = output.terminal_translator()
    name = shlex.quote(files.clean_name(str(folder), output.MAX_LINE))
    click.echo(tr("the course is in {folder}; README.md says what is where").format(folder=name))
    for command, text in (
        (f"cd {name}", tr("what follows is run there")),
        ("grade verify", tr("the samples get what samples/expected.yaml says")),
        ("grade handout -o lab.zip", tr("what students get")),
        ("grade audit", tr("what the rubric lets through; this takes minutes")),
    ):
        click.echo(f"  {command:<26}# {text}")
    return exit_codes.OK


@click.command("handout")
@click.option(
    "-o", "--output", "target", type=PATH, required=True, metavar="FILE.zip",
    help="Where to write it.",
)  # fmt: skip
@options.rubric
@template_folder
def handout(target: Path, rubric_file: Path | None, template: Path | None) -> int:
    """Pack what students get: template, tests, requirements and the assignment.

    Nothing in it names a hidden item.
    """
    from grader.course import archive
    from grader.course.handout import handout_files, template_for

    path = rubric_file or resources.folder_rubric(resources.current_folder())
    zip_file = output.target_file(target, "", path)
    if zip_file is None:
        raise PathError("a zip cannot be printed; expected -o FILE")
    contents = handout_files(output.read_rubric(path), template or template_for(path))
    root = files.safe_name(zip_file.stem)
    packed = archive.pack({f"{root}/{name}": content for name, content in contents.items()})
    with output.write_errors(zip_file):
        files.write_whole(zip_file, packed)
    tr = output.terminal_translator()
    text = tr("what students get is in {file}").format(file=output.absolute(zip_file))
    click.echo(text)
    return exit_codes.OK


@click.command("export")
@click.argument("platform", type=OneOf("grader.course.export", "PLATFORMS"))
@click.option(
    "-o", "--output", "target", type=PATH, required=True, metavar="FILE.zip",
    help="Where to write it.",
)  # fmt: skip
@options.rubric
@template_folder
@click.option(
    "--assignment", default="lab", show_default=True, metavar="NAME",
    help="The assignment's name on the platform.",
)  # fmt: skip
@options.unsafe
def export(
    platform: str, target: Path, rubric_file: Path | None, template: Path | None, assignment: str,
    unsafe: bool,
) -> int:  # fmt: skip
    """Pack the lab for a platform.

    Only Gradescope gets hidden items, for it hides them itself.
    """
    from grader.course import export as exporting
    from grader.course.handout import hidden_items, template_for

    path = rubric_file or resources.folder_rubric(resources.current_folder())
    zip_file = output.target_file(target, "", path)
    if zip_file is None:
        raise PathError("a zip cannot be printed; expected -o FILE")
    rubric = output.read_rubric(path)
    course = exporting.Course(
        path.read_bytes(), rubric, template or template_for(path), files.safe_name(assignment),
        ("--unsafe-no-sandbox",) if unsafe else (), os.environ.get("GRADE_SECRET", ""),
    )  # fmt: skip
    packed = exporting.export(platform, course)
    with output.write_errors(zip_file):
        files.write_whole(zip_file, packed)
    tr = output.terminal_translator()
    click.echo(
        tr("the package for {platform} is {file}").format(
            platform=platform, file=output.absolute(zip_file)
        )
    )
    if rubric.python:
        text = tr("the rubric names a Python of its own, which must be on the platform: {python}")
        click.echo(text.format(python=files.clean_name(rubric.python)))
    count = len(hidden_items(rubric))
    if count and platform != "gradescope":
        text = tr(
            "1 hidden item is left out, for students may get to read this package"
            if count == 1
            else "{count} hidden items are left out, for students may get to read this package"
        )
        click.echo(text.format(count=count))
    return exit_codes.OK


COMMANDS = (init, handout, export)
