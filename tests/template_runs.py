"""Runs of the template's tests beside a program of the zoo, and what the grader says of the same program."""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import pytest

from grader.audit.trials import examine, restrict, subject_of
from grader.audit.zoo import Wrong
from grader.checks import CHECKS
from grader.model import Verdict
from grader.rubric import reader, resources
from grader.sandbox.host import Sandbox

mpl.use("Agg")
import matplotlib.pyplot  # noqa: F401 - loaded here, so that no process loads it again

TEMPLATE = resources.student_template()
TESTS = {name: (TEMPLATE / name).read_bytes() for name in ("test_lab.py", "conftest.py")}
DEFAULT = reader.load(resources.default_rubric(), CHECKS)
SECONDS = 20.0  # for one exchange, on a busy machine


def test_name(check: str) -> str:
    """The name of the template's test of a check."""
    return "test_" + check.replace(".", "_")


CHECK_OF = {test_name(item.check): item.check for item in DEFAULT.items}


Ends = dict[str, tuple[str, str]]
"""How each test ended, and what it said."""


class _Results:
    """A plug-in of pytest that keeps how each test ended."""

    def __init__(self) -> None:
        self.ends: Ends = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the end of a test."""
        if report.when == "call" or not report.passed:
            name = report.nodeid.rpartition("::")[2]
            self.ends[name] = (report.outcome, report.longreprtext)


def ends_of_tests(folder: Path, *arguments: str) -> Ends:
    """Run the tests of a folder in another process, which has what draws loaded already."""
    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()
    process = context.Process(target=_run, args=(folder, arguments, queue.put))
    process.start()
    ends: Ends = queue.get()
    process.join()
    return ends


def _run(folder: Path, arguments: Sequence[str], put: Callable[[Ends], object]) -> None:
    """Run pytest in a folder, and say how its tests ended."""
    results = _Results()
    os.chdir(folder)
    sys.dont_write_bytecode = True
    options = ["-W", "error", "--assert=plain", "--import-mode=prepend", "-c", os.devnull]
    for plugin in (
        "cacheprovider",
        "hypothesispytest",
        "xdist",
        "cov",
    ):  # they take half of the time
        options += ["-p", f"no:{plugin}"]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        pytest.main([*options, "--rootdir", ".", ".", *arguments], plugins=[results])
    put(results.ends)


def failed_tests(files: Mapping[str, bytes], *arguments: str) -> list[str]:
    """Run the template's tests beside some files; return those that fail."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for place, content in {**TESTS, **files}.items():
            (folder / place).parent.mkdir(parents=True, exist_ok=True)
            (folder / place).write_bytes(content)
        ends = ends_of_tests(folder, *arguments)
    return [test for test, (end, _) in ends.items() if end == "failed"]


def checks_not_passed(
    program: Wrong, sandbox: Sandbox, checks: AbstractSet[str] = frozenset()
) -> set[str]:
    """Examine a program; return the checks that it does not pass.

    With ``checks`` only these are examined, with those of the class of its mistake and what they need.
    """
    asked = replace(DEFAULT, items=tuple(replace(item, seconds=SECONDS) for item in DEFAULT.items))
    if checks:
        asked = restrict(asked, {program.subject, *map(subject_of, checks)})
    outcomes = examine("zoo", program.files, asked, 1, sandbox)
    return {o.item.check for o in outcomes if o.verdict is not Verdict.PASSED}


def failed_checks(program: Wrong) -> set[str]:
    """Return the checks whose tests in the template fail with a program."""
    draws = program.subject in ("plots", "main", "pictures")
    chosen = () if draws else ("-k", "not plots")  # what draws takes as long as all the rest
    return {CHECK_OF[test] for test in failed_tests(program.files, *chosen)}
