"""The command: what it writes, what it says, and the code it ends with."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner

import grader
from grader import files, reports
from grader.cli import exit_codes, main
from grader.errors import GradeError, OurFault, PathError, ReportBroken, WallsTooWeak
from grader.intake.messages import SENTENCES as SAID_BY_INTAKE
from grader.model import Outcome, Report, Rubric, Status, Submission, Verdict
from grader.reports import report_document
from grader.reports.messages import SENTENCES as SAID_BY_REPORTS
from grader.reports.messages import merge_sentences
from grader.reports.text_catalogue import Catalogue, CheckText, default
from grader.rubric import resources
from tests.batch import classroom

RUBRIC = """\
version: 1
title: Small
total: 10
groups:
  - title: All
    items:
      - {check: linear.forward, points: 6}
      - {check: mse.forward, points: 4, visibility: hidden}
"""
CHECKS = ("linear.forward", "mse.forward")
ROOT = Path(__file__).parents[2]


class Stage:
    """Stands where the examination will be: answers as it was told, and remembers the call."""

    def __init__(self) -> None:
        self.verdicts = [Verdict.PASSED, Verdict.PASSED]
        self.error: BaseException | None = None
        self.calls: list[dict[str, Any]] = []

    def grade(self, submission: Submission, rubric: Rubric, *, seed: int, sandbox: str) -> Report:
        """Give every item its verdict, and full points where it passed."""
        self.calls.append({"submission": submission, "rubric": rubric, "seed": seed, "in": sandbox})
        if self.error is not None:
            raise self.error
        if submission.invalid:
            return Report(submission, rubric, (), seed, True, (), Status.INVALID)
        outcomes = tuple(
            Outcome(item, verdict, float(verdict is Verdict.PASSED))
            for item, verdict in zip(rubric.items, self.verdicts, strict=True)
        )
        return Report(submission, rubric, outcomes, seed, sandbox == "walls", ("walls",))


class Sandbox:
    """A context manager that gives its own name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> str:
        return self.name

    def __exit__(self, *_: object) -> None:
        pass


def _document(report: Report) -> dict[str, Any]:
    message = merge_sentences(SAID_BY_REPORTS, SAID_BY_INTAKE)
    checks = {name: CheckText(f"{name} works", "Think.", "Linear") for name in CHECKS}
    return report_document.document(report, Catalogue(checks, {}, message))


def _put(monkeypatch: pytest.MonkeyPatch, name: str, **contents: object) -> None:
    """Put a module in the place of one that may not even exist."""
    module = ModuleType(name)
    vars(module).update(contents)
    package, _, last = name.rpartition(".")
    monkeypatch.setitem(sys.modules, name, module)
    __import__(package)
    monkeypatch.setattr(sys.modules[package], last, module, raising=False)


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Stage:
    """Set up an examination that costs no time, with a rubric and a submission."""
    here = Stage()
    _put(monkeypatch, "grader.pipeline.grading", grade=here.grade,
         prepare=lambda rubric, seed: None, seed_for=lambda rubric, secret: len(secret) + 100)  # fmt: skip

    def create_sandbox(
        limits: object, python: str, *, in_process: bool, unsafe: bool, process: object
    ) -> Sandbox:
        return Sandbox("local" if in_process else "unsafe" if unsafe else "walls")

    _put(monkeypatch, "grader.sandbox.host", create_sandbox=create_sandbox)
    monkeypatch.setattr(reports, "document", _document)
    monkeypatch.delenv("GRADE_SECRET", raising=False)
    monkeypatch.chdir(tmp_path)
    Path("rubric.yaml").write_text(RUBRIC)
    monkeypatch.setattr(resources, "default_rubric", Path("rubric.yaml").resolve)
    Path("lab").mkdir()
    Path("lab/layers.py").write_text("x = 1\n")
    return here


@pytest.fixture(scope="module")
def texts() -> None:
    """Load every text before an examination is replaced: they stand with the checks."""
    default("zh_TW")


