"""README, CONTRIBUTING and docs: what they say is run, or compared with what is true."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader import intake, reports
from grader.checks import CHECKS
from grader.checks.base import Check, check, part
from grader.cli import exit_codes, main
from grader.errors import GradeError
from grader.expect import EXACT, same
from grader.model import Failure, Limits, Verdict
from grader.pipeline import grading
from grader.remote import Lab
from grader.rubric import reader, resources
from grader.sandbox.host import LocalSandbox

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
DOCS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(kind: str) -> list[str]:
    """The fenced blocks of a kind in the README."""
    return re.findall(rf"```{kind}\n(.*?)```", README, flags=re.DOTALL)


def lines() -> list[str]:
    """Every command line that the README shows."""
    return [line for block in blocks("sh") for line in block.splitlines()]


def table(text: str, heading: str) -> dict[str, str]:
    """A table by its first column (backticks taken off): what stands in the second."""
    rows = text[text.index(heading) :].splitlines()[2:]
    cells = [row.strip("|").split("|") for row in rows[: rows.index("") if "" in rows else None]]
    return {cell[0].strip(" `"): cell[1].strip() for cell in cells}


def test_set_up_lines_are_those_that_ci_runs() -> None:
    """The README begins with the two lines that .ci/run finds by their beginnings."""
    install, test = lines()[:2]
    assert install == (
        "python3 -m venv .venv && .venv/bin/pip install -e . && .venv/bin/grade reference"
    )
    assert test == (
        ".venv/bin/pip install -e '.[test]' && .venv/bin/python -m pytest -n auto --dist worksteal"
    )
    found = re.findall(r"""\$\(line ['"](.+?)['"]\)""", (ROOT / ".ci/run").read_text("utf-8"))
    assert [install.startswith(found[0]), test.startswith(found[1])] == [True, True]
    assert len(found) == 2


def test_every_grade_line_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every `grade ...` of the README ends well where its files are."""
    for name in ("reference", "student_template"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "reference", tmp_path / "alice")
    shutil.copy(ROOT / "rubric.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main.run(["alice"]) == exit_codes.OK
    shown = [shlex.split(line)[1:] for line in lines() if line.startswith("grade ")]
    assert len(shown) >= 5
    for arguments in shown:
        assert (main.run(arguments), arguments) == (exit_codes.OK, arguments)
    assert json.loads(Path("alice.json").read_text("utf-8"))["seed"] is None
    assert "Traceback" not in capsys.readouterr().err


def test_every_command_is_named() -> None:
    """The README names every command, so that nobody must know `grade --help`."""
    known = [name for name, command in main.program.commands.items() if not command.hidden]
    unnamed = [name for name in known if f"grade {name}" not in README]
    assert unnamed == []


def test_other_lines_are_known() -> None:
    """No command line of the README is left that nobody runs."""
    rest = [line for line in lines()[2:] if not line.startswith("grade ")]
    assert rest == [
        "uvx --from . grade reference",  # needs uv and an index: tried by hand before a release
        'eval "$(_GRADE_COMPLETE=bash_source grade)"',  # run by tests/cli/test_completion.py
        "cd student_template && pytest",  # run by tests/test_student_template.py
    ]


def test_output_that_is_shown_is_true(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The lines of the README's example that hold no number are those that the command prints."""
    shutil.copytree(ROOT / "reference", tmp_path / "alice")
    layers = tmp_path / "alice" / "layers.py"
    text = layers.read_text("utf-8")
    right = "prev_grad @ self.w.T"
    assert right in text
    layers.write_text(text.replace(right, f"{right} / len(self.x)"), "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    assert main.run(["alice", "--rubric", str(ROOT / "rubric.yaml")]) == exit_codes.OK
    printed = capsys.readouterr().out.splitlines()
    [shown] = blocks("text")
    lasting = [line for line in shown.splitlines() if not re.search(r"\d|^\.\.\.$", line)]
    assert len(lasting) >= 4
    assert [line for line in lasting if line not in printed] == []


def test_rubric_that_is_shown_is_one() -> None:
    """The rubric of the README can be used as it stands."""
    text = blocks("yaml")[0].encode()
    assert reader.loads(text, "README.md", CHECKS).total == 10


def test_check_that_is_shown_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check of the README passes the reference, and notices what it is for."""
    known: dict[str, Any] = {
        "Lab": Lab, "EXACT": EXACT, "Failure": Failure, "check": check, "part": part, "np": np,
        "same": same,
    }  # fmt: skip
    [source] = blocks("python")
    exec(compile(source, "README.md", "exec", dont_inherit=True), known)
    [made] = [thing for thing in known.values() if isinstance(thing, Check)]
    assert f"{{check: {made.id}, points: 1}}" in blocks("yaml")[1]
    monkeypatch.setitem(CHECKS, made.id, made)
    text = (
        "version: 1\ntitle: One\ntotal: 1\ngroups:\n  - title: One\n    items:\n"
        + blocks("yaml")[1]
    )
    asked = reader.loads(text.encode(), "one.yaml", CHECKS)
    right = intake.read(ROOT / "reference", Limits())
    wrong = intake.read(ROOT / "student_template", Limits())
    with LocalSandbox() as sandbox:
        verdicts = [
            grading.grade(submission, asked, seed=1, sandbox=sandbox).outcomes[0].verdict
            for submission in (right, wrong)
        ]
    assert verdicts == [Verdict.PASSED, Verdict.FAILED]


def test_exit_codes_are_those_of_the_program() -> None:
    """The table of exit codes has every code that an error of ours or a report ends with."""
    kinds = [GradeError]
    for kind in kinds:
        kinds += kind.__subclasses__()
    real = {kind.exit_code for kind in kinds} | {
        exit_codes.OK,
        exit_codes.MISSED,
        exit_codes.DISK_FULL,
    }
    real |= {exit_codes.INTERRUPTED, exit_codes.NO_READER}
    assert set(map(int, table(README, "| exit code |"))) == real


def test_verdicts_are_all_explained() -> None:
    """The table of verdicts names each of them."""
    told = set(re.findall(r"\w+", " ".join(table(README, "| verdict |"))))
    assert told == {str(verdict) for verdict in Verdict}


def test_dependencies_are_those_of_the_project() -> None:
    """The table of dependencies is the list of pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    real = {re.split(r"[>=<]", line)[0] for line in project["dependencies"]}
    assert set(table(README, "| dependency |")) == real


def test_checks_of_the_docs_are_the_checks() -> None:
    """docs/rubric.md lists every check with its class and its title (tools/list_checks.py)."""
    text = (ROOT / "docs/rubric.md").read_text("utf-8")
    rows = re.findall(r"^\| `([\w.]+)` \| `(\w+)` \| (.*) \|$", text, flags=re.MULTILINE)
    assert rows == [(c.id, c.subject, c.title) for c in CHECKS.values()]


def _keys(text: str) -> set[str]:
    """The names in the first column of all tables of a page."""
    rows = re.findall(r"^\| (`.*?) \|", text, flags=re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}


def test_keys_of_the_rubric_are_documented() -> None:
    """docs/rubric.md names every key of the schema, and no other."""
    schema = json.loads((ROOT / "grader/rubric/rubric.schema.json").read_text("utf-8"))
    limits = schema["properties"]["limits"]["properties"]
    real = {*schema["properties"], *limits, *schema["$defs"]["item"]["properties"]}
    text = (ROOT / "docs/rubric.md").read_text("utf-8").partition("## Checks")[0]
    assert _keys(text) == real


def test_keys_of_the_report_are_documented() -> None:
    """docs/report.md names every key of the report and of a check in it, and no other."""
    schema = json.loads((ROOT / "grader/reports/report.schema.json").read_text("utf-8"))
    real = {*schema["properties"], *schema["$defs"]["check"]["properties"]}
    text = (ROOT / "docs/report.md").read_text("utf-8")
    assert _keys(text) == real
    assert f"--format {'|'.join(reports.FORMATS)}" in text


def headings(page: Path) -> set[str]:
    """The names by which a link finds the headings of a page."""
    lines = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", line).strip().lower().replace(" ", "-") for line in lines}


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Every link to a file is to one that exists, every link to a heading to one of that page."""
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8")):
        if not target.startswith("https://"):
            file, _, heading = target.partition("#")
            aimed = page.parent / file if file else page
            assert aimed.exists(), target
            assert not heading or heading in headings(aimed), target


def test_help_comes_without_what_is_heavy() -> None:
    """`grade --help` imports neither numpy nor matplotlib nor rich."""
    code = (
        "import sys\nfrom grader.cli import main\nmain.run(['--help'])\n"
        "print(sorted({'numpy', 'matplotlib', 'rich'} & set(sys.modules)))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert ended.stdout.splitlines()[-1] == "[]"


def test_template_and_rubric_travel_in_the_wheel() -> None:
    """What the package carries inside is what stands beside it in a checkout."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    carried = settings["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    zoo = resources.zoo()
    assert {ROOT / name for name in carried} == {
        resources.default_rubric(), resources.student_template(),
        zoo / "base", zoo / "right", zoo / "wrong",
    }  # fmt: skip
    assert import_module("reference").__file__ is not None
