"""The command with its real workers: killed at random moments, resumed, and left without orphans."""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.batch.store import Store
from tests.batch import classroom

PROCESSES = Path("/proc")
GONE_WITHIN = 0.5
UNTIMED = classroom.QUICK.replace("linear.backward.input", "linear.init")
"""No check of a backward: whether one is slow is told by a clock, which a busy machine upsets."""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    classroom.quick(tmp_path)
    return tmp_path


def start(workspace: Path, out: str, *options: str) -> subprocess.Popen[str]:
    """Start a batch in a session of its own; its processes can be told by their environment."""
    return command(
        workspace, "batch", "class", "-o", out, "--rubric", "quick.yaml", "--jobs", "2", *options
    )


def command(workspace: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "grader", *words],
        cwd=workspace, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(classroom.ROOT), "TMPDIR": str(workspace)},
    )  # fmt: skip


def finish(process: subprocess.Popen[str], seconds: float = 100) -> tuple[int, str]:
    out, err = process.communicate(timeout=seconds)
    return process.returncode, out + err


def ours(workspace: Path) -> list[int]:
    """The processes that carry the workspace's name in their environment, our own children included."""
    result = []
    for folder in PROCESSES.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if f"TMPDIR={workspace}".encode() in (folder / "environ").read_bytes():
                result.append(int(folder.name))
    return result


def workers(workspace: Path) -> list[int]:
    """The worker processes, which start by a line that imports grader.batch."""
    return [pid for pid in ours(workspace) if b"grader.batch" in _words(pid)]


