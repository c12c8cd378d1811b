"""One submission graded as a platform asks for it: within its time, and with a result in any case.

The grader runs in a process of its own, which is ended with all its children when its time is up. What
comes back is its report, or None: then a platform says that nothing was found out, and gives no points.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.model import Document

SETTINGS = "settings.json"
"""The file of a package that says how it is run."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a package runs the grader.

    Parameters
    ----------
    seconds
        What a submission may take altogether; then there is no report.
    options
        More options of ``grade SUBMISSION``.
    sentence
        What a student reads where there is no report.
    max_score
        The points of the package's rubric.
    problems
        Names by which a platform knows the groups of the rubric.
    """

    seconds: float
    options: tuple[str, ...]
    sentence: str
    max_score: float
    problems: Mapping[str, str]

    def dump(self) -> bytes:
        """Return the settings as they stand in a package."""
        facts = {name: getattr(self, name) for name in self.__slots__}
        return (json.dumps(facts, indent=2, ensure_ascii=False) + "\n").encode()


def read_settings(package: Path) -> Settings:
    """Read the settings of a package; raises OSError, ValueError or KeyError where they are damaged."""
    facts = json.loads((package / SETTINGS).read_text("utf-8"))
    return Settings(**{**facts, "options": tuple(facts["options"])})


@dataclass(frozen=True, slots=True)
class Graded:
    """What became of a submission: its report for staff, and what the grader printed."""

    report: Document | None
    log: str


def grade(submission: Path, package: Path, settings: Settings) -> Graded:
    """Grade a submission with the rubric of a package; never raises for the submission's sake."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "report.json"
        command = [
            sys.executable, "-I", "-m", "grader", str(submission.absolute()), "--as-one",
            "--rubric", str((package / "rubric.yaml").absolute()), "-o", str(target), *settings.options,
        ]  # fmt: skip
        log = _run(command, folder, settings.seconds)
        report = None
        with contextlib.suppress(OSError, ValueError):
            report = json.loads(target.read_text("utf-8"))
        return Graded(report, log)


def _run(command: Sequence[str], folder: str, seconds: float) -> str:
    """Run a command in a folder until it ends or its time is up; return what it printed."""
    log = Path(folder) / "log.txt"
    with log.open("wb") as stream:
        process = subprocess.Popen(  # noqa: S603 - our own command
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream,
            start_new_session=True,
        )  # fmt: skip
        try:
            code = process.wait(timeout=seconds)
            end = f"exit code {code}"
        except subprocess.TimeoutExpired:
            end = f"ended after {seconds:g} s"
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return f"{log.read_text('utf-8', 'replace')}\ngrade: {end}\n"
