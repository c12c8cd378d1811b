"""Mistakes of training have names: what the loop, the network and its start do wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from grader.checks import CHECKS
from grader.model import Submission
from grader.pipeline import grading
from grader.rubric import reader, resources
from grader.sandbox.host import LocalSandbox
from tests.zoo_rubric import ZOO

pytestmark = pytest.mark.no_cover

DEFAULT = reader.load(resources.default_rubric(), CHECKS)
PARTS = replace(
    DEFAULT, items=tuple(i for i in DEFAULT.items if i.check.startswith(("network.", "training.")))
)
BASE: dict[str, bytes] = dict(ZOO.base)
DRAWN = b"np.random.randn(in_features, out_features)"
LOOP = b"        for layer in reversed(self.layers):\n            grad = layer.backward(grad, lr)\n"
MADE = b"        self.loss_func = MSE()\n"
OTHER_LOSS = b"        self.loss_func = MSE()\n        self.other = __import__('losses').BinaryCrossEntropy()\n"
LAST = b"        grad = self.layers[-1].backward(grad, lr)\n        self.layers[-2].backward(grad, lr)\n"
START = b"        for start in range(0, n, size):\n"

NAMED: Mapping[str, tuple[str, Mapping[bytes, bytes], str]] = {
    "the network does not pass lr on": (
        "network.py", {b"layer.backward(grad, lr)": b"layer.backward(grad)"}, "net_lr_not_passed",
    ),
    "train does not pass lr on": (
        "training.py", {b"net.backward(lr)": b"net.backward()"}, "train_lr_ignored",
    ),
    "the network updates twice": (
        "network.py", {LOOP: LOOP + b"        grad = self.loss_func.backward()\n" + LOOP},
        "net_steps_twice",
    ),
    "train updates twice": (
        "training.py", {b"net.backward(lr)": b"[net.backward(lr) for _ in range(2)]"},
        "train_steps_twice",
    ),
    "weights that all start alike": (
        "network.py",
        {MADE: MADE + b"        for layer in self.layers[::2]:\n            layer.w[:] = 0.5\n"},
        "symmetric_init",
    ),
    "weights that saturate the sigmoids": (
        "layers.py", {DRAWN: b"100 * " + DRAWN}, "saturated_init",
    ),
    "the gradient of another loss": (
        "network.py",
        {
            MADE: OTHER_LOSS,
            b"        return self.loss_func.forward(y, ground_truth)": (
                b"        self.other.forward(y, ground_truth)\n"
                b"        return self.loss_func.forward(y, ground_truth)"
            ),
            b"grad = self.loss_func.backward()": b"grad = self.other.backward()",
        },
        "net_gradient_of_cross_entropy",
    ),
    "no activation at the output": (
        "network.py", {b"            Sigmoid(),  # at the output\n": b""},
        "net_output_activation_missing",
    ),
    "only the last layer learns": ("network.py", {LOOP: LAST}, "net_only_last_layer_learns"),
    "train forgets between batches": (
        "training.py", {START: START + b"            net.__init__()\n"}, "train_forgets",
    ),
}  # fmt: skip
"""What is wrong -> the file, what replaces what in it, and the name it must get."""


def findings(files: Mapping[str, bytes]) -> set[str]:
    with LocalSandbox() as sandbox:
        report = grading.grade(Submission("lab", files, "0" * 64), PARTS, seed=3, sandbox=sandbox)
    return {finding.slug for outcome in report.outcomes for finding in outcome.findings}


@pytest.mark.parametrize("what", NAMED)
def test_the_mistake_is_named(what: str) -> None:
    """Each mistake of training gets its own name, and no other."""
    file, edits, name = NAMED[what]
    source = BASE[file]
    for old, new in edits.items():
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    assert findings({**BASE, file: source}) == {name}


def test_saturated_weights_leave_every_parameter_to_be_found() -> None:
    """Behind saturated sigmoids nothing moves, and the structure of the network is seen all the same."""
    files: Any = {**BASE, "layers.py": BASE["layers.py"].replace(DRAWN, b"1000 * " + DRAWN)}
    with LocalSandbox() as sandbox:
        report = grading.grade(Submission("lab", files, "0" * 64), PARTS, seed=3, sandbox=sandbox)
    lost = {o.item.check for o in report.outcomes if o.share < 1}
    assert lost == {"training.init"}
