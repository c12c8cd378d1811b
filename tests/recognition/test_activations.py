"""Activations in a manner of their own are examined as the lab's are."""

from __future__ import annotations

import pytest

from tests.recognition.conftest import Examine, lost

FUNCTION = """
def sigmoid(x):
    return 0.5 * (1 + np.tanh(0.5 * x))
"""
MANNERS: dict[str, tuple[str, str, str]] = {
    "a function and its derivative of the output": (
        FUNCTION + "def derivative_sigmoid(y):\n    return y * (1 - y)\n", "(1 - y)", "(1 - y * y)",
    ),
    "a function and its derivative of x": (
        FUNCTION + "def sigmoid_prime(z):\n    return sigmoid(z) * (1 - sigmoid(z))\n",
        "(1 - sigmoid(z))", "(2 - sigmoid(z))",
    ),
    "a derivative of the output whose argument is called x": (
        FUNCTION + "def d_sigmoid(x):\n    return x * (1 - x)\n", "(1 - x)", "(1 + x)",
    ),
    "a function with a switch": (
        "def sigmoid(x, deriv=False):\n    if deriv:\n        return x * (1 - x)\n"
        "    return 0.5 * (1 + np.tanh(0.5 * x))\n", "(1 - x)", "(1 + x)",
    ),
    "a function of the gradient and what was remembered": (
        FUNCTION + "def sigmoid_backward(dA, Z):\n    s = sigmoid(Z)\n    return dA * s * (1 - s)\n",
        "(1 - s)", "(1 + s)",
    ),
    "a class that is called": (
        "class Sigmoid:\n    def __call__(self, x):\n        self.y = 0.5 * (1 + np.tanh(0.5 * x))\n"
        "        return self.y\n    def gradient(self, x):\n        y = self(x)\n"
        "        return y * (1 - y)\n", "(1 - y)", "(1 + y)",
    ),
    "a class of static methods": (
        "class Sigmoid:\n    @staticmethod\n    def forward(x):\n"
        "        return 0.5 * (1 + np.tanh(0.5 * x))\n    @staticmethod\n"
        "    def derivative(y):\n        return y * (1 - y)\n", "(1 - y)", "(1 + y)",
    ),
    "a layer that takes x again": (
        "class SigmoidLayer:\n    def forward(self, x):\n        return 0.5 * (1 + np.tanh(0.5 * x))\n"
        "    def backward(self, x, grad):\n        y = self.forward(x)\n"
        "        return grad * y * (1 - y)\n", "(1 - y)", "(1 + y)",
    ),
    "a class that is asked by a text": (
        "class Activation:\n    def __init__(self, kind):\n        self.kind = kind\n"
        "    def forward(self, x):\n        self.x = x\n"
        "        return 0.5 * (1 + np.tanh(0.5 * x)) if self.kind == 'sigmoid' else np.maximum(x, 0)\n"
        "    def backward(self, grad):\n        if self.kind == 'sigmoid':\n"
        "            y = self.forward(self.x)\n            return grad * y * (1 - y)\n"
        "        return grad * (self.x > 0)\n", "(1 - y)", "(1 + y)",
    ),
    "functions that are asked by a text": (
        "def activation(x, kind):\n    return np.maximum(x, 0) if kind == 'relu' else 0.5 * (1 + np.tanh(0.5 * x))\n"
        "def d_activation(a, kind):\n    return (a > 0) * 1.0 if kind == 'relu' else a * (1 - a)\n",
        "(1 - a)", "(1 + a)",
    ),
    "methods of a network": (
        "class Net:\n    def sigmoid(self, x):\n        return 0.5 * (1 + np.tanh(0.5 * x))\n"
        "    def derivative_sigmoid(self, x):\n        return x * (1 - x)\n", "(1 - x)", "(1 + x)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MANNERS)
def test_a_right_activation_of_its_own_manner_loses_nothing(name: str, examine: Examine) -> None:
    """Functions and classes under other names, however they take the gradient, earn all points."""
    assert lost(examine(MANNERS[name][0], "sigmoid.")) == {}


@pytest.mark.parametrize("name", MANNERS)
def test_its_mistake_is_noticed(name: str, examine: Examine) -> None:
    """A derivative that is wrong in every reading loses the points of the gradient alone."""
    text, old, new = MANNERS[name]
    assert old in text
    assert set(lost(examine(text.replace(old, new), "sigmoid."))) == {"sigmoid.backward"}


def test_one_class_plays_several_activations(examine: Examine) -> None:
    """What a text chooses is examined for each of the lab's activations."""
    text = MANNERS["a class that is asked by a text"][0]
    assert lost(examine(text, "sigmoid.", "relu.")) == {}
