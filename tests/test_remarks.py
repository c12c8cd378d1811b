"""What is worth saying and costs nothing."""

from __future__ import annotations

from dataclasses import replace

from grader.checks import CHECKS
from grader.model import Outcome, Submission
from grader.pipeline import grading
from grader.rubric import reader, resources
from grader.sandbox.host import ProcessSandbox
from tests.zoo_rubric import ZOO

DEFAULT = reader.load(resources.default_rubric(), CHECKS)
STABLE = b"        e = np.exp(-np.abs(x))\n        self.y = np.where(x >= 0, 1.0, e) / (1.0 + e)\n"


def sigmoid_forward(with_: bytes) -> Outcome:
    source = ZOO.base["layers.py"]
    assert source.count(STABLE) == 1
    files = {**ZOO.base, "layers.py": source.replace(STABLE, with_)}
    asked = replace(DEFAULT, items=tuple(i for i in DEFAULT.items if i.check == "sigmoid.forward"))
    with ProcessSandbox(DEFAULT.limits) as sandbox:
        report = grading.grade(Submission("lab", files, "0" * 64), asked, seed=1, sandbox=sandbox)
    return report.outcomes[0]


def test_the_textbook_sigmoid_is_right_and_its_warning_is_told() -> None:
    """1 / (1 + exp(-x)) keeps all points; that it warns of overflow is a remark."""
    outcome = sigmoid_forward(b"        self.y = 1 / (1 + np.exp(-x))\n")
    assert outcome.share == 1.0
    assert [(r.id, r.values["text"]) for r in outcome.remarks] == [
        ("warned", "overflow encountered in exp")
    ]


def test_a_sigmoid_without_a_warning_has_no_remark() -> None:
    """Nothing is said where nothing is worth saying."""
    assert sigmoid_forward(STABLE).remarks == ()


def test_a_wrong_value_is_not_excused_as_a_warning() -> None:
    """Where the value itself is wrong, the check fails and the warning is not the point."""
    outcome = sigmoid_forward(b"        self.y = np.exp(x) / (1 + np.exp(x))\n")
    assert outcome.share < 1.0
    assert outcome.remarks == ()
