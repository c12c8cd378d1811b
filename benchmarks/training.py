"""What training costs: the processor time of the student's side, right and never arriving.

The far side's machine runs in this process here, so that its processor time can be told
from the examiner's. Run with ``python benchmarks/training.py``. The examiner's own search
for a start that leads there happens once a seed and is printed first.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from grader import intake, pipeline, resources, rubric
from grader.checks import CHECKS, known
from grader.lab import Room
from grader.model import Submission
from grader.sandbox.host import Answer, LocalSandbox, Program, Wire

RUNS = 5
ARRIVING = ("training.lockstep", "training.linear", "training.xor", "training.init")
NEVER = (b"grad = layer.backward(grad, lr)", b"grad = layer.backward(grad, 0.0)")


class Metered(LocalSandbox):
    """Machines in this process whose processor time is summed."""

    def __init__(self) -> None:
        self.cpu = 0.0

    def open(self, kind: str = "contract") -> Wire:
        """Return a wire that reports its processor time here."""
        return MeteredWire(self, super().open(kind))


class MeteredWire:
    """A wire that sums the processor time of its exchanges."""

    def __init__(self, owner: Metered, wire: Wire) -> None:
        self._owner, self._wire = owner, wire

    def exchange(self, program: Program, seconds: float) -> list[Answer]:
        """Pass a program on, and take the time."""
        start = time.process_time()
        try:
            return self._wire.exchange(program, seconds)
        finally:
            self._owner.cpu += time.process_time() - start

    def close(self) -> None:
        """End the machine's life."""
        self._wire.close()


def main() -> None:
    """Print medians of several runs."""
    base = intake.read(Path(__file__).parents[1] / "tests" / "zoo" / "base", _rubric().limits)
    never = replace(base, files={k: v.replace(*NEVER) for k, v in base.files.items()})
    start = time.perf_counter()
    for kind in ("linear", "xor"):
        known.task(kind, 1)
    print(f"examiner's search for two starts, once: {1e3 * (time.perf_counter() - start):6.0f} ms")
    with Metered() as sandbox:
        for name, submission in (("right", base), ("never arrives", never)):
            costs = [_cost(submission, sandbox) for _ in range(RUNS)]
            for check in ARRIVING:
                median = statistics.median(cost[check] for cost in costs)
                print(f"{name:14} {check:18} {1e3 * median:6.0f} ms in the child")
            total = statistics.median(sum(cost.values()) for cost in costs)
            print(f"{name:14} {'all of training':18} {1e3 * total:6.0f} ms in the child")


def _rubric() -> rubric.Rubric:
    whole = rubric.load(resources.default_rubric(), CHECKS)
    return replace(whole, items=tuple(i for i in whole.items if i.check.startswith("training.")))


def _cost(submission: Submission, sandbox: Metered) -> Mapping[str, float]:
    """The far side's processor seconds in each training check."""
    asked, costs = _rubric(), {}
    room = Room(sandbox, submission, asked, 1)
    _ = room.imported
    memory: dict[str, object] = {}
    for item in asked.items:
        before = sandbox.cpu
        check = CHECKS[item.check]
        lab = pipeline.Lab(room, item, 1, memory)
        pipeline._outcome(check, lab, item)
        costs[item.check] = sandbox.cpu - before
    room.close()
    return costs


if __name__ == "__main__":
    main()
