"""What one step of a method that trains is, and whether its forward pass is its own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from grader.sandbox.child.program_watch import Enough
from grader.sandbox.child.samples import LEAST_SAMPLES
from grader.sandbox.child.trainer_steps import StepTrainerWatch, settle_step, train_in_steps
from grader.sandbox.child.trainer_watch import Trainer
from tests.sandbox.child.followed import frame_of

X = np.random.default_rng(1).uniform(size=(6, 2))
T = (X[:, 1:] > X[:, :1]).astype(np.float64)
START = [np.array([[0.4], [-0.3]]), np.array([0.1])]
PATHS: list[list[list[Any]]] = [[["item", 0], ["item", 0], ["attr", name]] for name in ("w", "b")]
HERE = [__file__]


class Start:
    """A network of one layer."""

    def __init__(self) -> None:
        self.w, self.b = (value.copy() for value in START)

    def forward(self, x: Any) -> None:
        """Keep the outputs."""
        self.x, self.y = x, 1 / (1 + np.exp(-(x @ self.w + self.b)))

    def step(self, truth: Any, lr: float) -> None:
        """Take a step from the outputs of the last forward pass."""
        error = (self.y - truth) / len(truth)
        self.w -= lr * self.x.T @ error
        self.b -= lr * error.sum(axis=0)

    def predict(self, x: Any) -> Any:
        """Return the outputs alone."""
        return 1 / (1 + np.exp(-(x @ self.w + self.b)))


class Alone(Start):
    """A network that trains on one sample after the other, by a forward pass of its own."""

    def fit(self, x: Any, y: Any, epochs: int = 3, *, lr: float = 0.5) -> None:
        """Train."""
        for _ in range(epochs):
            for one, label in zip(np.asarray(x), np.asarray(y), strict=True):
                self.forward(one[np.newaxis])
                self.step(label[np.newaxis], lr)


class Powers(Start):
    """A network of which nobody knows what one step is."""

    def fit(self, x: Any, y: Any, epochs: int = 3, *, lr: float = 0.5) -> None:
        """Train twice in each epoch."""
        for _ in range(2 * epochs):
            self.forward(np.asarray(x))
            self.step(np.asarray(y), lr)


class Asking(Start):
    """A network that trains by the method that gives outputs."""

    def fit(self, x: Any, y: Any, epochs: int = 3, *, lr: float = 0.5) -> None:
        """Train."""
        for _ in range(epochs):
            self.x, self.y = x, self.predict(x)
            self.step(y, lr)


class Batches(Start):
    """A network whose batches have a size that is given, of pairs of columns."""

    def fit(self, data: Any, epochs: int, batch_size: int) -> None:
        """Train."""
        for _ in range(epochs):
            for k in range(0, len(data), batch_size):
                x, y = zip(*data[k : k + batch_size], strict=True)
                self.forward(np.hstack(x).T)
                self.step(np.vstack(y), 0.5)

    def predict(self, x: Any) -> Any:
        """Return the output of a column."""
        return super().predict(x.T)


PAIRS = [(x.reshape(2, 1), y.reshape(1, 1)) for x, y in zip(X, T, strict=True)]


@pytest.mark.parametrize(
    ("network", "given", "calls", "batch"),
    [
        (Alone(), (X, T), 0, 1),
        (Powers(), (X, T), -1, 1),
        (Asking(), (X, T), 1, 1),
        (Batches(), (PAIRS, 3, 2), 0, LEAST_SAMPLES),
    ],
)
def test_it_is_known_what_one_step_is(
    network: Any, given: tuple[Any, ...], calls: int, batch: int
) -> None:
    """A sample, or a batch; it stays open where a method does more, and where it calls the other one."""
    trainer = Trainer(frame_of(type(network).fit, network, *given))
    before = network.w.copy()
    assert np.sign(settle_step(trainer, "predict", PATHS)) == calls
    assert trainer.batch == batch
    assert np.array_equal(network.w, before)
    assert (
        len(
            train_in_steps(
                trainer,
                {"name": "predict", "y": ["result", ""], "paths": PATHS},
                [START, START],
                [[0], [0]],
            )
        )
        == 2
    )


def test_a_method_that_takes_steps_by_its_own_forward_pass_is_found() -> None:
    """A method whose steps are not known, or that calls the other one, is kept until there is one."""
    watch = StepTrainerWatch(HERE)
    watch.enter(frame_of(Start.predict, Start(), X))
    watch.enter(frame_of(Powers.fit, Powers(), X, T))
    assert watch.trainer is not None
    for _ in range(2):
        watch.enter(frame_of(Start.step, Start(), T, 0.5))
    with pytest.raises(Enough):
        watch.enter(frame_of(Batches.fit, Batches(), PAIRS, 3, 2))
    assert watch.trainer.has_pairs
