"""How far a run is: a bar where there is a terminal, a line now and then where there is none."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
    track,
)

from grader.reports.final_score import settle

_INTERVAL = 10.0

PageTracker = Callable[[Sequence[str]], Iterable[str]]
"""Hands out ids one by one, and shows how far that is; ``iter`` shows nothing."""


@dataclass(slots=True)
class Count:
    """How many submissions a run has, has finished, kept, and seen below full marks or waiting."""

    total: int = 0
    done: int = 0
    kept: int = 0
    below: int = 0
    waiting: int = 0

    def add(self, document: dict[str, Any] | None, *, kept: bool) -> None:
        """Count one more; without a document it was our own fault, and waits for another run."""
        final_score = settle(document) if document else None
        total = final_score.total if final_score else None
        self.done += 1
        self.kept += kept
        self.waiting += total is None
        self.below += (
            final_score is not None and total is not None and total < final_score.max_score
        )

    def summary(self) -> str:
        """Say how those did that are finished."""
        return f"{self.below} below full marks, {self.waiting} without a grade yet"


class Meter(Protocol):
    """Shows how far a run is."""

    def show(self, count: Count) -> None:
        """Show it, now or a little later."""

    def close(self) -> None:
        """End."""


class Bar:
    """A bar on a terminal."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[summary]}"),
            TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(), console=console,
        )  # fmt: skip
        self._task = self._progress.add_task("", total=None, summary="")
        self._progress.start()

    def show(self, count: Count) -> None:
        """Move the bar."""
        self._progress.update(
            self._task, total=count.total, completed=count.done, summary=count.summary()
        )

    def close(self) -> None:
        """Leave the bar where it is."""
        self._progress.stop()


class Lines:
    """A line every ten seconds, and one at the end.

    Parameters
    ----------
    print_line
        Writes one line.
    clock
        Seconds that only grow.
    """

    def __init__(
        self, print_line: Callable[[str], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._say, self._clock = print_line, clock
        self._start = self._last = clock()
        self._count = Count()

    def show(self, count: Count) -> None:
        """Say how far it is, if nothing was said for a while."""
        self._count = count
        if self._clock() - self._last >= _INTERVAL:
            self._last = self._clock()
            self._say(self._line())

    def close(self) -> None:
        """Say how far it came."""
        self._say(self._line())

    def _line(self) -> str:
        count, spent = self._count, self._clock() - self._start
        fresh = count.done - count.kept
        left = spent / fresh * (count.total - count.done) if fresh else 0.0
        return (
            f"{count.done} of {count.total} done, {count.kept} kept, {count.summary()}, "
            f"{left:.0f} s left"
        )


def page_tracker(
    console: Console, print_line: Callable[[str], None], clock: Callable[[], float] = time.monotonic
) -> PageTracker:
    """Return what shows how far the pages are: a bar for a terminal, lines for anything else."""
    if console.is_terminal:
        return lambda ids: track(ids, "pages", console=console)

    def summary(ids: Sequence[str]) -> Iterator[str]:
        last = clock()
        for done, id_ in enumerate(ids):
            if clock() - last >= _INTERVAL:
                last = clock()
                print_line(f"pages of {done} of {len(ids)} written")
            yield id_

    return summary


def meter(console: Console, print_line: Callable[[str], None]) -> Meter:
    """Return a bar for a terminal, lines for anything else."""
    return Bar(console) if console.is_terminal else Lines(print_line)
