"""Print how long the examination of a submission takes, training and figures apart.

The examiner's time and the child's together, from the first question to the last verdict;
neither the fork nor the import of the submission is in it. The target is 80 ms. On a busy
machine the processor time says more: both sides in one process, and whatever crosses the wire
is packed, read and looked at on each of them.

python benchmarks/examination.py [TIMES]
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from grader import intake
from grader.audit import zoo
from grader.checks import CHECKS
from grader.model import Rubric, Submission
from grader.pipeline.order import plan
from grader.remote import Clock, Connection, Lab
from grader.rubric import reader, resources
from grader.sandbox.answer_schema import fits
from grader.sandbox.child.packing import LIMIT, WireError, decode, encode
from grader.sandbox.host import Answer, LocalSandbox, ProcessSandbox, Program, Sandbox, Wire

NOT_COUNTED = ("training.", "plots.")
SEED = 1
LONGEST = 8


def counted() -> Rubric:
    """Return the default rubric without training and figures."""
    whole = reader.load(resources.default_rubric(), CHECKS)
    items = [item for item in whole.items if not item.check.startswith(NOT_COUNTED)]
    return replace(whole, items=tuple(items))


class PackedSandbox(LocalSandbox):
    """Machines in this process, at the price of a wire."""

    def open(self, kind: str = "contract") -> Wire:
        """Return a wire that packs what crosses it."""
        return PackedWire(super().open(kind))


class PackedWire:
    """A wire that packs and reads each program and each answer, as its two ends do."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def exchange(self, program: Program, seconds: float) -> list[Answer]:
        """Pass a program on, as the far side would read it, and its answers as this one would."""
        arrived = decode(encode([list(instruction) for instruction in program]), LIMIT)
        answers: list[Answer] = decode(encode(self._wire.exchange(arrived, seconds)))
        if not all(map(fits, program, answers)):
            raise WireError("an answer that breaks the rules")
        return answers

    def close(self) -> None:
        """End the machine's life."""
        self._wire.close()


def once(
    submission: Submission, asked: Rubric, sandbox: Sandbox
) -> tuple[float, Mapping[str, float]]:
    """Examine a submission; return the wall-clock milliseconds, and the processor's by check."""
    connection = Connection(sandbox, submission, asked, SEED)
    _ = connection.import_result
    spent: dict[str, float] = {}
    memory: dict[str, object] = {}
    start = time.perf_counter()
    for item in plan(asked.items):
        before = time.process_time()
        check, lab = (
            CHECKS[item.check],
            Lab(connection, item, SEED, memory, Clock(2 * item.seconds)),
        )
        check.examine(lab)
        spent[check.id] = 1e3 * (time.process_time() - before)
    whole = time.perf_counter() - start
    connection.close()
    return whole * 1e3, spent


def tell(submission: Submission, asked: Rubric, times: int) -> None:
    """Print medians of several runs, and the checks that cost most."""
    with ProcessSandbox(asked.limits) as sandbox:
        walls = [once(submission, asked, sandbox)[0] for _ in range(times + 1)][1:]
    with PackedSandbox() as local:
        runs = [once(submission, asked, local)[1] for _ in range(times + 1)][1:]
    busy = statistics.median(sum(run.values()) for run in runs)
    print(
        f"{submission.name}: {statistics.median(walls):.1f} ms (quickest {min(walls):.1f}), "
        f"{busy:.1f} ms of the processor"
    )
    for check in sorted(runs[-1], key=lambda check: -runs[-1][check])[:LONGEST]:
        print(f"    {check:24} {statistics.median(run[check] for run in runs):5.1f} ms")


def main(times: int) -> None:
    """Measure the reference and the zoo's base."""
    asked = counted()
    tell(intake.read(Path(__file__).parents[1] / "reference", asked.limits), asked, times)
    tell(Submission("zoo base", zoo.load(resources.zoo()).base, "0" * 64), asked, times)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
