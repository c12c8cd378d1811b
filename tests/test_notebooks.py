"""Notebooks of a submission: parsed in a child, told of where nothing can be taken out of them."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any

import pytest

from grader.intake.collector import sealed
from grader.intake.messages import SENTENCES
from grader.model import Limits, Submission
from grader.remote import notebooks
from grader.reports.messages import fill
from grader.sandbox.host import Answer, ChildGone, Ending, LocalSandbox, LocalWire

LIMITS = Limits()


def book(*cells: tuple[str, str]) -> bytes:
    """A notebook of cells: kind and text."""
    made = [{"cell_type": kind, "source": text} for kind, text in cells]
    return json.dumps({"cells": made, "metadata": {}}).encode()


def opened(limits: Limits = LIMITS, **found: bytes) -> Submission:
    """The submission of notebooks by name."""
    names = {f"{name}.ipynb": content for name, content in found.items()}
    return notebooks.opened(sealed("amy", {}, notebooks=names), limits, LocalSandbox())


def said(taken: Submission) -> list[str]:
    """Every sentence that a submission comes with."""
    messages = [refused.reason for refused in taken.refused]
    messages += [taken.invalid] if taken.invalid else []
    return [fill(SENTENCES[message.id], message.values) for message in messages]


def test_sources_take_the_place_of_notebooks() -> None:
    """What comes back has the sources of all notebooks, and the digest of what was handed in."""
    taken = opened(a=book(("code", "x = 1")), b=book(("code", "y = 2")))
    assert dict(taken.files) == {"a.py": b"# %%\nx = 1\n", "b.py": b"# %%\ny = 2\n"}
    assert (dict(taken.notebooks), taken.invalid, taken.refused) == ({}, None, ())
    assert taken.digest == sealed("", {}, notebooks={
        "a.ipynb": book(("code", "x = 1")), "b.ipynb": book(("code", "y = 2")),
    }).digest  # fmt: skip


def test_one_bad_notebook_leaves_the_others() -> None:
    """A notebook that cannot be read is refused under its name, and the others count."""
    taken = opened(bad=b"{", good=book(("code", "x = 1")))
    assert set(taken.files) == {"good.py"}
    assert [refused.path for refused in taken.refused] == ["bad.ipynb"]
    assert said(taken) == ["It is not a notebook that can be read."]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{", "a.ipynb is not a notebook that can be read. Found here: a.ipynb."),
        (book(("code", "x" * 3000)), "a.ipynb has more than 2 KiB."),
        (book(("markdown", "words")), "There is no code in the code cells of a.ipynb."),
        (
            book(("markdown", "class Linear: pass")),
            "There is no code in the code cells of a.ipynb.",
        ),
    ],
)
def test_notebook_without_code_is_an_invalid_submission(content: bytes, sentence: str) -> None:
    """Where no notebook gives any source, the reason names the notebook."""
    assert said(opened(Limits(file_kb=2), a=content))[-1] == sentence


def test_class_in_a_text_cell_is_told() -> None:
    """A student whose class stands in a text cell reads which cell that is."""
    taken = opened(a=book(("code", "x = 1"), ("markdown", "class Linear:\n    pass")))
    assert said(taken) == [
        "Cell 2 holds class Linear, but it is a text cell, so nothing in it is run; make it a code cell."
    ]


def test_all_notebooks_together_have_a_cap() -> None:
    """What would be more than all sources may have is left out and told."""
    taken = opened(Limits(total_kb=1), a=book(("code", "x" * 900)), b=book(("code", "y" * 900)))
    assert set(taken.files) == {"a.py"}
    assert [refused.path for refused in taken.refused] == ["b.py"]


class LateSandbox(LocalSandbox):
    """Machines that never answer, and how long each was waited for."""

    def __init__(self) -> None:
        self.waited: list[float] = []

    def open(self, kind: str = "contract") -> LocalWire:
        """Return a wire to one."""
        waited = self.waited

        class LateWire(LocalWire):
            def exchange(self, program: Sequence[Sequence[Any]], seconds: float) -> list[Answer]:
                waited.append(seconds)
                time.sleep(seconds)
                raise ChildGone(Ending.LATE)

        return LateWire()


def test_all_notebooks_together_have_their_time() -> None:
    """Notebooks that are not read in time are waited for until the total is used up, not one by one."""
    limits, sandbox = Limits(import_seconds=0.02, total_seconds=0.05), LateSandbox()
    made = sealed("amy", {}, notebooks={f"{k}.ipynb": b"{}" for k in range(20)})
    taken = notebooks.opened(made, limits, sandbox)
    assert sum(sandbox.waited) <= 0.05
    assert len(taken.refused) == 20
