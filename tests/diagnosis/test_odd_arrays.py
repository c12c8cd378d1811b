"""Whatever a student's code returns, every check ends in a verdict of its own, and in findings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from grader.checks import CHECKS
from grader.model import LOOK_UP_FAILED, Report, Submission, Verdict
from grader.pipeline import grading
from grader.sandbox.host import LocalSandbox
from tests.zoo_rubric import ZOO, whole_rubric

VALUES = (
    "r", "2 * r", "-r", "r + 1", "0 * r", "np.abs(r)", "np.nan * r", "np.where(r > 0, np.inf, r)",
    "np.where(r > 0, np.nan, r)", "1e200 * r", "1e-200 * r", "np.exp(1e3 * r)", "np.round(r)",
)  # fmt: skip
"""What comes back, made of r: the right result of the base, and a: the first argument."""

SHAPES = (
    "v", "np.ravel(v)", "np.transpose(v)", "np.squeeze(v)", "np.sum(v, axis=0)",
    "np.mean(v, axis=-1)", "np.expand_dims(v, 0)", "np.expand_dims(v, -1)", "np.stack([v, v])",
    "np.resize(v, a.shape)", "np.resize(v, len(a))", "np.resize(v, (len(a), 1))",
    "np.resize(v, (1, len(a)))", "np.resize(v, a.T.shape)", "np.resize(v, (*a.shape, 2))",
    "np.resize(v, (2, 3, 4))", "np.resize(v, ())", "np.resize(v, (1, 1))", "np.zeros(0)",
    "np.zeros((len(a), 0))",
)  # fmt: skip
KINDS = (
    "v", "v.astype(np.float32)", "v.astype(np.float16)", "v.astype(np.longdouble)",
    "v.astype(complex)", "v.astype(bool)", "np.nan_to_num(v).astype(int)",
    "np.nan_to_num(v).astype(np.uint8)", "v.astype(object)", "np.asmatrix(v)",
    "np.ma.masked_array(v, mask=v > 0)", "v.tolist()", "tuple(v)", "float(v.flat[0])", "None",
    "'text'", "v.astype('>f8')",
)  # fmt: skip

METHODS = [
    *[("layers.py", name) for name in ("Linear", "Sigmoid", "ReLU")],
    *[("losses.py", name) for name in ("MSE", "BinaryCrossEntropy", "CrossEntropy")],
]
ODD = """

def _odd(whole, name):
    def method(self, *args, **kwargs):
        r = np.asarray(whole(self, *args, **kwargs))
        a = np.asarray(args[0] if args else r)
        with np.errstate(all="ignore"):
            v = np.asarray({value})
            v = np.asarray({shape})
            return {kind}
    return method

{name}.{method} = _odd({name}.{method}, {method!r})
"""


def graded(name: str, file: str, method: str, value: str, shape: str, kind: str) -> Report:
    """Grade the base on one class, after one of its methods returns something else."""
    odd = ODD.format(name=name, method=method, value=value, shape=shape, kind=kind)
    files = {**ZOO.base, file: ZOO.base[file] + odd.encode()}
    return graded_files(files, name)


def graded_files(files: dict[str, bytes], name: str) -> Report:
    """Grade a program on one class."""
    whole = whole_rubric()
    asked = replace(whole, items=tuple(i for i in whole.items if CHECKS[i.check].subject == name))
    with LocalSandbox() as sandbox:
        return grading.grade(Submission("lab", files, "0" * 64), asked, seed=1, sandbox=sandbox)


def refute_faults(report: Report) -> None:
    """Demand that no check is broken, and that every search for a mistake came to its end."""
    broken = {o.item.check: o.message for o in report.outcomes if o.verdict is Verdict.BROKEN}
    failed = {
        o.item.check: f.values
        for o in report.outcomes
        for f in o.findings
        if f.slug == LOOK_UP_FAILED
    }
    assert (broken, failed) == ({}, {})


EACH = {
    "MSE": "np.mean((args[0] - args[1]) ** 2, axis=1)",
    "BinaryCrossEntropy": "-np.log(np.abs(1 - args[1] - args[0]) + 1e-12)",
    "CrossEntropy": "-np.log(np.sum(args[0] * args[1], axis=1) + 1e-12)",
}
"""Losses of which the mean was forgotten: one number a sample, or an entry."""


@pytest.mark.parametrize("name", EACH)
def test_a_loss_without_its_mean_has_failed(name: str) -> None:
    """A loss that returns one number a sample has failed, and is told that it is not one number."""
    report = graded(name, "losses.py", "forward", EACH[name], "v", "v")
    refute_faults(report)
    [forward] = [o for o in report.outcomes if o.item.check.endswith(".forward")]
    assert forward.verdict is Verdict.FAILED
    assert "returned_not_scalar" in {
        part.failure.message.id for part in forward.parts if part.failure
    }


@pytest.mark.filterwarnings("ignore")
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(METHODS),
    st.sampled_from(["forward", "backward"]),
    st.sampled_from(VALUES),
    st.sampled_from(SHAPES),
    st.sampled_from(KINDS),
)
@example(("layers.py", "Linear"), "forward", "r", "np.resize(v, a.shape)", "v")
def test_arrays_of_every_shape_and_kind_are_no_fault_of_ours(
    place: tuple[str, str], method: str, value: Any, shape: str, kind: str
) -> None:
    """A method that returns an array of any shape, dtype and size loses points, and breaks nothing."""
    file, name = place
    refute_faults(graded(name, file, method, value, shape, kind))


WEIGHTS = {
    "a matrix": "np.asmatrix(w)",
    "a class of their own": "w.view(type('W', (np.ndarray,), {'max': None, '__setitem__': None}))",
}


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")  # of np.matrix, in this process
@pytest.mark.parametrize("kind", WEIGHTS)
def test_weights_of_another_class_of_arrays_are_weights(kind: str) -> None:
    """A Linear that keeps its weights in a subclass of numpy's arrays loses nothing for that."""
    drawn = b"np.random.randn(in_features, out_features)"
    own = WEIGHTS[kind].replace("w", drawn.decode(), 1).encode()
    assert ZOO.base["layers.py"].count(drawn) == 1
    files = {**ZOO.base, "layers.py": ZOO.base["layers.py"].replace(drawn, own)}
    report = graded_files(files, "Linear")
    refute_faults(report)
    assert [o.item.check for o in report.outcomes if o.share < 1] == []
