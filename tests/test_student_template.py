"""The student's template: open parts fail with a sentence, the solved lab passes."""

from __future__ import annotations

import ast
import os
import re
import resource
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.template_runs import ends_of_tests

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE, REFERENCE = ROOT / "student_template", ROOT / "reference"
FILES = ("layers", "losses", "network", "data", "training", "plots", "main")

Signature = tuple[list[str], list[Any]]
"""The names of the arguments that may be given by position, and the defaults of the last of them."""

IDS = [
    "rules.imports",
    "data.linear",
    "data.xor",
    "linear.init",
    "linear.forward",
    "linear.backward.input",
    "linear.backward.weights",
    "linear.backward.bias",
    "linear.state",
    "sigmoid.forward",
    "sigmoid.backward",
    "sigmoid.state",
    "relu.forward",
    "relu.backward",
    "relu.state",
    "mse.forward",
    "mse.backward",
    "mse.state",
    "bce.forward",
    "bce.ends",
    "bce.backward",
    "bce.state",
    "network.structure",
    "network.forward",
    "network.gradient",
    "training.lockstep",
    "training.linear",
    "training.xor",
    "training.init",
    "training.train",
    "training.accuracy",
    "plots.result",
    "plots.curve",
    "plots.main",
    "plots.files",
]
"""The checks of the template's tests, in the order in which the lab is read."""

GIVEN = {"rules.imports", "plots.files", "data.linear", "data.xor"}
FIRST = {
    "linear.init", "sigmoid.forward", "relu.forward", "mse.forward", "bce.forward",
    "training.accuracy", "plots.result", "plots.curve",
}  # fmt: skip
"""What is written without anything else being right."""
README = (TEMPLATE / "README.md").read_text("utf-8")

# One mistake each: file, right, wrong, the check that must notice, and a word of what it says.
MISTAKES = [
    ("layers", "prev_grad @ self.w.T\n", "prev_grad @ self.w\n", "linear.backward.input", "line "),
    (
        "layers",
        "return dx",
        "return prev_grad @ self.w.T",
        "linear.backward.input",
        "after the step",
    ),
    (
        "layers",
        "(self.x.T @ prev_grad)",
        "(self.x.T @ prev_grad) / len(self.x)",
        "linear.backward.weights",
        "0.2 times",
    ),
    ("layers", "prev_grad.sum(axis=0)", "prev_grad.sum()", "linear.backward.bias", "2 of 2"),
    ("layers", "return dx", "prev_grad *= 2.0; return dx", "linear.state", "was changed"),
    ("layers", "self.y * (1.0 - self.y)\n", "self.y\n", "sigmoid.backward", "worst at"),
    (
        "layers",
        "np.where(x >= 0, 1.0, z) / (1.0 + z)",
        "np.exp(x) / (1.0 + np.exp(x))",
        "sigmoid.forward",
        "nan",
    ),
    ("layers", "return np.maximum(x, 0.0)", "x[x < 0] = 0; return x", "relu.state", "changed"),
    ("layers", "return y if", "y if", "linear.forward", "return"),
    ("layers", "standard_normal((", "random((", "linear.init", "around zero"),
    ("losses", "prev_grad * 2.0 *", "prev_grad *", "mse.backward", "0.5 times"),
    ("losses", "TINY = 1e-12", "TINY = 0.0", "bce.ends", "nan"),
    ("network", "backward(grad, lr)", "backward(grad)", "network.gradient", "0.8 times"),
    ("training", "net.backward(lr)", "net.backward()", "training.train", "must fall"),
    ("training", "> 0.5", ">= 0.5", "training.accuracy", "yours 0.8, right 1"),
    ("plots", "_scatter(right, x, pred_y", "_scatter(right, x, y", "plots.result", "both classes"),
    (
        "main",
        '(show_learning_curve(losses), "learning_curve"),',
        "",
        "plots.main",
        "no learning curve",
    ),
    ("layers", "import numpy as np", "import torch", "rules.imports", "not allowed"),
]


def name_of_test(check: str) -> str:
    return "test_" + check.replace(".", "_")


