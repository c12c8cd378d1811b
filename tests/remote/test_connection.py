"""A connection starts the kind of child that its submission needs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from grader.checks import CHECKS
from grader.model import Submission
from grader.remote import Connection
from grader.rubric import reader, resources
from grader.sandbox.host import ProcessSandbox, Sandbox
from grader.sandbox.zygote_process import ZygoteProcess

DEFAULT = reader.load(resources.default_rubric(), CHECKS)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox whose zygote has not loaded what draws, unless a test needs it."""
    process = ZygoteProcess(draws=False)
    with ProcessSandbox(DEFAULT.limits, process=process) as opened:
        yield opened


def loaded_modules(sandbox: Sandbox, source: str) -> str:
    """What a submission of one file sees among the modules that are loaded: the text of an error."""
    files = {"layers.py": source.encode()}
    connection = Connection(sandbox, Submission("lab", files, "0"), DEFAULT, 1)
    error = connection.import_result.errors["layers.py"]
    connection.close()
    return str(error)


SEES = "import sys\nraise ValueError(sorted(n for n in sys.modules if n in ('{}', 'numpy')))\n"


def test_only_who_mentions_a_module_that_draws_has_it(sandbox: Sandbox) -> None:
    """Loading matplotlib takes longer than all the rest, and a lab of layers alone needs none."""
    hidden = SEES.format("matplot' 'lib.pyplot")
    assert "['numpy']" in loaded_modules(sandbox, hidden)
    assert "['matplotlib.pyplot', 'numpy']" in loaded_modules(
        sandbox, SEES.format("matplotlib.pyplot")
    )


@pytest.mark.parametrize("start", ["", "import matplotlib.pyplot as plt\n"])
def test_a_folder_for_figures_may_be_made_without_figures(sandbox: Sandbox, start: str) -> None:
    """A program that makes a folder when it is imported does not fail for that."""
    source = start + "import os\nos.makedirs('figures')\nraise ValueError('went on')\n"
    assert "went on" in loaded_modules(sandbox, source)
