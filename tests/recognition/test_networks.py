"""A network of the lab whose layers are in a manner of their own."""

from __future__ import annotations

from dataclasses import replace

from grader.model import Report, Submission
from grader.pipeline import grading
from grader.sandbox.host import Sandbox
from tests.recognition.conftest import DEFAULT, lost
from tests.zoo_rubric import ZOO

CHECKED = ("linear.", "sigmoid.", "mse.", "network.")


def grade(entered: Sandbox, *edits: tuple[str, bytes, bytes], interface: str = "adapt") -> Report:
    """Grade the lab's own program after some edits."""
    files = dict(ZOO.base)
    for file, old, new in edits:
        assert old in files[file]
        files[file] = files[file].replace(old, new)
    items = tuple(item for item in DEFAULT.items if item.check.startswith(CHECKED))
    rubric = replace(DEFAULT, items=items, interface=interface)
    return grading.grade(Submission("lab", files, "0" * 64), rubric, seed=3, sandbox=entered)


OTHER_CONSTRUCTOR = (
    ("layers.py", b"out_features, bias=True):", b"out_features, use_bias=True):"),
    (
        "layers.py",
        b"np.zeros(out_features) if bias else None",
        b"np.zeros(out_features) if use_bias else None",
    ),
    ("network.py", b"bias=False", b"use_bias=False"),
)
WRONG = (
    "layers.py",
    b"dw = self.x.T @ prev_grad\n",
    b"dw = self.x.T @ prev_grad / len(prev_grad)\n",
)


def test_a_network_of_layers_of_its_own_manner_is_the_labs(entered: Sandbox) -> None:
    """Its layers count as linear ones, though their constructor has other names."""
    report = grade(entered, *OTHER_CONSTRUCTOR)
    assert "role_recognised" in [message.id for message in report.remarks]
    assert lost(report) == {}


def test_a_mistake_in_such_a_layer_is_not_the_networks(entered: Sandbox) -> None:
    """A right layer takes the place of the wrong one while the network is examined."""
    report = grade(entered, *OTHER_CONSTRUCTOR, WRONG)
    assert set(lost(report)) == {"linear.backward.weights"}


def test_nothing_is_recognised_where_the_contract_is_asked_for(entered: Sandbox) -> None:
    """A rubric that asks for the lab's interface gets it."""
    report = grade(entered, *OTHER_CONSTRUCTOR, interface="contract")
    assert "linear.init" in lost(report)
    assert "role_recognised" not in [message.id for message in report.remarks]


def test_a_program_in_the_labs_manner_is_asked_nothing_more(entered: Sandbox) -> None:
    """The same report, with or without the search for other manners."""
    plain, adapted = (grade(entered, WRONG, interface=i) for i in ("contract", "adapt"))
    assert lost(plain) == lost(adapted)
    assert (plain.remarks, plain.needs_review) == (adapted.remarks, adapted.needs_review)


TWO = b"""
import numpy as np
class One:
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out)
    def forward(self, x):
        self.x = x
        return x @ self.W
    def backward(self, grad, lr):
        dx = grad @ self.W.T
        self.W -= lr * self.x.T @ grad
        return dx
class Another(One):
    def backward(self, grad, lr):
        self.W -= lr * self.x.T @ grad
        return grad @ self.W.T
"""


def test_of_two_classes_that_fit_a_person_decides_or_the_rubric(entered: Sandbox) -> None:
    """Where no name and no use tells which one is meant, neither is taken, unless the rubric pins one."""
    items = tuple(item for item in DEFAULT.items if item.check.startswith("linear."))
    submission = Submission("lab", {"nn.py": TWO}, "0" * 64)

    def graded(**roles: str) -> Report:
        rubric = replace(DEFAULT, items=items, roles=roles)
        return grading.grade(submission, rubric, seed=3, sandbox=entered)

    assert "review_several" in [message.id for message in graded().needs_review]
    assert lost(graded(Linear="One")) == {}
    assert set(lost(graded(Linear="Another"))) == {"linear.backward.input"}
