"""What training costs: the processor time of the student's side, right and never arriving.

The far side's machine runs in this process here, so that its processor time can be told
from the examiner's. Run with ``python benchmarks/training.py``. The examiner's own search
for a start that leads there happens once a seed and is printed first.
"""

from __future__ import annotations

import contextlib
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from grader import intake
from grader.checks import CHECKS
from grader.model import Failure, Rubric, Submission
from grader.observation import convergent_starts
from grader.remote import Clock, Connection, Lab
from grader.rubric import reader, resources
from grader.sandbox.host import Answer, LocalSandbox, Program, Wire

SEEDS = range(1, 9)
ARRIVING = (
    "training.lockstep", "training.linear", "training.xor", "training.init", "training.train",
)  # fmt: skip
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
    """Print what each check costs, the median and the most of several seeds."""
    base = intake.read(Path(__file__).parents[1] / "tests" / "zoo" / "base", _rubric().limits)
    never = replace(base, files={k: v.replace(*NEVER) for k, v in base.files.items()})
    start = time.perf_counter()
    for kind in ("linear", "xor"):
        convergent_starts.task(kind, 1)
    print(f"examiner's search for two starts, once: {1e3 * (time.perf_counter() - start):6.0f} ms")
    with Metered() as sandbox:
        for name, submission in (("right", base), ("never arrives", never)):
            _cost(submission, sandbox, SEEDS[0])  # what is loaded once
            costs = [_cost(submission, sandbox, seed) for seed in SEEDS]
            for check in ARRIVING:
                _print(name, check, [cost[check] for cost in costs])
            _print(name, "all of training", [_of_training(cost) for cost in costs])


def _print(name: str, what: str, seconds: Sequence[float]) -> None:
    median, most = (1e3 * value for value in (statistics.median(seconds), max(seconds)))
    print(f"{name:14} {what:18} {median:6.0f} ms in the child, {most:.0f} at most")


def _rubric() -> Rubric:
    """What is examined of a whole network: what is seen of one in passing is seen once, and first."""
    whole = reader.load(resources.default_rubric(), CHECKS)
    items = (i for i in whole.items if i.check.startswith(("network.", "training.")))
    return replace(whole, items=tuple(items))


def _of_training(cost: Mapping[str, float]) -> float:
    return sum(seconds for check, seconds in cost.items() if check.startswith("training."))


def _cost(submission: Submission, sandbox: Metered, seed: int) -> Mapping[str, float]:
    """The far side's processor seconds in each check of training."""
    asked, costs = _rubric(), {}
    connection = Connection(sandbox, submission, asked, seed)
    _ = connection.import_result
    memory: dict[str, object] = {}
    for item in asked.items:
        before = sandbox.cpu
        check = CHECKS[item.check]
        lab = Lab(connection, item, seed, memory, Clock(2 * item.seconds))
        with contextlib.suppress(Failure):
            check.examine(lab)
        costs[item.check] = sandbox.cpu - before
    connection.close()
    return costs


if __name__ == "__main__":
    main()
