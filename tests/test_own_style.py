"""Right programs in a style of their own keep their points; one mistake in them costs its own."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from grader.checks import CHECKS
from grader.model import Submission
from grader.pipeline import grading
from grader.reports import wording
from grader.reports.report_document import document as as_document
from grader.rubric import reader, resources
from grader.sandbox.host import ProcessSandbox
from tests.zoo_rubric import ZOO

DEFAULT = reader.load(resources.default_rubric(), CHECKS)
BASE: dict[str, bytes] = dict(ZOO.base)
Edits = Mapping[str, Mapping[bytes, bytes]]

MEAN = {b"dw = self.x.T @ prev_grad\n": b"dw = self.x.T @ prev_grad / len(prev_grad)\n"}
FORWARD = b"            x = layer.forward(x)\n"
MADE = b"        self.loss_func = MSE()\n"

WRONG_LINEAR: Mapping[str, Edits] = {
    "layers are called": {
        "layers.py": {
            **MEAN,
            b"    def backward(self, prev_grad, lr=0.1):\n        raise NotImplementedError\n": (
                b"    def backward(self, prev_grad, lr=0.1):\n        raise NotImplementedError\n\n"
                b"    def __call__(self, x):\n        return self.forward(x)\n"
            ),
        },
        "network.py": {FORWARD: b"            x = layer(x)\n"},
    },
    "the network asks for the weights of a layer": {
        "layers.py": MEAN,
        "network.py": {
            MADE: MADE + b"        self.size = sum(l.w.size for l in self.layers[::2])\n"
        },
    },
    "the parameters of Linear have names of their own": {
        "layers.py": {
            **MEAN,
            b"def __init__(self, in_features, out_features, bias=True)": (
                b"def __init__(self, n_in, n_out, bias=True)"
            ),
            b"np.random.randn(in_features, out_features)": b"np.random.randn(n_in, n_out)",
            b"np.zeros(out_features)": b"np.zeros(n_out)",
        },
        "network.py": {
            b"Linear(2, layer_1_units)": b"Linear(n_in=2, n_out=layer_1_units)",
        },
    },
    "the network derives a class from Linear": {
        "layers.py": MEAN,
        "network.py": {
            b"class TLNN": (
                b"class Output(Linear):\n    def __init__(self, n):\n"
                b"        super().__init__(n, 1, bias=False)\n\n\nclass TLNN"
            ),
            b"Linear(layer_2_units, 1, bias=False)": b"Output(layer_2_units)",
        },
    },
}
"""Networks that use more of a layer than two calls; dw is averaged, and nothing else is wrong."""

RIGHT: Mapping[str, Edits] = {
    "a list of activations that grows for ever": {
        "network.py": {
            FORWARD: FORWARD
            + b"            self.acts = getattr(self, 'acts', [])\n            self.acts.append(x)\n"
        }
    },
    "a sigmoid in float32": {
        "layers.py": {b"e = np.exp(-np.abs(x))": b"x = x.astype('float32'); e = np.exp(-np.abs(x))"}
    },
    "a squared error in float32": {
        "losses.py": {b"y - ground_truth": b"(y - ground_truth).astype(np.float32)"}
    },
}


def edited(edits: Edits) -> dict[str, bytes]:
    files = dict(BASE)
    for file, changes in edits.items():
        for old, new in changes.items():
            assert files[file].count(old) >= 1, old
            files[file] = files[file].replace(old, new)
    return files


def lost(files: Mapping[str, bytes]) -> dict[str, tuple[str, ...]]:
    """The checks that lost points, with the names that were given."""
    with ProcessSandbox(DEFAULT.limits) as sandbox:
        report = grading.grade(Submission("lab", files, "0" * 64), DEFAULT, seed=3, sandbox=sandbox)
    return {
        o.item.check: tuple(finding.slug for finding in o.findings)
        for o in report.outcomes
        if o.share < 1 and o.item.points
    }


@pytest.mark.parametrize("style", WRONG_LINEAR)
def test_a_wrong_layer_is_blamed_alone(style: str) -> None:
    """However a network uses its layers, the mistake of one of them costs nothing elsewhere."""
    assert lost(edited(WRONG_LINEAR[style])) == {"linear.backward.weights": ("dw_over_n",)}


@pytest.mark.parametrize("style", RIGHT)
def test_a_right_program_in_its_own_style_loses_nothing(style: str) -> None:
    """What is only unusual costs nothing."""
    assert lost(edited(RIGHT[style])) == {}


def test_a_forward_that_changes_its_input_is_blamed_for_that_alone() -> None:
    """A changed input does not make arrays look used that are not."""
    changed = {b"        self.x = x\n": b"        x *= 0.5\n        self.x = x\n"}
    found = lost(edited({"layers.py": changed}))
    assert "linear.init" not in found
    assert "mutates_argument" in found["linear.state"]


def test_networks_that_share_their_layers_leave_train_unnamed() -> None:
    """Where one network's weights are another's, nothing is said about train's learning rate."""
    shared = {
        b"        self.layers = [": b"        TLNN.layers = [",
    }
    found = lost(edited({"network.py": shared}))
    assert "instances_alike" in found["network.structure"]
    assert found.get("training.train", ()) == ()


def test_a_file_that_is_no_python_is_called_so() -> None:
    """After a syntax error nothing was examined, and nothing else is claimed."""
    files = edited({"layers.py": {b"class Sigmoid(Layer):": b"class Sigmoid(Layer)"}})
    with ProcessSandbox(DEFAULT.limits) as sandbox:
        report = grading.grade(Submission("lab", files, "0" * 64), DEFAULT, seed=3, sandbox=sandbox)
    assert [message.id for message in report.remarks] == ["import_syntax"]
    assert report.remarks[0].values["text"] == "expected ':'"
    document = as_document(report)
    unread = [check for check in document["checks"] if check["message_id"] == "import_not_python"]
    assert len(unread) == 4
    for check in unread:
        [line] = wording.lines(check)[:1]
        assert line.text.endswith(
            "could not be read, because layers.py is not valid Python: see line 41."
        )
        assert [one for one in wording.lines(check) if one.role == "hint"] == []


def test_a_rate_among_any_arguments_reaches_the_layer_that_replaces_a_wrong_one() -> None:
    """Where backward of Linear takes whatever comes, and ignores it, the network still passes its rate on."""
    ignores = {
        b"    def backward(self, prev_grad, lr=0.1):\n        dx =": (
            b"    def backward(self, prev_grad, *_, **__):\n        lr = 0.1\n        dx ="
        )
    }
    expected = {
        "linear.backward.weights": ("dw_lr_ignored",),
        "linear.backward.bias": ("db_lr_ignored",),
    }
    assert lost(edited({"layers.py": ignores})) == expected
    by_name = {b"layer.backward(grad, lr)": b"layer.backward(grad, lr=lr)"}
    assert lost(edited({"layers.py": ignores, "network.py": by_name})) == expected
