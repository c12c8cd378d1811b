"""Linear layers in a manner of their own are examined as the lab's are."""

from __future__ import annotations

import pytest

from tests.recognition.conftest import Examine, lost
from tests.recognition.linear_manners import MANNERS

GRADIENTS = {"linear.backward.input", "linear.backward.weights", "linear.backward.bias"}


@pytest.mark.parametrize("name", MANNERS)
def test_a_right_layer_of_its_own_manner_loses_nothing(name: str, examine: Examine) -> None:
    """Whatever it is called and however it takes its step, a right layer earns all points."""
    assert lost(examine(MANNERS[name].text, "linear.")) == {}


@pytest.mark.parametrize("name", MANNERS)
def test_its_mistake_is_noticed(name: str, examine: Examine) -> None:
    """The same layer with one mistake in a gradient loses that, and nothing else."""
    manner = MANNERS[name]
    assert manner.old in manner.text
    report = examine(manner.text.replace(manner.old, manner.new), "linear.")
    assert set(lost(report)) & GRADIENTS
    assert set(lost(report)) <= GRADIENTS
