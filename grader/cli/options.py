"""The options that several commands share, so that each has one name and one explanation."""

from __future__ import annotations

import click

from grader.cli.click_types import PATH, RUBRIC, SEED, OneOf

seed = click.option(
    "--seed", type=SEED, metavar="N",
    help="What the random inputs follow from. [default: from the rubric]",
)  # fmt: skip
rubric = click.option(
    "--rubric", "rubric_file", type=RUBRIC, metavar="FILE",
    help="Whose items. [default: rubric.yaml of the current folder, else the one built in]",
)  # fmt: skip
python = click.option(
    "--python", metavar="PATH",
    help="The Python that submissions run under, with its own numpy. [default: from the rubric, "
    "else that of the grader]",
)  # fmt: skip
unsafe = click.option(
    "--unsafe-no-sandbox", "unsafe", is_flag=True,
    help="Continue where the walls are too weak for untrusted code; reports are not official.",
)  # fmt: skip
output_file = click.option(
    "-o", "--output", "output_file", type=PATH, metavar="FILE",
    help="Where to write it; - prints it.",
)  # fmt: skip
after_due = click.option(
    "--after-due", is_flag=True, help="Students may see what waits for the due date."
)
form = click.option(
    "--format", "form", type=OneOf("grader.model", "FORMATS"), default="text", show_default=True
)
audience = click.option(
    "--for", "audience", type=OneOf("grader.model", "AUDIENCES"), default="staff",
    show_default=True, help="For student, what is hidden is left out.",
)  # fmt: skip
sheets = click.option(
    "--fill", "sheets", type=PATH, multiple=True, metavar="CSV",
    help="A gradebook of Canvas or a worksheet of Moodle, to be filled in; may be repeated.",
)  # fmt: skip
column = click.option(
    "--column", metavar="TITLE", help="The assignment's title or id in Canvas's gradebook."
)
