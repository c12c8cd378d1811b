"""Print what grading a class costs: walled, in one bare process, with pytest and otter a submission.

python -m benchmarks.compare [--count N ...] [--jobs J ...] [--rounds R] [--ways W ...] [--otter PATH]

Every way grades the same right submissions that differ, with the whole rubric and their figures,
in turn, R times; seconds are wall clock a submission, start included, medians of the rounds.
Memory is that of the process which the command started; processor time is its own, without that
of the processes that it started in turn.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

from benchmarks.programs import write_class

HERE = Path(__file__).parent
OWN_USE = """
import atexit, json, resource, sys
from grader.__main__ import main
def tell():
    use = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps([use.ru_maxrss / 1024, use.ru_utime + use.ru_stime]), file=sys.stderr)
atexit.register(tell)
sys.exit(main())
"""
"""Runs the command, and prints megabytes and processor seconds of this process alone at its end."""

OTTER_TEST = """
OK_FORMAT = False
from otter.test_files import test_case
name = "checks"
points = 1

@test_case(points=1)
def checks():
    import sys
    sys.path.insert(0, {folder!r})
    import suite_of_one
    assert all(outcome.verdict == "passed" for outcome in suite_of_one.outcomes().values())
"""


class Use(NamedTuple):
    """What one way of grading a class took.

    Parameters
    ----------
    seconds
        Wall clock a submission.
    megabytes, processor
        Of the first process alone, where that is known: its memory, and milliseconds a submission.
    """

    seconds: float
    megabytes: float = 0.0
    processor: float = 0.0


def timed(run: Callable[[], tuple[float, float]], number: int) -> Use:
    """Run once; return what it took."""
    start = time.perf_counter()
    megabytes, processor = run()
    return Use((time.perf_counter() - start) / number, megabytes, 1e3 * processor / number)


def walled(folder: Path, out: Path, jobs: int) -> tuple[float, float]:
    """Grade with `grade batch`; return megabytes and processor seconds of its own process."""
    command = [sys.executable, "-c", OWN_USE, "batch", str(folder), "-o", str(out), "--fresh"]
    ended = subprocess.run(
        [*command, "--jobs", str(jobs)], check=True, capture_output=True, text=True
    )
    megabytes, processor = json.loads(ended.stderr.strip().rpartition("\n")[2])
    return megabytes, processor


def bare(folder: Path, out: Path, jobs: int) -> tuple[float, float]:
    """Grade in as many bare processes as there are jobs, each with its share of the class."""
    command = [sys.executable, str(HERE / "bare.py"), str(folder), str(out)]
    processes = [
        subprocess.Popen([*command, str(part), str(jobs)], stdout=subprocess.DEVNULL)
        for part in range(jobs)
    ]
    assert all(process.wait() == 0 for process in processes)
    return 0.0, 0.0


def each_alone(
    commands: Sequence[Sequence[str]], folders: Sequence[Path], jobs: int
) -> tuple[float, float]:
    """Run a command for each submission, so many at a time; each must end well."""

    def run(command: Sequence[str], folder: Path) -> int:
        environment = {**os.environ, "SUBMISSION": str(folder)}
        return subprocess.run(command, check=False, env=environment, capture_output=True).returncode

    with ThreadPoolExecutor(jobs) as threads:
        codes = list(threads.map(run, commands, folders))
    assert set(codes) == {0}, codes
    return 0.0, 0.0


def with_pytest(folder: Path, out: Path, jobs: int) -> tuple[float, float]:
    """Grade with a run of pytest a submission, which stops a test that takes too long."""
    del out
    folders = sorted(folder.iterdir())
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--timeout", "60"]
    return each_alone([[*command, str(HERE / "suite_of_one.py")]] * len(folders), folders, jobs)


def with_otter(otter: str, folder: Path, out: Path, jobs: int) -> tuple[float, float]:
    """Grade with a run of otter a submission, whose one test runs the checks in otter's kernel."""
    tests = out / "otter" / "tests"
    tests.mkdir(parents=True, exist_ok=True)
    (tests / "checks.py").write_text(OTTER_TEST.format(folder=str(HERE)))
    subprocess.run(
        [otter, "generate", "--no-environment"], cwd=tests.parent, check=True, capture_output=True
    )
    archive = str(next(tests.parent.glob("*.zip")))
    folders = sorted(folder.iterdir())
    for path in folders:
        (out / path.name).mkdir()
    commands = [
        [otter, "run", "-a", archive, "-o", str(out / f.name), str(f / "layers.py")]
        for f in folders
    ]
    return each_alone(commands, folders, jobs)


def main() -> None:
    """Measure every way for every size and number of jobs, in turn; print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, nargs="+", default=[20, 60])
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ways", nargs="+", help="some of walled, bare, pytest and otter")
    parser.add_argument(
        "--otter", help="the command of otter-grader, in an environment with this grader"
    )
    options = parser.parse_args()
    ways: dict[str, Callable[[Path, Path, int], tuple[float, float]]] = {
        "walled": walled, "bare": bare, "pytest": with_pytest,
    }  # fmt: skip
    if options.otter:
        ways["otter"] = lambda folder, out, jobs: with_otter(options.otter, folder, out, jobs)
    ways = {name: way for name, way in ways.items() if name in (options.ways or ways)}
    print(f"{'N':>5} {'jobs':>4} {'way':8} {'ms each':>8} {'to first':>9} {'MB':>6} {'own ms':>6}")
    for number in options.count:
        for jobs in options.jobs:
            uses: dict[str, list[Use]] = {name: [] for name in ways}
            with tempfile.TemporaryDirectory() as place:
                folder = Path(place) / "class"
                write_class(folder, number)
                for _ in range(options.rounds):
                    for name, way in ways.items():
                        out = Path(place) / "out"
                        shutil.rmtree(out, ignore_errors=True)
                        uses[name].append(timed(partial(way, folder, out, jobs), number))
            base = statistics.median(use.seconds for use in next(iter(uses.values())))
            for name, each in uses.items():
                seconds = statistics.median(use.seconds for use in each)
                memory, own = (
                    statistics.median(values) for values in list(zip(*each, strict=True))[1:]
                )
                print(
                    f"{number:5} {jobs:4} {name:8} {1e3 * seconds:8.0f} {seconds / base:9.2f}"
                    f" {memory:6.0f} {own:6.1f}", flush=True,
                )  # fmt: skip


if __name__ == "__main__":
    main()
