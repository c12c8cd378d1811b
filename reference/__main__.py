"""Reproduce the experiments of the lab: python -m reference [FOLDER] [--quick | --full]."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from .experiments import EXPERIMENTS
from .experiments.page import VERDICTS, page
from .experiments.result import Bench, Result

HASTE = 40
"""With --quick, steps are up to so many times as long, and as many times fewer."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run all experiments, print their table, and write a page with figures."""
    given = _parser().parse_args(arguments)
    seeds = given.seeds or (20 if given.full else 6)
    given.folder.mkdir(parents=True, exist_ok=True)
    bench = Bench(given.folder, seeds, haste=1 if given.full else HASTE)
    how = "with the write-up's own epochs" if given.full else "in a hurry (--quick)"
    console = Console()
    target = given.folder / "results.md"
    results: list[Result] = []
    for result in reproduce(bench, console):  # what is done is kept, should the rest not be
        results.append(result)
        target.write_text(page(results, seeds=seeds, how=how), "utf-8")
    console.print(table(results, seeds=seeds))
    console.print(f"Written: {target}", markup=False, highlight=False)
    return 0


def reproduce(
    bench: Bench,
    console: Console,
    experiments: Sequence[Callable[[Bench], Result]] = EXPERIMENTS,
) -> Iterator[Result]:
    """Run the experiments one after the other, behind a bar that shows how far they are."""
    with _bar(console) as bar:
        whole = bar.add_task("", total=len(experiments))
        for finished, experiment in enumerate(experiments):
            name = experiment.__name__.replace("_", " ")
            bar.update(whole, description=f"{name:<22}", completed=finished)
            yield experiment(replace(bench, watch=_watch(bar, whole, finished)))
        bar.update(whole, description=f"{'done':<22}", completed=len(experiments))


def table(results: Sequence[Result], *, seeds: int) -> Table:
    """Return the summary for a terminal."""
    made = Table(title=f"The experiments of the lab, over {seeds} seeds", show_lines=True)
    made.add_column("#", justify="right")
    for name, ratio in (("experiment", 2), ("the write-up says", 3), ("we measured", 6)):
        made.add_column(name, ratio=ratio)
    made.add_column("reproduced")
    for one in results:
        cells = (str(one.number), one.title, one.claim, one.measured, VERDICTS[one.agrees])
        made.add_row(*map(Text, cells))
    return made


def _bar(console: Console) -> Progress:
    shown = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    return Progress(*shown, console=console, disable=not console.is_terminal)


def _watch(bar: Progress, whole: TaskID, finished: int) -> Callable[[int, int], None]:
    def watch(done: int, total: int) -> None:
        bar.update(whole, completed=finished + done / max(total, 1))

    return watch


def _positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m reference", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("experiments"))
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--quick", action="store_true", help="within a minute (the default)")
    length.add_argument("--full", action="store_true", help="with the write-up's own epochs")
    parser.add_argument("--seeds", type=_positive, help="how many seeds (6, or 20 with --full)")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
