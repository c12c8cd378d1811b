"""A run: what is graded, what is kept, and what stops it, with engines that pretend."""

from __future__ import annotations

import errno
import json
import os
from concurrent.futures import BrokenExecutor, Executor, ThreadPoolExecutor
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from rich.console import Console

from grader import files
from grader.batch import progress
from grader.batch import run as running
from grader.batch.engine import Scheduler
from grader.batch.progress import Count, Lines
from grader.batch.run import Result
from grader.batch.store import Store
from grader.batch.work import Task, TaskResult
from grader.errors import OutputFull, OutputLocked, PathError
from grader.intake import platforms, submission_sources
from tests.batch import classroom
from tests.batch.classroom import LAYERS, PretendEngine, Silent, config, grow


def run(folder: Path, out: Path, engine: PretendEngine | None = None, **more: Any) -> Result:
    return running.run(config(folder, out, **more), engine or PretendEngine(), Silent())


@pytest.fixture
def class_of_five(tmp_path: Path) -> Path:
    return classroom.many(tmp_path / "class", 5)


def test_every_submission_gets_a_report_and_a_row(class_of_five: Path, tmp_path: Path) -> None:
    """Five submissions are five valid reports, and five rows with their points."""
    result = run(class_of_five, tmp_path / "out")
    assert (result.count.done, result.count.kept, result.count.below) == (5, 0, 2)
    rows = classroom.gradebook(tmp_path / "out")
    assert [row["id"] for row in rows] == [f"s{at:04d}" for at in range(5)]
    assert [row["total"] for row in rows] == ["6", "10", "10", "6", "10"]
    assert all(classroom.report(tmp_path / "out", row["id"]) for row in rows)


def test_second_run_grades_only_what_changed(class_of_five: Path, tmp_path: Path) -> None:
    """A changed, a new and an edited report are graded again; the rest is kept as it lies."""
    out = tmp_path / "out"
    run(class_of_five, out)
    before = (out / "gradebook.csv").read_bytes()
    again = PretendEngine()
    assert run(class_of_five, out, again).count.kept == 5
    assert (again.seen, (out / "gradebook.csv").read_bytes()) == ([], before)
    grow(class_of_five, {"s0001.py": LAYERS + "# changed\n", "new.py": LAYERS})
    edited = out / "reports" / "s0002.json"
    edited.write_text(edited.read_text("utf-8").replace('"score": 10', '"score": 9'), "utf-8")
    (out / "reports" / "s0003.json").write_bytes(b'{"batch": {"seal"')
    engine = PretendEngine()
    assert run(class_of_five, out, engine).count.kept == 2
    assert sorted(engine.seen) == ["new", "s0001", "s0002", "s0003"]


@pytest.mark.parametrize("change", ["seed", "rubric", "fresh"])
def test_another_seed_or_rubric_grades_anew(
    class_of_five: Path, tmp_path: Path, change: str
) -> None:
    """What a report follows from is in its key, and --fresh grades everything again."""
    run(class_of_five, tmp_path / "out")
    other = classroom.loaded(classroom.QUICK + "# a comment\n")
    values: dict[str, Any] = {"seed": 2, "rubric": other, "fresh": True}
    assert run(class_of_five, tmp_path / "out", **{change: values[change]}).count.kept == 0


def test_our_fault_with_one_touches_no_other(class_of_five: Path, tmp_path: Path) -> None:
    """A submission that the grader fails on has no points and no report; it is tried next time."""
    grow(class_of_five, {"s0001.py": "boom"})
    result = run(class_of_five, tmp_path / "out")
    assert result.troubles == {"s0001": "ValueError: boom"}
    row = classroom.gradebook(tmp_path / "out")[1]
    assert (row["verdict"], row["total"], row["review"]) == ("no_report", "", "yes")
    engine = PretendEngine()
    run(class_of_five, tmp_path / "out", engine)
    assert engine.seen == ["s0001"]


def test_lost_worker_costs_nobody_but_the_guilty(class_of_five: Path, tmp_path: Path) -> None:
    """What a broken pool held is tried alone; who breaks it every time is named, the rest is graded."""

    def work(task: Task) -> TaskResult:
        if task.id == "s0002":
            raise BrokenExecutor("killed")
        return classroom.canned(task)

    engine = PretendEngine(work)
    result = run(class_of_five, tmp_path / "out", engine)
    assert list(result.troubles) == ["s0002"]
    assert result.count.done == 5
    assert engine.seen.count("s0002") == 3


