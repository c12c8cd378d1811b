"""Programs of the zoo whose ``forward`` sleeps, and what the checks say of them."""

from __future__ import annotations

from dataclasses import replace

from grader.checks import CHECKS
from grader.model import Outcome, Submission
from grader.pipeline.examination import Examination
from grader.rubric import reader, resources
from grader.sandbox.host import Sandbox
from tests.zoo_rubric import ZOO

DEFAULT = reader.load(resources.default_rubric(), CHECKS)
SLEEPS = """

def _slowed(method):
    def call(self, *args):
        import time
        time.sleep({seconds})
        return method(self, *args)
    return call

for _kind in ({names},):
    _kind.forward = _slowed(_kind.forward)
"""


def sleeping(
    file: str, names: str, seconds: float, *edits: tuple[bytes, bytes]
) -> dict[str, bytes]:
    """The base of the zoo, in whose file each ``forward`` of some classes sleeps.

    ``edits`` are old and new text of that file.
    """
    text = ZOO.base[file]
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    return {**ZOO.base, file: text + SLEEPS.format(names=names, seconds=seconds).encode()}


def graded(
    sandbox: Sandbox, files: dict[str, bytes], *checks: str, seconds: float
) -> dict[str, Outcome]:
    """Grade files by the checks whose ids start so, each with so many seconds; outcomes by check."""
    items = [
        replace(item, seconds=seconds) for item in DEFAULT.items if item.check.startswith(checks)
    ]
    asked = replace(DEFAULT, items=tuple(items))
    submission = Submission("lab", files, "0" * 64)
    examination = Examination(submission, asked, 1, sandbox)
    try:
        return {outcome.item.check: outcome for outcome in examination.run()}
    finally:
        examination.close()
