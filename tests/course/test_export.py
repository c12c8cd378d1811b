"""`grade export`: each package is run as its platform does, in a clean folder and environment."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import stat
import subprocess
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from grader.checks import CHECKS
from grader.cli import exit_codes, main
from grader.course import export, wheel
from grader.rubric import reader, resources
from tests.course.platform_runs import environment, inner_package, run, stub_wheels, unpack

ROOT = Path(__file__).parents[2]
RUBRIC = """\
version: 1
title: Small
total: 10
# relu.backward is a trap that nobody may know of
limits: {total_seconds: 20}
groups:
  - title: First
    items:
      - {check: sigmoid.forward, points: 4}
      - {check: sigmoid.backward, points: 2.5}
  - title: Second
    items:
      - {check: relu.forward, points: 1.5}
      - {check: relu.backward, points: 2, visibility: hidden, title: "A trap for ReLU at zero"}
"""
HIDDEN = ("relu.backward", "relu_backward", "A trap for ReLU")
SENTENCE = "The grader could not finish."


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheels that pip finds."""
    folder = tmp_path_factory.mktemp("wheels")
    stub_wheels(folder)
    return folder


@pytest.fixture
def packed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Pack the small rubric for a platform by the command."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GRADE_SECRET", raising=False)
    (tmp_path / "rubric.yaml").write_text(RUBRIC)

    def pack(platform: str, *arguments: str) -> Path:
        target = tmp_path / f"{platform}.zip"
        assert main.run(["export", platform, "-o", str(target), *arguments]) == exit_codes.OK
        return target

    return pack


def submit(folder: Path) -> Path:
    """Put a submission into a folder: right, but for ReLU's forward."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in resources.zoo().joinpath("base").glob("*.py"):
        shutil.copy(file, folder)
    text = (folder / "layers.py").read_text("utf-8")
    wrong = text.replace("np.where(self.positive, x, 0.0)", "np.where(self.positive, x, 1.0)")
    assert wrong != text
    (folder / "layers.py").write_text(wrong, "utf-8")
    return folder


# ---- Gradescope ----


def valid_gradescope(result: dict[str, Any]) -> None:
    """Hold a result against what Gradescope reads."""
    keys = {
        "score", "execution_time", "output", "output_format", "test_output_format",
        "test_name_format", "visibility", "stdout_visibility", "extra_data", "tests", "leaderboard",
    }  # fmt: skip
    assert set(result) <= keys
    assert "score" in result or result["tests"]
    for test in result["tests"]:
        assert test.get("status", "passed") in ("passed", "failed")
        assert test.get("visibility", "visible") in (
            "hidden",
            "after_due_date",
            "after_published",
            "visible",
        )
        assert test.get("output_format", "text") in ("text", "html", "simple_format", "md", "ansi")


def test_gradescope(packed: Callable[..., Path], tmp_path: Path, wheels: Path) -> None:
    """Gradescope's package is installed, grades, hides what is hidden, and survives time-out and crash."""
    root = tmp_path / "autograder"
    source = unpack(packed("gradescope"), root / "source")
    environ = environment(wheels, AUTOGRADER=str(root))
    assert {"setup.sh", "run_autograder"} <= {path.name for path in source.iterdir()}
    done = run(["bash", str(source / "setup.sh")], tmp_path, environ)
    assert done.returncode == 0, done.stderr
    submit(root / "submission")
    shutil.copy(source / "run_autograder", root)

    def result() -> dict[str, Any]:
        shutil.rmtree(root / "results", ignore_errors=True)
        ended = run(["bash", str(root / "run_autograder")], root, environ)
        assert ended.returncode == 0, ended.stderr
        content = (root / "results/results.json").read_bytes()
        assert b"\r" not in content
        document: dict[str, Any] = json.loads(content)
        valid_gradescope(document)
        return document

    tests = {test["name"]: test for test in result()["tests"]}
    assert len(tests) == 4
    assert tests["First: " + CHECKS["sigmoid.forward"].title.rstrip(".")]["score"] == 4
    assert [test["visibility"] for test in tests.values()].count("hidden") == 1
    settings = json.loads((source / "settings.json").read_text())
    (source / "settings.json").write_text(json.dumps({**settings, "seconds": 0.3}))
    late = result()
    assert SENTENCE in late["output"]
    assert "score" not in late
    (source / "venv/bin/grade").write_text("#!/bin/sh\nkill -9 $$\n")
    assert SENTENCE in result()["output"]
    (source / "venv/bin/grade").write_text("#!/bin/sh\nsleep 60\n")
    with pytest.raises(subprocess.TimeoutExpired):  # the platform ends everything
        run(["bash", str(root / "run_autograder")], root, environ, seconds=2)
    assert SENTENCE in json.loads((root / "results/results.json").read_bytes())["output"]