def solve(folder: Path) -> Path:
    """Put the reference's files, as a student would write their imports, beside the tests."""
    folder.mkdir(exist_ok=True)
    for name in ("test_lab.py", "conftest.py"):
        shutil.copy(TEMPLATE / name, folder)
    for name in FILES:
        text = (REFERENCE / f"{name}.py").read_text(encoding="utf-8")
        flat = re.sub(r"^from \.", "from ", text, flags=re.MULTILINE)
        (folder / f"{name}.py").write_text(flat, encoding="utf-8")
    return folder


def edit(path: Path, right: str, wrong: str) -> None:
    """Replace a text that stands in a file."""
    text = path.read_text(encoding="utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong), encoding="utf-8")


def run(folder: Path, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run pytest in another process, in a folder or from above it."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "pytest", *arguments],
        cwd=cwd or folder,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def outcomes(
    folder: Path, *arguments: str, cwd: Path | None = None
) -> dict[str | None, tuple[str, str]]:
    """Run the lab's tests in another process; return (verdict, message) by test name."""
    report = folder / "report.xml"
    done = run(folder, f"--junitxml={report}", *arguments, cwd=cwd)
    assert report.exists(), done.stdout + done.stderr
    cases = ET.parse(report).iter("testcase")
    return {case.get("name"): verdict(case) for case in cases}


def verdict(case: ET.Element) -> tuple[str, str]:
    for child in case:
        if child.tag in ("failure", "error", "skipped"):
            return child.tag, child.text or ""
    return "passed", ""


@pytest.mark.parametrize("where", ["inside", "above"])
def test_empty_template_fails_with_sentences(tmp_path: Path, where: str) -> None:
    """On the empty template the first open part of each class fails, in one paragraph; the others wait."""
    folder = tmp_path / "student_template"
    shutil.copytree(TEMPLATE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    arguments = ("student_template",) if where == "above" else ()
    found = outcomes(folder, *arguments, cwd=tmp_path if where == "above" else None)
    assert list(found) == [name_of_test(check) for check in IDS]
    kinds = {check: found[name_of_test(check)][0] for check in IDS}
    assert {check for check, kind in kinds.items() if kind == "passed"} == GIVEN
    assert {check for check, kind in kinds.items() if kind == "failure"} == FIRST
    for check in FIRST:
        asked, came, where_to_look = found[name_of_test(check)][1].strip().splitlines()
        assert asked.endswith(".")
        # A heading such as "Linear.forward:" and then what to write, on one line.
        assert re.fullmatch(r"not written yet: [\w.]+: .{20,}", came)
        assert re.fullmatch(r"  look at \w+\.py, line \d+, [\w.]+", where_to_look)


def test_one_mistake_is_told_once(tmp_path: Path) -> None:
    """What is built of something wrong waits for it, and the report ends with what to do next."""
    path = solve(tmp_path / "lab") / "layers.py"
    edit(path, "prev_grad @ self.w.T\n", "prev_grad @ self.w.T / len(self.x)\n")
    printed = run(path.parent).stdout
    assert printed.count("____ test_") == 1
    assert re.search(r"Next: test_linear_backward_input\n\d tests wait until", printed)
    assert "short test summary" not in printed
    shown = re.search(r"```\n(_+ test_linear.*?)```", README, flags=re.DOTALL)
    assert shown is not None
    told = [line for line in shown[1].splitlines() if "look at" not in line and "worst" not in line]
    assert [line for line in told if line not in printed] == []


def test_the_tests_take_seconds(tmp_path: Path) -> None:
    """With everything right the tests take less than three seconds of a processor."""
    folder = solve(tmp_path / "lab")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(folder)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    assert used < (3 if "COV_CORE_SOURCE" not in os.environ else 9)


def test_reference_passes(tmp_path: Path) -> None:
    """With the reference's files in the template's place all tests pass, without a warning."""
    found = outcomes(solve(tmp_path / "lab"))
    assert found == {name_of_test(check): ("passed", "") for check in IDS}


@pytest.mark.parametrize("mistake", MISTAKES, ids=[f"{m[3]}: {m[2].strip()}" for m in MISTAKES])
def test_mistake_is_noticed_and_said(
    tmp_path: Path, mistake: tuple[str, str, str, str, str]
) -> None:
    """A planted mistake fails the test that is about it, with a message that helps."""
    file, right, wrong, check, says = mistake
    path = solve(tmp_path / "lab") / f"{file}.py"
    edit(path, right, wrong)
    kind, message = ends_of_tests(path.parent, "-k", name_of_test(check))[name_of_test(check)]
    assert kind == "failed"
    assert says in message
    assert "Traceback" not in message


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda path: path.unlink(), "layers.py is missing"),
        (lambda path: path.write_text("def broken(:\n"), "SyntaxError"),
        (lambda path: path.write_text("1 / 0\n"), "ZeroDivisionError"),
        (lambda path: path.write_text("raise SystemExit\n"), "SystemExit"),
        (lambda path: path.write_text("x = 1\n"), "layers.py has no Linear"),
    ],
    ids=["missing", "syntax", "raises", "exits", "empty"],
)
def test_broken_file_fails_with_a_sentence(
    tmp_path: Path, change: Callable[[Path], object], says: str
) -> None:
    """A file that is missing or cannot be imported fails its tests, and stops no other."""
    folder = solve(tmp_path / "lab")
    change(folder / "layers.py")
    found = ends_of_tests(folder)
    assert set(found) == {name_of_test(check) for check in IDS}
    assert found["test_linear_init"][0] == "failed"
    assert says in found["test_linear_init"][1]
    assert found["test_data_xor"] == found["test_plots_curve"] == ("passed", "")


