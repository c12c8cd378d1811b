"""Classes for the tests of batches: quick submissions, a quick rubric, and engines that pretend."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from dataclasses import replace
from pathlib import Path
from typing import Any

from grader import reports
from grader.batch.environment import Environment
from grader.batch.progress import Count
from grader.batch.run import RunConfig
from grader.batch.work import Task, TaskResult
from grader.checks import CHECKS
from grader.model import Finding, Message, Outcome, Report, Rubric, Status, Verdict
from grader.reports.text_catalogue import default
from grader.rubric import reader

ROOT = Path(__file__).parents[2]
LAYERS = (ROOT / "reference" / "layers.py").read_text("utf-8")
WRONG = LAYERS.replace("prev_grad @ self.w.T", "prev_grad @ self.w.T * 2")
WRONG_FORWARD = LAYERS.replace("return y if self.b is None else y + self.b", "return y * 2")
QUICK = """\
version: 1
title: Quick
total: 10
groups:
  - title: All
    items:
      - {check: linear.forward, points: 6}
      - {check: linear.backward.input, points: 4}
"""
BUG = next(slug for slug, text in default().mistakes.items() if "{" not in text.evidence)
"""A mistake that can be named without numbers."""

GROUND = Environment(("walls",), "1", "0" * 64, "2", True)


def quick(folder: Path, text: str = QUICK) -> Path:
    """Write the quick rubric beside everything else."""
    path = folder / "quick.yaml"
    path.write_text(text, "utf-8")
    return path


def loaded(text: str = QUICK) -> Rubric:
    return reader.loads(text.encode(), "quick.yaml", CHECKS)


def grow(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files below a folder."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def many(root: Path, number: int, wrong: str = WRONG) -> Path:
    """A class of single files, every third with a mistake, no two alike."""
    texts = (wrong if at % 3 == 0 else LAYERS for at in range(number))
    return grow(root, {f"s{at:04d}.py": f"{t}\n# {at}\n" for at, t in enumerate(texts)})


def config(folder: Path, out: Path, **more: Any) -> RunConfig:
    return RunConfig(**{"folder": folder, "out": out, "rubric": loaded(), "seed": 1, **more})


class Silent:
    """A meter that remembers the last count."""

    def __init__(self) -> None:
        self.count = Count()

    def show(self, count: Count) -> None:
        """Remember."""
        self.count = count

    def close(self) -> None:
        """Do nothing."""


def canned(task: Task) -> TaskResult:
    """What a worker would say: wrong files fail the second check, `review` and `boom` are theirs."""
    text = b"".join(task.submission.files.values()).decode("utf-8", "replace")
    if "boom" in text:
        return TaskResult(task.id, task.key, trouble="ValueError: boom")
    first, second = task.rubric.items[:2]
    wrong = "* 2" in text
    outcomes = [
        Outcome(first, Verdict.REVIEW if "review" in text else Verdict.PASSED, 1.0),
        Outcome(second, Verdict.FAILED, 0.0, Message("broke_rules"), findings=(
            Finding(BUG, "Linear"),
        )) if wrong else Outcome(second, Verdict.PASSED, 1.0),
    ]  # fmt: skip
    report = Report(task.submission, task.rubric, tuple(outcomes), task.seed, True, ("walls",))
    if task.submission.invalid:
        report = replace(report, outcomes=(), status=Status.INVALID, reason=task.submission.invalid)
    document = reports.document(report)
    reports.validate(document)
    return TaskResult(task.id, task.key, document)


class Pretend(Executor):
    """Runs at once, in this very thread; does what a test wants with each task."""

    def __init__(self, work: Callable[[Task], TaskResult]) -> None:
        self.work = work

    def submit(self, fn: Any, /, *args: Any, **_: Any) -> Future[Any]:
        """Run it now; the survey has an answer of its own."""
        future: Future[Any] = Future()
        try:
            future.set_result(GROUND if len(args) > 1 else self.work(args[0]))
        except Exception as error:  # noqa: BLE001 - as an executor does
            future.set_exception(error)
        return future


class PretendEngine:
    """Hires pretended executors, and counts them and their tasks."""

    def __init__(self, work: Callable[[Task], TaskResult] = canned) -> None:
        self._work, self.hired = work, 0
        self.seen: list[str] = []

    def start(self) -> Executor:
        """Return a new one."""
        self.hired += 1

        def noted(task: Task) -> TaskResult:
            self.seen.append(task.id)
            return self._work(task)

        return Pretend(noted)

    def stop(self, executor: Executor) -> None:
        """Do nothing."""

    def close(self) -> None:
        """Do nothing."""

    def window(self) -> int:
        """Return a small one."""
        return 2


def gradebook(out: Path) -> list[dict[str, str]]:
    """Read a gradebook back as any program would."""
    text = (out / "gradebook.csv").read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def report(out: Path, name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((out / "reports" / f"{name}.json").read_text("utf-8"))
    reports.validate(document)
    return document
