"""Losses in a manner of their own are examined as the lab's are, but for a constant factor."""

from __future__ import annotations

import pytest

from tests.recognition.conftest import Examine, lost

MANNERS: dict[str, tuple[str, str, str]] = {
    "functions": (
        "def mse(y, t):\n    return np.mean((y - t) ** 2)\n"
        "def derivative_mse(y, t):\n    return 2 * (y - t) / y.size\n", "2 * (y - t)", "2 * (t - y)",
    ),
    "functions that take the truth first": (
        "def mse_loss(y_true, y_pred):\n    return np.mean((y_true - y_pred) ** 2)\n"
        "def mse_loss_grad(y_true, y_pred):\n    return -2 * (y_true - y_pred) / y_true.size\n",
        "-2 *", "2 *",
    ),
    "half the sum": (
        "def mse(pred, y):\n    return 0.5 * np.sum((pred - y) ** 2)\n"
        "def mse_prime(pred, y):\n    return pred - y\n", "pred - y\n", "(pred - y) ** 2\n",
    ),
    "a gradient without the factor of its forward": (
        "def mse(pred, y):\n    return np.mean((pred - y) ** 2)\n"
        "def mse_prime(pred, y):\n    return pred - y\n", "return pred - y\n", "return y - pred\n",
    ),
    "one loss an entry": (
        "def mse(pred, y):\n    return (pred - y) ** 2\n"
        "def dmse(pred, y):\n    return 2 * (pred - y)\n", "return 2 * (pred - y)\n", "return 2 * (y - pred)\n",
    ),
    "loss and gradient of one function": (
        "def mse_loss(pred, label):\n    return np.mean((pred - label) ** 2), 2 * (pred - label) / pred.size\n",
        "2 * (pred - label)", "-2 * (pred - label)",
    ),
    "constructed with prediction and label": (
        "class MSELoss:\n    def __init__(self, pred, label):\n        self.pred, self.label = pred, label\n"
        "    def forward(self):\n        return np.mean((self.pred - self.label) ** 2)\n"
        "    def backward(self):\n        return 2 * (self.pred - self.label) / self.pred.size\n",
        "2 * (", "-2 * (",
    ),
    "backward takes both again": (
        "class MSE:\n    def forward(self, y_pred, y):\n        return np.mean((y_pred - y) ** 2)\n"
        "    def backward(self, y_pred, y):\n        return 2 * (y_pred - y) / y.size\n",
        "2 * (", "-2 * (",
    ),
    "loss and gradient as methods": (
        "class MeanSquaredError:\n    def loss(self, y_true, y_pred):\n        return np.mean((y_pred - y_true) ** 2)\n"
        "    def gradient(self, y_true, y_pred):\n        return 2 * (y_pred - y_true) / y_true.size\n",
        "2 * (", "-2 * (",
    ),
    "called": (
        "class MSELoss:\n    def __call__(self, pred, target):\n        self.d = pred - target\n"
        "        return np.mean(self.d ** 2)\n"
        "    def backward(self):\n        return 2 * self.d / self.d.size\n", "return 2 *", "return -2 *",
    ),
    "columns do not matter": (
        "def mse(y_pred, y):\n    return np.sum((y_pred - y) ** 2) / len(y)\n"
        "def mse_derivative(y_pred, y):\n    return 2 * (y_pred - y) / len(y)\n",
        "2 * (y_pred - y)", "2 * (y_pred + y)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MANNERS)
def test_a_right_loss_of_its_own_manner_loses_nothing(name: str, examine: Examine) -> None:
    """Functions and classes, in any order of arguments and with any constant factor, earn all points."""
    assert lost(examine(MANNERS[name][0], "mse.")) == {}


@pytest.mark.parametrize("name", MANNERS)
def test_its_mistake_is_noticed(name: str, examine: Examine) -> None:
    """A gradient of the wrong sign or form loses its points."""
    text, old, new = MANNERS[name]
    assert old in text
    assert set(lost(examine(text.replace(old, new), "mse."))) == {"mse.backward"}


CROSS_ENTROPY = """
def cross_entropy(target, output):
    return -np.sum(target * np.log(output + 1e-9) + (1 - target) * np.log(1 - output + 1e-9))
def cross_entropy_derivative(target, output):
    return (output - target) / (output * (1 - output) + 1e-9)
"""


def test_a_sum_of_cross_entropies_is_one(examine: Examine) -> None:
    """Binary cross-entropy is recognised by its values, whatever its factor."""
    assert lost(examine(CROSS_ENTROPY, "bce.")) == {}
    wrong = CROSS_ENTROPY.replace("(output - target)", "(target - output)")
    assert "bce.backward" in lost(examine(wrong, "bce."))


def test_the_order_of_arguments_is_not_guessed(examine: Examine) -> None:
    """Where no name says which argument is the prediction, a person decides."""
    text = "def mse(a, b):\n    return np.mean((a - b) ** 2)\ndef dmse(a, b):\n    return 2 * (a - b) / a.size\n"
    text = text.replace("(a, b)", "(u, v)").replace("a - b", "u - v").replace("a.size", "u.size")
    report = examine(text, "mse.")
    assert "review_order" in [message.id for message in report.needs_review]


@pytest.mark.parametrize("names", ["y, y_hat", "y_hat, y"])
def test_a_hat_does_not_tell_the_prediction(names: str, examine: Examine) -> None:
    """Some write y_hat for the truth: which of the two signs is right, the program shows, not the names."""
    one, other = names.split(", ")
    text = f"def mse({names}):\n    return np.mean(({one} - {other}) ** 2)\n"
    text += f"def dmse({names}):\n    return 2 * ({one} - {other}) / {one}.size\n"
    report = examine(text, "mse.")
    assert "mse.backward" not in lost(report) or report.needs_review


def test_a_gradient_with_that_of_the_activation_is_not_blamed(examine: Examine) -> None:
    """Where backward is that of sigmoid and cross-entropy together, it is no wrong gradient of the latter."""
    text = CROSS_ENTROPY.replace(" / (output * (1 - output) + 1e-9)", "")
    report = examine(text, "bce.")
    assert "review_combined" in [message.id for message in report.needs_review]
    assert not any(o.message and o.message.id == "wrong_gradient" for o in report.outcomes)


def test_another_loss_is_not_taken_for_one_of_the_labs(examine: Examine) -> None:
    """The root of the mean square, and a cross-entropy of rows, have right gradients of their own."""
    root = "def rmse(pred, y):\n    return np.sqrt(np.mean((pred - y) ** 2))\n"
    root += "def rmse_grad(pred, y):\n    return (pred - y) / pred.size / rmse(pred, y)\n"
    rows = "def cross_entropy(pred, y):\n    return -np.sum(y * np.log(pred)) / len(y)\n"
    rows += "def cross_entropy_grad(pred, y):\n    return -y / pred / len(y)\n"
    for report in (examine(root, "mse."), examine(rows, "bce.")):
        assert report.remarks == ()


def test_the_factor_of_a_loss_with_another_name_is_free(examine: Examine) -> None:
    """Who calls the class otherwise did not begin with the template, and has a convention of his own."""
    text = (
        "class MSELoss:\n    def forward(self, pred, label):\n        self.d = pred - label\n"
        "        return np.sum(self.d ** 2) / (2 * len(pred))\n"
        "    def backward(self):\n        return self.d / len(self.d)\n"
    )
    assert lost(examine(text, "mse.")) == {}
    assert "mse.backward" in lost(examine(text.replace("return self.d", "return -self.d"), "mse."))


def test_a_loss_in_the_labs_manner_keeps_the_labs_scale(examine: Examine) -> None:
    """The factor is free only where the interface is not the lab's."""
    text = (
        "class MSE:\n    def forward(self, y, ground_truth):\n        self.d = y - ground_truth\n"
        "        return np.sum(self.d ** 2)\n    def backward(self):\n        return 2 * self.d\n"
    )
    assert "mse.forward" in lost(examine(text, "mse."))
