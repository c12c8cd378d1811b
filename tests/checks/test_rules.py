"""Checks of what may be imported."""

from __future__ import annotations

import pytest

from grader.model import Verdict
from grader.sandbox.host import LocalSandbox
from tests.checks.figure_programs import BASE, examine


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("from pylab import *", Verdict.PASSED),
        ("from mpl_toolkits.mplot3d import Axes3D", Verdict.PASSED),
        ("import collections.abc", Verdict.PASSED),
        ("import sklearn", Verdict.FAILED),
    ],
)
def test_what_belongs_to_an_allowed_package_may_be_imported(line: str, verdict: Verdict) -> None:
    """Matplotlib has two more names than its own, and who may import it may use them."""
    files = {**BASE, "main.py": f"if 0:\n    {line}\n".encode()}
    assert examine(LocalSandbox(), files, "rules.imports")["rules.imports"].verdict is verdict
