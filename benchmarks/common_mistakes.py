"""How much slower a class with common mistakes is graded because repairs are looked for.

Run with ``python -m benchmarks.common_mistakes [--students N] [--mistakes N] [--jobs N] [--rounds N]``. Each
student has one of a few mistakes of the zoo, in a file that is otherwise their own. Printed are the seconds of
the batch with the search and without it, a few times each in turn, and how much more it takes; and the
seconds of processor, which tell more on a machine that has other things to do.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from grader.audit import zoo
from grader.batch.local_workers import LocalEngine
from grader.batch.progress import Count
from grader.batch.run import RunConfig, run
from grader.checks import CHECKS
from grader.intake.file_kinds import is_picture
from grader.model import Rubric
from grader.rubric import reader, resources

SUBJECTS = ("Linear", "Sigmoid", "ReLU", "MSE", "BinaryCrossEntropy", "TLNN", "training")


class Silent:
    """A meter that shows nothing."""

    def show(self, count: Count) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""


def main() -> None:
    """Grade the class with and without repairs, and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=100)
    parser.add_argument("--mistakes", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=2)
    asked = parser.parse_args()
    default = reader.load(resources.default_rubric(), CHECKS)
    seconds: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
    with tempfile.TemporaryDirectory() as room:
        folder = Path(room) / "class"
        write_class(folder, asked.students, asked.mistakes)
        for number in range(asked.rounds):
            for searches in (False, True):
                limits = replace(default.limits, repair_seconds=3.0 if searches else 0.0)
                out = Path(room) / f"out{number}{searches}"
                each = measured(folder, out, replace(default, limits=limits), asked.jobs)
                seconds[searches].append(each)
                state = "on" if searches else "off"
                print(f"repairs {state}: {each[0]:.1f} s, {each[1]:.1f} s of processor", flush=True)
    for number, name in enumerate(("time", "processor")):
        on, off = (
            statistics.mean(one[number] for one in seconds[searches]) for searches in (True, False)
        )
        print(f"{asked.students} students, {asked.mistakes} mistakes: {on / off - 1:+.0%} {name}")


def write_class(folder: Path, students: int, mistakes: int) -> None:
    """Write the submissions: mistakes of several classes, spread over the zoo."""
    singles = [one for one in zoo.load(resources.zoo()).singles if one.subject in SUBJECTS]
    chosen = singles[:: len(singles) // mistakes][:mistakes]
    for number in range(students):
        for path, content in chosen[number % mistakes].files.items():
            if not is_picture(path):
                file = folder / f"student{number:03d}" / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(f"# {number}\n".encode() + content)


def measured(folder: Path, out: Path, rubric: Rubric, jobs: int) -> tuple[float, float]:
    """Return the seconds of one batch, and those of processor that all its processes needed."""
    start, before = time.monotonic(), _processor()
    run(RunConfig(folder, out, rubric, 1, unsafe=True), LocalEngine(jobs), Silent())
    return time.monotonic() - start, _processor() - before


def _processor() -> float:
    own, others = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


if __name__ == "__main__":
    main()
