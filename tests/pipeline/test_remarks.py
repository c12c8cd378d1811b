"""What is worth saying and costs nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.checks import CHECKS
from grader.model import Outcome, Submission
from grader.pipeline import grading
from grader.reports.messages import say
from grader.reports.text_catalogue import default
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


def messages(edits: dict[str, tuple[bytes, bytes]], *checks: str) -> list[str]:
    """Return the sentences of the checks that fail in an edited base."""
    files = dict(ZOO.base)
    for path, (old, new) in edits.items():
        assert old in files[path]
        files[path] = files[path].replace(old, new)
    asked = replace(DEFAULT, items=tuple(i for i in DEFAULT.items if i.check.startswith(checks)))
    with ProcessSandbox(DEFAULT.limits) as sandbox:
        report = grading.grade(Submission("lab", files, "0" * 64), asked, seed=1, sandbox=sandbox)
    failures = [part.failure for outcome in report.outcomes for part in outcome.parts]
    return [
        say(failure.message, default().sentences) for failure in failures if failure is not None
    ]


def test_a_layer_of_ours_is_called_the_correct_version() -> None:
    """Where a correct layer replaces a wrong one, its arrays have a name that the student understands."""
    dx = (b"dx = prev_grad @ self.w.T", b"dx = 3 * prev_grad @ self.w.T")
    rate = (b"grad = layer.backward(grad, lr)", b"grad = layer.backward(grad, 2 * lr)")
    texts = messages({"layers.py": dx, "network.py": rate}, "linear.backward", "network.")
    assert any("layers[0].correct_version.w" in text for text in texts)
    assert not any("sound" in text for text in texts)


def test_weights_of_zero_are_called_equal_and_nothing_else() -> None:
    """Weights of zero are there, and centred: what is wrong is that they are all equal."""
    zeros = (
        b"np.random.randn(in_features, out_features)",
        b"np.zeros((in_features, out_features))",
    )
    texts = messages({"layers.py": zeros}, "linear.init")
    assert any("all equal" in text for text in texts)
    assert not any("No array" in text for text in texts)


BIAS = b"np.zeros(out_features) if bias else None"


@pytest.mark.parametrize(
    ("bias", "words"),
    [
        (b"0.0 if bias else None", "self.b is a single number (0), not an array"),
        (b"np.float64(0.5) if bias else None", "self.b is a single number (0.5), not an array"),
        (
            b"np.zeros(out_features, int) if bias else None",
            "self.b is an array of integers (int64)",
        ),
    ],
)
def test_a_bias_that_is_no_array_of_floats_is_named(bias: bytes, words: str) -> None:
    """Where the bias is a plain number, or cannot hold an update, construction and update say so."""
    for check in ("linear.init", "linear.backward.bias"):
        texts = messages({"layers.py": (BIAS, bias)}, check)
        assert texts
        assert {text for text in texts if words not in text and "An empty" not in text} == set()


def test_weights_of_integers_are_named() -> None:
    """Weights that are drawn as integers are called that, and not equal."""
    drawn = b"np.random.randn(in_features, out_features)"
    whole = b"np.random.randint(-9, 9, (in_features, out_features))"
    texts = messages({"layers.py": (drawn, whole)}, "linear.init", "linear.backward.weights")
    assert any("self.w is an array of integers" in text for text in texts)
    assert not any("all equal" in text for text in texts)


def test_construction_names_what_is_wrong_with_forward() -> None:
    """Where forward returns nothing, no count of parameters is told: it would be 0, and mislead."""
    texts = messages({"layers.py": (b"        return out\n", b"        out\n")}, "linear.init")
    assert "Linear.forward returned None. Is the return statement missing?" in texts
    assert not any("uses 0 parameters" in text for text in texts)


def test_a_momentum_is_blamed_on_no_other_layer() -> None:
    """An update that depends on earlier batches of its own layer is not said to depend on another."""
    plain = b"        self.w = self.w - lr * dw\n"
    momentum = (
        b"        self.v = dw + 0.9 * getattr(self, 'v', 0.0)\n"
        b"        self.w = self.w - lr * self.v\n"
    )
    texts = messages(
        {"layers.py": (plain, momentum)}, "linear.state", "linear.forward", "linear.init"
    )
    assert any("State left over" in text for text in texts)
    assert not any("another layer" in text for text in texts)


def test_networks_that_start_alike_are_not_called_layers() -> None:
    """Two networks with the same weights are two objects of TLNN."""
    seed = b"        self.layers = ["
    texts = messages(
        {"network.py": (seed, b"        __import__('numpy').random.seed(1)\n" + seed)},
        "network.structure",
    )
    assert any("Two new TLNN objects have exactly the same weights" in text for text in texts)


def test_a_file_that_was_forgotten_is_no_forbidden_package() -> None:
    """Where a file of the lab imports another one that was not handed in, that is said, and no rule is quoted."""
    files = {path: text for path, text in ZOO.base.items() if path != "losses.py"}
    asked = replace(DEFAULT, items=tuple(i for i in DEFAULT.items if i.check == "rules.imports"))
    with ProcessSandbox(DEFAULT.limits) as sandbox:
        report = grading.grade(Submission("lab", files, "0" * 64), asked, seed=1, sandbox=sandbox)
    message = report.outcomes[0].message
    assert message is not None
    assert "you did not hand in the file losses.py" in say(message, default().sentences)
