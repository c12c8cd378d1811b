"""The whole way, with real children: a path and a rubric in, an exit code and a report out."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from grader import reports
from grader.cli import exit_codes, main
from grader.reports.report_document import timeless

ROOT = Path(__file__).parents[1]
LAYERS, PLOTS = ROOT / "reference" / "layers.py", ROOT / "reference" / "plots.py"
SEED = "7"
PATIENCE = 2
"""Seconds that each answer may take in tests of code that never comes back."""

TOLD_OF_US = re.compile(r"/(home|root|tmp|usr|var|work|opt)\b|Traceback|site-packages|File \"")
"""What no report may hold: a path of this machine, or a traceback."""

FORWARD = "        return y if self.b is None else y + self.b\n"
RELU_BACKWARD = "        return np.where(self.x > 0, prev_grad, 0.0)\n"
CURVE = "    figure, axes = plt.subplots(figsize=(6.4, 4.0)"
IMPORTED = "import numpy as np\n"

Document = dict[str, Any]
Make = Callable[..., Path]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GRADE_SECRET", raising=False)


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Copy the reference to ``lab``, with one text put in the place of another."""

    def made(file: str = "", old: str = "", new: str = "") -> Path:
        folder = tmp_path / "lab"
        shutil.copytree(
            ROOT / "reference", folder, ignore=shutil.ignore_patterns("__pycache__", ".*")
        )
        if file:
            text = (folder / file).read_text("utf-8")
            assert text.count(old) >= 1, f"{old!r} is no longer in {file}"
            (folder / file).write_text(text.replace(old, new, 1), "utf-8")
        return folder

    return made


@pytest.fixture
def impatient(tmp_path: Path) -> list[str]:
    """A copy of the default rubric with short seconds, as options of the command."""
    text = (ROOT / "rubric.yaml").read_text("utf-8")
    text = re.sub(r"^(  (?:import_)?seconds:) \d+", rf"\1 {PATIENCE}", text, flags=re.MULTILINE)
    text = re.sub(r"seconds: \d+}", f"seconds: {PATIENCE + 6}}}", text)
    (tmp_path / "short.yaml").write_text(text, "utf-8")
    return ["--rubric", "short.yaml"]


def grade(submission: Path | str, *options: str) -> Document:
    """Run the command in this process, with its real sandbox; it must end well."""
    assert main.run([str(submission), "--seed", SEED, "-o", "out.json", *options]) == exit_codes.OK
    text = Path("out.json").read_text("utf-8")
    assert not TOLD_OF_US.search(text)
    document: Document = json.loads(text)
    reports.validate(document)
    return document


def command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the installed command as a process of its own."""
    line = [sys.executable, "-m", "grader", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        line, capture_output=True, text=True, timeout=90, check=False, env=environment
    )


def verdicts(document: Document) -> dict[str, str]:
    return {check["id"]: check["verdict"] for check in document["checks"]}


def lost(document: Document, verdict: str | None = None) -> set[str]:
    """The checks that did not pass; or those with one verdict."""
    found = verdicts(document).items()
    return {id_ for id_, said in found if (said == verdict if verdict else said != "passed")}


def messages(document: Document) -> dict[str, str]:
    return {check["id"]: check["message"] for check in document["checks"] if check["message"]}


def test_reference_gets_everything_and_the_same_again(tmp_path: Path) -> None:
    """The reference has full marks, and two runs with one seed differ in seconds alone."""
    ended = command(ROOT / "reference", "-o", "r.json", "--seed", SEED)
    assert (ended.returncode, ended.stderr) == (exit_codes.OK, "")
    first = json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert first["status"] == "graded"
    assert first["score"] == first["max_score"] == 100
    assert first["official"]
    assert lost(first) == set()
    assert ended.stdout.splitlines()[-1].endswith(f"report: {tmp_path / 'r.json'}")
    assert timeless(grade(ROOT / "reference")) == timeless(first)


@pytest.mark.parametrize("seed", ["0", "1", str(2**63 - 1)])
def test_reference_gets_everything_whatever_the_seed(seed: str) -> None:
    """No seed asks the reference a question that it cannot answer."""
    document = grade(ROOT / "reference", "--seed", seed)
    assert (document["score"], lost(document)) == (100, set())


def test_template_gets_nothing_politely() -> None:
    """The empty template has no points, and every check with points says what is to be written."""
    document = grade(ROOT / "student_template")
    assert (document["status"], document["score"], document["open_points"]) == ("graded", 0, 0)
    with_points = [check for check in document["checks"] if check["max_points"]]
    assert {check["verdict"] for check in with_points} == {"failed", "blocked"}
    for check in with_points:
        assert check["message"].endswith((".", "?")) or "not written yet" in check["message"]
        assert "Error" not in check["message"]
    assert lost(document).isdisjoint({"rules.imports", "data.linear", "data.xor"})


LINEAR = {
    "linear.init", "linear.forward", "linear.backward.input", "linear.backward.weights",
    "linear.backward.bias", "linear.state",
}  # fmt: skip
RELU = {"relu.forward", "relu.backward", "relu.state"}


def test_missing_class(make: Make) -> None:
    """Where a class is missing, its own checks are lost and all others are graded."""
    document = grade(make("layers.py", "class ReLU(", "class Ramp("))
    assert lost(document) == RELU
    assert verdicts(document)["relu.forward"] == "failed"
    assert "no ReLU" in messages(document)["relu.forward"]
    assert document["score"] == 93


OTHER_SHAPE = """
import numpy as np

