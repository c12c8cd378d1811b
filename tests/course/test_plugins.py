"""Plug-ins of a course: what docs/plugins.md shows, and every way in which one can be wrong."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader import plugin_files
from grader.audit import trials, zoo
from grader.checks import CHECKS, checks_with
from grader.cli import exit_codes, main, output
from grader.contract import ROWS, rows_with
from grader.diagnosis.mistakes import MISTAKES, mistakes_with
from grader.model import Rubric
from grader.remote import sound_layers
from grader.rubric import resources
from grader.sandbox.host import LocalSandbox

PAGE = (Path(__file__).parents[2] / "docs" / "plugins.md").read_text("utf-8")
[PLUGIN] = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
RUBRIC = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)[1]
RIGHT = """\
import numpy as np
class ELU:
    def forward(self, x):
        self.x = x
        return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))
    def backward(self, prev_grad, lr=0.1):
        return prev_grad * np.where(self.x > 0, 1.0, np.exp(np.minimum(self.x, 0)))
"""


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The rubric and the plug-in of the page, in the current folder, and a right submission beside it."""
    folder = tmp_path / "course"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.delenv("GRADE_SECRET", raising=False)
    Path("rubric.yaml").write_text(RUBRIC, "utf-8")
    Path("checks.py").write_text(PLUGIN, "utf-8")
    submit("right", RIGHT)
    return folder


def submit(name: str, text: str) -> Path:
    """Write a submission beside the course."""
    folder = Path("..") / "handed_in" / name
    folder.mkdir(parents=True)
    (folder / "layers.py").write_text(text)
    return folder


def graded(name: str, *arguments: str) -> dict[str, Any]:
    """Grade a submission with the course's rubric, and return the report."""
    command = [f"../handed_in/{name}", "--rubric", "rubric.yaml", "-o", f"{name}.json", *arguments]
    assert main.run(command) == exit_codes.OK
    document: dict[str, Any] = json.loads(Path(f"{name}.json").read_text("utf-8"))
    return document


def test_the_example_is_short() -> None:
    """A layer, its checks, a check of another kind and known mistakes take less than 60 lines."""
    lines = [line for line in PLUGIN.splitlines() if line.strip()]
    assert len(lines) < 60


def test_the_example_grades(course: Path) -> None:
    """A right ELU earns all points of the page's rubric, and its checks have their titles."""
    report = graded("right")
    assert report["score"] == 10
    assert report["checks"][3]["title"].startswith("ELU.forward(x) stays at -1 or above")
    assert not report["needs_review"]


def test_the_example_names_mistakes(course: Path) -> None:
    """A mistake of the course's own is named by its formula, and its check says its own sentence."""
    submit(
        "relu",
        RIGHT.replace("np.where(self.x > 0, 1.0, np.exp(np.minimum(self.x, 0)))", "(self.x > 0)"),
    )
    submit("below", RIGHT.replace("np.expm1(np.minimum(x, 0))", "x"))
    backward = graded("relu")["checks"][1]
    assert [finding["mistake"] for finding in backward["diagnosis"]] == ["elu_slope_of_relu"]
    assert backward["diagnosis"][0]["advice"].startswith("Where x is negative")
    bound = graded("below")["checks"][3]
    assert bound["verdict"] in ("failed", "blocked")


