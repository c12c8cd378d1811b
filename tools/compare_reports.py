"""Grade every program of the zoo, keep the reports, and list what differs between two such files.

Write the reports of this checkout, then those of another one with the same options, and
compare. PYTHONPATH says which checkout grades:

    PYTHONPATH=. python tools/compare_reports.py write after.jsonl --seeds 1 2 3
    PYTHONPATH=OTHER python tools/compare_reports.py write before.jsonl --seeds 1 2 3
    PYTHONPATH=. python tools/compare_reports.py compare before.jsonl after.jsonl

Verdicts, points, parts, slugs of findings, flags and numbers are compared; sentences, titles
and seconds are not. Exit code 1 means that something differs. ``--renames`` names a YAML file
with two optional mappings from an old name to the new one: ``keys`` (of the document) and
``values`` (ids, slugs, names of programs).
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import zlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

import reference
from grader import intake
from grader.audit import partial_programs
from grader.checks import CHECKS
from grader.intake import collector, file_kinds
from grader.model import Limits, Rubric, Submission
from grader.pipeline.grading import grade
from grader.reports import report_document
from grader.rubric import reader
from grader.sandbox.host import create_sandbox
from tests.zoo_rubric import ZOO, whole_rubric

CHUNK = 8
"""Programs that one sandbox grades; its start costs less than one program."""

NOT_COMPARED = frozenset({
    "advice", "decision", "explanation", "grader", "hint", "late", "message", "official", "rubric",
    "sandbox", "schema_version", "seconds", "text", "title", "trial", "what",
})  # fmt: skip
"""Keys of prose, of times, and of what belongs to the machine or to the rubric."""

ANY_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?")
MEASURED = re.compile(r"[-+]?\d+\.\d+(?:e[-+]?\d+)?")
"""A number in prose that was measured: another wording may make "two" of "2", but not of 0.25."""


@dataclass(frozen=True)
class Program:
    """A program to be graded: its name, which begins with its kind, and its files by path."""

    name: str
    files: Mapping[str, bytes]


@dataclass(frozen=True)
class Settings:
    """How a program is graded: under which rubric, with which seed, behind walls or not."""

    rubric: Rubric
    seed: int
    in_process: bool


@dataclass(frozen=True)
class Renames:
    """The new names of old keys and of old values."""

    keys: Mapping[str, str]
    values: Mapping[str, str]

    def value(self, text: str) -> str:
        """Return a value under its new name; of slugs that "+" joins each is renamed."""
        if text in self.values:
            return self.values[text]
        return "+".join(self.values.get(slug, slug) for slug in text.split("+"))


def programs() -> list[Program]:
    """Return the reference, all programs of the zoo, and those of right and empty parts."""
    solved = intake.read(Path(next(iter(reference.__path__))), Limits())
    partials = partial_programs.programs()
    return [
        Program("reference", solved.files),
        Program("base", ZOO.base),
        *(Program(f"wrong {wrong.bug}", wrong.files) for wrong in ZOO.wrongs),
        *(Program(f"right {right.name}", right.files) for right in ZOO.rights),
        *(Program(f"empty {name}", partial_programs.program(choice)) for name, choice in partials),
    ]


def part_of(every: Sequence[Program], part: int, of: int) -> list[Program]:
    """Return the programs of one of ``of`` parts, which are counted from 1.

    The part follows from a program's name alone, so that it stays where others are added.
    """
    return [p for p in every if zlib.crc32(p.name.encode()) % of == part - 1]


def named(every: Sequence[Program], names: Sequence[str]) -> list[Program]:
    """Return the programs that are named; raise ValueError where there is none of a name."""
    missing = sorted(set(names) - {program.name for program in every})
    if missing:
        raise ValueError(f"there is no program {missing[0]!r}")
    return [program for program in every if program.name in names]


def patient(rubric: Rubric, factor: float) -> Rubric:
    """Return a rubric that gives more time, so that no verdict follows from a machine's load."""
    limits = replace(
        rubric.limits,
        import_seconds=rubric.limits.import_seconds * factor,
        total_seconds=rubric.limits.total_seconds * factor,
    )
    items = tuple(replace(item, seconds=item.seconds * factor) for item in rubric.items)
    return replace(rubric, limits=limits, items=items)


def write(out: Path, every: Sequence[Program], runs: Sequence[Settings], jobs: int = 1) -> None:
    """Grade each program with each settings, in ``jobs`` processes; write one line of JSON each."""
    starts = range(0, len(every), CHUNK)
    tasks = [(settings, every[k : k + CHUNK]) for settings in runs for k in starts]
    done = 0
    with out.open("w", encoding="utf-8") as file:
        for lines in _results(tasks, jobs):
            file.writelines(json.dumps(line, sort_keys=True) + "\n" for line in lines)
            file.flush()
            done += len(lines)
            print(f"{done} of {len(every) * len(runs)}", file=sys.stderr)  # noqa: T201


def _results(
    tasks: Sequence[tuple[Settings, Sequence[Program]]], jobs: int
) -> Iterator[list[dict[str, Any]]]:
    if jobs == 1:
        yield from (_graded(*task) for task in tasks)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(_graded, *zip(*tasks, strict=True))


