"""A network class that came without a program is trained by arguments that its names suggest."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
import pytest

from grader.sandbox.child import class_driver
from grader.sandbox.child.class_driver import drive, drive_any, network_classes

STEP = """
    def forward(self, inputs):
        self.x = inputs
        return inputs @ self.w
    def backward(self, {arguments}):
        self.w = self.w - 0.1 * self.x.T @ {gradient}
        seen.append({seen})
"""
BY_NAMES = """\
    def __init__(self, learning_rate, input_size, hidden_units, output_dim):
        self.w = np.zeros((input_size, output_dim))
"""
BY_PLACE = "    def __init__(self, a, b, c): self.w = np.zeros((a, c))"
BY_SIZES = "    def __init__(self, layer_sizes, seed=3): self.w = np.zeros((layer_sizes[0], layer_sizes[-1]))"
UPDATES = "\n    def update(self, lr): seen.append(lr)"
FIT = """
    def __init__(self, x, y, epochs): self.w = np.zeros((2, 1))
    def predict(self, x): return x @ self.w
    def fit(self, x_train, labels, n_iter, *args, verbose=True, **more):
        print("quiet")
        seen.append((x_train.shape, labels.shape, n_iter))
"""


def module_of(text: str) -> ModuleType:
    module = ModuleType("lab")
    vars(module).update(np=np, seen=[], __name__="lab")
    exec(text, vars(module))
    return module


def driven(text: str) -> list[Any]:
    """Return what a class saw while it was driven."""
    module = module_of(text)
    drive_any({"lab.py": module}, 0.001)
    return list(module.seen)


@pytest.mark.parametrize("constructor", [BY_NAMES, BY_PLACE, BY_SIZES])
def test_a_constructor_is_called_by_its_names_or_by_its_places(constructor: str) -> None:
    """Sizes, rates and numbers of units follow from names; two to four others are sizes in order."""
    step = STEP.format(arguments="labels", gradient="(self.x @ self.w - labels)", seen="self.w")
    weights = driven("class Net:\n" + constructor + step)
    assert weights[0].shape == (2, 1)
    assert np.any(weights[0] != 0)


def test_a_step_is_forward_backward_and_update() -> None:
    """Backward gets the gradient of the squared error, and update the rate."""
    step = STEP.format(arguments="grad", gradient="grad", seen="grad.shape")
    seen = driven("class Net:\n" + BY_PLACE + step + UPDATES)
    assert seen[:2] == [(class_driver.SAMPLE_COUNT, 1), class_driver.RATE_VALUE]


def test_a_method_that_trains_is_called_for_one_epoch(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It gets samples and labels; defaults stay, and what it prints is dropped."""
    assert driven("class Net:" + FIT)[0] == ((40, 2), (40, 1), 1)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "text",
    [
        "class Net:\n    def forward(self, x): return x\n    def train(self, x, mystery): pass",
        "class Net:\n    def __init__(self, q): pass\n    def forward(self, x): return x\n    def train(self, x): pass",
        "class Net:\n    def forward(self): pass\n    def _train(self): pass",
        "class Net(dict):\n    def forward(self, x): return x\n    def fit(self, x, p, q): raise ValueError",
        "class Data:\n    def load(self): pass",
        "def forward(x): return x",
    ],
)
def test_a_class_of_which_nothing_can_be_guessed_stays_unexamined(text: str) -> None:
    """Arguments without a known name, no method that trains, or no class at all."""
    module = module_of(text)
    assert not [one for one in network_classes({"lab.py": module}) if drive(one, 0.001)]


def test_the_data_are_linear_and_always_the_same() -> None:
    """A network that learns can learn them, and two runs agree."""
    (x, y), (again, _) = class_driver.make_data(), class_driver.make_data()
    assert np.array_equal(x, again)
    assert np.array_equal(y[:, 0], x[:, 1] > x[:, 0])
