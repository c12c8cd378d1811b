"""How near the grader comes to the place of a mistake: over the zoo's single mistakes.

Run with ``python -m benchmarks.places [--mutants] [SUBJECT ...]``; with ``--mutants``, over those written by
hand. Every wrong program is an edit of the base, so the
lines that differ from the base are where its mistake was planted. Printed are, for each subject, how many
programs are located to a planted line, how many only to the method or the class that holds one, and how
many to a statement that is right, each with its name; a line that an error left from counts apart.
"""

from __future__ import annotations

import difflib
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace

from benchmarks import mutants
from grader.audit import zoo
from grader.audit.trials import restrict
from grader.checks import CHECKS
from grader.intake.file_kinds import is_picture
from grader.model import Item, Location, Outcome, Rubric, Submission
from grader.pipeline.examination import Examination
from grader.rubric import reader, resources
from grader.sandbox.host import Sandbox, create_sandbox

SEED = 1
KINDS = (
    "exact",
    "method",
    "class",
    "file",
    "error",
    "elsewhere",
    "no place",
    "WRONG LINE",
    "passed",
)


def main() -> None:
    """Examine the programs and print the table."""
    programs, rubric = zoo.load(resources.zoo()), whole_rubric()
    chosen = [name for name in sys.argv[1:] if name != "--mutants"]
    pairs = (
        mutants.programs(programs.base)
        if "--mutants" in sys.argv
        else [(programs.base, wrong) for wrong in programs.singles]
    )
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    remarkable: list[str] = []
    with create_sandbox(rubric.limits, unsafe=True) as sandbox:
        for right, wrong in pairs:
            if chosen and wrong.subject not in chosen:
                continue
            planted = planted_lines(right, wrong.files)
            outcomes = _examine(wrong, restrict(rubric, {wrong.subject}), sandbox)
            kind, where = judge(outcomes, planted)
            counts[wrong.subject][kind] += 1
            counts["all"][kind] += 1
            if kind in ("WRONG LINE", "elsewhere", "no place") or "--mutants" in sys.argv:
                remarkable.append(f"{kind}: {wrong.bug} {where} planted {sorted(planted)[:4]}")
    print(f"{'':22}" + "".join(f"{kind:>12}" for kind in KINDS))
    for subject, count in counts.items():
        total = sum(count.values())
        print(
            f"{subject:22}"
            + "".join(f"{count[kind]:>5} {count[kind] / total:>5.0%} " for kind in KINDS)
        )
    print("\n".join(remarkable))


def whole_rubric() -> Rubric:
    """Return the default rubric with every check in it, each worth something and with time to spare."""
    default = reader.load(resources.default_rubric(), CHECKS)
    items = [replace(item, points=item.points or 1.0, seconds=20.0) for item in default.items]
    left = sorted(set(CHECKS) - {item.check for item in items})
    return replace(default, items=(*items, *(Item(check, 1.0, "Optional", 20.0) for check in left)))


def planted_lines(base: zoo.Files, files: zoo.Files) -> set[tuple[str, int]]:
    """Return file and line of what differs from the base; of what is missing, the lines around it."""
    lines: set[tuple[str, int]] = set()
    for path, content in files.items():
        old, new = base.get(path, b"").splitlines(), content.splitlines()
        matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
        for tag, _, _, start, end in matcher.get_opcodes():
            if tag == "delete":
                lines |= {(path, start), (path, start + 1)}
            elif tag != "equal":
                lines |= {(path, number + 1) for number in range(start, end)}
    return lines


def _examine(wrong: zoo.Wrong, rubric: Rubric, sandbox: Sandbox) -> tuple[Outcome, ...]:
    images = {path: data for path, data in wrong.files.items() if is_picture(path)}
    sources = {path: data for path, data in wrong.files.items() if path not in images}
    submission = Submission("zoo", sources, "0" * 64, images=images)
    examination = Examination(submission, rubric, SEED, sandbox, explains=False)
    try:
        return examination.run()
    finally:
        examination.close()


def judge(outcomes: tuple[Outcome, ...], planted: set[tuple[str, int]]) -> tuple[str, str]:
    """Return the nearest place of all that failed, and where; a wrong line outweighs everything."""
    failed = [
        outcome for outcome in outcomes if outcome.verdict in ("failed", "crashed", "timed_out")
    ]
    judged = [_judge_one(location, planted) for location in _locations(failed)]
    if not failed:
        return "passed", ""
    if not judged:
        return "no place", ", ".join(outcome.item.check for outcome in failed)
    order = ("WRONG LINE", "exact", "method", "class", "file", "error", "elsewhere")
    return min(judged, key=lambda pair: order.index(pair[0]))


def _locations(failed: list[Outcome]) -> Iterator[Location]:
    for outcome in failed:
        if outcome.location is not None:
            yield outcome.location


def _judge_one(location: Location, planted: set[tuple[str, int]]) -> tuple[str, str]:
    lines = {(location.file, line) for line in range(location.line, location.end_line + 1)}
    where = f"{location.file}:{location.line}-{location.end_line} {location.method}"
    if lines & planted:
        return ("exact" if location.kind in ("statement", "line") else location.kind), where
    kinds = {"statement": "WRONG LINE", "line": "error"}
    return kinds.get(location.kind, "elsewhere"), where


if __name__ == "__main__":
    main()