def _graded(settings: Settings, some: Sequence[Program]) -> list[dict[str, Any]]:
    """Grade programs in one sandbox; return the name, the seed and the report of each."""
    limits = settings.rubric.limits
    with create_sandbox(limits, in_process=settings.in_process, unsafe=True) as sandbox:
        lines = []
        for program in some:
            report = grade(
                _handed_in(program), settings.rubric, seed=settings.seed, sandbox=sandbox
            )
            document = report_document.document(report)
            lines.append({"program": program.name, "seed": settings.seed, "report": document})
    return lines


def _handed_in(program: Program) -> Submission:
    pictures = {p: data for p, data in program.files.items() if file_kinds.is_picture(p)}
    sources = {p: data for p, data in program.files.items() if p not in pictures}
    digest = collector.digest(program.files)
    return Submission(program.name, sources, digest, images=pictures)


def facts(report: object, renames: Renames) -> dict[str, object]:
    """Return what is compared of a report: a path such as ``checks.mse.forward.points`` -> value."""
    return dict(_facts(report, "", renames))


def _facts(node: Any, path: str, renames: Renames) -> Iterator[tuple[str, object]]:
    if isinstance(node, dict):
        for old, value in node.items():
            key = renames.keys.get(old, old)
            if key in ("expected", "actual") and isinstance(value, str):
                yield f"{path}.{key}", tuple(ANY_NUMBER.findall(value))
            elif key not in NOT_COMPARED:
                yield from _facts(value, f"{path}.{key}".lstrip("."), renames)
    elif isinstance(node, list):
        yield f"{path}.length", len(node)
        for number, value in enumerate(node):
            # Checks go by their ids, for a rubric may list them in another order.
            step = renames.value(value["id"]) if path == "checks" else number
            yield from _facts(value, f"{path}.{step}", renames)
    elif isinstance(node, str):
        is_prose = " " in node and re.search(r"[a-z]", node)
        yield path, tuple(MEASURED.findall(node)) if is_prose else renames.value(node)
    else:
        yield path, node


def read(file: Path, renames: Renames) -> dict[str, dict[str, object]]:
    """Return the facts of each report of a file, by program and seed."""
    reports = {}
    with file.open(encoding="utf-8") as lines:
        for line in map(json.loads, lines):
            kind, _, slug = line["program"].partition(" ")
            name = f"{kind} {renames.value(slug)}".rstrip()
            line["report"]["submission"]["name"] = name
            reports[f"{name}, seed {line['seed']}"] = facts(line["report"], renames)
    return reports


def differences(before: dict[str, object], after: dict[str, object]) -> list[str]:
    """Return a line for each fact that differs between two reports."""
    gone = object()
    paths = [p for p in before | after if before.get(p, gone) != after.get(p, gone)]
    return [f"{p}: {before.get(p, 'absent')} -> {after.get(p, 'absent')}" for p in sorted(paths)]


def compare(before: Path, after: Path, renames: Renames, most: int = 5) -> int:
    """Print each program whose reports differ, with its first differences; return how many differ.

    What is in one file alone counts as a difference.
    """
    old, new = read(before, renames), read(after, Renames({}, {}))
    count = 0
    for name in old | new:
        if name not in old or name not in new:
            lines = [f"only {'after' if name in new else 'before'}"]
        else:
            lines = differences(old[name], new[name])
        if lines:
            count += 1
            more = [f"and {len(lines) - most} more"] if len(lines) > most else []
            print("\n    ".join([name, *lines[:most], *more]))  # noqa: T201
    print(f"{len(old | new)} reports, {count} differ")  # noqa: T201
    return count


def _renames(file: Path | None) -> Renames:
    content = YAML(typ="safe").load(file.read_text("utf-8")) if file else {}
    return Renames(content.get("keys") or {}, content.get("values") or {})


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    writing = commands.add_parser("write", help="grade every program and keep the reports")
    writing.add_argument("out", type=Path)
    writing.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    writing.add_argument("--part", type=int, default=1, help="which part of the programs, from 1")
    writing.add_argument("--of", type=int, default=1, help="how many parts there are")
    writing.add_argument("--only", action="append", default=[], help="the name of a program")
    writing.add_argument("--rubric", type=Path, help="instead of a rubric of every check")
    writing.add_argument("--jobs", type=int, default=1, help="how many processes grade")
    writing.add_argument("--patience", type=float, default=3.0, help="times the rubric's seconds")
    writing.add_argument("--in-process", action="store_true", help="without walls or time limits")
    comparing = commands.add_parser("compare", help="list what differs between two files")
    comparing.add_argument("before", type=Path)
    comparing.add_argument("after", type=Path)
    comparing.add_argument("--renames", type=Path, help="YAML: keys and values with new names")
    comparing.add_argument("--most", type=int, default=5, help="differences shown for a program")
    return parser.parse_args(argv)


def main(argv: Sequence[str]) -> int:
    """Write reports or compare them; return 1 where they differ."""
    options = _arguments(argv)
    if options.command == "compare":
        renames = _renames(options.renames)
        return 1 if compare(options.before, options.after, renames, options.most) else 0
    every = programs()
    some = named(every, options.only) or part_of(every, options.part, options.of)
    rubric = reader.load(options.rubric, CHECKS) if options.rubric else whole_rubric()
    rubric = patient(rubric, options.patience)
    runs = [Settings(rubric, seed, options.in_process) for seed in options.seeds]
    write(options.out, some, runs, options.jobs)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