def test_its_sentences_are_told_in_either_language(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a check of the course's own says is told in the language of the reader."""
    Path("checks.py").write_text(PLUGIN.replace("y >= -1.0", "y >= -0.5"), "utf-8")
    assert (
        graded("right")["checks"][3]["message"]
        == "The output goes down to -1; it cannot be below -1."
    )
    assert "it cannot be below -1." in capsys.readouterr().out
    graded("right", "--lang", "zh_TW")
    assert "輸出最低到 -1，不可能小於 -1。" in capsys.readouterr().out


def load() -> Rubric:
    """Read the rubric of the current folder."""
    return output.read_rubric(Path("rubric.yaml"))


def test_the_seed_follows_from_the_plugins(course: Path) -> None:
    """Another byte in a plug-in gives another digest, and so other inputs; a rubric without is as before."""
    before = load().digest
    assert load().digest == before
    Path("checks.py").write_text(PLUGIN + "# more\n", "utf-8")
    assert load().digest != before


def test_nothing_stays_behind(course: Path) -> None:
    """The tables of the package hold nothing of a course, and those of a course hold both."""
    plugins = load().plugins
    assert "elu.forward" in checks_with(plugins)
    assert "ELU" in rows_with(plugins)
    assert len(mistakes_with(plugins)) == len(MISTAKES) + 2
    assert "elu.forward" not in CHECKS
    assert "ELU" not in ROWS
    assert checks_with(()) is CHECKS


def test_no_child_sees_a_plugin(course: Path) -> None:
    """A submission that looks through its memory and its folder finds nothing of the plug-in."""
    submit(
        "nosy",
        RIGHT + "import sys, os, gc\n"
        "texts = [repr(o) for o in gc.get_objects() if isinstance(o, str | bytes | dict)][:100000]\n"
        "seen = [t for t in texts if 'elu_' + 'below' in t or 'layer_' + 'value' in t]\n"
        "if seen or any('checks' + '_with' in name for name in sys.modules):\n"
        "    raise RuntimeError('found it')\n",
    )
    assert graded("nosy")["score"] == 10


def test_workers_have_the_plugins(course: Path) -> None:
    """A batch grades with the course's own checks in its worker processes."""
    command = ["batch", "../handed_in", "-o", "../out", "--rubric", "rubric.yaml", "--jobs", "1"]
    assert main.run([*command, "--as-class"]) == exit_codes.OK
    [report] = Path("../out/reports").glob("*.json")
    assert json.loads(report.read_text("utf-8"))["score"] == 10


NAMES = [
    "../checks.py", "/tmp/checks.py", "sub/checks.py", "checks.pyc", "checks", ".checks.py", "a b.py",
    "c\\\\checks.py", "",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_paths_are_refused(course: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """Whatever is not the plain name of a Python file is answered with the line of the rubric."""
    text = RUBRIC.replace("[checks.py]", f"['{name}']")
    Path("rubric.yaml").write_text(text, "utf-8")
    assert main.run(["../handed_in/right"]) == exit_codes.WRONG_USE
    assert "rubric.yaml, line 4" in capsys.readouterr().err


def test_what_is_no_file_is_refused(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A plug-in that is missing, a link or a folder is named."""
    Path("checks.py").rename("other.py")
    assert main.run(["../handed_in/right"]) == exit_codes.WRONG_USE
    assert "checks.py: there is no such file beside the rubric" in capsys.readouterr().err
    Path("checks.py").symlink_to("other.py")
    assert main.run(["../handed_in/right"]) == exit_codes.WRONG_USE
    assert "checks.py: this is not a file" in capsys.readouterr().err
    Path("checks.py").unlink()
    Path("checks.py").mkdir()
    assert main.run(["../handed_in/right"]) == exit_codes.WRONG_USE
    assert "checks.py: this is not a file" in capsys.readouterr().err


def test_a_rubric_in_what_is_graded_runs_nothing(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A rubric with plug-ins that lies in the submission, or in the class, is refused before it runs."""
    for name, text in {"rubric.yaml": RUBRIC, "checks.py": "open('ran', 'w')\n" + PLUGIN}.items():
        Path("../handed_in/right", name).write_text(text, "utf-8")
    for arguments in (
        ["../handed_in/right", "--rubric", "../handed_in/right/rubric.yaml"],
        ["batch", "../handed_in", "-o", "../out", "--rubric", "../handed_in/right/rubric.yaml"],
    ):
        assert main.run(arguments) == exit_codes.WRONG_USE
        assert "lies in what is graded" in capsys.readouterr().err
    assert not Path("ran").exists()


WRONG = [
    ("x = (", "", "checks.py, line 1: this is not Python"),
    ("", "import numpy as np\n\nnp.nothing\n", "checks.py, line 3: it raised AttributeError"),
    ('"elu.forward", subject', '"relu.forward", subject', "there is a check 'relu.forward' already"),
    ('"elu.forward", subject', '"elu", subject', "found the id 'elu'; expected one such as elu.forward"),
    ('needs=["elu.forward"]', 'needs=["elu.foward"]', "names the unknown check 'elu.foward'"),
    ('"ELU",\n    "layers.py"', '"ReLU",\n    "layers.py"', "the lab has a ReLU already"),
    ("Kind.ACTIVATION", "Kind.LOSS", "is no layer without parameters and no function"),
    ('"elu",\n', '"relu",\n', "found the prefix 'relu'; expected one of its own"),
    ("np.expm1(np.minimum(x, 0))", "np.expmone(x)", "raises AttributeError"),
    ("g * np.where(y > 0, 1.0, y + 1.0)", "np.sum(g)", "gives another shape than that of x"),
    ('"elu_slope_of_relu",\n        "ELU"', '"elu_slope_of_relu",\n        "Elu"', "about the unknown class 'Elu'"),
    ('"elu_slope_of_relu"', '"leaky_is_relu"', "there is a mistake 'leaky_is_relu' already"),
    ('"dx",', '"dz",', "found the array 'dz'; expected one of dx"),
    ('"prev_grad * (x > 0)"', '"prev_grad * (x > "', "a formula of 'elu_slope_of_relu' is none"),
    ('"prev_grad * (x > 0)"', '"prev_grade * x"', "a formula of 'elu_slope_of_relu' names prev_grade"),
    ("SENTENCES = {", 'SENTENCES = {"wrong_value": "x", ', "there is a sentence 'wrong_value' already"),
    ('TRANSLATIONS = {"zh_TW"', 'TRANSLATIONS = {"fr"', "expected TRANSLATIONS = {language"),
    ("TRANSLATIONS = {", "TRANSLATIONS = 5\nX = {", "TRANSLATIONS is no mapping"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "message"), WRONG, ids=[message for *_, message in WRONG])
def test_a_mistake_in_a_plugin_is_named_with_its_line(
    course: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, message: str
) -> None:
    """Whatever is wrong in a plug-in is one sentence with file and line, before anything is graded."""
    text = PLUGIN.replace(old, new, 1) if old in PLUGIN and old else new or old
    Path("checks.py").write_text(text, "utf-8")
    assert main.run(["../handed_in/right"]) == exit_codes.WRONG_USE
    sentence = capsys.readouterr().err
    assert message in sentence
    assert re.search(r"checks\.py, line \d+: ", sentence)
    assert sentence.count("\n") == 1


def test_a_check_that_raises_is_broken_with_its_line(
    course: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A check of the course's own that raises is our fault and nobody's mistake, and staff read the line."""
    Path("checks.py").write_text(PLUGIN.replace("if not np.all(", "if not np.nothing("), "utf-8")
    command = ["../handed_in/right", "--rubric", "rubric.yaml", "-o", "r.json"]
    assert main.run(command) == exit_codes.FAULT
    check = json.loads(Path("r.json").read_text("utf-8"))["checks"][3]
    assert check["verdict"] == "broken"
    line = PLUGIN[: PLUGIN.index("if not np.all(")].count("\n") + 1
    assert f"checks.py, line {line}: " in check["message"]


def test_the_handout_names_the_layer(course: Path) -> None:
    """The assignment lists the course's own layer, and what holds of it, with its translations."""
    Path("checks.py").write_text(
        PLUGIN.replace('"zh_TW": {', '"zh_TW": {"Our layer": "我們的層", '), "utf-8"
    )
    assert main.run(["handout", "-o", "lab.zip"]) == exit_codes.OK
    with zipfile.ZipFile("lab.zip") as archive:
        english, chinese = (
            archive.read(f"lab/ASSIGNMENT{end}.md").decode() for end in ("", ".zh_TW")
        )
    assert "| `layers.py` | `ELU()` |" in english
    assert "ELU.forward(x) returns x where x is positive, and exp(x) - 1 elsewhere. (3)" in english
    assert "### 我們的層：10 分" in chinese


def test_plugin_files_are_run_once(course: Path) -> None:
    """The same bytes give the same objects, so a check is one and the same wherever it is looked up."""
    plugins = load().plugins
    assert plugin_files.namespaces(plugins) is plugin_files.namespaces(load().plugins)


def test_a_right_layer_of_the_course_can_take_the_place_of_a_wrong_one(course: Path) -> None:
    """The text of a right ELU is made of its row, and says its formulas and nothing else."""
    text = sound_layers.source("ELU", rows_with(load().plugins))
    names: dict[str, Any] = {"np": np}
    exec(text, names)
    layer, x = names["ELU"](), np.array([[-1.0, 2.0]])
    assert np.allclose(layer.forward(x), [[np.expm1(-1.0), 2.0]])
    assert np.allclose(layer.backward(np.ones((1, 2))), [[np.exp(-1.0), 1.0]])
    assert "elu_" not in text


def test_an_audit_blames_nobody_for_the_layer_of_a_course(course: Path) -> None:
    """A right program of the zoo, which has no ELU, loses nothing by checks of one."""
    text = RUBRIC.replace("total: 10", "total: 12") + "      - {check: relu.forward, points: 2}\n"
    Path("rubric.yaml").write_text(text, "utf-8")
    programs = zoo.load(resources.zoo())
    right = next(one for one in programs.rights if "partial" not in one.conventions)
    wrong = next(one for one in programs.singles if one.subject == "ReLU")
    with LocalSandbox() as sandbox:
        assert trials.try_right(right, load(), 1, sandbox).cost == ()
        assert trials.try_wrong(wrong, load(), 1, sandbox).broken == ()
