"""Reproduce the experiments of the lab: python -m reference [FOLDER] [--quick | --full]."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from .experiments import EXPERIMENTS
from .lab_page import page, table
from .lab_result import Bench, Result

HASTE = 20
"""With --quick, steps are up to so many times as long, and as many times fewer."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run all experiments, print their table, and write a page with figures."""
    given = _parser().parse_args(arguments)
    seeds = given.seeds or (20 if given.full else 6)
    if seeds < 1:
        _parser().error("--seeds must be 1 or more")
    given.folder.mkdir(parents=True, exist_ok=True)
    bench = Bench(given.folder, seeds, haste=1 if given.full else HASTE)
    how = "with the write-up's own epochs" if given.full else "in a hurry (--quick)"
    console = Console()
    results = reproduce(bench, console)
    console.print(table(results, seeds=seeds))
    target = given.folder / "results.md"
    target.write_text(page(results, seeds=seeds, how=how), "utf-8")
    console.print(f"Written: {target}", markup=False, highlight=False)
    return 0


def reproduce(
    bench: Bench,
    console: Console,
    experiments: Sequence[Callable[[Bench], Result]] = EXPERIMENTS,
) -> list[Result]:
    """Run the experiments one after the other, behind a bar that shows how far they are."""
    results = []
    with _bar(console) as bar:
        whole = bar.add_task("", total=len(experiments))
        for experiment in experiments:
            name = experiment.__name__.replace("_", " ")
            bar.update(whole, description=f"{name:<22}", completed=len(results))
            results.append(experiment(bench.watched(_watch(bar, whole, len(results)))))
        bar.update(whole, description=f"{'done':<22}", completed=len(results))
    return results


def _bar(console: Console) -> Progress:
    shown = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    return Progress(*shown, console=console, disable=not console.is_terminal)


def _watch(bar: Progress, whole: TaskID, finished: int) -> Callable[[int, int], None]:
    def watch(done: int, total: int) -> None:
        bar.update(whole, completed=finished + done / max(total, 1))

    return watch


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m reference", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("experiments"))
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--quick", action="store_true", help="within a minute (the default)")
    length.add_argument("--full", action="store_true", help="with the write-up's own epochs")
    parser.add_argument("--seeds", type=int, help="how many seeds (6, or 20 with --full)")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
