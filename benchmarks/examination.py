"""Print how long the examination of a submission takes, training and figures apart.

The examiner's time and the child's together, from the first question to the last verdict;
neither the fork nor the import of the submission is in it. The target is 80 ms. On a busy
machine the processor time, measured with both sides in one process, says more.

python benchmarks/examination.py [TIMES]
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

from grader import intake, resources, rubric, zoo
from grader.checks import CHECKS
from grader.lab import Lab, Room
from grader.model import Rubric, Submission
from grader.pipeline import plan
from grader.sandbox.host import LocalSandbox, ProcessSandbox, Sandbox

NOT_COUNTED = ("training.", "plots.")
SEED = 1
LONGEST = 8


def counted() -> Rubric:
    """Return the default rubric without training and figures."""
    whole = rubric.load(resources.default_rubric(), CHECKS)
    items = [item for item in whole.items if not item.check.startswith(NOT_COUNTED)]
    return replace(whole, items=tuple(items))


def once(submission: Submission, asked: Rubric, sandbox: Sandbox) -> tuple[float, Counter[str]]:
    """Examine a submission; return the wall-clock milliseconds, and the processor's by check."""
    room = Room(sandbox, submission, asked, SEED)
    _ = room.imported
    spent: Counter[str] = Counter()
    memory: dict[str, object] = {}
    start = time.perf_counter()
    for item in plan(asked.items):
        before = time.process_time()
        check, lab = CHECKS[item.check], Lab(room, item, SEED, memory)
        check.examine(lab, lab.rng(check.id))
        spent[check.id] = time.process_time() - before  # type: ignore[assignment]
    whole = time.perf_counter() - start
    room.close()
    return whole * 1e3, Counter({check: 1e3 * s for check, s in spent.items()})  # type: ignore[arg-type]


def tell(submission: Submission, asked: Rubric, times: int) -> None:
    """Print medians of several runs, and the checks that cost most."""
    with ProcessSandbox(asked.limits) as sandbox:
        walls = [once(submission, asked, sandbox)[0] for _ in range(times + 1)][1:]
    with LocalSandbox() as local:
        runs = [once(submission, asked, local)[1] for _ in range(times + 1)][1:]
    busy = statistics.median(run.total() for run in runs)
    print(
        f"{submission.name}: {statistics.median(walls):.1f} ms (quickest {min(walls):.1f}), "
        f"{busy:.1f} ms of the processor"
    )
    for check, _ in runs[-1].most_common(LONGEST):
        print(f"    {check:24} {statistics.median(run[check] for run in runs):5.1f} ms")


def main(times: int) -> None:
    """Measure the reference and the zoo's base."""
    asked = counted()
    tell(intake.read(Path(__file__).parents[1] / "reference", asked.limits), asked, times)
    tell(Submission("zoo base", zoo.load(resources.zoo()).base, "0" * 64), asked, times)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
