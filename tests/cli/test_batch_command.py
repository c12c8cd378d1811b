"""``grade batch``: its options that exclude each other, its engines, and what it says at the end."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from grader.batch import cluster, local_workers
from grader.batch import run as running
from grader.batch.progress import Count
from grader.cli import exit_codes, main
from grader.errors import TheirFault
from tests.batch import classroom


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    """Arguments for a class of one."""
    classroom.grow(tmp_path / "class", {"amy.py": classroom.LAYERS})
    folder, out, rubric = tmp_path / "class", tmp_path / "out", classroom.quick(tmp_path)
    return ["batch", str(folder), "-o", str(out), "--rubric", str(rubric)]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--lang", "zh_TW"], "add --html"),
        (["--engine", "dask"], "needs --scheduler ADDRESS"),
        (["--scheduler", "tcp://host:8786"], "needs --engine dask"),
    ],
)
def test_an_option_without_the_one_that_it_needs_is_one_sentence(
    arguments: list[str], options: list[str], text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The command ends before anything is examined, and says which option is missing."""
    assert main.run([*arguments, *options]) == exit_codes.WRONG_USE
    assert text in capsys.readouterr().err


@pytest.fixture
def configs(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the run was asked for; nothing is examined."""
    seen: list[Any] = []

    def run(config: Any, engine: Any, *rest: Any) -> running.Result:
        seen.append((config, engine))
        return running.Result(Count())

    monkeypatch.setattr(running, "run", run)
    return seen


def test_pages_are_written_in_the_language_that_is_asked_for(
    arguments: list[str], configs: list[Any]
) -> None:
    """Without one it is the rubric's; without pages there is none."""
    for options in ([], ["--html"], ["--html", "--lang", "zh_TW"]):
        assert main.run([*arguments, *options]) == exit_codes.OK
    pages = [config.pages for config, _ in configs]
    assert pages[0] is None
    assert [one.language for one in pages[1:]] == ["en", "zh_TW"]


def test_workers_are_the_cores_or_as_many_as_are_asked_for(
    arguments: list[str], configs: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a system cannot say which cores a process may use, all of them count."""
    assert main.run([*arguments, "--jobs", "3"]) == exit_codes.OK
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 5)
    assert main.run(arguments) == exit_codes.OK
    engines = [engine for _, engine in configs]
    assert all(isinstance(engine, local_workers.LocalEngine) for engine in engines)
    assert [engine.window() for engine in engines] == [6, 10]


def test_a_cluster_gets_the_address_of_its_scheduler(
    arguments: list[str], configs: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that does not answer ends the command with its sentence."""
    addresses = []

    class Engine(local_workers.LocalEngine):
        def __init__(self, address: str) -> None:
            addresses.append(address)
            super().__init__(1)

    monkeypatch.setattr(cluster, "DaskEngine", Engine)
    options = ["--engine", "dask", "--scheduler", "tcp://host:8786"]
    assert main.run([*arguments, *options]) == exit_codes.OK
    assert addresses == ["tcp://host:8786"]

    def refuse(_: str) -> None:
        raise TheirFault("nobody answers")

    monkeypatch.setattr(cluster, "DaskEngine", refuse)
    assert main.run([*arguments, *options]) == exit_codes.WRONG_USE


def test_faults_of_ours_are_named_and_decide_the_exit_code(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Five names at most stand in a line; the pages have all of them."""
    troubles = {f"s{number}": "lost" for number in range(7)}

    def run(*_: Any) -> running.Result:
        return running.Result(Count(), troubles=troubles, broken=["amy"])

    monkeypatch.setattr(running, "run", run)
    assert main.run(arguments) == exit_codes.FAULT
    error = capsys.readouterr().err
    assert "s0, s1, s2, s3, s4; run again" in error
    assert "a check of ours broke for amy" in error