class Net:
    def __init__(self):
        self.w = np.random.randn(2, 1)
    def forward(self, x):
        self.x, self.y = x, 1 / (1 + np.exp(-x @ self.w))
        return self.y
    def back_propagation(self, truth, rate):
        self.w -= rate * self.x.T @ (self.y - truth)
"""


def test_lab_in_a_shape_of_its_own_waits_for_a_person(tmp_path: Path) -> None:
    """A network under names that the contract does not know is never zero: its points are open."""
    file = tmp_path / "mine.py"
    file.write_text(OTHER_SHAPE)
    document = grade(file)
    assert document["score"] == 0
    assert document["open_points"] >= 80
    assert verdicts(document)["linear.backward.input"] == "review"
    assert "Net" in messages(document)["linear.init"]


@pytest.mark.parametrize(
    ("deed", "said"),
    [
        ("return None", "returned None"),
        ("return x", "returned an array of shape (5, 3); expected (5, 2)"),
        ("return y * np.nan", "returned NaN"),
        ("raise ValueError('so')", "raised ValueError in line"),
        ("import sys; sys.exit(0)", "raised SystemExit in line"),
    ],
)
def test_forward_that_returns_nonsense(make: Make, deed: str, said: str) -> None:
    """A wrong answer is a value: Linear fails, and all else is graded in the same child.

    What builds on it and cannot be examined with another layer in its place is not counted again.
    """
    document = grade(make("layers.py", FORWARD, f"        {deed}\n{FORWARD}"))
    assert lost(document) <= LINEAR | lost(document, "blocked") <= LINEAR | {"plots.main"}
    assert lost(document) >= {"linear.init", "linear.forward"}
    assert lost(document) == lost(document, "failed") | lost(document, "blocked")
    assert any(said in message for message in messages(document).values())
    assert 62 <= document["score"] < 70


def test_megabyte_of_prints_is_harmless(make: Make) -> None:
    """What a submission prints goes nowhere and costs nothing."""
    deed = f"        print('x' * 1_000_000)\n{RELU_BACKWARD}"
    ended = command(make("layers.py", RELU_BACKWARD, deed), "-o", "out.json")
    assert ended.returncode == exit_codes.OK
    assert "xxxx" not in ended.stdout + ended.stderr
    assert json.loads(Path("out.json").read_text("utf-8"))["score"] == 100


WAYS_OUT = [
    ("import os; os._exit(0)", "crashed", "ended the Python process (exit code 0)"),
    ("import ctypes; ctypes.string_at(0)", "crashed", "ended the Python process (signal 11)"),
    ("while True: pass", "timed_out", f"did not finish within {PATIENCE} seconds"),
]


@pytest.mark.parametrize(("deed", "verdict", "said"), WAYS_OUT)
def test_layer_that_never_comes_back(
    make: Make, impatient: list[str], deed: str, verdict: str, said: str
) -> None:
    """Where backward ends the process or loops, forward is graded, and so is all else."""
    folder = make("layers.py", RELU_BACKWARD, f"        {deed}\n{RELU_BACKWARD}")
    start = time.monotonic()
    document = grade(folder, *impatient)
    assert time.monotonic() - start < 30
    assert lost(document) == lost(document, verdict) == {"relu.backward", "relu.state"}
    assert said in messages(document)["relu.backward"]
    assert document["score"] == 95


def test_loss_that_never_comes_back(make: Make) -> None:
    """Where a loss's backward ends the process, its forward is graded, and so is all else."""
    old = "        return prev_grad * 2.0 * (self"
    document = grade(make("losses.py", old, f"        import os; os._exit(0)\n{old}"))
    assert lost(document, "crashed") == {"mse.backward", "mse.state"}
    assert lost(document) - lost(document, "crashed") == lost(document, "blocked") == {"plots.main"}
    assert document["score"] == 93


