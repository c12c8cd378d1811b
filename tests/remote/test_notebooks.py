"""Notebooks of a submission: parsed in a child, told of where nothing can be taken out of them."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any

import pytest

from grader.intake.collector import make_submission
from grader.intake.messages import SENTENCES
from grader.model import Limits, Submission
from grader.remote import notebooks
from grader.reports.messages import fill
from grader.sandbox.host import Answer, ChildGone, Ending, LocalSandbox, LocalWire

LIMITS = Limits()


def notebook(*cells: tuple[str, str]) -> bytes:
    """A notebook of cells: kind and text."""
    code_cells = [{"cell_type": kind, "source": text} for kind, text in cells]
    return json.dumps({"cells": code_cells, "metadata": {}}).encode()


def convert(limits: Limits = LIMITS, **notebooks_by_name: bytes) -> Submission:
    """The submission of notebooks by name."""
    names = {f"{name}.ipynb": raw for name, raw in notebooks_by_name.items()}
    return notebooks.convert_notebooks(
        make_submission("amy", {}, notebooks=names), limits, LocalSandbox()
    )


def sentences(submission: Submission) -> list[str]:
    """Every sentence that a submission comes with."""
    messages = [refused.reason for refused in submission.refused]
    messages += [submission.invalid] if submission.invalid else []
    return [fill(SENTENCES[message.id], message.values) for message in messages]


def test_sources_take_the_place_of_notebooks() -> None:
    """What comes back has the sources of all notebooks, and the digest of what was handed in."""
    submission = convert(a=notebook(("code", "x = 1")), b=notebook(("code", "y = 2")))
    assert dict(submission.files) == {"a.py": b"# %%\nx = 1\n", "b.py": b"# %%\ny = 2\n"}
    assert (dict(submission.notebooks), submission.invalid, submission.refused) == ({}, None, ())
    assert submission.digest == make_submission("", {}, notebooks={
        "a.ipynb": notebook(("code", "x = 1")), "b.ipynb": notebook(("code", "y = 2")),
    }).digest  # fmt: skip


def test_a_broken_notebook_does_not_affect_the_others() -> None:
    """A notebook that cannot be read is refused under its name, and the others count."""
    submission = convert(bad=b"{", good=notebook(("code", "x = 1")))
    assert set(submission.files) == {"good.py"}
    assert [refused.path for refused in submission.refused] == ["bad.ipynb"]
    assert sentences(submission) == ["It cannot be read as a notebook."]


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"{", "a.ipynb cannot be read as a notebook. Files here: a.ipynb."),
        (notebook(("code", "x" * 3000)), "a.ipynb is larger than 2 KiB."),
        (notebook(("markdown", "words")), "The code cells of a.ipynb contain no code."),
        (
            notebook(("markdown", "class Linear: pass")),
            "The code cells of a.ipynb contain no code.",
        ),
    ],
)
def test_notebook_without_code_is_an_invalid_submission(raw: bytes, sentence: str) -> None:
    """Where no notebook gives any source, the reason names the notebook."""
    assert sentences(convert(Limits(file_kb=2), a=raw))[-1] == sentence


def test_a_class_in_a_text_cell_is_reported() -> None:
    """A student whose class stands in a text cell reads which cell that is."""
    submission = convert(a=notebook(("code", "x = 1"), ("markdown", "class Linear:\n    pass")))
    assert sentences(submission) == [
        "Cell 2 contains class Linear, but it is a text cell, so it is not run; change it to a code cell."
    ]


def test_the_total_size_of_notebooks_is_limited() -> None:
    """What would be more than all sources may have is left out and told."""
    submission = convert(
        Limits(total_kb=1), a=notebook(("code", "x" * 900)), b=notebook(("code", "y" * 900))
    )
    assert set(submission.files) == {"a.py"}
    assert [refused.path for refused in submission.refused] == ["b.py"]


class LateSandbox(LocalSandbox):
    """Machines that never answer, and how long each was waited for."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    def open(self, kind: str = "contract") -> LocalWire:
        """Return a wire to one."""
        waits = self.waits

        class LateWire(LocalWire):
            def exchange(self, program: Sequence[Sequence[Any]], seconds: float) -> list[Answer]:
                waits.append(seconds)
                time.sleep(seconds)
                raise ChildGone(Ending.LATE)

        return LateWire()


def test_the_total_time_of_notebooks_is_limited() -> None:
    """Notebooks that are not read in time are waited for until the total is used up, not one by one."""
    limits, sandbox = Limits(import_seconds=0.02, total_seconds=0.05), LateSandbox()
    original = make_submission("amy", {}, notebooks={f"{k}.ipynb": b"{}" for k in range(20)})
    submission = notebooks.convert_notebooks(original, limits, sandbox)
    assert sum(sandbox.waits) <= 0.05
    assert len(submission.refused) == 20
