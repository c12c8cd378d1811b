"""Print what each stage of grading one submission costs, in milliseconds of wall clock.

python -m benchmarks.stages [TIMES]

First the stages that a command pays once, each in a new process or the first time in this one; then
those of every submission, medians over TIMES gradings of the reference with the whole rubric.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import TypeVar

from grader import intake, reports
from grader.checks import CHECKS
from grader.model import Report
from grader.pipeline.examination import Examination
from grader.reports import figure_files
from grader.rubric import reader, resources
from grader.sandbox.host import Answer, ProcessSandbox, Program, Wire
from grader.sandbox.zygote_client import Zygote
from grader.sandbox.zygote_process import ZygoteProcess

SEED = 1
Costs = dict[str, float]
T = TypeVar("T")


def timed(costs: Costs, name: str, run: Callable[[], T]) -> T:
    """Run; add the milliseconds that it took under a name."""
    start = time.perf_counter()
    result = run()
    costs[name] = costs.get(name, 0.0) + 1e3 * (time.perf_counter() - start)
    return result


class TimedSandbox(ProcessSandbox):
    """A sandbox that adds up what its forks take, and its answers."""

    costs: Costs

    def open(self, kind: str = "contract") -> Wire:  # type: ignore[override]
        """Fork a child."""
        return TimedWire(
            timed(self.costs, "fork", lambda: super(TimedSandbox, self).open(kind)), self
        )


class TimedWire:
    """A wire that adds up what its answers take."""

    def __init__(self, wire: Wire, sandbox: TimedSandbox) -> None:
        self._wire, self._sandbox = wire, sandbox

    def exchange(self, program: Program, seconds: float) -> list[Answer]:
        """Run a program in the child."""
        costs = self._sandbox.costs
        return timed(
            costs, "of these: child and wire", lambda: self._wire.exchange(program, seconds)
        )

    def close(self) -> None:
        """End the child."""
        timed(self._sandbox.costs, "end of the child", self._wire.close)


def once() -> Costs:
    """Return the costs of the stages that a command pays once."""
    costs: Costs = {}
    command = [sys.executable, "-m", "grader", "--help"]
    timed(
        costs,
        "start: grade --help",
        lambda: subprocess.run(command, check=True, capture_output=True),
    )
    imports = [
        sys.executable,
        "-c",
        "import grader.pipeline.grading, grader.reports, grader.intake",
    ]
    timed(costs, "imports of the examiner", lambda: subprocess.run(imports, check=True))
    timed(costs, "rubric", lambda: reader.load(resources.default_rubric(), CHECKS))
    zygote = timed(costs, "zygote until ready", lambda: Zygote(ZygoteProcess(draws=False)))
    request = {"memory_mb": 2048, "total_seconds": 40.0, "walls": None}
    timed(costs, "  with what draws", lambda: zygote.fork({**request, "kind": "contract"})).close()
    timed(costs, "  with fonts", lambda: zygote.fork({**request, "kind": "figures"})).close()
    zygote.close()
    return costs


def each(sandbox: TimedSandbox) -> Costs:
    """Return the costs of the stages of one submission."""
    costs = sandbox.costs = {}
    rubric = reader.load(resources.default_rubric(), CHECKS)
    folder = resources.student_template().parent / "reference"
    submission = timed(costs, "intake", lambda: intake.read(folder, rubric.limits))
    examination = Examination(submission, rubric, SEED, sandbox, detects=True)
    outcomes = timed(costs, "examination", examination.run)
    for outcome in outcomes:
        group = "  " + outcome.item.check.partition(".")[0]
        costs[group] = costs.get(group, 0.0) + 1e3 * outcome.seconds
    flags = timed(costs, "flags of the sources", examination.flags)
    examination.close()
    report = Report(submission, rubric, outcomes, SEED, True, sandbox.walls, needs_review=flags)
    document = timed(costs, "document", lambda: reports.document(report))
    timed(costs, "validation", lambda: reports.validate(document))
    timed(costs, "figures", lambda: figure_files.contents(report))
    timed(costs, "JSON", lambda: reports.render(document, "json"))
    timed(costs, "page", lambda: reports.render(document, "html"))
    return costs


def main(times: int) -> None:
    """Measure, and print a line a stage."""
    print("once a command")
    for name, cost in once().items():
        print(f"  {name:30} {cost:7.1f} ms")
    with TimedSandbox(reader.load(resources.default_rubric(), CHECKS).limits) as sandbox:
        all_costs = [each(sandbox) for _ in range(times + 2)][2:]
    print("each submission (the reference)")
    for name in all_costs[-1]:
        values = [costs.get(name, 0.0) for costs in all_costs]
        print(f"  {name:30} {statistics.median(values):7.1f} ms, at least {min(values):.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
