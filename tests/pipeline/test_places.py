"""Where a report says that a failure is."""

from __future__ import annotations

import json
from dataclasses import replace
from unittest.mock import patch

import pytest

from grader.checks import CHECKS
from grader.model import Item, Location, Repair, Report, Submission, Visibility
from grader.pipeline import grading
from grader.pipeline.examination import Examination
from grader.pipeline.repair_memory import RepairMemory
from grader.pipeline.repairs import RepairSearch
from grader.rubric import reader, resources
from grader.sandbox.host import create_sandbox
from tests.zoo_rubric import ZOO

BASE = dict(ZOO.base)


def graded(files: dict[str, bytes], *checks: str, **more: object) -> Report:
    """Grade files with some checks, inside this process."""
    default = reader.load(resources.default_rubric(), CHECKS)
    items = tuple(Item(check, 1.0, "All", 10.0) for check in checks)
    limits = replace(default.limits, repair_seconds=0.0)  # what the source alone tells
    rubric = replace(default, items=items, groups=("All",), limits=limits)
    submission = Submission("one", files, "0" * 64, **more)  # type: ignore[arg-type]
    with create_sandbox(rubric.limits, unsafe=True) as sandbox:
        return grading.grade(submission, rubric, seed=1, sandbox=sandbox)


def edited(file: str, old: str, new: str) -> dict[str, bytes]:
    """Return the base with one edit."""
    text = BASE[file].decode()
    assert text.count(old) == 1
    return {**BASE, file: text.replace(old, new).encode()}


def place_of(report: Report, check: str) -> Location:
    """Return the place of a check that failed."""
    [outcome] = [o for o in report.outcomes if o.item.check == check]
    assert outcome.location is not None
    return outcome.location


LINEAR = ("linear.init", "linear.forward", "linear.backward.input", "linear.backward.weights")


def test_a_wrong_update_is_located_to_its_statement() -> None:
    """File, line, method and the lines around it; the finding has the same place."""
    files = edited("layers.py", "self.w = self.w - lr * dw", "self.w = self.w + lr * dw")
    report = graded(files, *LINEAR)
    place = place_of(report, "linear.backward.weights")
    assert (place.file, place.line, place.end_line) == ("layers.py", 34, 34)
    assert (place.method, place.kind, place.cell) == ("Linear.backward", "statement", None)
    assert place.source[34 - place.source_line].strip() == "self.w = self.w + lr * dw"
    [outcome] = [o for o in report.outcomes if o.findings]
    assert outcome.findings[0].location == place


def test_what_passes_has_no_place() -> None:
    """A right submission carries no location anywhere."""
    report = graded(BASE, *LINEAR)
    assert [outcome.location for outcome in report.outcomes] == [None] * len(LINEAR)


def test_an_exception_is_located_to_the_line_that_it_left() -> None:
    """The innermost line of the student's own files, and the method around it."""
    files = edited("layers.py", "dx = prev_grad @ self.w.T", "dx = prev_grad @ self.nothing.T")
    place = place_of(graded(files, *LINEAR), "linear.backward.input")
    assert (place.line, place.method, place.kind) == (32, "Linear.backward", "line")


def test_an_inherited_method_is_located_in_the_class_that_defines_it() -> None:
    """The class of the submission that holds the method, in whatever file."""
    files = edited("layers.py", "class Linear(Layer):", "class Affine(Layer):")
    files["layers.py"] = files["layers.py"].replace(
        b"prev_grad @ self.w.T", b"prev_grad @ self.w.T * 2"
    )
    files["lab.py"] = b"from layers import Affine\n\nclass Linear(Affine):\n    pass\n"
    place = place_of(graded(files, *LINEAR), "linear.backward.input")
    assert (place.file, place.method) == ("layers.py", "Affine.backward")


def test_a_helper_method_leaves_the_method_as_the_place() -> None:
    """Where the statement is not certain, the whole method is the place."""
    files = edited("layers.py", "return prev_grad * slope", "return prev_grad * slope * 2")
    files["layers.py"] = files["layers.py"].replace(b"1.0 - self.y)", b"1.0 - self.y) + 0")
    place = place_of(graded(files, "sigmoid.forward", "sigmoid.backward"), "sigmoid.backward")
    assert (place.method, place.kind, place.line, place.end_line) == (
        "Sigmoid.backward", "method", 49, 51,
    )  # fmt: skip


def test_a_notebook_is_located_by_cell() -> None:
    """The path of the notebook, the number of the cell, and the line within the cell."""
    code = BASE["layers.py"].decode().replace("prev_grad @ self.w.T", "-prev_grad @ self.w.T")
    cells = [
        {"cell_type": "markdown", "source": "# Lab"},
        {"cell_type": "code", "source": "import numpy as np"},
        {"cell_type": "code", "source": code.strip()},
    ]
    notebook = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}).encode()
    report = graded({}, *LINEAR, notebooks={"my lab.ipynb": notebook})
    place = place_of(report, "linear.backward.input")
    assert (place.file, place.cell, place.line) == ("my lab.ipynb", 3, 32)
    assert "-prev_grad" in place.source[place.line - place.source_line]


