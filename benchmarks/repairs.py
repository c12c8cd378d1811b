"""How many mistakes of the zoo are repaired, and located by their repairs: over its single mistakes.

Run with ``python -m benchmarks.repairs [--mutants] [SUBJECT ...]``. Every wrong program is an edit of the base, so the
lines that differ from the base are where its mistake was planted. Printed are, for each subject, how many
programs are located to a planted line, how many are repaired, the median and the worst seconds of the
search, and each program that is not repaired or that is located to a line that is right.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections import defaultdict
from dataclasses import dataclass

from benchmarks import mutants
from benchmarks.places import SEED, judge, planted_lines, whole_rubric
from grader.audit import zoo
from grader.audit.trials import restrict
from grader.intake.file_kinds import is_picture
from grader.model import Outcome, Submission
from grader.pipeline.examination import Examination
from grader.rubric import resources
from grader.sandbox.host import create_sandbox

SUBJECTS = (
    "Linear", "Sigmoid", "ReLU", "Tanh", "LeakyReLU", "Softmax", "MSE", "BinaryCrossEntropy", "CrossEntropy",
    "TLNN", "train", "accuracy",
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
    programs, rubric = zoo.load(resources.zoo()), whole_rubric()
    is_mutants = "--mutants" in sys.argv
    chosen = [name for name in sys.argv[1:] if name != "--mutants"] or SUBJECTS
    results: dict[str, list[Result]] = defaultdict(list)
    with create_sandbox(rubric.limits, unsafe=True) as sandbox:
        pairs = (
            mutants.programs(programs.base)
            if is_mutants
            else ((programs.base, wrong) for wrong in programs.singles)
        )
        for right, wrong in pairs:
            if wrong.subject not in chosen and wrong.bug not in chosen:
                continue
            sources = {p: data for p, data in wrong.files.items() if not is_picture(p)}
            submission = Submission("zoo", sources, "0" * 64)
            examination = TimedExamination(
                submission, restrict(rubric, {wrong.subject}), SEED, sandbox, repairs=True
            )
            try:
                outcomes = examination.run()
            finally:
                examination.close()
            kind, where = judge(outcomes, planted_lines(right, wrong.files))
            result = Result(
                wrong.bug,
                kind,
                where,
                _is_repaired(outcomes),
                examination.seconds,
                _edits(outcomes),
            )
            results[wrong.subject].append(result)
            _print_remarkable(result)
    for subject, some in results.items():
        _print_row(subject, some)
    _print_row("all", [one for some in results.values() for one in some])


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
    print(
        f"{subject:20} {len(failing):4} wrong: located {exact / count:4.0%}, repaired {repaired / count:4.0%}, "
        f"wrong lines {wrong}, median {statistics.median(seconds):.2f} s, worst {max(seconds):.2f} s"
    )


if __name__ == "__main__":
    main()