# ---- GitHub ----


def steps(action: Path, inputs: dict[str, str], environ: dict[str, str]) -> Iterator[Any]:
    """Run the steps of a composite action as a runner does; yield how each ended."""
    document = YAML(typ="safe").load(action.read_text("utf-8"))
    assert document["runs"]["using"] == "composite"
    values = {f"inputs.{name}": entry["default"] for name, entry in document["inputs"].items()}
    values |= {f"inputs.{name}": value for name, value in inputs.items()}
    values["github.action_path"] = str(action.parent)
    for step in document["runs"]["steps"]:
        if "uses" in step:
            assert re.fullmatch(r"[\w/-]+@v[\d.]+", step["uses"])
            continue
        own = {
            name: re.sub(r"\$\{\{ (.*?) \}\}", lambda match: values[match[1]], text)
            for name, text in step.get("env", {}).items()
        }
        assert "${{" not in step["run"]  # what an input holds must never become code
        yield run(
            ["bash", "-e", "-c", step["run"]], Path(environ["GITHUB_WORKSPACE"]), environ | own
        )


@pytest.fixture
def runner(tmp_path: Path, wheels: Path) -> dict[str, str]:
    """The variables of a runner of GitHub, with a checked-out submission."""
    workspace = submit(tmp_path / "workspace")
    for name in ("summary.md", "output.txt"):
        (tmp_path / name).touch()
    (tmp_path / "temp").mkdir()
    return environment(
        wheels, GITHUB_WORKSPACE=str(workspace), GITHUB_STEP_SUMMARY=str(tmp_path / "summary.md"),
        GITHUB_OUTPUT=str(tmp_path / "output.txt"), RUNNER_TEMP=str(tmp_path / "temp"),
    )  # fmt: skip


def test_github(packed: Callable[..., Path], tmp_path: Path, runner: dict[str, str]) -> None:
    """The action annotates lines, writes a summary and the score, and even a time-out leaves a sentence."""
    folder = unpack(packed("github"), tmp_path / "package")
    action = folder / "action" / "action.yml"
    install, graded = steps(action, {"fail-under": "8"}, runner)
    assert install.returncode == 0, install.stderr
    assert graded.returncode == exit_codes.MISSED, graded.stderr
    assert "::notice title=Small::" in graded.stdout
    assert re.search(r"::error file=layers.py,line=\d+", graded.stdout)
    summary = (tmp_path / "summary.md").read_text("utf-8")
    assert "6.5" in summary
    assert "max-score=8" in (tmp_path / "output.txt").read_text()
    assert [text for text in HIDDEN if text in graded.stdout + summary] == []

    (tmp_path / "summary.md").write_text("")
    settings = json.loads((action.parent / "settings.json").read_text())
    (action.parent / "settings.json").write_text(json.dumps({**settings, "seconds": 0.3}))
    late = list(steps(action, {}, runner))[-1]
    assert late.returncode == exit_codes.MISSED
    assert f"::error title=grade::{SENTENCE}" in late.stdout
    assert SENTENCE in (tmp_path / "summary.md").read_text()

    (tmp_path / "summary.md").write_text("")
    (action.parent / "settings.json").write_text("{")
    crashed = list(steps(action, {}, runner))[-1]
    assert crashed.returncode != 0
    assert SENTENCE in (tmp_path / "summary.md").read_text()
    YAML(typ="safe").load((folder / "assignment/.github/workflows/grade.yml").read_text())