def test_lost_worker_is_forgiven_once(class_of_five: Path, tmp_path: Path) -> None:
    """A worker that was killed once costs nothing: its submissions run again."""
    seen: list[str] = []

    def work(task: Task) -> TaskResult:
        seen.append(task.id)
        if seen.count("s0002") == 1 and task.id == "s0002":
            raise BrokenExecutor("killed")
        return classroom.canned(task)

    result = run(class_of_five, tmp_path / "out", PretendEngine(work))
    assert (result.troubles, result.count.done) == ({}, 5)


def test_full_disk_ends_with_74_and_goes_on_later(
    class_of_five: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk stops the run in one sentence; the next run keeps what was written."""
    whole = files.write_whole
    written: list[Path] = []

    def full(path: Path, content: str | bytes) -> None:
        if len(written) == 4:  # the mark of the folder, and three reports
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(path)
        whole(path, content)

    monkeypatch.setattr(files, "write_whole", full)
    with pytest.raises(OutputFull) as raised:
        run(class_of_five, tmp_path / "out")
    assert raised.value.exit_code == 74
    assert "the disk is full" in str(raised.value)
    monkeypatch.setattr(files, "write_whole", whole)
    assert run(class_of_five, tmp_path / "out").count.kept == 3


def test_second_run_on_the_same_folder_is_refused(class_of_five: Path, tmp_path: Path) -> None:
    """While a run holds OUT, another one ends with 75 at once; afterwards it may."""
    store = Store(tmp_path / "out")
    with store.locked(), pytest.raises(OutputLocked) as raised:
        run(class_of_five, tmp_path / "out")
    assert raised.value.exit_code == 75
    assert run(class_of_five, tmp_path / "out").count.done == 5


def test_half_written_files_of_a_killed_run_go(class_of_five: Path, tmp_path: Path) -> None:
    """What a killed run was writing is removed by the next one; files of others stay."""
    out = tmp_path / "out"
    run(class_of_five, out)
    halves = ["reports/.abcd_123.part", ".12345678.part", "pages/.zzzzzzzz.part"]
    grow(out, dict.fromkeys([*halves, ".mine.part", "mine/.12345678.part"], "half"))
    run(class_of_five, out)
    remaining = {path.relative_to(out).as_posix() for path in out.rglob("*.part")}
    assert remaining == {".mine.part", "mine/.12345678.part"}


def test_ids_that_look_alike_have_reports_of_their_own(tmp_path: Path) -> None:
    """No two ids share a file, whatever signs and letters they are made of; none leads outside."""
    names = ["a b", "a_b", "A_B", "=1+1", "-x", "名字"]
    grow(tmp_path / "class", {f"{name}/layers.py": LAYERS for name in names})
    run(tmp_path / "class", tmp_path / "out")
    assert len(list((tmp_path / "out" / "reports").glob("*.json"))) == len(names)
    assert len(classroom.gradebook(tmp_path / "out")) == len(names)


def test_names_that_are_no_utf8_are_graded_too(tmp_path: Path) -> None:
    """Names in another encoding, as old zips leave them, cost nobody anything, and stay apart."""
    for name in (b"\xa7\xf5.py", b"\xa7\xf6.py", b"a\nb.py"):
        path = os.path.join(os.fsencode(tmp_path), b"class", name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(LAYERS)
    assert run(tmp_path / "class", tmp_path / "out").troubles == {}
    assert [row["total"] for row in classroom.gradebook(tmp_path / "out")] == ["10"] * 3


def test_same_name_twice_is_two_submissions(tmp_path: Path) -> None:
    """A folder and a file of one name keep their endings, so that neither hides the other."""
    grow(tmp_path / "class", {"amy/layers.py": LAYERS, "amy.py": LAYERS, "bob.py": LAYERS})
    run(tmp_path / "class", tmp_path / "out")
    ids = [row["id"] for row in classroom.gradebook(tmp_path / "out")]
    assert ids == ["amy.py", "amy", "bob"]


def test_nothing_to_grade_is_their_fault(tmp_path: Path) -> None:
    """An empty folder, a missing one and a file are one clear sentence each."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "x.txt").write_text("")
    for name, output in (("empty", "no submission"), ("none", "nothing"), ("x.txt", "neither")):
        with pytest.raises(PathError, match=output):
            run(tmp_path / name, tmp_path / "out")


def test_out_within_the_class_is_refused(class_of_five: Path) -> None:
    """An OUT that would be taken for a submission by the next run is one clear sentence."""
    with pytest.raises(PathError, match="lies within"):
        run(class_of_five, class_of_five / "out")


def test_any_executor_will_do(class_of_five: Path) -> None:
    """Threads serve as well as processes: an engine is nothing but an executor."""

    class Threads(PretendEngine):
        def start(self) -> Executor:
            """Return two threads."""
            return ThreadPoolExecutor(2)

        def stop(self, executor: Executor) -> None:
            """Wait for them."""
            executor.shutdown()

    settings = classroom.loaded()
    class_ = platforms.read(class_of_five).sources
    taken = ((source.id, submission_sources.read(source, settings.limits)) for source in class_)
    tasks = (Task(id_, "0" * 64, submission, settings, 1) for id_, submission in taken)
    done = list(Scheduler(Threads(), classroom.canned).run(tasks))
    assert sorted(one.id for one in done) == [f"s{at:04d}" for at in range(5)]
    assert all(one.document for one in done)


def test_bar_is_for_terminals_alone() -> None:
    """A terminal gets a bar with its numbers; a pipe gets lines without a sign of control."""
    paper = StringIO()
    bar = progress.meter(Console(file=paper, force_terminal=True, width=100), print)
    bar.show(Count(total=8, done=3, below=2))
    bar.close()
    assert "3/8" in paper.getvalue()
    assert "2 below full marks" in paper.getvalue()
    assert isinstance(progress.meter(Console(file=StringIO()), print), Lines)


def test_pages_are_counted_while_they_are_written() -> None:
    """A terminal gets a bar; elsewhere a line is said every ten seconds, and ids come as they are."""
    ids = [f"s{k}" for k in range(8)]
    output: list[str] = []
    clock = iter(range(0, 90, 3))
    quiet = progress.page_tracker(
        Console(file=StringIO()), output.append, lambda: float(next(clock))
    )
    assert list(quiet(ids)) == ids
    assert output == ["pages of 3 of 8 written", "pages of 7 of 8 written"]
    paper = StringIO()
    assert (
        list(progress.page_tracker(Console(file=paper, force_terminal=True), output.append)(ids))
        == ids
    )
    assert "100%" in paper.getvalue()


def test_what_comes_out_says_the_same(class_of_five: Path, tmp_path: Path) -> None:
    """The summary's counts, the JUnit file and the gradebook agree with each other."""
    out = tmp_path / "out"
    run(class_of_five, out)
    notes = json.loads((out / "summary.json").read_text("utf-8"))
    assert notes["mean"] == 8.4
    assert [bin_["count"] for bin_ in notes["histogram"]] == [0, 0, 0, 0, 0, 0, 2, 0, 0, 3]
    [_, second] = notes["checks"]
    assert (second["id"], second["passed"], second["failed"]) == ("linear.backward.input", 3, 2)
    assert notes["mistakes"] == [{"bug": classroom.BUG, "submissions": 2}]
    suites = Xml.fromstring((out / "junit.xml").read_text("utf-8"))
    assert (suites.get("tests"), suites.get("failures"), len(suites)) == ("10", "2", 5)
    assert "| linear.backward.input | 3 | 2 |" in (out / "summary.md").read_text("utf-8")


def test_summary_goes_to_the_build_server(
    class_of_five: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where GITHUB_STEP_SUMMARY is set, the same page is added there."""
    step = tmp_path / "step.md"
    step.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(step))
    run(class_of_five, tmp_path / "out")
    assert step.read_text("utf-8") == "before\n" + (tmp_path / "out/summary.md").read_text("utf-8")


def test_lines_are_few_and_end_with_all() -> None:
    """Without a terminal there is a line every ten seconds, and one at the end."""
    output: list[str] = []
    seconds = iter(range(0, 1000, 4))
    lines = Lines(output.append, lambda: float(next(seconds)))
    for done in range(9):
        lines.show(Count(total=8, done=done, kept=1))
    lines.close()
    assert 2 < len(output) < 9
    assert output[-1].startswith("8 of 8 done, 1 kept, 0 below full marks, 0 without a grade yet")


def test_repairs_of_one_submission_are_known_to_the_next(
    class_of_five: Path, tmp_path: Path
) -> None:
    """What a worker found goes to every worker with the tasks that follow."""
    known: list[set[str]] = []

    def work(task: Task) -> TaskResult:
        known.append(set(task.repairs))
        return replace(classroom.canned(task), repairs={task.id: {}})

    run(class_of_five, tmp_path / "out", PretendEngine(work))
    assert known[0] == set()
    assert {"s0000", "s0001"} <= known[-1]
    assert not known[-1] & {"s0004"}
