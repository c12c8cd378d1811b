"""A method that trains is called with one epoch, and another method of its network gives the outputs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.sandbox.child.trainer_watch import Trainer
from tests.sandbox.child.followed import frame_of

X = np.random.default_rng(1).uniform(size=(6, 2))
T = (X[:, 1:] > X[:, :1]).astype(np.float64)


def sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


class Recorder:
    """A network that keeps what it was trained with."""

    def __init__(self, **options: Any) -> None:
        self.w = np.array([[0.4], [-0.3]])
        vars(self).update(options)

    def fit(self, x: Any, y: Any, **options: Any) -> None:
        """Keep the options."""
        self.given = (x, y, options)

    def outputs(self, x: Any) -> Any:
        """Return the outputs."""
        return sigmoid(x @ self.w)


COUNTS = (
    "epochs",
    "n_iter",
    "max_iter",
    "maxEpoch",
    "max",
    "num_steps",
    "loops",
    "times",
    "rounds",
)
OTHERS = (
    "max_norm", "step_size", "decay_steps", "print_steps", "log_epochs", "print_every_epoch",
    "warmup_steps", "hidden_max",
)  # fmt: skip


@pytest.mark.parametrize("as_attributes", [False, True])
def test_only_what_counts_epochs_is_set_to_one(as_attributes: bool) -> None:
    """Other numbers stay, and so does what says whether: True is no count, though Python calls it one."""
    numbers = {**dict.fromkeys(COUNTS, 7), **dict.fromkeys(OTHERS, 7)}
    switches = {"print_steps_too": False, "all_epochs": True, "batch": False}
    options: dict[str, Any] = {**numbers, **switches, "batch_size": 3}
    given: dict[str, Any] = {} if as_attributes else options
    network = Recorder(**options) if as_attributes else Recorder()
    trainer = Trainer(frame_of(Recorder.fit, network, X, T, **given))
    trainer.train_on([0, 1, 2, 3, 4])
    x, _, others = network.given
    kept = {name: vars(network)[name] for name in options} if as_attributes else others
    assert np.array_equal(x, X[:5])
    assert {name: kept[name] for name in COUNTS} == dict.fromkeys(COUNTS, 1)
    assert {name: kept[name] for name in OTHERS} == dict.fromkeys(OTHERS, 7)
    assert kept["batch_size"] == 5
    assert all(kept[name] is value for name, value in switches.items())


def test_a_switch_is_no_size_of_a_batch() -> None:
    """Only a number says that a step is one of a batch."""
    assert Trainer(frame_of(Recorder.fit, Recorder(), X, T, batch=True)).batch == 1


def test_outputs_are_those_of_the_likeliest_method() -> None:
    """The order is that of the words, then the shorter name; what goes back is asked last."""

    class Many(Recorder):
        def back_propagation(self, x: Any) -> Any:
            return sigmoid(x @ self.w)

        __call__ = get_output = forward = a_prediction = back_propagation

        def predict(self, x: Any) -> Any:
            return sigmoid(x @ self.w) > 0.5

    expected = ["a_prediction", "forward", "outputs", "get_output", "__call__", "back_propagation"]
    for name in expected:
        predictor = Trainer(frame_of(Recorder.fit, Many(), X, T)).predictor()
        assert predictor is not None
        assert predictor[0] == name
        setattr(Many, name, None)


def test_some_samples_are_laid_out_as_all_were() -> None:
    """Rows, columns, lists and pairs stay what they are."""
    trainer = Trainer(frame_of(Recorder.fit, Recorder(), X.T, T.T.tolist()))
    assert np.array_equal(trainer.chosen(trainer.samples_name, [2, 0]), X[[2, 0]].T)
    assert trainer.chosen(trainer.labels_name, [2, 0]) == T[[2, 0]].T.tolist()
    assert np.array_equal(trainer.single_input(3), X[3:4].T)
