"""How many mistakes of the zoo are repaired, and located by their repairs: over its single mistakes.

Run with ``python -m benchmarks.repairs [--mutants | --pairs] [--every N] [SUBJECT ...]``. Every wrong program is
an edit of the base, so the lines that differ from the base are where its mistake was planted. Printed are, for
each subject, how many programs are located to a planted line (of a pair, to one of the two), how many are
repaired, the median and the worst seconds of the search, and each program that is not repaired or that is
located to a line that is right. With ``--every N``, only each N-th program is examined.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import defaultdict
from dataclasses import dataclass, replace

from benchmarks import mutants
from benchmarks.places import SEED, judge, planted_lines, whole_rubric
from grader.audit import zoo
from grader.audit.trials import restrict
from grader.intake.file_kinds import is_picture
from grader.model import Outcome, Rubric, Submission
from grader.pipeline.examination import Examination
from grader.pipeline.repair_memory import RepairMemory
from grader.rubric import resources
from grader.sandbox.host import Sandbox, create_sandbox

SUBJECTS = (
    "Linear", "Sigmoid", "ReLU", "Tanh", "LeakyReLU", "Softmax", "MSE", "BinaryCrossEntropy", "CrossEntropy",
    "TLNN", "training",
)  # fmt: skip
FAILING = ("failed", "crashed", "timed_out")


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one wrong program."""

    bug: str
    kind: str
    where: str
    repaired: bool
    seconds: float
    edits: str


def main() -> None:
    """Examine the programs and print the table."""
    asked, rubric = _arguments(), whole_rubric()
    limits = replace(rubric.limits, repair_seconds=asked.seconds)
    rubric = replace(rubric, limits=limits)
    results: dict[str, list[Result]] = defaultdict(list)
    with create_sandbox(rubric.limits, unsafe=True) as sandbox:
        for wrong, planted in _programs(asked):
            result = _examine(wrong, planted, restrict(rubric, {wrong.subject}), sandbox)
            results[wrong.subject].append(result)
            _print_remarkable(result)
    for subject, some in results.items():
        _print_row(subject, some)
    _print_row("all", [one for some in results.values() for one in some])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=SUBJECTS)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=3.0, help="for the search")
    programs = parser.add_mutually_exclusive_group()
    programs.add_argument("--mutants", action="store_true")
    programs.add_argument("--pairs", action="store_true")
    return parser.parse_args()


def _programs(asked: argparse.Namespace) -> list[tuple[zoo.Wrong, set[tuple[str, int]]]]:
    """Return the programs that are asked for, each with the lines where its mistakes were planted."""
    programs = zoo.load(resources.zoo())
    some = programs.pairs if asked.pairs else programs.singles
    known = [(programs.base, wrong) for wrong in some]
    both = list(mutants.programs(programs.base)) if asked.mutants else known
    chosen = [one for one in both if {one[1].subject, one[1].bug} & set(asked.names)]
    return [(wrong, planted_lines(right, wrong.files)) for right, wrong in chosen[:: asked.every]]


def _examine(
    wrong: zoo.Wrong, planted: set[tuple[str, int]], rubric: Rubric, sandbox: Sandbox
) -> Result:
    sources = {path: data for path, data in wrong.files.items() if not is_picture(path)}
    submission = Submission("zoo", sources, "0" * 64)
    examination = TimedExamination(submission, rubric, SEED, sandbox, repairs=RepairMemory())
    try:
        outcomes = examination.run()
    finally:
        examination.close()
    kind, where = judge(outcomes, planted)
    return Result(
        wrong.bug, kind, where, _is_repaired(outcomes), examination.seconds, _edits(outcomes)
    )


class TimedExamination(Examination):
    """An examination that measures how long the search for repairs takes."""

    seconds = 0.0

    def _with_repairs(self, examined: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
        start = time.monotonic()
        try:
            return super()._with_repairs(examined)
        finally:
            self.seconds = time.monotonic() - start


def _is_repaired(outcomes: tuple[Outcome, ...]) -> bool:
    failed = [outcome for outcome in outcomes if outcome.verdict in FAILING]
    return bool(failed) and all(outcome.repair for outcome in failed)


def _edits(outcomes: tuple[Outcome, ...]) -> str:
    repairs = dict.fromkeys(repair for outcome in outcomes for repair in outcome.repair)
    return "; ".join(
        f"{r.location.line}: {' | '.join(r.before)} -> {' | '.join(r.after)}" for r in repairs
    )


def _print_remarkable(result: Result) -> None:
    if not result.repaired or result.kind != "exact":
        state = "repaired" if result.repaired else "NOT REPAIRED"
        print(
            f"{result.kind:10} {state:12} {result.seconds:5.2f} {result.bug} {result.where} {result.edits}",
            flush=True,
        )


def _print_row(subject: str, results: list[Result]) -> None:
    failing = [one for one in results if one.kind != "passed"]
    count = max(1, len(failing))
    exact = sum(one.kind == "exact" for one in failing)
    wrong = sum(one.kind == "WRONG LINE" for one in failing)
    repaired = sum(one.repaired for one in failing)
    seconds = [one.seconds for one in failing] or [0.0]
    others = [one for one in failing if not one.repaired]
    located = sum(one.kind == "exact" for one in others)
    print(
        f"{subject:20} {len(failing):4} wrong: located {exact / count:4.0%}, repaired {repaired / count:4.0%}, "
        f"without one located {located} of {len(others)}, wrong lines {wrong}, "
        f"median {statistics.median(seconds):.2f} s, worst {max(seconds):.2f} s"
    )


if __name__ == "__main__":
    main()
