"""Importing a submission: one file that cannot be scanned takes nothing from the others."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from grader.checks import CHECKS
from grader.model import Submission
from grader.remote import Connection, FileRecords, module_paths
from grader.remote.submission_import import ImportResult
from grader.rubric import reader, resources
from grader.sandbox.host import (
    Answer,
    ChildGone,
    Ending,
    LocalSandbox,
    LocalWire,
    ProcessSandbox,
    Program,
    Sandbox,
)
from grader.sandbox.zygote_process import ZygoteProcess

DEFAULT = reader.load(resources.default_rubric(), CHECKS)
HEAVY = b"import torch\n"


class HeavyWire(LocalWire):
    """A wire to a child that does not survive the scan of one source text."""

    def exchange(self, program: Program, seconds: float) -> list[Answer]:
        """Run a program, unless it scans that text."""
        if any(line[0] == "scan_source" and line[2] == HEAVY for line in program):
            self.close()
            raise ChildGone(Ending.LATE)
        return super().exchange(program, seconds)


class HeavySandbox(LocalSandbox):
    """Its children do not survive the scan of one source text."""

    def open(self, kind: str = "contract") -> LocalWire:
        """Return the wire to such a child."""
        del kind
        return HeavyWire()


def import_all(files: Mapping[str, bytes], sandbox: Sandbox) -> tuple[ImportResult, FileRecords]:
    records = FileRecords()
    connection = Connection(sandbox, Submission("lab", files, "0"), DEFAULT, 1, files=records)
    result = connection.import_result
    connection.close()
    return result, records


def test_a_file_that_no_child_can_scan_is_left_out_alone() -> None:
    """The others are scanned and imported, and what the file did has its name."""
    files = {"heavy.py": HEAVY, "layers.py": b"import numpy\nclass Linear: pass\n"}
    result, records = import_all(files, HeavySandbox())
    assert (result.errors["heavy.py"]["type"], list(result.errors)) == ("Late", ["heavy.py"])
    assert result.definitions["Linear"] == [["Linear", "layers.py"]]
    assert list(records.scans) == ["layers.py"]


@pytest.mark.parametrize("crowd", [b"import os\n" * 30_000, b"'exec'\n" * 30_000])
def test_a_crowd_of_signs_hides_none_of_another_file(crowd: bytes) -> None:
    """However much stands in one file, what is imported in another one is known."""
    files = {"a.py": b"if 0:\n " + crowd.replace(b"\n", b"\n "), "b.py": HEAVY}
    with ProcessSandbox(DEFAULT.limits, process=ZygoteProcess(draws=False)) as sandbox:
        result, _ = import_all(files, sandbox)
    assert result.imports["b.py"] == [{"module": "torch", "line": 1}]


@pytest.mark.parametrize(
    ("names", "imported"),
    [
        (["main.py", "net.py", "experiments.py"], ["net.py"]),
        (["main.py", "experiments.py", "test_net.py"], ["main.py"]),
        (["experiments.py", "test_net.py"], ["experiments.py"]),
        (["test_net.py", "conftest.py"], []),
    ],
)
def test_who_has_one_file_has_everything_in_it(names: list[str], imported: list[str]) -> None:
    """What runs the lab or experiments with it is looked at where there is nothing else; tests never."""
    assert module_paths(dict.fromkeys(names, b"")) == imported