def test_a_blank_picture_is_noticed(tmp_path: Path) -> None:
    """A picture beside the code that shows nothing fails its test, and says which one it is."""
    folder = solve(tmp_path / "lab")
    draw = "import numpy, matplotlib.pyplot as plt; plt.imsave('{}.png', numpy.{}(9).reshape(3, 3))"
    for command in (draw.format("blank", "ones"), draw.format("shown", "arange")):
        subprocess.run([sys.executable, "-c", command], cwd=folder, check=True)
    kind, message = ends_of_tests(folder, "-k", "plots_files")["test_plots_files"]
    assert kind == "failed"
    assert "blank.png" in message
    (folder / "blank.png").unlink()
    assert ends_of_tests(folder, "-k", "plots_files")["test_plots_files"] == ("passed", "")


def signatures(folder: Path, file: str) -> dict[str, Signature]:
    """Return the arguments of all public functions by name, without keyword-only ones."""
    tree = ast.parse((folder / f"{file}.py").read_text(encoding="utf-8"))
    found = {}
    for outer in tree.body:
        inner = outer.body if isinstance(outer, ast.ClassDef) else [outer]
        for node in inner:
            if isinstance(node, ast.FunctionDef) and is_public(node.name):
                prefix = f"{outer.name}." if isinstance(outer, ast.ClassDef) else ""
                found[prefix + node.name] = arguments_of(node)
    return found


def is_public(name: str) -> bool:
    return not name.startswith("_") or name == "__init__"


def arguments_of(node: ast.FunctionDef) -> Signature:
    """Return (names, defaults) of the arguments that may be given by position."""
    names = [argument.arg for argument in node.args.args]
    return names, [ast.literal_eval(default) for default in node.args.defaults]


@pytest.mark.parametrize("file", FILES)
def test_signatures_agree(file: str) -> None:
    """Template and reference take the same arguments, apart from keyword-only extras."""
    theirs = signatures(TEMPLATE, file)
    if file == "main":
        theirs = {"main": theirs["main"]}
    assert theirs == signatures(REFERENCE, file)


def test_data_is_given() -> None:
    """data.py is complete: the reference's own."""
    assert (TEMPLATE / "data.py").read_bytes() == (REFERENCE / "data.py").read_bytes()


def test_every_test_has_a_sentence() -> None:
    """Each test of the lab begins with one sentence that says what holds."""
    tree = ast.parse((TEMPLATE / "test_lab.py").read_text(encoding="utf-8"))
    tests = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name.startswith("test_")]
    assert [node.name for node in tests] != []
    for node in tests:
        assert re.fullmatch(r"[^\n]{20,}\.", ast.get_docstring(node) or ""), node.name


def test_main_of_the_template_runs(tmp_path: Path) -> None:
    """The template's main.py, given complete, trains and saves once the rest is written."""
    folder = solve(tmp_path / "lab")
    shutil.copy(TEMPLATE / "main.py", folder)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", "import main; main.main(epochs=5)"],
        cwd=folder,
        env={**os.environ, "MPLBACKEND": "Agg"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert len(list((folder / "figures").glob("*.png"))) == 4
