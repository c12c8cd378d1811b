"""The worked example of docs/score.md: what the derivative of a wrong forward earns."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from grader.checks import CHECKS
from grader.model import Submission
from grader.pipeline import grading
from grader.reports.report_document import document
from grader.rubric import reader, resources
from grader.sandbox.host import ProcessSandbox
from tests.zoo_rubric import ZOO

RULES = (Path(__file__).parents[2] / "docs" / "score.md").read_text("utf-8")
DEFAULT = reader.load(resources.default_rubric(), CHECKS)
CLASSES = ("linear.forward", "linear.backward", "sigmoid.forward", "sigmoid.backward", "mse.")
SMALL = replace(DEFAULT, items=tuple(i for i in DEFAULT.items if i.check.startswith(CLASSES)))

HALF = {
    b"float(np.mean(error ** 2))": b"float(np.mean(error ** 2) / 2)",
    b"2.0 * (self.y - self.truth) / self.y.size": b"(self.y - self.truth) / self.y.size",
}
UNKNOWN = {
    b"float(np.mean(error ** 2))": b"float(np.mean(error ** 2 + error))",
    b"2.0 * (self.y - self.truth) / self.y.size": b"(2 * (self.y - self.truth) + 1) / self.y.size",
}
DOUBLED = {
    b"out = x @ self.w\n": b"out = 2 * x @ self.w\n",
    b"dx = prev_grad @ self.w.T": b"dx = 2 * prev_grad @ self.w.T",
    b"dw = self.x.T @ prev_grad": b"dw = 2 * self.x.T @ prev_grad",
}
TANH = {
    b"self.y = np.where(x >= 0, 1.0, e) / (1.0 + e)": b"self.y = np.tanh(x)",
    b"slope = self.y * (1.0 - self.y)": b"slope = 1.0 - self.y ** 2",
}


def points(losses: dict[bytes, bytes], layers: dict[bytes, bytes]) -> dict[str, float]:
    """Return the points by check of the base after edits."""
    files = dict(ZOO.base)
    for path, edits in (("losses.py", losses), ("layers.py", layers)):
        for old, new in edits.items():
            assert files[path].count(old) == 1, old
            files[path] = files[path].replace(old, new)
    with ProcessSandbox(DEFAULT.limits) as sandbox:
        report = grading.grade(Submission("lab", files, "0" * 64), SMALL, seed=1, sandbox=sandbox)
    return {check["id"]: check["points"] for check in document(report)["checks"]}


@pytest.mark.parametrize(("edits", "backward"), [(HALF, 6.0), (UNKNOWN, 0.0)])
def test_a_named_mistake_is_paid_once(edits: dict[bytes, bytes], backward: float) -> None:
    """The derivative of a forward that is wrong in a way with a name earns its points, others none."""
    earned = points(edits, {})
    assert (earned["mse.forward"], earned["mse.backward"]) == (0.0, backward)


def test_three_wrong_classes_are_too_many() -> None:
    """Where three classes have a wrong forward, none of their derivatives counts; of two, both do."""
    assert points(HALF, {**DOUBLED, **TANH})["mse.backward"] == 0.0
    assert points(HALF, {**DOUBLED, **TANH})["sigmoid.backward"] == 0.0
    two = points(HALF, TANH)
    assert (two["mse.backward"], two["sigmoid.backward"]) == (6.0, 6.0)


def test_the_example_quotes_these_programs() -> None:
    """The formulas of the page are those that are tried here."""
    for code in (
        "np.mean((y - t) ** 2) / 2",
        "(2 * (y - t) + 1) / y.size",
        "np.tanh(x)",
        "2 * x @ w + b",
    ):
        assert f"`{code}`" in RULES
