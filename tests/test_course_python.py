"""The course's interpreter: the student's code runs under another Python and numpy, the examiner under its own."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy
import pytest

from grader.checks import CHECKS
from grader.cli import exit_codes, main
from grader.errors import PathError, RubricError, TheirFault
from grader.model import Interpreter, Limits, Submission
from grader.pipeline import grading
from grader.reports import report_wording
from grader.rubric import reader, resources
from grader.sandbox import course_python, doctor
from grader.sandbox.host import CONTRACT, FIGURES, LocalSandbox, ProcessSandbox

ROOT = Path(__file__).parents[1]
OLD_NUMPY = "numpy==1.26.4"
NAMES = ("python3.9", "python3.10", "python3.12", "python3.11", "python3.13")
SCALAR = "float(np.array([[0.5]]))"
"""What numpy 2.4 refuses, and numpy 1.26 does with a warning."""


def version_of(python: str) -> str:
    """The version of a Python's numpy, or an empty text."""
    line = [python, "-c", "import numpy, matplotlib; print(numpy.__version__)"]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of another Python with another numpy: one that is there, or a new environment."""
    named = [os.environ.get("COURSE_PYTHON", ""), *filter(None, map(shutil.which, NAMES))]
    for python in filter(None, named):
        if version_of(python) not in ("", numpy.__version__):
            return python
    if sys.version_info >= (3, 13):
        pytest.skip("there is no other Python, and numpy 1.26 cannot be installed for this one")
    folder = tmp_path_factory.mktemp("course")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    line = [str(folder / "bin" / "pip"), "install", "-q", OLD_NUMPY, "matplotlib"]
    if subprocess.run(line, capture_output=True, check=False, timeout=100).returncode:
        pytest.skip("there is no other Python with numpy, and no index to install one from")
    return str(folder / "bin" / "python")


def grade(folder: Path, out: Path, *options: str) -> dict[str, Any]:
    """Grade a folder by the command; its report."""
    assert main.run([str(folder), "--seed", "7", "-o", str(out), *options]) == exit_codes.OK
    document: dict[str, Any] = json.loads(out.read_text("utf-8"))
    return document


@pytest.fixture
def scalar_loss(tmp_path: Path) -> Path:
    """The reference, whose loss makes a number of an array with one entry."""
    folder = tmp_path / "lab"
    shutil.copytree(ROOT / "reference", folder)
    losses = folder / "losses.py"
    losses.write_text(f"{losses.read_text('utf-8')}\nRATE = {SCALAR}\nclass Late: pass\n", "utf-8")
    return folder


def test_the_report_names_both(other: str, tmp_path: Path) -> None:
    """A right program earns everything under another Python; the report has both and both numpys."""
    document = grade(ROOT / "reference", tmp_path / "r.json", "--python", other)
    assert (document["score"], document["official"]) == (100.0, True)
    examiner, submission = (document["interpreters"][k] for k in ("examiner", "submission"))
    assert examiner == {
        "python": platform.python_version(),
        "numpy": metadata.version("numpy"),
    }
    assert submission["numpy"] == version_of(other) != examiner["numpy"]
    line = report_wording.origin(document)
    assert f"Python {submission['python']}, numpy {submission['numpy']}" in line
    assert f"grader's own: Python {examiner['python']}, numpy {examiner['numpy']}" in line


def test_without_the_option_both_are_one(tmp_path: Path) -> None:
    """The grader's own Python is named once, and an older report names none."""
    document = grade(ROOT / "reference", tmp_path / "r.json")
    assert document["interpreters"]["examiner"] == document["interpreters"]["submission"]
    line = report_wording.origin(document)
    assert line.count("numpy") == 1
    assert "numpy" not in report_wording.origin({**document, "interpreters": None})
    del document["interpreters"]
    assert "numpy" not in report_wording.origin(document)


def test_the_numpy_of_the_course_decides(other: str, scalar_loss: Path, tmp_path: Path) -> None:
    """What a new numpy refuses runs under the old one that the course uses, and the rubric names."""
    if not version_of(other).startswith("1."):
        pytest.skip("the other numpy is not older than 2")
    rubric = tmp_path / "rubric.yaml"
    text = resources.default_rubric().read_text("utf-8")
    rubric.write_text(f"{text}\nenvironment: {{python: {other}}}\n", "utf-8")
    document = grade(scalar_loss, tmp_path / "r.json", "--rubric", str(rubric))
    assert not [r for r in document["remarks"] if r["id"].startswith("import_")]
    own = grade(
        scalar_loss, tmp_path / "o.json", "--rubric", str(rubric), "--python", sys.executable
    )
    is_refused = tuple(map(int, numpy.__version__.split(".")[:2])) >= (2, 4)
    assert [r["id"] for r in own["remarks"]] == ["import_trouble"] * is_refused


def test_the_walls_hold_there_too(other: str) -> None:
    """Under another Python every probe fails that must, in both kinds of child."""
    sandbox = ProcessSandbox(Limits(), other)
    here = ProcessSandbox(Limits())
    for kind in (CONTRACT, FIGURES):
        walls, probes = sandbox.probe(kind)
        assert walls == here.probe(kind)[0]
        assert [p["name"] for p in probes if p["must_fail"] and p["result"] == "open"] == []