@pytest.mark.parametrize(("deed", "verdict", "said"), WAYS_OUT)
def test_plot_that_never_comes_back(
    make: Make, impatient: list[str], deed: str, verdict: str, said: str
) -> None:
    """Where a plot ends the process or loops, only that plot is lost; a main program waits for it."""
    document = grade(make("plots.py", CURVE, f"    {deed}\n{CURVE}"), *impatient)
    assert lost(document, verdict) == {"plots.curve"}
    assert lost(document) - {"plots.curve"} == lost(document, "blocked") == {"plots.main"}
    assert said in messages(document)["plots.curve"]


@pytest.mark.parametrize(
    ("deed", "said"),
    [
        ("raise ValueError('so')", "losses.py raised ValueError in line 8"),
        ("import sys; sys.exit(0)", "losses.py raised SystemExit in line 8"),
        (
            "import os; os._exit(0)",
            "losses.py did not finish running when it was imported, or ended",
        ),
        ("while True: pass", "losses.py trains, or waits for input, in line 8"),
    ],
)
def test_module_that_cannot_be_imported(
    make: Make, impatient: list[str], deed: str, said: str
) -> None:
    """Where a module cannot be imported whole, its definitions are graded all the same, and it is named."""
    folder = make("losses.py", IMPORTED, f"{IMPORTED}{deed}\n")
    start = time.monotonic()
    document = grade(folder, *impatient)
    assert time.monotonic() - start < 30
    assert lost(document) == set()
    line = str((folder / "losses.py").read_text("utf-8").splitlines().index(deed) + 1)
    said = said.replace("line 8", f"line {line}")
    assert any(said in remark["text"] for remark in document["remarks"])


def test_loop_at_import_is_waited_for_once(make: Make, impatient: list[str]) -> None:
    """A module that all others import, and that never ends, costs its seconds once."""
    folder = make("layers.py", IMPORTED, f"{IMPORTED}sum(iter(int, 1))\n")
    start = time.monotonic()
    document = grade(folder, *impatient)
    assert document["seconds"] < 3 * PATIENCE + 4
    assert time.monotonic() - start < 30
    assert lost(document) == set()


@pytest.mark.parametrize(
    "deed",
    [
        "for epoch in range(10**9):\n    Linear(2, 3).forward(np.zeros((1, 2)))",
        "def fit():\n    while True:\n        pass\nfit()",
    ],
)
def test_a_file_that_trains_when_it_is_imported(
    make: Make, impatient: list[str], deed: str
) -> None:
    """The classes of a file are graded, and the line that trains is named."""
    source = LAYERS.read_text("utf-8")
    folder = make("layers.py", source, f"{source}\n{deed}\n")
    document = grade(folder, *impatient)
    assert lost(document) == set()
    said = [remark["text"] for remark in document["remarks"]]
    line = source.count("\n") + 2 + (3 if deed.startswith("def") else 0)
    assert any(f"layers.py trains, or waits for input, in line {line}" in text for text in said)


