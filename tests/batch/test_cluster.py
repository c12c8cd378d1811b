"""A dask cluster with a real scheduler and worker processes, one of them killed in the middle."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.batch import cluster
from grader.cli import exit_codes
from grader.errors import TheirFault
from tests.batch import classroom

pytest.importorskip("distributed")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(classroom.ROOT), "PYTHONSAFEPATH": "1"}
TRAP = "open({mark!r}, 'a').write(__name__)\nraise ImportError('a student wrote this')\n"


def _start(folder: Path, module: str, *options: str) -> subprocess.Popen[bytes]:
    text = TRAP.format(mark=str(folder.parent / "mark"))
    names = ("signal", "pickle", "threading", "click", "numpy", "msgpack", "grader")
    classroom.grow(folder, {f"{name}.py": text for name in names})
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{module}", *options],
            cwd=folder, stdout=log, stderr=log, env=ENVIRONMENT,
        )  # fmt: skip


class Cluster:
    """A scheduler and two workers, each a process in a folder of its own."""

    def __init__(self, workspace: Path) -> None:
        notes = workspace / "scheduler.json"
        self.processes = [
            _start(workspace / "scheduler", "dask_scheduler", "--host", "127.0.0.1", "--port", "0",
                   "--no-dashboard", "--scheduler-file", str(notes)),
        ]  # fmt: skip
        end = time.monotonic() + 60
        while not notes.exists() and time.monotonic() < end:
            time.sleep(0.05)
        self.address = json.loads(notes.read_text("utf-8"))["address"]
        self.workers = [
            _start(workspace / name, "dask_worker", self.address, "--no-nanny", "--nthreads", "1",
                   "--no-dashboard")
            for name in ("one", "two")
        ]  # fmt: skip
        self.processes += self.workers

    def close(self) -> None:
        """End every process."""
        for process in reversed(self.processes):
            process.kill()
            process.wait()


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[Cluster]:
    with contextlib.closing(Cluster(tmp_path)) as dask_cluster:
        yield dask_cluster


def test_killed_worker_of_a_cluster_costs_nothing(dask: Cluster, tmp_path: Path) -> None:
    """With a worker killed in the middle, everybody gets the report that they would have got."""
    classroom.quick(tmp_path)
    classroom.many(tmp_path / "class", 24)
    run = subprocess.Popen(
        [sys.executable, "-m", "grader", "batch", "class", "-o", "out", "--rubric", "quick.yaml",
         "--engine", "dask", "--scheduler", dask.address],
        cwd=tmp_path, env=ENVIRONMENT, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    reports = tmp_path / "out" / "reports"
    end = time.monotonic() + 60
    while len(list(reports.glob("*.json"))) < 6 and time.monotonic() < end:
        time.sleep(0.01)
    dask.workers[0].kill()
    output = run.communicate(timeout=100)[0]
    assert (run.returncode, len(list(reports.glob("*.json")))) == (exit_codes.OK, 24), output
    totals = {row["id"]: row["total"] for row in classroom.gradebook(tmp_path / "out")}
    assert totals == {f"s{at:04d}": "6" if at % 3 == 0 else "10" for at in range(24)}
    assert not (tmp_path / "mark").exists(), (
        "started as docs/batch.md says, it imports nothing there"
    )


def test_no_cluster_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody answers, the address is in the sentence, and the exit code is 2."""
    monkeypatch.setattr(cluster, "_TIMEOUT", 0.5)
    with pytest.raises(TheirFault, match=r"tcp://127\.0\.0\.1:9: no dask cluster") as raised:
        cluster.DaskEngine("tcp://127.0.0.1:9")
    assert raised.value.exit_code == exit_codes.WRONG_USE
