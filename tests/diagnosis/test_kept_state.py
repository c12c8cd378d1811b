"""Which statement changes what it should only read, or keeps something from an earlier call."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from grader.diagnosis import outline
from grader.diagnosis.kept_state import only_leftover
from grader.sandbox.child import source_scan

CLASS = """
import numpy as np

class Sigmoid:
{init}
    def forward(self, x):
{forward}
    def backward(self, prev_grad, lr):
{backward}
"""
FORWARD = "self.y = 1 / (1 + np.exp(-x))\nreturn self.y"
BACKWARD = "return prev_grad * self.y * (1 - self.y)"


def meant(message: str, what: str = "", init: str = "", **methods: str) -> str:
    """Return the text of the only statement that a message can be about, or nothing."""
    bodies = {"forward": FORWARD, "backward": BACKWARD, **methods}
    bodies = {name: indent(dedent(text).strip(), " " * 8) for name, text in bodies.items()}
    source = CLASS.format(init=indent(init, " " * 4), **bodies)
    outlines = outline.read([("layers.py", source_scan.scan(source.encode()))])
    members = outlines.members("Sigmoid", "layers.py")
    statement = only_leftover(members, None, message, what)
    return "" if statement is None else statement[1].text


@pytest.mark.parametrize(
    "line", ["np.negative(x, out=x)", "x *= -1", "x[x > 9] = 9", "x.sort()", "np.copyto(x, 0)"]
)
def test_what_changes_an_argument_in_place_is_meant(line: str) -> None:
    """An argument that has not been set anew is still the caller's array."""
    assert meant("changed", "x", forward=f"{line}\n{FORWARD}") == line


def test_a_copy_is_no_argument() -> None:
    """What is changed after it was set anew is the method's own."""
    assert meant("changed", "x", forward=f"x = x.copy()\nx *= -1\n{FORWARD}") == ""


def test_a_second_name_leaves_two_statements() -> None:
    """The line that gave the second name should have copied, or the other should not change it."""
    assert meant("changed", "x", forward=f"z = x\nz[z > 9] = 9\n{FORWARD}") == ""
    assert meant("changed", "x", forward=f"z = x.ravel()\nz *= 2\n{FORWARD}") == ""


def test_two_changes_in_place_name_none() -> None:
    """Where two statements change an argument, each of them is wrong."""
    assert meant("changed", "x", forward=f"x *= 2\nx += 1\n{FORWARD}") == ""


def test_what_forward_keeps_is_not_changed_by_backward() -> None:
    """Forward has returned it, and a second call of backward reads it."""
    lines = "self.y *= 1 - self.y\nreturn prev_grad * self.y"
    assert meant("changed", "the output of forward", backward=lines) == "self.y *= 1 - self.y"
    assert meant("backward_differs", backward=lines) == "self.y *= 1 - self.y"
    again = "self.y = self.y * (1 - self.y)\nreturn prev_grad * self.y"
    assert meant("backward_differs", backward=again) == "self.y = self.y * (1 - self.y)"


def test_a_counter_is_no_array_that_is_changed() -> None:
    """An attribute that forward does not set anew is nothing that a caller holds."""
    forward = f"self.calls += 1\n{FORWARD}"
    assert meant("changed", "x", "def __init__(self): self.calls = 0", forward=forward) == ""


def test_an_array_that_is_written_again_is_returned_again() -> None:
    """What an earlier call returned is the attribute that a later call writes."""
    forward = "if self.y is None:\n    self.y = np.empty(x.shape)\nself.y[...] = x\nreturn self.y"
    assert meant("overwritten", "", "y = None", forward=forward) == "self.y[...] = x"


def test_an_attribute_of_the_class_is_shared() -> None:
    """``Sigmoid.y = ...`` in the place of ``self.y = ...``."""
    assert meant("shared", forward="Sigmoid.y = x\nreturn self.y") == "Sigmoid.y = x"


def test_a_condition_keeps_what_is_left_over() -> None:
    """What is set only where it is missing stays from the first call on."""
    forward = "y = np.exp(x)\nif self.y is None:\n    self.y = y\nreturn y"
    assert meant("backward_stale", "", "y = None", forward=forward) == "self.y is None"


def test_what_is_set_elsewhere_as_well_is_not_left_over() -> None:
    """An attribute that is always set below the condition is that of this call."""
    forward = "if self.y is None:\n    self.y = 0\nself.y = np.exp(x)\nreturn self.y"
    assert meant("backward_stale", "", "y = None", forward=forward) == ""


def test_a_bias_that_may_be_missing_is_not_left_over() -> None:
    """``if self.b is not None`` asks for a parameter, which the constructor sets."""
    backward = f"if self.b is not None:\n    self.b -= lr * prev_grad.sum(axis=0)\n{BACKWARD}"
    assert meant("step_stale", "", backward=backward) == ""


def test_what_grows_from_call_to_call_is_left_over() -> None:
    """A gradient that is added to the last one makes each step larger."""
    backward = "self.dw = self.dw + prev_grad\nself.w = self.w - lr * self.dw\nreturn prev_grad"
    assert meant("step_stale", "", backward=backward) == "self.dw = self.dw + prev_grad"