def test_path_that_does_not_exist() -> None:
    """A wrong path is one sentence and exit code 2."""
    ended = command("nowhere")
    assert ended.returncode == exit_codes.WRONG_USE
    assert ended.stdout == ""
    assert ended.stderr == (
        "grade: nowhere: there is nothing here; expected a folder, .py, .zip or .ipynb\n"
    )


def _empty(folder: Path) -> Path:
    (folder / "handed in").mkdir()
    return folder / "handed in"


def _write_up(folder: Path) -> Path:
    (folder / "lab.pdf").write_bytes(b"%PDF-1.7")
    return folder / "lab.pdf"


def _binary(folder: Path) -> Path:
    (folder / "lab.py").write_bytes(bytes(range(256)))
    return folder / "lab.py"


@pytest.mark.parametrize("handed_in", [_empty, _write_up, _binary])
def test_nothing_to_examine(tmp_path: Path, handed_in: Callable[[Path], Path]) -> None:
    """An empty folder, another kind of file, and bytes get a report that says why, no points."""
    document = grade(handed_in(tmp_path))
    assert document["status"] == "invalid_submission"
    assert (document["score"], document["max_score"], document["checks"]) == (0, 100, [])
    assert document["reason"]["text"].endswith(".")


def test_text_that_is_not_python(tmp_path: Path) -> None:
    """A file of text with a wrong syntax is graded: the sentence names file and line."""
    (tmp_path / "lab.py").write_text("class Linear:\n    def forward(self, x)\n        return x\n")
    document = grade("lab.py")
    assert (document["status"], document["score"]) == ("graded", 0)
    assert "lab.py is not valid Python: see line 2" in messages(document)["linear.init"]
    [remark] = document["remarks"]
    assert "SyntaxError in line 2: expected ':'" in remark["text"]


def test_no_argument_shows_the_help() -> None:
    """The bare command shows its help and ends well."""
    ended = command()
    assert ended.returncode == exit_codes.OK
    assert "SUBMISSION" in ended.stdout
    assert "--rubric" in ended.stdout


def _in_one_file() -> str:
    """The reference as a student hands it in who writes everything into one file."""
    order = ("layers", "losses", "network", "data", "training", "plots", "main")
    texts = [(ROOT / "reference" / f"{name}.py").read_text("utf-8") for name in order]
    future = "from __future__ import annotations\n"
    bodies = [re.sub(r"^from \.\w+ import .*\n", "", text, flags=re.MULTILINE) for text in texts]
    return future + "\n".join(body.replace(future, "") for body in bodies)


def test_everything_in_one_file(tmp_path: Path) -> None:
    """One file that holds everything is as good as a folder."""
    (tmp_path / "a112233.py").write_text(_in_one_file(), "utf-8")
    document = grade("a112233.py")
    assert (document["score"], lost(document)) == (100, set())
    assert document["submission"]["name"] == "a112233"


def test_flat_imports_in_a_deeper_folder(tmp_path: Path) -> None:
    """Modules that import each other by flat names, a folder deeper, are found."""
    deep = tmp_path / "handed" / "src"
    deep.mkdir(parents=True)
    for file in (ROOT / "reference").glob("*.py"):
        text = re.sub(r"\bfrom \.", "from ", file.read_text("utf-8"))
        if file.name != "__init__.py":
            (deep / file.name).write_text(text, "utf-8")
    document = grade("handed")
    assert (document["score"], lost(document)) == (100, set())


def test_other_names_of_the_rubric_count(make: Make) -> None:
    """A class under another name that the rubric lists is the class."""
    folder = make()
    for file in folder.glob("*.py"):
        text = file.read_text("utf-8").replace("BinaryCrossEntropy", "Binary_Cross_Entropy")
        file.write_text(text, "utf-8")
    document = grade(folder)
    assert (document["score"], lost(document)) == (100, set())


def test_rubric_without_other_names(tmp_path: Path) -> None:
    """A rubric that lists no names still finds the classes under their own."""
    text = (
        "version: 1\ntitle: Small\ntotal: 3\ngroups:\n  - title: All\n    items:\n"
        "      - {check: linear.forward, points: 2}\n      - {check: data.xor, points: 1}\n"
    )
    (tmp_path / "small.yaml").write_text(text, "utf-8")
    assert grade(ROOT / "reference", "--rubric", "small.yaml")["score"] == 3