def _said(capsys: pytest.CaptureFixture[str]) -> str:
    """Return what stands on stderr: one sentence of the command, on one line."""
    message = capsys.readouterr().err
    assert message.startswith("grade: ")
    assert message.count("\n") == 1
    assert "Traceback" not in message
    return message


def _stored(name: str = "lab.report.json") -> dict[str, Any]:
    document: dict[str, Any] = json.loads(Path(name).read_text("utf-8"))
    return document


def test_report_goes_beside(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """Without -o the report is NAME.report.json here, and the last line says so."""
    assert main.run(["lab"]) == exit_codes.OK
    assert _stored()["score"] == 10
    result = capsys.readouterr()
    assert result.out.splitlines()[-1] == (
        f"rubric: {Path.cwd() / 'rubric.yaml'}; report: {Path.cwd() / 'lab.report.json'}"
    )
    assert result.err == ""


def test_report_goes_where_it_is_told(stage: Stage) -> None:
    """With -o the report has that name, and nothing else is left in the folder."""
    assert main.run(["-o", "out.json", "lab"]) == exit_codes.OK
    assert _stored("out.json")["submission"]["name"] == "lab"
    assert sorted(path.name for path in Path().iterdir()) == ["lab", "out.json", "rubric.yaml"]


def test_report_on_standard_output(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """With -o - the report alone stands on stdout, and the summary on stderr."""
    assert main.run(["lab", "-o", "-"]) == exit_codes.OK
    result = capsys.readouterr()
    assert json.loads(result.out)["score"] == 10
    assert "report: above" in result.err
    assert not Path("lab.report.json").exists()


def test_the_summary_is_in_the_language_asked_for(
    texts: None, stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    """With --lang the summary is in that language, else in the rubric's; the report is English."""
    stage.verdicts = [Verdict.PASSED, Verdict.BROKEN]
    main.run(["lab", "--lang", "zh_TW"])
    assert "評分程式出錯" in capsys.readouterr().out
    stored = _stored()
    Path("rubric.yaml").write_text(RUBRIC.replace("total: 10", "total: 10\nlanguage: zh_TW"))
    main.run(["lab"])
    assert "評分程式出錯" in capsys.readouterr().out
    assert _stored()["checks"] == stored["checks"]
    assert _stored()["rubric"]["language"] == "zh_TW"
    main.run(["lab", "--lang", "en"])
    assert "Grader error" in capsys.readouterr().out


def test_a_stored_report_is_shown_in_the_language_asked_for(
    texts: None, stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    """`grade report --lang` tells a stored report in another language; JSON stays English."""
    stage.verdicts = [Verdict.FAILED, Verdict.PASSED]
    main.run(["lab"])
    capsys.readouterr()
    assert main.run(["report", "lab.report.json", "--lang", "zh_TW"]) == exit_codes.OK
    assert "沙箱：walls" in capsys.readouterr().out
    assert (
        main.run(["report", "lab.report.json", "--lang", "zh_TW", "--format", "json"])
        == exit_codes.OK
    )
    assert json.loads(capsys.readouterr().out) == _stored()


def test_a_language_without_a_catalogue_is_refused(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    """A language that there is not is named with those that there are, and nothing is graded."""
    assert main.run(["lab", "--lang", "fr"]) == exit_codes.WRONG_USE
    assert "en, zh_TW" in _said(capsys)
    assert stage.calls == []


def test_old_report_is_replaced_whole(stage: Stage) -> None:
    """A second run replaces the report and keeps the file's permissions."""
    Path("lab.report.json").write_text("old")
    Path("lab.report.json").chmod(0o600)
    assert main.run(["lab"]) == exit_codes.OK
    assert _stored()["score"] == 10
    assert Path("lab.report.json").stat().st_mode & 0o777 == 0o600


def test_a_report_is_readable_by_others(stage: Stage) -> None:
    """A new report has the permissions of any new file, not those of a temporary one."""
    main.run(["lab"])
    Path("plain").touch()
    assert Path("lab.report.json").stat().st_mode == Path("plain").stat().st_mode


def test_name_of_the_report_is_safe(stage: Stage) -> None:
    """A folder's name becomes a file name without spaces and tricks."""
    Path("lab").rename("my lab;\u202e$(x)")
    assert main.run(["my lab;\u202e$(x)"]) == exit_codes.OK
    assert Path("my_lab____x.report.json").is_file()


@pytest.mark.parametrize(
    ("name", "safe"),
    [("../a", "a"), ("...", "submission"), ("-rf", "rf"), ("實驗", "實驗"), ("a\0/b", "a__b")],
)
def test_safe_names(name: str, safe: str) -> None:
    """A safe name never leaves its folder, hides, or looks like an option."""
    assert files.safe_name(name) == safe


def test_long_name_of_the_report_fits(stage: Stage) -> None:
    """A name in Chinese is cut by bytes, for file systems count those."""
    assert len(files.safe_name("梯" * 100).encode()) <= 120


def test_low_score_is_no_error(stage: Stage) -> None:
    """A report is a success whatever the score."""
    stage.verdicts = [Verdict.FAILED, Verdict.CRASHED]
    assert main.run(["lab"]) == exit_codes.OK


def test_invalid_submission_is_no_error(stage: Stage) -> None:
    """A folder without Python gets a report that says so."""
    Path("lab/layers.py").unlink()
    assert main.run(["lab"]) == exit_codes.OK
    assert _stored()["status"] == "invalid_submission"


@pytest.mark.parametrize(
    ("bar", "code"), [("6", exit_codes.OK), ("6.1", exit_codes.MISSED), ("0", exit_codes.OK)]
)
def test_fail_under(stage: Stage, bar: str, code: int) -> None:
    """--fail-under is met by an equal score, missed by a lower one; the report is there."""
    stage.verdicts = [Verdict.PASSED, Verdict.FAILED]
    assert main.run(["lab", "--fail-under", bar]) == code
    assert _stored()["score"] == 6


def test_broken_check_is_our_fault(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """A check that broke gives exit code 4, even below --fail-under, and a report."""
    stage.verdicts = [Verdict.PASSED, Verdict.BROKEN]
    assert main.run(["lab", "--fail-under", "10"]) == exit_codes.FAULT
    assert _stored()["open_points"] == 4
    assert "mse.forward" in _said(capsys)


def test_seed_follows_from_the_rubric_and_the_secret(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without --seed the rubric and GRADE_SECRET decide; with it, it does."""
    main.run(["lab"])
    monkeypatch.setenv("GRADE_SECRET", "abc")
    main.run(["lab"])
    main.run(["lab", "--seed", "7"])
    assert [call["seed"] for call in stage.calls] == [100, 103, 7]


def test_in_process_is_not_official(stage: Stage) -> None:
    """--in-process takes the local sandbox, and the report says that it is not official."""
    main.run(["lab"])
    main.run(["lab", "--in-process", "-o", "local.json"])
    assert [call["in"] for call in stage.calls] == ["walls", "local"]
    assert _stored()["official"]
    assert not _stored("local.json")["official"]


def test_waived_walls_are_not_official(stage: Stage) -> None:
    """--unsafe-no-sandbox goes on with weak walls, and the report says that it is not official."""
    main.run(["lab", "--unsafe-no-sandbox"])
    assert [call["in"] for call in stage.calls] == ["unsafe"]
    assert not _stored()["official"]


@pytest.mark.parametrize(
    ("here", "typed"),
    [
        ("lab", "."), ("lab", "../lab"), ("lab/deep", ".."), ("lab", "layers.py"), ("lab", "src"),
        ("lab", "../lab.zip"), ("lab/deep", "../src"), ("lab", "link"), ("lab", "linked.py"),
    ],
)  # fmt: skip
def test_rubric_of_the_submission_is_never_used(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, here: str, typed: str,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """A rubric.yaml that may have come with the submission does not count, and the terminal says so."""
    default = Path("rubric.yaml").resolve()
    monkeypatch.setattr(resources, "default_rubric", lambda: default)
    for folder in ("lab/deep", "lab/src", "elsewhere"):
        Path(folder).mkdir()
    for folder in ("lab", "lab/deep"):
        Path(folder, "rubric.yaml").write_text(RUBRIC.replace("Small", "Bribe"))
    for file in ("lab/src/layers.py", "elsewhere/layers.py"):
        Path(file).write_text("x = 1\n")
    Path("lab/link").symlink_to(Path("elsewhere").resolve())
    Path("lab/linked.py").symlink_to(Path("elsewhere/layers.py").resolve())
    with zipfile.ZipFile("lab.zip", "w") as archive:
        archive.write("lab/layers.py")
    monkeypatch.chdir(here)
    assert main.run([typed, "-o", "out.json"]) == exit_codes.OK
    assert _stored("out.json")["rubric"]["title"] == "Small"
    assert "rubric.yaml of the current folder was not used" in _said(capsys)
    assert main.run([typed, "-o", "out.json", "--rubric", "rubric.yaml"]) == exit_codes.OK
    assert _stored("out.json")["rubric"]["title"] == "Bribe"
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("typed", ["../handed_in/lab", "../handed_in/lab/layers.py"])
def test_rubric_of_the_current_folder_is_used(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, typed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A rubric.yaml apart from the submission counts, and nothing is said about it."""
    classroom.grow(Path(), {"handed_in/lab/layers.py": "x = 1\n"})
    classroom.grow(Path(), {"course/rubric.yaml": RUBRIC.replace("Small", "Course")})
    monkeypatch.chdir("course")
    assert main.run([typed, "-o", "out.json"]) == exit_codes.OK
    assert _stored("out.json")["rubric"]["title"] == "Course"
    assert capsys.readouterr().err == ""


def test_rubric_of_a_class_is_none_of_its_submissions(tmp_path: Path) -> None:
    """A rubric beside a class counts; one within it, or in the folder that it was unpacked to, does not."""
    classroom.grow(tmp_path, {"class/rubric.yaml": "x", "rubric.yaml": "x", "class.zip": b"PK"})
    folder, archive = tmp_path / "class", tmp_path / "class.zip"
    for class_path in (folder, archive):
        choice = resources.rubric_for_class(class_path, None, tmp_path)
        assert choice == resources.RubricChoice(tmp_path / "rubric.yaml")
    for class_path in (folder, archive, folder / ".." / "class"):
        choice = resources.rubric_for_class(class_path, None, folder)
        assert choice == resources.RubricChoice(resources.default_rubric(), folder / "rubric.yaml")


@pytest.mark.parametrize(
    "typed",
    [["circle"], ["circle/lab"], ["lab", "--rubric", "circle"], ["lab", "-o", "circle"],
     ["batch", "circle", "-o", "out"], ["report", "circle"], ["review", "circle"]],
)  # fmt: skip
def test_a_link_to_itself_is_one_sentence(
    stage: Stage, typed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A link that leads to itself can be neither read nor written, and is no fault of ours."""
    Path("circle").symlink_to("circle")
    assert main.run(typed) == exit_codes.WRONG_USE
    assert "this link leads to itself" in _said(capsys)


def test_a_folder_that_was_removed_is_one_sentence(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Run where the current folder is gone, the command says so."""
    lab = Path("lab").resolve()
    Path("gone").mkdir()
    monkeypatch.chdir("gone")
    Path("../gone").rmdir()
    assert main.run([str(lab)]) == exit_codes.WRONG_USE
    assert "the current folder was removed" in _said(capsys)


def test_a_closed_standard_output_is_no_fault(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With ``>&-`` the report is written all the same; where it was to be printed, that is said."""
    monkeypatch.setattr(sys, "stdout", None)
    assert main.run(["lab"]) == exit_codes.OK
    assert _stored()["score"] == 10
    assert capsys.readouterr().err == ""
    assert main.run(["lab", "-o", "-"]) == exit_codes.WRONG_USE
    assert "the standard output is closed; expected -o FILE" in capsys.readouterr().err


def test_report_names_the_rubric_without_its_folder(stage: Stage) -> None:
    """The terminal says where the rubric lies; the report, which travels, has its name alone."""
    Path("deep").mkdir()
    Path("rubric.yaml").rename("deep/other.yaml")
    assert main.run(["lab", "--rubric", "deep/other.yaml"]) == exit_codes.OK
    assert _stored()["rubric"]["source"] == "other.yaml"


def test_rubric_that_was_chosen_wins(stage: Stage) -> None:
    """--rubric is used, and the terminal and the report say which rubric it was."""
    Path("other.yaml").write_text(RUBRIC.replace("Small", "Other"))
    assert main.run(["lab", "--rubric", "other.yaml"]) == exit_codes.OK
    assert _stored()["rubric"]["title"] == "Other"


def test_default_rubric_and_template_are_found() -> None:
    """The default rubric stands beside the package in a checkout, or in it when installed."""
    assert resources.default_rubric().is_file()
    assert resources.student_template().name == "student_template"


WRONG_USE = [
    (["nowhere"], "there is nothing here"),
    ([""], "the path is empty"),
    (["lab", "extra"], "unexpected extra argument"),
    (["lab", "--bogus"], "No such option"),
    (["-o", "x.json"], "Missing argument"),
    (["lab", "--seed", "one"], "not a valid integer"),
    (["lab", "--seed", "-1"], "not in the range"),
    (["lab", "--fail-under", "nan"], "expected a number of points"),
    (["lab", "--fail-under", "half"], "not a valid float"),
    (["lab", "--rubric", "none.yaml"], "no such rubric"),
    (["lab", "--rubric", "lab"], "not a file"),
    (["lab", "-o", "none/x.json"], "there is no folder none"),
    (["lab", "-o", "lab"], "not a file"),
    (["lab", "-o", "link"], "this is a link"),
    (["lab", "-o", "/dev/null"], "not a file"),
    (["lab", "-o", "rubric.yaml", "--rubric", "rubric.yaml"], "this is what the command reads"),
    (["lab", "-o", "lab/layers.py"], "this lies in the submission"),
    (["lab/layers.py", "-o", "lab/../lab/layers.py"], "this is what the command reads"),
    (["report", "list.json", "-o", "list.json"], "this is what the command reads"),
    (["review", "rubric.yaml"], "expected the OUT of a batch"),
    (["report", "nowhere.json"], "cannot be read"),
    (["report", "rubric.yaml"], "not a report"),
    (["report", "lab"], "cannot be read"),
    (["report", "list.json"], "not a report"),
    (["report", "deep.json"], "not a report"),
    (["report", "x", "--format", "pdf"], "is not one of"),
    (["report"], "Missing argument"),
]


@pytest.mark.parametrize(("arguments", "message"), WRONG_USE, ids=" ".join)
def test_wrong_use_is_one_sentence(
    stage: Stage, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    """Whatever is wrong with the command line is one sentence and 2, before any grading."""
    Path("link").symlink_to("target")
    Path("list.json").write_text("[1]")
    Path("deep.json").write_text("[" * 100_000)
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    assert main.run(arguments) == exit_codes.WRONG_USE
    assert message in _said(capsys)
    assert not stage.calls
    assert all(path.read_bytes() == content for path, content in before.items())


def test_a_report_in_the_submissions_folder_is_replaced(stage: Stage) -> None:
    """An earlier report may lie in the folder that is graded: it is none of the student's files."""
    arguments = ["lab", "-o", "lab/lab.report.json"]
    assert [main.run(arguments), main.run(arguments)] == [exit_codes.OK, exit_codes.OK]
    assert len(stage.calls) == 2


def test_wrong_rubric_is_one_sentence(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """A misspelt check in the rubric is 2, with file, line and suggestion."""
    Path("rubric.yaml").write_text(RUBRIC.replace("mse.forward", "mse.foward"))
    assert main.run(["lab"]) == exit_codes.WRONG_USE
    message = _said(capsys)
    assert "rubric.yaml, line 8: " in message
    assert "did you mean 'mse.forward'?" in message


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (WallsTooWeak("no walls here"), 3, "no walls here"),
        (OurFault("the zygote\ndied"), exit_codes.FAULT, "the zygote died"),
        (ReportBroken("score"), exit_codes.FAULT, "score"),
        (PathError("gone"), exit_codes.WRONG_USE, "gone"),
        (KeyError("oh"), exit_codes.FAULT, "run again with --traceback"),
        (RuntimeError("\x1b[2J\u202e"), exit_codes.FAULT, "RuntimeError"),
        (MemoryError(), exit_codes.FAULT, "MemoryError"),
        (KeyboardInterrupt(), exit_codes.INTERRUPTED, "interrupted"),
        (OSError(errno.ENOSPC, "No space left"), exit_codes.DISK_FULL, "the disk is full"),
    ],
    ids=lambda part: getattr(type(part), "__name__", None),
)
def test_every_error_has_its_code(
    stage: Stage, capsys: pytest.CaptureFixture[str], error: BaseException, code: int, message: str
) -> None:
    """Each kind of error ends the command with its own code and one clean sentence."""
    stage.error = error
    assert main.run(["lab"]) == code
    sentence = _said(capsys)
    assert message in sentence
    assert not set("\x1b\u202e") & set(sentence)


def test_every_error_of_the_tree_has_a_code() -> None:
    """Every class of the tree ends with 2, 3 or 4."""
    classes = [GradeError]
    for kind in classes:
        classes += kind.__subclasses__()
    assert {kind.exit_code for kind in classes} == {2, 3, 4, 74, 75}


def test_traceback_on_demand(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """--traceback, wherever it stands, shows where our fault is."""
    stage.error = KeyError("oh")
    for arguments in (["--traceback", "lab"], ["lab", "--traceback"]):
        assert main.run(arguments) == exit_codes.FAULT
        assert "Traceback" in capsys.readouterr().err


def test_full_disk_leaves_nothing_half(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """When the disk fills up, the old report stays and no half of a new one does."""
    Path("lab.report.json").write_text("old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert main.run(["lab"]) == exit_codes.DISK_FULL
    assert Path("lab.report.json").read_text() == "old"
    assert not list(Path().glob("*.part")) + list(Path().glob(".*.part"))
    assert "No space left" in _said(capsys)


def test_write_that_fails_otherwise(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A report that cannot be written for another reason is a wrong path."""

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", denied)
    assert main.run(["lab"]) == exit_codes.WRONG_USE
    assert "cannot be written (Permission denied)" in _said(capsys)


def test_stored_report_in_every_format(stage: Stage) -> None:
    """`grade report` turns a stored report into each of the formats, into a file too."""
    main.run(["lab"])
    for form in reports.FORMATS:
        assert (
            main.run(["report", "lab.report.json", "--format", form, "-o", "out"]) == exit_codes.OK
        )
        assert Path("out").read_text("utf-8").strip()


def test_stored_report_reads_like_a_fresh_one(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    """A report that was stored is, as JSON again, the same report."""
    main.run(["lab", "-o", "a.json"])
    main.run(["report", "a.json", "--format", "json", "-o", "b.json"])
    assert Path("a.json").read_bytes() == Path("b.json").read_bytes()


def test_students_do_not_see_what_is_hidden(stage: Stage) -> None:
    """--for student leaves the hidden item's check out, in JSON too."""
    main.run(["lab"])
    main.run(["report", "lab.report.json", "--format", "json", "--for", "student", "-o", "s.json"])
    assert "mse.forward" in Path("lab.report.json").read_text()
    assert "mse.forward works" not in Path("s.json").read_text()


def test_help_and_no_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    """`grade`, `grade --help` and `grade X --help` show the same page and end with 0."""
    pages = []
    for arguments in ([], ["--help"], ["lab", "--help"]):
        assert main.run(arguments) == exit_codes.OK
        pages.append(capsys.readouterr().out)
    assert len(set(pages)) == 1
    assert "grade SUBMISSION [OPTIONS]" in pages[0]
    assert "--fail-under" in pages[0]
    assert "report" in pages[0]


def test_help_of_a_command() -> None:
    """A command has a help page of its own."""
    result = CliRunner().invoke(main.program, ["report", "--help"], prog_name="grade")
    assert result.exit_code == 0
    assert "Usage: grade report [OPTIONS] REPORT.json" in result.output


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    """--version names the program and ends with 0."""
    assert main.run(["--version"]) == exit_codes.OK
    assert capsys.readouterr().out.startswith("grade ")


def test_submission_named_like_the_hidden_command(stage: Stage) -> None:
    """A folder called `one` is a submission like any other, and so is one after `--`."""
    Path("lab").rename("one")
    assert main.run(["one"]) == exit_codes.OK
    Path("one").rename("-x")
    assert main.run(["--", "-x"]) == exit_codes.OK


def _process(*arguments: str, shell: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command as a user would, from the checkout."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "grader", *arguments]
    if shell:
        command = ["bash", "-c", f'set -o pipefail; "$@" {shell}', "bash", *command]
    return subprocess.run(
        command, capture_output=True, text=True, env=environment, timeout=60, check=False
    )


def test_help_is_fast() -> None:
    """Help imports nothing heavy: no numpy, no matplotlib, no jsonschema, no rich."""
    probe = (
        "import sys; from grader.cli import main; code = main.run(['--help']);"
        "heavy = {'numpy', 'matplotlib', 'jsonschema', 'rich', 'ruamel', 'grader.reports'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    start = time.perf_counter()
    result = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, env=environment, check=True
    )
    assert result.stdout.splitlines()[-1] == "[]"
    assert time.perf_counter() - start < 5  # measured: 0.1; a busy machine may need more


def test_process_ends_with_the_code() -> None:
    """The process itself ends with the code, and says one sentence."""
    result = _process("--bogus")
    assert (result.returncode, result.stdout) == (exit_codes.WRONG_USE, "")
    assert result.stderr == "grade: No such option '--bogus'.\n"


def test_reader_that_leaves() -> None:
    """`| head` gets its lines, and nobody complains."""
    result = _process("--help", shell="| true")
    assert result.stderr == ""
    assert result.returncode in (exit_codes.OK, exit_codes.NO_READER)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_full_standard_output() -> None:
    """Help that cannot be written ends with 74 and one sentence."""
    result = _process("--help", shell="> /dev/full")
    assert result.returncode == exit_codes.DISK_FULL
    assert result.stderr.startswith("grade: the disk is full")
    assert result.stderr.count("\n") == 1


def test_package_has_a_map() -> None:
    """The package is importable as a whole, from the place that is under test."""
    assert grader.__path__[0] == str(ROOT / "grader")


def test_errors_are_told_in_the_language_of_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a Chinese locale a wrong OUT is refused in Chinese; the first variable that is set counts."""
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "amy.py").write_text("")
    arguments = ["batch", str(tmp_path / "class"), "-o", str(tmp_path / "other")]
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "notes.txt").write_text("")
    monkeypatch.setenv("LANG", "zh_TW.UTF-8")
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    for first, message in (("", "（notes.txt）"), ("C.UTF-8", "(notes.txt); expected a new")):
        monkeypatch.setenv("LC_ALL", first)
        assert main.run(arguments) == exit_codes.WRONG_USE
        assert message in capsys.readouterr().err
