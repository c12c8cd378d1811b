"""A submission of another shape than the template is shown to a person, never left at zero unseen."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from grader.checks import CHECKS
from grader.flags import handed_out
from grader.model import Message, Report, Submission
from grader.pipeline import grading
from grader.reports.messages import say
from grader.reports.text_catalogue import default
from grader.rubric import reader, resources
from grader.sandbox.host import ProcessSandbox
from tests.flags.own_shapes import (
    NOTHING_TO_DECIDE,
    OTHER_SHAPES,
    SCRIPT,
    TEMPLATE,
    Files,
)
from tests.zoo_rubric import ZOO

RUBRIC = reader.load(resources.default_rubric(), CHECKS)
Grade = Callable[[Files], Report]


@pytest.fixture(scope="module")
def grade() -> Iterator[Grade]:
    """A function that grades some files by the default rubric."""
    with ProcessSandbox(RUBRIC.limits) as sandbox:

        def graded(files: Files) -> Report:
            submission = Submission("lab", dict(files), "0" * 64)
            return grading.grade(submission, RUBRIC, seed=1, sandbox=sandbox)

        yield graded


DECIDED = ("one class does everything", "one class, and wrong", "layers with their activation")
"""Networks whose methods can be called after the names of their arguments: no person is needed."""


@pytest.mark.parametrize("shape", DECIDED)
def test_a_network_that_can_be_called_is_decided(grade: Grade, shape: str) -> None:
    """A class without a program is trained by the grader: a right gradient earns it, a wrong one does not."""
    report = grade(OTHER_SHAPES[shape][0])
    assert report.needs_review == ()
    [gradient] = [o for o in report.outcomes if o.item.check == "network.gradient"]
    assert (gradient.verdict.value == "failed") == ("wrong" in shape)


@pytest.mark.parametrize("shape", [shape for shape in OTHER_SHAPES if shape not in DECIDED])
def test_another_shape_waits_for_a_person(grade: Grade, shape: str) -> None:
    """What the checks cannot judge is shown to a person, once, with what was recognised."""
    files, id_, names = OTHER_SHAPES[shape]
    [flag] = grade(files).needs_review
    assert (flag.id, flag.values.get("others", "")) == (id_, names)
    for language in ("en", "zh_TW"):
        assert names in say(flag, default(language).sentences)


@pytest.mark.parametrize("name", NOTHING_TO_DECIDE)
def test_where_nothing_is_to_be_decided_nobody_is_asked(grade: Grade, name: str) -> None:
    """Nothing written, and a part of the lab in the lab's shape, need no person."""
    assert grade(NOTHING_TO_DECIDE[name]).needs_review == ()


def test_a_flag_changes_no_points(grade: Grade) -> None:
    """Where a network of another shape stands, the points are open as before."""
    report = grade({"main.py": SCRIPT})
    assert sum(outcome.points for outcome in report.outcomes) == 0
    assert any(outcome.verdict.is_open for outcome in report.outcomes)


def test_a_notebook_of_another_shape_waits_for_a_person() -> None:
    """Cells are code like any other."""
    cell = {"cell_type": "code", "source": SCRIPT.decode(), "metadata": {}, "outputs": []}
    notebook = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    submission = Submission("lab", {}, "0" * 64, notebooks={"lab.ipynb": notebook.encode()})
    with ProcessSandbox(RUBRIC.limits) as sandbox:
        report = grading.grade(submission, RUBRIC, seed=1, sandbox=sandbox)
    assert [flag.id for flag in report.needs_review] == ["review_script"]


def test_of_many_names_a_few_are_told(grade: Grade) -> None:
    """A person needs a place to begin, no list."""
    functions = "\n".join(f"def step_{number}(x): return x" for number in range(30))
    [flag] = grade({"lab.py": functions.encode()}).needs_review
    assert flag.values["others"] == "step_0, step_1, step_2, step_3, step_4, ..."


def test_a_right_program_in_the_shape_of_the_lab_is_not_shown(grade: Grade) -> None:
    """The lab's own shape needs nobody."""
    assert grade(ZOO.base).needs_review == ()


def test_the_template_is_called_by_its_name(grade: Grade) -> None:
    """Who hands in what was handed out reads that, whatever the editor made of its line ends."""
    other_ends = {
        f"lab1/{path}": b"\xef\xbb\xbf" + raw.replace(b"\n", b"  \r\n") + b"\r\n\r\n"
        for path, raw in TEMPLATE.items()
    }
    for files in (TEMPLATE, other_ends):
        assert grade(files).remarks == (Message("template_untouched"),)


@pytest.mark.parametrize(
    "files",
    [
        {**TEMPLATE, "layers.py": TEMPLATE["layers.py"] + b"x = 1\n"},
        {**TEMPLATE, "notes.py": b"x = 1\n"},
        {"main.py": TEMPLATE["main.py"]},
        {},
    ],
)
def test_what_is_more_or_less_is_not_called_the_template(files: Files) -> None:
    """Only the template as it is has the name; of its complete file alone nothing can be said."""
    assert not handed_out.is_template(files)