def test_the_action_of_this_repository_is_that_of_the_package() -> None:
    """The action at the root grades with the built-in rubric, and differs in what it installs alone."""
    own = YAML(typ="safe").load((ROOT / "action.yml").read_text("utf-8"))
    packed = YAML(typ="safe").load(
        (ROOT / "grader/course/files/github/action.yml").read_text("utf-8")
    )
    assert own["outputs"] == packed["outputs"]
    assert own["inputs"].keys() - packed["inputs"].keys() == {"rubric"}


def test_the_action_of_this_repository_runs(tmp_path: Path, runner: dict[str, str]) -> None:
    """The action at the root, beside a wheel in the place of a build, grades a repository."""
    name, content = wheel.build()
    (tmp_path / "action").mkdir()
    shutil.copy(ROOT / "action.yml", tmp_path / "action")
    (tmp_path / name).write_bytes(content)
    runner["GRADE_PACKAGE"] = str(tmp_path / name)
    install, graded = steps(tmp_path / "action" / "action.yml", {}, runner)
    assert install.returncode == 0, install.stderr
    assert graded.returncode == 0, graded.stderr
    assert "::error file=layers.py" in graded.stdout
    assert "ReLU" in (tmp_path / "summary.md").read_text("utf-8")
    assert "score=" in (tmp_path / "output.txt").read_text("utf-8")


# ---- Classroom 50 ----


def valid_classroom50(result: dict[str, Any]) -> None:
    """Hold a result against the schema classroom50/result/v1."""
    assert result["schema"] == "classroom50/result/v1"
    texts = (
        "classroom",
        "assignment",
        "assignment_type",
        "owner",
        "submission",
        "commit",
        "release",
        "review",
        "datetime",
    )
    assert all(isinstance(result[key], str) for key in texts)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", result["datetime"])
    for entry in (result, *result["tests"]):
        assert type(entry["score"]) is int
        assert type(entry["max-score"]) is int
    assert all(isinstance(test["passed"], bool) and test["test-name"] for test in result["tests"])


CLASSROOM = {
    "CLASSROOM": "ml", "ASSIGNMENT": "lab", "SUBMISSION_TAG": "submit/1", "COMMIT_URL": "https://c",
    "RELEASE_URL": "https://r", "REVIEW_URL": "https://v", "OWNER": "alice",
}  # fmt: skip


def test_classroom50(packed: Callable[..., Path], tmp_path: Path, wheels: Path) -> None:
    """The one script of Classroom 50 writes a result by its schema, and also where nothing can be installed."""
    folder = unpack(packed("classroom50", "--assignment", "lab 1"), tmp_path / "package")
    script = folder / "autograders/lab_1/autograder.py"
    checkout = submit(tmp_path / "checkout")
    done = run(["python", str(script)], checkout, environment(wheels, **CLASSROOM))
    assert done.returncode == 0, done.stderr
    result = json.loads((checkout / "result.json").read_text("utf-8"))
    valid_classroom50(result)
    assert (result["owner"], result["submission"]) == ("alice", "submit/1")
    assert (result["points"], result["score"], result["max-score"]) == (6.5, 7, 8)
    assert [test["test-name"] for test in result["tests"]] == [
        "sigmoid.forward",
        "sigmoid.backward",
        "relu.forward",
    ]
    body = (checkout / "release-body.md").read_text("utf-8")
    assert "ReLU" in body
    assert [text for text in HIDDEN if text in body + json.dumps(result)] == []

    done = run(["python", str(script)], checkout, environment(tmp_path / "nothing", **CLASSROOM))
    assert done.returncode == 0
    result = json.loads((checkout / "result.json").read_text("utf-8"))
    valid_classroom50(result)
    assert SENTENCE in result["tests"][0]["message"]
    assert SENTENCE in (checkout / "release-body.md").read_text("utf-8")