def test_doctor_examines_it(other: str, capsys: pytest.CaptureFixture[str]) -> None:
    """``grade doctor --python`` names the versions and tries the walls there."""
    findings = doctor.examine(python=other)
    assert findings["sound"] == doctor.examine()["sound"]
    assert f"numpy {version_of(other)}" in doctor.summary(findings)
    assert "no matplotlib" in doctor.summary({**findings, "draws": False})
    assert main.run(["doctor", "--python", "/nowhere/python"]) == exit_codes.WRONG_USE
    assert "there is no such Python" in capsys.readouterr().err


def test_a_batch_passes_it_on(other: str, tmp_path: Path) -> None:
    """The workers of a class use it, and a report is graded anew where it changes."""
    shutil.copytree(ROOT / "reference", tmp_path / "class" / "ann")
    line = ["batch", str(tmp_path / "class"), "-o", str(tmp_path / "out"), "--jobs", "1"]
    assert main.run([*line, "--python", other]) == exit_codes.OK
    [path] = (tmp_path / "out").rglob("ann*.json")
    document = json.loads(path.read_text("utf-8"))
    assert document["interpreters"]["submission"]["numpy"] == version_of(other)
    assert main.run(line) == exit_codes.OK
    document = json.loads(path.read_text("utf-8"))
    assert document["interpreters"]["submission"]["numpy"] == numpy.__version__


def script(path: Path, text: str) -> str:
    path.write_text(f"#!/bin/sh\n{text}\n", "utf-8")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "there is no such Python"),
        ("exit 0", "this is not a Python"),
        ("echo hello; exit 3", "this is not a Python"),
        ("echo 'interpreter: 3.8.18 1.24.4'; exit 1", "this is Python 3.8.18; expected 3.9 or newer"),
        ("echo 'interpreter: 2.7.18 none'; exit 1", "this is Python 2.7.18; expected 3.9 or newer"),
        ("echo 'interpreter: 3.11.2 none'; exit 1", "has no numpy; to install it"),
    ],
)  # fmt: skip
def test_what_is_no_usable_python_is_told(
    text: str | None, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence and exit code 2 for a path that leads to no Python that can run the code."""
    python = tmp_path / "python"
    if text is not None:
        script(python, text)
    arguments = [str(ROOT / "reference"), "-o", str(tmp_path / "r.json"), "--python", str(python)]
    assert main.run(arguments) == exit_codes.WRONG_USE
    [line] = capsys.readouterr().err.strip().splitlines()
    assert words in line
    assert line.startswith(f"grade: {python}: ")


def test_a_folder_and_a_text_are_no_python(tmp_path: Path) -> None:
    """A folder, or a file that cannot be run, is called what it is; a command is looked up."""
    (tmp_path / "text").write_text("x", "utf-8")
    with pytest.raises(PathError, match="this is a folder; expected the path of a Python, such"):
        course_python.find(str(tmp_path))
    with pytest.raises(PathError, match="this is no program"):
        course_python.find("text", tmp_path)
    assert course_python.find("sh") == shutil.which("sh")
    course_python.require_usable(sys.executable)
    with pytest.raises(TheirFault, match="this is not a Python"):
        course_python.require_usable(str(tmp_path / "text"))


def test_a_python_of_a_submission_is_not_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a student handed in as a Python is never started, not even where the search path leads to it."""
    shutil.copytree(ROOT / "reference", tmp_path / "lab")
    script(tmp_path / "lab" / "python3.x", f"touch {tmp_path / 'ran'}")
    monkeypatch.chdir(tmp_path / "lab")
    monkeypatch.setenv("PATH", os.pathsep.join((".", os.environ["PATH"])))
    for python in (str(tmp_path / "lab/python3.x"), "python3.x"):
        line = [str(tmp_path / "lab"), "-o", str(tmp_path / "r.json"), "--python", python]
        assert main.run(line) == exit_codes.WRONG_USE
        assert "this Python came with a submission" in capsys.readouterr().err
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "value", ["{}", "{python: 3}", "{python: ''}", "/usr/bin/python", "{numpy: x}"]
)
def test_an_environment_that_says_no_path_is_an_error(value: str) -> None:
    """The rubric says where the Python is, and nothing else."""
    text = resources.default_rubric().read_text("utf-8") + f"\nenvironment: {value}\n"
    with pytest.raises(RubricError, match="expected"):
        reader.loads(text.encode(), "rubric.yaml", CHECKS)


class BareSandbox(LocalSandbox):
    """A sandbox of a Python that has nothing to draw with."""

    interpreter = Interpreter("3.9.18", "1.26.4", draws=False)


def test_a_python_that_cannot_draw_is_told() -> None:
    """Where the course's Python has no matplotlib, the report says that no figure could be drawn."""
    rubric = reader.load(resources.default_rubric(), CHECKS)
    asked = replace(rubric, items=tuple(i for i in rubric.items if i.check == "data.linear"))
    submission = Submission("lab", {"data.py": b"x = 1\n"}, "0" * 64)
    with BareSandbox() as sandbox:
        report = grading.grade(submission, asked, seed=1, sandbox=sandbox)
    assert [r.values for r in report.remarks if r.id == "course_cannot_draw"] == [
        {"python": "3.9.18"}
    ]
