"""The names of learning rates and of numbers of epochs are told from those of other things."""

from __future__ import annotations

import pytest

from grader.sandbox.child.parameter_names import BATCH_SIZE, CERTAIN_RATE, EPOCH_COUNT, EPOCHS, RATE

CERTAIN = ("lr", "LR", "eta", "learning_rate", "learningRate", "LEARNING_RATE", "learn_rate")
SHORT = ("l_rate", "lrate", "step_size", "stepsize")
POSSIBLE = ("alpha", "rate", "learning")
BESIDE = ("base_lr", "baseLr", "lr0", "self.lr ", "Enter the learning rate: ", "init_eta", "_lr")


@pytest.mark.parametrize("name", CERTAIN + SHORT)
def test_some_names_hold_a_learning_rate_alone(name: str) -> None:
    """Both patterns know them."""
    assert CERTAIN_RATE.fullmatch(name)
    assert RATE.fullmatch(name)


@pytest.mark.parametrize("name", POSSIBLE)
def test_some_names_may_hold_a_learning_rate(name: str) -> None:
    """They may hold the slope of an activation as well."""
    assert not CERTAIN_RATE.search(name)
    assert RATE.fullmatch(name)


@pytest.mark.parametrize("name", BESIDE)
def test_the_word_may_stand_beside_others(name: str) -> None:
    """It is found, though the name is not that word alone."""
    assert CERTAIN_RATE.search(name)
    assert RATE.search(name)
    assert not RATE.fullmatch(name)


@pytest.mark.parametrize(
    "name", ["beta", "beta1", "BETA", "theta", "strategy", "iterate", "alphabet"]
)
def test_a_part_of_another_word_is_no_rate(name: str) -> None:
    """Four letters of a longer word say nothing."""
    assert not RATE.search(name)


def test_a_size_of_steps_counts_none() -> None:
    """It holds a rate, although its name has the word of a repetition."""
    assert EPOCHS.search("step_size")
    assert not EPOCH_COUNT.search("step_size")
    assert EPOCH_COUNT.search("num_steps")
    assert BATCH_SIZE.search("batch_size")
    assert not BATCH_SIZE.search("batches_done")
