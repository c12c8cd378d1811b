"""``grade verify``: a course's samples against its rubric."""

# ruff: noqa: PLC0415 - imports inside functions: `grade --help` must not wait for numpy or rich

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.cli import exit_codes, options, output
from grader.cli.click_types import PATH
from grader.files import clean_name

if TYPE_CHECKING:
    from grader.course.verify import SampleResult


@click.command("verify")
@click.argument("folder", type=PATH, default=Path())
@options.seed
@options.python
@options.unsafe
def verify(folder: Path, seed: int | None, python: str | None, unsafe: bool) -> int:
    """Examine a course's samples, and compare with what samples/expected.yaml says.

    FOLDER holds rubric.yaml and samples/. [default: the current folder]
    """
    from grader.course import samples
    from grader.course import verify as verification
    from grader.sandbox import host

    rubric = output.load_rubric(folder / "rubric.yaml", python, folder / samples.FOLDER)
    checks = [item.check for item in rubric.items]
    expected = samples.read_expected(folder / samples.FOLDER / samples.FILE, checks)
    paths = samples.sample_paths(folder / samples.FOLDER)
    results = []
    with host.create_sandbox(rubric.limits, rubric.python, unsafe=unsafe) as sandbox:
        number = output.seed_or_default(seed, rubric)
        for result in verification.verify(paths, expected, rubric, seed=number, sandbox=sandbox):
            click.echo(_line(result))
            results.append(result)
    return _end(results)


def _line(result: SampleResult) -> str:
    from grader.reports.wording import ratio

    tr = output.terminal_translator()
    texts = [difference.translate(tr) for difference in result.differences]
    if result.report is not None and not texts:
        texts = [ratio(result.report["score"], result.report["max_score"])]
    mark = "✗" if result.differences else "✓"
    return clean_name(f"{mark} {result.name}: {'; '.join(texts)}", output.MAX_LINE)


def _end(results: list[SampleResult]) -> int:
    """Say how many samples differ, and return the exit code; our own fault weighs most."""
    tr = output.terminal_translator()
    count = sum(bool(result.differences) for result in results)
    text = tr("otherwise than expected: {count} of {samples}")
    if not count:
        text = tr("all as expected: {samples}")
    click.echo(text.format(count=count, samples=len(results)))
    broken = [result.name for result in results if result.is_broken]
    if broken:
        output.print_error(f"grade: the grader itself failed in {clean_name(', '.join(broken))}")
        return exit_codes.FAULT
    return exit_codes.MISSED if count else exit_codes.OK
