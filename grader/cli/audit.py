"""``grade audit``: a rubric tried on programs whose quality is known."""

# ruff: noqa: PLC0415 - imports inside functions: `grade --help` must not wait for numpy or rich

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli import exit_codes, options, output
from grader.cli.click_types import RUBRIC
from grader.rubric import resources

if TYPE_CHECKING:
    from grader.audit.results import Audit
    from grader.model import Rubric


@click.command("audit")
@click.option(
    "--rubric", "rubric_file", type=RUBRIC, metavar="FILE",
    help="What is tried. [default: rubric.yaml of the current folder, else the one built in]",
)  # fmt: skip
@options.output_file
@options.seed
@options.python
@click.option(
    "--jobs", type=click.IntRange(1, 64), metavar="N",
    help="Programs examined at a time. [default: as many as there are processors]",
)  # fmt: skip
def audit(
    rubric_file: Path | None,
    output_file: Path | None,
    seed: int | None,
    python: str | None,
    jobs: int | None,
) -> int:
    """Try a rubric on wrong, right and empty programs, and say what it lets through."""
    from grader.audit import report

    path = rubric_file or resources.folder_rubric(resources.current_folder())
    rubric = output.load_rubric(path, python)
    target = None if output_file is None else output.target_file(output_file, "", path)
    result = _audit(rubric, output.seed_or_default(seed, rubric), jobs or os.cpu_count() or 1)
    if output_file is not None:
        output.write(json.dumps(report.document(result), indent=2), target)
    # JSON on the standard output must stay alone there.
    prints_json = output_file is not None and target is None
    report.show(result, output.console(stderr=prints_json))
    click.echo(f"rubric: {output.absolute(path)}", err=prints_json)
    if result.broken:
        return exit_codes.FAULT
    return exit_codes.OK if result.sound else exit_codes.MISSED


def _audit(rubric: Rubric, seed: int, jobs: int) -> Audit:
    """Try a rubric on the zoo and on empty programs, with a bar on the terminal."""
    from rich.progress import Progress

    from grader.audit import partial_programs, trials, zoo

    programs = zoo.load(resources.zoo())
    empties, chains = partial_programs.empties(), trials.chains_for(rubric, seed)
    groups = (programs.wrongs, programs.rights, empties, *chains)
    with Progress(console=output.console(stderr=True), transient=True) as bar:
        task = bar.add_task("programs", total=sum(map(len, groups)))
        return trials.audit(
            programs,
            rubric,
            seed=seed,
            jobs=jobs,
            on_progress=lambda: bar.advance(task),
            empties=empties,
            chains=chains,
        )