def test_name_that_is_defined_twice(make: Make) -> None:
    """Of two definitions the conventional file's counts, and the report says so."""
    folder = make()
    (folder / "attempt.py").write_text("class Linear:\n    pass\n", "utf-8")
    document = grade(folder)
    assert document["score"] == 100
    [remark] = document["remarks"]
    assert remark["text"] == (
        "Linear is defined in layers.py and in attempt.py; the one in layers.py was used."
    )


def test_tests_and_main_are_never_run_for_classes(make: Make) -> None:
    """What stands in test files, conftest.py and main.py costs nothing: no class is looked for there."""
    folder = make()
    for name in ("test_lab.py", "conftest.py", "main.py"):
        (folder / name).write_text("raise SystemExit('this was run')\n", "utf-8")
    document = grade(folder)
    assert (document["score"], lost(document)) == (100, {"plots.main"})
    assert messages(document)["plots.main"] == (
        "main.py raised SystemExit in line 1 of main.py: this was run"
    )


def _picture(colours: list[list[int]]) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.array(colours, np.uint8)).save(file, format="PNG")
    return file.getvalue()


def test_zip_with_pictures(tmp_path: Path) -> None:
    """Pictures in a zip are looked at and kept beside the report, with the figures of the code."""
    sources = {path.name: path.read_bytes() for path in (ROOT / "reference").glob("*.py")}
    pictures = {"figures/xor.png": _picture([[0, 255]]), "Blank.PNG": _picture([[7, 7]])}
    with zipfile.ZipFile(tmp_path / "amy.zip", "w") as made:
        for name, content in {**sources, **pictures, "broken.jpg": b"no picture"}.items():
            made.writestr(name, content)
    document = grade("amy.zip")
    [check] = [check for check in document["checks"] if check["id"] == "plots.files"]
    assert {part["name"]: part["message_id"] for part in check["parts"]} == {
        "Blank.PNG": "picture_blank",
        "broken.jpg": "picture_unreadable",
        "figures/xor.png": None,
    }
    assert (document["score"], lost(document)) == (100, {"plots.files"})
    sources_of = [figure["source"] for figure in document["figures"]]
    drawn = ["show_result", "show_learning_curve", *["main.py"] * 4]
    assert sources_of == [*drawn, "Blank.PNG", "figures/xor.png"]
    kept = sorted(path.name for path in (tmp_path / "out.figures").iterdir())
    assert kept == sorted(figure["file"] for figure in document["figures"])


def test_printed_report_keeps_no_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With -o - nothing is written, and the report names no figure that is not there."""
    before = sorted(tmp_path.iterdir())
    assert main.run([str(ROOT / "reference"), "-o", "-"]) == exit_codes.OK
    document = json.loads(capsys.readouterr().out)
    assert (document["score"], document["figures"]) == (100, [])
    assert sorted(tmp_path.iterdir()) == before


def test_figures_that_cannot_be_kept_are_told_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file where the figures would go is refused before anything is graded."""
    (tmp_path / "out.figures").write_text("mine", "utf-8")
    assert main.run([str(ROOT / "reference"), "-o", "out.json"]) == exit_codes.WRONG_USE
    assert "out.figures" in capsys.readouterr().err
    assert not (tmp_path / "out.json").exists()


def test_wrong_gradient_is_shown_beside_its_differences(make: Make) -> None:
    """The report of a wrong gradient holds both arrays, stays valid, and stays small."""
    document = grade(make("layers.py", "prev_grad @ self.w.T", "2 * prev_grad @ self.w.T"))
    [check] = [c for c in document["checks"] if c["id"] == "linear.backward.input"]
    first, second = check["evidence"]["arrays"]
    assert first["name"] == second["name"] == "dx"
    assert np.allclose(first["given"], 2 * np.array(first["numeric"]), rtol=1e-4)
    assert Path("out.json").stat().st_size < 150_000


def test_in_process_says_that_it_is_not_official() -> None:
    """Without the sandbox the same checks run, and the report says that it does not count."""
    document = grade(ROOT / "reference", "--in-process")
    assert (document["score"], document["official"]) == (100, False)
    assert document["sandbox"]["walls"] == []
