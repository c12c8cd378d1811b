"""Print seconds a submission at 50 and at 1,000, the memory of the parent, and two jobs against one.

python benchmarks/batch.py [SMALL LARGE [BOTH]]
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

from grader.batch.local_workers import LocalEngine
from grader.batch.progress import Count
from grader.batch.run import RunConfig, run
from grader.checks import CHECKS
from grader.rubric import reader, resources

RUBRIC = b"""\
version: 1
title: Quick
total: 6
groups:
  - title: All
    items:
      - {check: linear.forward, points: 6}
"""


class Clock:
    """A meter that remembers when the first and the last submission were done."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def show(self, count: Count) -> None:
        """Note the time of each submission that is done."""
        if count.done > len(self.times):
            self.times.append(time.perf_counter())

    def close(self) -> None:
        """Do nothing."""

    def each(self) -> float:
        """Return seconds a submission, when all workers had started: without the first quarter."""
        warm = self.times[len(self.times) // 4 :]
        return (warm[-1] - warm[0]) / (len(warm) - 1)


def school(folder: Path, number: int) -> None:
    """Write so many submissions, no two alike."""
    text = (resources.student_template().parent / "reference" / "layers.py").read_text("utf-8")
    folder.mkdir()
    for at in range(number):
        (folder / f"s{at:05d}.py").write_text(f"{text}\n# {at}\n", "utf-8")


def measured(number: int, jobs: int, *, whole: bool = False) -> float:
    """Return seconds a submission, with the quick rubric or the whole one."""
    asked = reader.loads(RUBRIC, "quick.yaml", CHECKS)
    if whole:
        asked = reader.load(resources.default_rubric(), CHECKS)
    with tempfile.TemporaryDirectory() as room:
        school(Path(room) / "class", number)
        clock = Clock()
        run(RunConfig(Path(room) / "class", Path(room) / "out", asked, 1), LocalEngine(jobs), clock)
        return clock.each()


def megabytes() -> float:
    """Return the most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(small: int, large: int, both: int) -> None:
    """Measure and print."""
    few = measured(small, 2)
    held = megabytes()
    many = measured(large, 2)
    print(f"{small:5} submissions: {few * 1e3:.1f} ms each, parent {held:.0f} MB")
    print(f"{large:5} submissions: {many * 1e3:.1f} ms each, parent {megabytes():.0f} MB")
    print(f"ratio {many / few:.3f}; at most 1.1 is wanted")
    spent = time.process_time()
    one, two = (measured(both, jobs, whole=True) for jobs in (1, 2))
    own = (time.process_time() - spent) / (2 * both)
    print(f"whole rubric: one job {one:.2f} s, two jobs {two:.2f} s each: {one / two:.2f} times")
    print(f"the parent's own work: {own * 1e3:.1f} ms of processor a submission")


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(*given, *(50, 1000, 24)[len(given) :])