def test_trouble_of_an_import_carries_its_line() -> None:
    """A remark about a file that raised names the line in the report's own words, too."""
    files = {**BASE, "extra.py": b"x = 1\nraise ValueError(x)\n"}
    report = graded(files, "linear.init")
    [remark] = [r for r in report.remarks if r.id.startswith("import_")]
    assert remark.location is not None
    assert (remark.location.file, remark.location.line) == ("extra.py", 2)


def test_a_visible_place_follows_from_no_hidden_outcome() -> None:
    """Whether a hidden item holds must not decide how near a visible one is located."""
    files = edited("layers.py", "dx = prev_grad @ self.w.T", "dx = -prev_grad @ self.w.T")
    default = reader.load(resources.default_rubric(), CHECKS)
    shown = Item("linear.backward.input", 1.0, "All", 10.0)
    places = []
    for update in ("self.w = self.w - lr * dw", "self.w = self.w + lr * dw"):
        secret = Item("linear.backward.weights", 1.0, "All", 10.0, Visibility.HIDDEN)
        rubric = replace(default, items=(shown, secret), groups=("All",))
        text = files["layers.py"].replace(b"self.w = self.w - lr * dw", update.encode())
        submission = Submission("one", {**files, "layers.py": text}, "0" * 64)
        with create_sandbox(rubric.limits, unsafe=True) as sandbox:
            report = grading.grade(submission, rubric, seed=1, sandbox=sandbox)
        places.append(place_of(report, "linear.backward.input"))
    assert places[0] == replace(places[1], source=places[0].source)


@pytest.mark.parametrize("name", ["layers.py", "/etc/passwd"])
def test_no_place_outside_the_files(name: str) -> None:
    """A frame that claims to be elsewhere is not believed."""
    trick = f"exec(compile('\\n' * 5000 + 'raise ValueError', {name!r}, 'exec'))"
    files = edited("layers.py", "dx = prev_grad @ self.w.T", trick)
    [_, _, outcome, _] = graded(files, *LINEAR).outcomes
    assert outcome.location is not None
    assert (outcome.location.file, outcome.location.method) == ("layers.py", "Linear.backward")
    assert outcome.location.line < 100


def test_messages_about_a_notebook_name_cell_and_line() -> None:
    """What raised in a notebook is told by cell and line within it, in the sentence as in the place."""
    code = BASE["layers.py"].decode().replace("prev_grad @ self.w.T", "prev_grad @ self.none.T")
    cells = [
        {"cell_type": "code", "source": "import numpy as np\n"},
        {"cell_type": "code", "source": code.strip()},
        {"cell_type": "code", "source": "x = 1\nraise ValueError(x)"},
    ]
    notebook = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}).encode()
    report = graded({}, *LINEAR, notebooks={"lab.ipynb": notebook})
    [outcome] = [o for o in report.outcomes if o.item.check == "linear.backward.input"]
    assert outcome.message is not None
    assert (outcome.message.values["file"], outcome.message.values["line"]) == (
        "lab.ipynb (cell 2)", 32,
    )  # fmt: skip
    [remark] = [r for r in report.remarks if r.id.startswith("import_")]
    assert (remark.values["file"], remark.values["line"]) == ("lab.ipynb (cell 3)", 2)
    assert remark.location is not None
    assert (remark.location.file, remark.location.cell, remark.location.line) == ("lab.ipynb", 3, 2)


def test_what_forward_keeps_wrongly_is_located_in_forward() -> None:
    """backward is asked, and right with the output as it is: so the line that rounds it is meant."""
    files = edited("layers.py", "self.t = np.tanh(x)\n        return self.t",
                   "out = np.tanh(x)\n        self.t = np.round(out, 2)\n        return out")  # fmt: skip
    place = place_of(graded(files, "tanh.forward", "tanh.backward"), "tanh.backward")
    assert (place.method, place.kind) == ("Tanh.forward", "statement")
    assert place.source[place.line - place.source_line].strip() == "self.t = np.round(out, 2)"


def test_a_repair_that_may_be_a_way_round_leaves_the_method_as_the_place() -> None:
    """The exponential of the wrong sign is repaired by never using its branch, in another line."""
    files = edited("layers.py", "e = np.exp(-np.abs(x))", "e = np.exp(-x)")
    default = reader.load(resources.default_rubric(), CHECKS)
    item = Item("sigmoid.forward", 1.0, "All", 10.0)
    repair = Repair(
        Location("layers.py", 46, 46, "Sigmoid.forward", "statement"),
        "name",
        ("self.y = np.where(x >= 0, 1.0, e) / (1.0 + e)",),
        ("self.y = np.where(e >= 0, 1.0, e) / (1.0 + e)",),
    )
    rubric = replace(default, items=(item,), groups=("All",))
    with create_sandbox(rubric.limits, unsafe=True) as sandbox:
        memory = RepairMemory()
        examination = Examination(
            Submission("one", files, "0" * 64), rubric, 1, sandbox, repairs=memory
        )
        with patch.object(RepairSearch, "run", return_value={"sigmoid.forward": (repair,)}):
            [outcome] = examination.run()
        examination.close()
    assert outcome.location is not None
    assert outcome.repair == (repair,)
    assert (outcome.location.method, outcome.location.kind) == ("Sigmoid.forward", "method")