# ---- Autolab, PrairieLearn, VPL ----


def test_autolab(packed: Callable[..., Path], tmp_path: Path, wheels: Path) -> None:
    """Autolab's last line holds the points of each group; without an installation, none."""
    if shutil.which("make") is None:
        pytest.skip("there is no make here")
    folder = unpack(packed("autolab"), tmp_path / "package")
    submit(tmp_path / "handed_in")
    shutil.make_archive(str(folder / "handin"), "zip", tmp_path / "handed_in")
    command = ["make", "-f", "autograde-Makefile"]
    done = run(command, folder, environment(wheels))
    last = json.loads(done.stdout.splitlines()[-1])
    assert last == {"scores": {"First": 6.5, "Second": 0.0}}
    shutil.rmtree(folder / "venv")
    done = run(command, folder, environment(tmp_path / "nothing"))
    assert done.stdout.splitlines()[-1] == '{"scores": {}}'
    assert SENTENCE in done.stdout


def test_prairielearn(packed: Callable[..., Path], tmp_path: Path, wheels: Path) -> None:
    """PrairieLearn's results hold a share from 0 to 1; what could not be graded is not gradable."""
    folder = unpack(packed("prairielearn"), tmp_path / "package")
    info = json.loads((folder / "question/info.json").read_text())
    assert info["externalGradingOptions"]["entrypoint"] == "/grade/tests/run.sh"
    root = tmp_path / "grade"
    shutil.copytree(folder / "question/tests", root / "tests")
    submit(root / "student")
    environ = environment(wheels, GRADE=str(root))
    run(["python", "-m", "venv", str(tmp_path / "image")], tmp_path, environ)
    [file] = (folder / "image").glob("*.whl")
    done = run([str(tmp_path / "image/bin/pip"), "install", str(file)], tmp_path, environ)
    assert done.returncode == 0, done.stderr
    environ["PATH"] = f"{tmp_path / 'image/bin'}:/usr/bin:/bin"
    run(["bash", str(root / "tests/run.sh")], root, environ)
    result = json.loads((root / "results/results.json").read_text("utf-8"))
    assert result["gradable"] is True
    assert result["score"] == pytest.approx(6.5 / 8)
    assert all({"name", "points", "max_points"} <= test.keys() for test in result["tests"])
    environ["PATH"] = "/usr/bin:/bin"
    run(["bash", str(root / "tests/run.sh")], root, environ)
    result = json.loads((root / "results/results.json").read_text("utf-8"))
    assert result["gradable"] is False
    assert SENTENCE in result["message"]


def test_vpl(packed: Callable[..., Path], tmp_path: Path, wheels: Path) -> None:
    """VPL reads a comment and a grade; where nothing can be installed, a comment and no grade."""
    folder = submit(unpack(packed("vpl"), tmp_path / "package"))
    assert run(["bash", "vpl_evaluate.sh"], folder, environment(wheels)).returncode == 0
    assert os.stat(folder / "vpl_execution").st_mode & stat.S_IXUSR
    done = run(["bash", "vpl_execution"], folder, environment(wheels))
    assert "Grade :=>>6.5\n" in done.stdout, done.stderr
    assert done.stdout.startswith("<|--\n")
    assert "--|>" in done.stdout
    done = run(["bash", "vpl_execution"], folder, environment(tmp_path / "nothing"))
    assert f"Comment :=>>{SENTENCE}" in done.stdout
    assert "Grade" not in done.stdout


# ---- all of them ----


