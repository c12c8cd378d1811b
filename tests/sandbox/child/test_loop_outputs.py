"""Where the body of a training loop leaves its outputs, which arrays they follow, and its labels."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import numpy as np

from grader.sandbox.child.loop_bodies import LoopBody
from grader.sandbox.child.loop_outputs import exchange_labels, label_names, labels_of, samples_of
from grader.sandbox.child.loop_watch import LoopWatch, candidate_of, run_steps

SCRIPT = """
import numpy as np
rng = np.random.default_rng(1)
X = rng.uniform(size=(6, 2))
T = (X[:, 1:] > X[:, :1]) * 1.0
class Layer:
    def __init__(self):
        self.w = rng.normal(size=(2, 1))
    def forward(self, x):
        self.x = x
        self.scores = x @ self.w
        self.output = 1 / (1 + np.exp(-self.scores))
    def backward(self, d):
        self.dw = self.x.T @ d
layer = Layer()
for epoch in range(9):
    layer.forward(X)
    losses = (layer.output - T) ** 2
    guesses = (layer.output > 0.5) * 1.0
    layer.backward(layer.output - T)
    layer.w -= 0.1 * layer.dw
"""
BATCHES = """
import numpy as np
rng = np.random.default_rng(1)
X = rng.uniform(size=(18, 2))
T = (X[:, 1:] > X[:, :1]) * 1.0
w = rng.normal(size=(2, 1))
for start in range(0, 18, 6):
    x, t = X[start:start + 6], T[start:start + 6]
    y = 1 / (1 + np.exp(-x @ w))
    w -= 0.1 * x.T @ (y - t)
"""


def bodies_of(text: str) -> list[LoopBody]:
    """Run a program under a watch; return the bodies of its loops."""
    watch = LoopWatch({"lab.py": text})
    with watch, contextlib.redirect_stdout(io.StringIO()):
        exec(compile(text, "lab.py", "exec"), {"__name__": "handed_in.lab"})
    return watch.bodies


def network_of(text: str) -> tuple[LoopBody, dict[str, Any]]:
    """Return the one loop of a program, and its network."""
    [body] = bodies_of(text)
    candidate = candidate_of(body)
    assert candidate is not None
    return body, {**candidate, "paths": [array["path"] for array in candidate["arrays"]]}


def test_outputs_may_stand_in_an_object() -> None:
    """A layer that returns nothing keeps its output; losses follow the labels, and are no outputs."""
    body, candidate = network_of(SCRIPT)
    assert candidate["name"] == "layer.output"
    assert [array["name"] for array in candidate["arrays"]] == ["layer.w"]
    [step] = run_steps(body, candidate, [[np.ones((2, 1))]], [[0, 1]])
    x = body.variables["X"]
    assert np.allclose(step["forwards"][0]["y"], 1 / (1 + np.exp(-x.sum(axis=1, keepdims=True))))


def test_scores_between_0_and_1_are_not_taken_for_the_outputs() -> None:
    """Where another place holds the sigmoid of a value, that place holds the outputs."""
    _, candidate = network_of(SCRIPT.replace("rng.normal(size=(2, 1))", "np.ones((2, 1)) / 4"))
    assert candidate["name"] == "layer.output"


def test_predictions_are_no_labels() -> None:
    """Labels are what stays the same at any parameters."""
    body, candidate = network_of(SCRIPT)
    names = label_names(body, candidate["paths"], 6)
    assert "T" in names
    assert "guesses" not in names
    [labels] = labels_of(body.variables, names, 6)
    assert np.array_equal(labels, body.variables["T"][:, 0])


def test_a_batch_has_the_labels_that_its_body_takes() -> None:
    """Samples and labels of a batch are read when the body has run; all the data are no parameter."""
    body, candidate = network_of(BATCHES)
    assert [array["name"] for array in candidate["arrays"]] == ["w"]
    [step] = run_steps(body, candidate, [[np.ones((2, 1))]], [[0, 1]])
    [forward] = step["forwards"]
    x, t = forward["x"], forward["labels"][0]
    assert np.array_equal(t, (x[:, 1] > x[:, 0]) * 1.0)
    assert np.allclose(step["after"][0], 1 - 0.1 * x.T @ (forward["y"] - t[:, np.newaxis]))


def test_labels_are_exchanged_in_place() -> None:
    """Arrays and lists of labels hold the other class afterwards, points and numbers what they held."""
    points = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    flat, rows = np.array([0, 1, 1]), [[1], [0], [0]]
    variables = {"a": flat, "b": flat, "rows": rows, "points": points, "n": 1}
    exchange_labels(variables)
    assert flat.tolist() == [1, 0, 0]
    assert rows == [[0], [1], [1]]
    assert points[0].tolist() == [0, 0]


def test_samples_are_found_by_their_number() -> None:
    """Where there are none of that number they are zeros."""
    x = np.arange(6.0).reshape(3, 2)
    assert np.array_equal(samples_of({"x": x}, 3), x)
    assert np.array_equal(samples_of({"x": x}, 4), np.zeros((4, 2)))


def test_a_loop_over_few_batches_stays_at_the_first() -> None:
    """Where there are more steps to take than batches, all are taken on one."""
    body, candidate = network_of(BATCHES)
    steps = run_steps(body, candidate, [[np.ones((2, 1))]] * 13, [[0, 1]])
    assert len(steps) == 13
    assert all(np.array_equal(step["after"][0], steps[0]["after"][0]) for step in steps)
