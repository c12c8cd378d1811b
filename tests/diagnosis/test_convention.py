"""A mean over the batch that stands in the layers and not in the loss is one convention."""

from __future__ import annotations

from dataclasses import replace

from grader.model import Finding, Item, Outcome, Submission, Verdict, Visibility
from grader.pipeline import grading
from grader.pipeline.conventions import merge_conventions
from grader.sandbox.host import LocalSandbox
from tests.zoo_rubric import ZOO, whole_rubric

CHECKS = ("linear.backward.weights", "linear.backward.bias", "mse.backward", "bce.backward")
EDITS = {
    "layers.py": (
        (b"dw = self.x.T @ prev_grad", b"dw = self.x.T @ prev_grad / len(prev_grad)"),
        (b"db = prev_grad.sum(axis=0)", b"db = prev_grad.mean(axis=0)"),
    ),
    "losses.py": (
        (b"/ self.y.size", b"/ self.y.shape[1]"),
        (b"/ bottom / self.q.size", b"/ bottom / self.q.shape[1]"),
    ),
}


def test_a_mean_in_the_layers_is_merge_conventions() -> None:
    """Layers that average and losses that do not are named once, and pointed to from elsewhere."""
    files = dict(ZOO.base)
    for file, edits in EDITS.items():
        for old, new in edits:
            assert files[file].count(old) == 1
            files[file] = files[file].replace(old, new)
    whole = whole_rubric()
    asked = replace(whole, items=tuple(i for i in whole.items if i.check in CHECKS))
    with LocalSandbox() as sandbox:
        report = grading.grade(Submission("x", files, "0" * 64), asked, seed=1, sandbox=sandbox)
    bugs = {o.item.check: [f.slug for f in o.findings] for o in report.outcomes}
    assert bugs == {check: ["mean_in_layers"] * (check == CHECKS[0]) for check in CHECKS}
    remarks = [[m.id for m in o.remarks] for o in report.outcomes if o.item.check != CHECKS[0]]
    assert remarks == [["same_convention"]] * 3


def test_a_hidden_loss_does_not_show_in_what_is_told() -> None:
    """Where the loss's item is hidden, the layers are told of as if nothing were known of it."""
    found = ("dw_over_n", "db_over_n", "dy_times_n")
    outcomes = [
        Outcome(
            Item(
                check,
                1.0,
                "All",
                5.0,
                Visibility.HIDDEN if check.startswith("mse") else Visibility.VISIBLE,
            ),
            Verdict.FAILED,
            findings=(Finding(bug, "Linear"),),
        )
        for check, bug in zip(CHECKS, found, strict=False)
    ]
    assert merge_conventions(outcomes) == tuple(outcomes)