def all_files(package: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a package, those inside archives and scripts too; wheels are left out."""
    for path in sorted(package.rglob("*")):
        if path.name.endswith(".tar"):
            with tarfile.open(path) as archive:
                for entry in archive:
                    if not entry.name.endswith(".whl"):
                        yield entry.name, archive.extractfile(entry).read()  # type: ignore[union-attr]
        elif path.is_file() and path.suffix != ".whl":
            content = path.read_bytes()
            if b'PACKAGE = """' in content:
                with zipfile.ZipFile(io.BytesIO(inner_package(path))) as inner:
                    for name in inner.namelist():
                        if not name.endswith(".whl"):
                            yield name, inner.read(name)
            yield str(path.relative_to(package)), content


@pytest.mark.parametrize("platform", [name for name in export.PLATFORMS if name != "gradescope"])
def test_nothing_hidden_is_in_a_package(
    packed: Callable[..., Path], tmp_path: Path, platform: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """No file of a package that a student may read names a hidden item, and the command says so."""
    folder = unpack(packed(platform), tmp_path / "package")
    assert "1 hidden item is left out" in capsys.readouterr().out
    contents = list(all_files(folder))
    assert any(name.endswith("rubric.yaml") for name, _ in contents)
    for name, content in contents:
        assert [text for text in HIDDEN if text.encode() in content] == [], name
    [rubric] = [content for name, content in contents if name.endswith("rubric.yaml")]
    assert reader.loads(rubric, "rubric.yaml", CHECKS).total == 8


@pytest.mark.parametrize("platform", export.PLATFORMS)
def test_two_packages_are_one(packed: Callable[..., Path], platform: str) -> None:
    """The same course gives the same bytes."""
    assert packed(platform).read_bytes() == packed(platform).read_bytes()


def test_a_wheel_is_whole() -> None:
    """The wheel holds every module, the reference, the data and a record of all of it."""
    name, content = wheel.build()
    assert name.endswith("-py3-none-any.whl")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = set(archive.namelist())
        [record] = [path for path in names if path.endswith("RECORD")]
        listed = {line.split(",")[0] for line in archive.read(record).decode().splitlines()}
    assert listed == names
    modules = {
        f"grader/{path.relative_to(ROOT / 'grader').as_posix()}"
        for path in (ROOT / "grader").rglob("*.py")
    }
    assert modules <= names
    assert {
        "reference/layers.py",
        "grader/data/rubric.yaml",
        "grader/data/zoo/base/layers.py",
    } <= names


def test_hidden_plugins_stay_out(
    packed: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A plug-in of hidden checks alone is left out; one with visible checks beside them is refused."""
    page = (ROOT / "docs/plugins.md").read_text("utf-8")
    [plugin] = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    (tmp_path / "own.py").write_text(plugin)
    more = "      - {check: elu.forward, points: 1, visibility: hidden}\n"
    (tmp_path / "rubric.yaml").write_text(
        RUBRIC.replace("total: 10", "total: 11\nplugins: [own.py]") + more
    )
    folder = unpack(packed("github"), tmp_path / "package")
    assert not list(folder.rglob("own.py"))
    (tmp_path / "rubric.yaml").write_text(
        RUBRIC.replace("total: 10", "total: 12\nplugins: [own.py]")
        + more
        + "      - {check: elu.bound, points: 1}\n"
    )
    assert main.run(["export", "github", "-o", "x.zip"]) == exit_codes.WRONG_USE
    assert (
        "own.py holds the hidden check elu.forward beside visible ones" in capsys.readouterr().err
    )


def test_the_workflow_of_a_course_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wheels: Path
) -> None:
    """The workflow that `grade init` writes installs the wheel beside it, and finds the samples as expected."""
    monkeypatch.chdir(tmp_path)
    assert main.run(["init", "course"]) == exit_codes.OK
    environ = environment(wheels)
    run(["python", "-m", "venv", str(tmp_path / "runner")], tmp_path, environ)
    environ["PATH"] = f"{tmp_path / 'runner/bin'}:/usr/bin:/bin"
    workflow = YAML(typ="safe").load(Path("course/.github/workflows/verify.yml").read_text())
    commands = [step["run"] for step in workflow["jobs"]["verify"]["steps"] if "run" in step]
    assert commands[-1].startswith("grade verify")
    for command in commands:
        done = run(["bash", "-e", "-c", command], tmp_path / "course", environ)
        assert done.returncode == 0, done.stdout + done.stderr
