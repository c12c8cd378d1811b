"""Programs in float32: a right one keeps its points, and a gradient that is 0.5 % wrong loses some."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from grader.model import Submission
from grader.pipeline import grading
from grader.sandbox.host import LocalSandbox
from tests import single_precision
from tests.zoo_rubric import ZOO, whole_rubric

pytestmark = pytest.mark.no_cover

WHOLE = whole_rubric()
LAYERS = ("linear", "sigmoid", "relu", "mse", "bce", "network")
STEPWISE = ("training.lockstep", "training.train", "training.accuracy")
KINDS = {"weights": single_precision.weights, "returns": single_precision.returns}
SOME = ("updates_in_place", "closures", "flat_parameter_vector")
"""Right programs that keep their parameters in three ways; all of them are tried by hand."""

FACTORED: Mapping[str, tuple[str, bytes, bytes, str]] = {
    "dx": ("layers.py", b"dx = prev", b"dx = F * prev", "linear.backward.input"),
    "dw": ("layers.py", b"dw = self", b"dw = F * self", "linear.backward.weights"),
    "db": ("layers.py", b"db = prev", b"db = F * prev", "linear.backward.bias"),
    "sigmoid": ("layers.py", b"slope = self", b"slope = F * self", "sigmoid.backward"),
    "mse": ("losses.py", b"grad = 2.0", b"grad = F * 2.0", "mse.backward"),
    "bce": ("losses.py", b"top = self", b"top = F * self", "bce.backward"),
    "network": ("network.py", b"layer.backward(grad, lr)", b"layer.backward(grad, F * lr)",
                "network.gradient"),
    "lockstep": ("network.py", b"layer.backward(grad, lr)", b"layer.backward(grad, F * lr)",
                 "training.lockstep"),
}  # fmt: skip
"""A file of the base, a right line, the same with a factor, and the check that the factor fails."""


def lost(files: Mapping[str, bytes], *groups: str) -> list[str]:
    """The checks of some groups that lost points."""
    items = (i for i in WHOLE.items if i.check.startswith(groups))
    with LocalSandbox() as sandbox:
        report = grading.grade(
            Submission("lab", files, "0" * 64),
            replace(WHOLE, items=tuple(items)),
            seed=3,
            sandbox=sandbox,
        )
    return [o.item.check for o in report.outcomes if o.share < 1]


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # of a textbook sigmoid, in this process
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", SOME)
def test_right_programs_in_single_precision_keep_their_points(name: str, kind: str) -> None:
    """A right program loses nothing where its weights, or its results, are of float32."""
    [right] = [right for right in ZOO.rights if right.name == name]
    files = KINDS[kind](right.files)
    assert files != right.files
    assert lost(files, *LAYERS, *STEPWISE) == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("array", FACTORED)
def test_a_gradient_that_is_a_little_wrong_is_noticed_in_single_precision(
    array: str, kind: str
) -> None:
    """A gradient of float32 that is 0.5 % too large fails the check that is about it."""
    file, old, new, check = FACTORED[array]
    assert ZOO.base[file].count(old) == 1
    wrong = {**ZOO.base, file: ZOO.base[file].replace(old, new.replace(b"F", b"1.005"))}
    assert check in lost(KINDS[kind](wrong), check)


def test_a_loss_of_its_own_kind_keeps_its_gradient_in_single_precision() -> None:
    """Half of the squared error, with its own gradient, is a wrong value and a right gradient."""
    half = ZOO.base["losses.py"].replace(b"float(np.mean(error ** 2))", b"np.mean(error ** 2) / 2")
    half = half.replace(b"grad = 2.0 * ", b"grad = ")
    files = single_precision.returns({**ZOO.base, "losses.py": half})
    assert lost(files, "mse.") == ["mse.forward"]