def _words(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        return (PROCESSES / str(pid) / "cmdline").read_bytes()
    return b""


def reports(workspace: Path, out: str) -> list[Path]:
    return list((workspace / out / "reports").glob("*.json"))


def wait_for(workspace: Path, out: str, number: int) -> None:
    """Wait until so many reports are there."""
    end = time.monotonic() + 60
    while len(reports(workspace, out)) < number and time.monotonic() < end:
        time.sleep(0.01)


def moments(number: int, kills: int) -> Iterator[int]:
    """After how many reports to kill: spread over the run, at random within each part."""
    chance = random.Random(7)
    for at in range(kills):
        yield int(number * (at + chance.random()) / kills)


DECISIONS = """\
id,check,points,reason,who
s0000,linear.init,1.5,by hand,ta
s0001,*,3,by hand,ta
"""


def kill(workspace: Path, process: subprocess.Popen[str], seconds: float) -> None:
    """Kill a process after so many seconds, and wait until all that it had started is gone."""
    time.sleep(seconds)
    process.kill()
    finish(process)
    wait_until_alone(workspace)


def killed_and_resumed(workspace: Path, number: int, kills: int) -> None:
    """Kill a run again and again, resume it, decide and rescore; compare with an undisturbed run."""
    classroom.quick(workspace, UNTIMED)
    classroom.many(workspace / "class", number, wrong=classroom.WRONG_FORWARD)
    for moment in moments(number, kills):
        process = start(workspace, "out")
        wait_for(workspace, "out", moment)
        kill(workspace, process, random.Random(moment).random() / 10)
    code, sentence = finish(start(workspace, "out"), 60 + 2 * number)
    assert (code, len(reports(workspace, "out"))) == (0, number), sentence
    assert re.search(
        rf"\d+ new, [1-9]\d* kept; see .*\n{number} submissions: {number} graded\n", sentence
    )
    (workspace / "out" / "decisions.csv").write_text(DECISIONS, "utf-8")
    kill(workspace, command(workspace, "rescore", "out"), random.Random(number).random())
    assert finish(command(workspace, "rescore", "out"), 60 + number)[0] == 0
    assert finish(start(workspace, "calm"), 60 + 2 * number)[0] == 0
    (workspace / "calm" / "decisions.csv").write_text(DECISIONS, "utf-8")
    assert finish(command(workspace, "rescore", "calm"), 60 + number)[0] == 0
    for name in ("gradebook.csv", "summary.json", "class.json"):
        assert (workspace / "out" / name).read_bytes() == (workspace / "calm" / name).read_bytes()


def wait_until_alone(workspace: Path) -> None:
    """All that a killed run had started ends within half a second."""
    end = time.monotonic() + GONE_WITHIN
    while (remaining := ours(workspace)) and time.monotonic() < end:
        time.sleep(0.01)
    assert [_words(pid) for pid in remaining] == []


@pytest.mark.skipif(not PROCESSES.is_dir(), reason="processes are counted in /proc")
def test_killed_at_random_moments_nothing_is_lost_or_doubled(workspace: Path) -> None:
    """Killed twice on thirty submissions and once in a rescore, the books are those of a calm run."""
    killed_and_resumed(workspace, 30, 2)


@pytest.mark.all_seeds
@pytest.mark.timeout(3600)
def test_a_thousand_killed_ten_times(workspace: Path) -> None:
    """The same with a thousand submissions and ten kills."""
    killed_and_resumed(workspace, 1000, 10)


DRAWING = classroom.QUICK.replace("linear.backward.input", "plots.curve")


def figures(workspace: Path, out: str) -> dict[str, bytes]:
    """Every figure that lies beside a report, by the end of its path."""
    result = (workspace / out / "reports").glob("*.figures/*")
    return {f"{path.parent.name}/{path.name}": path.read_bytes() for path in result}


@pytest.mark.skipif(not PROCESSES.is_dir(), reason="processes are counted in /proc")
def test_killed_while_figures_are_kept(workspace: Path) -> None:
    """Killed again and again, a class has the figures of an undisturbed run, byte by byte."""
    classroom.quick(workspace, DRAWING)
    plots = (classroom.ROOT / "reference" / "plots.py").read_text("utf-8")
    texts = {"layers.py": classroom.LAYERS, "plots.py": plots}
    sources = {f"s{k}/{file}": f"{text}\n# {k}\n" for k in range(8) for file, text in texts.items()}
    classroom.grow(workspace / "class", sources)
    for moment in (1, 4):
        process = start(workspace, "out")
        wait_for(workspace, "out", moment)
        process.kill()
        finish(process)
        wait_until_alone(workspace)
    assert finish(start(workspace, "out"))[0] == finish(start(workspace, "calm"))[0] == 0
    assert sorted(figures(workspace, "out")) == [f"s{k}.figures/1.svg" for k in range(8)]
    assert figures(workspace, "out") == figures(workspace, "calm")


@pytest.mark.skipif(not PROCESSES.is_dir(), reason="processes are found in /proc")
def test_neither_a_second_run_nor_a_killed_worker_disturbs(workspace: Path) -> None:
    """A second run on the same OUT ends with 75; what a killed worker held runs again."""
    classroom.many(workspace / "class", 20)
    with Store(workspace / "out").locked():
        code, sentence = finish(start(workspace, "out"))
    assert (code, sentence.count("grade: out: another run holds this folder\n")) == (75, 1)
    first = start(workspace, "out")
    wait_for(workspace, "out", 3)
    os.kill(workers(workspace)[0], signal.SIGKILL)
    code, sentence = finish(first)
    assert (code, len(reports(workspace, "out"))) == (0, 20), sentence
    totals = {row["id"]: row["total"] for row in classroom.gradebook(workspace / "out")}
    assert totals == {f"s{at:04d}": "6" if at % 3 == 0 else "10" for at in range(20)}


def test_one_submission_cannot_disturb_another(workspace: Path) -> None:
    """Endless loops, exits, and bytes that are no Python end as their own reports alone."""
    classroom.grow(workspace / "class", {
        "loop.py": "while True: pass\n", "exit.py": "import os\nos._exit(3)\n",
        "bytes.py": b"\xff\x00", "empty/none.txt": "", "good.py": classroom.LAYERS,
        "bad.zip": b"PK\x03\x04 not really", "book.ipynb": "{",
    })  # fmt: skip
    short = classroom.QUICK.replace("groups:", "limits: {seconds: 2, import_seconds: 2}\ngroups:")
    classroom.quick(workspace, short)
    code, sentence = finish(start(workspace, "out"))
    assert code == 0, sentence
    totals = {
        row["id"]: (row["verdict"], row["total"]) for row in classroom.gradebook(workspace / "out")
    }
    assert totals["good"] == ("graded", "10")
    assert {id_ for id_, (verdict, _) in totals.items() if verdict == "invalid_submission"} >= {
        "bad", "book", "empty",
    }  # fmt: skip
    assert (totals["loop"][1], totals["exit"][1]) == ("", ""), (
        "a person looks at what nobody could run"
    )
    for id_, (verdict, total) in totals.items():
        is_open = verdict == "invalid_submission" or id_ in {"loop", "exit"}
        assert id_ == "good" or total == ("" if is_open else "0")
