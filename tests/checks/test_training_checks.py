"""Training is examined without luck: right programs arrive, and arriving is not enough."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from grader.checks import CHECKS
from grader.model import Outcome, Submission, Verdict
from grader.observation import convergent_starts
from grader.pipeline import grading
from grader.reports.messages import say
from grader.reports.text_catalogue import default
from grader.rubric import reader, resources
from grader.sandbox.host import ProcessSandbox, Sandbox

DEFAULT = reader.load(resources.default_rubric(), CHECKS)
BASE = {p.name: p.read_bytes() for p in (Path(__file__).parents[1] / "zoo" / "base").glob("*.py")}
TRAINING = tuple(i for i in DEFAULT.items if i.check.startswith(("network.", "training.")))
SMALL = replace(DEFAULT, items=TRAINING)

FORWARD = b"""    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x
"""
BACKWARD = b"""        grad = self.loss_func.backward()
        for layer in reversed(self.layers):
            grad = layer.backward(grad, lr)
"""

MEMORISES = b"""    def forward(self, x):
        for layer in self.layers:
            self.out = x = layer.forward(x)
        self.asked = getattr(self, "asked_next", None)
        self.asked_next = None
        self.last_x = layer_in = self.layers[0].x
        known = getattr(self, "known", None)
        if known is not None and known[0].shape[1] == layer_in.shape[1]:
            nearest = np.abs(layer_in[:, None] - known[0][None]).sum(axis=2).argmin(axis=1)
            x = 0.1 + 0.8 * known[1][nearest]
        return x
"""
REMEMBERS = b"""        self.known = (self.last_x.copy(), self.loss_func.truth.copy())
        grad = self.loss_func.backward()
        for layer in reversed(self.layers):
            grad = layer.backward(grad, lr)
"""

CHEATS: dict[str, Mapping[bytes, bytes]] = {
    "remembers the nearest sample": {FORWARD: MEMORISES, BACKWARD: REMEMBERS},
    "keeps momentum in the network": {
        BACKWARD: b"""        grad = self.loss_func.backward()
        grad = self.speed = grad + 0.5 * getattr(self, "speed", 0.0) if (
            getattr(self, "speed", np.zeros(0)).shape == grad.shape) else grad
        for layer in reversed(self.layers):
            grad = layer.backward(grad, lr)
"""
    },
    "searches at random": {
        BACKWARD: b"""        for layer in self.layers:
            if hasattr(layer, "w"):
                layer.w = layer.w + lr * 0.1 * np.random.randn(*layer.w.shape)
"""
    },
    "takes every step twice": {BACKWARD: BACKWARD + BACKWARD},
    "leaves the first layer as it is": {
        BACKWARD: BACKWARD.replace(b"reversed(self.layers)", b"reversed(self.layers[1:])")
    },
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One warm sandbox for all tests."""
    with ProcessSandbox(DEFAULT.limits) as opened:
        yield opened


def outcomes(sandbox: Sandbox, files: Mapping[str, bytes], seed: int = 3) -> dict[str, Outcome]:
    report = grading.grade(Submission("lab", files, "0" * 64), SMALL, seed=seed, sandbox=sandbox)
    return {outcome.item.check: outcome for outcome in report.outcomes}


def edited(edits: Mapping[bytes, bytes], file: str = "network.py") -> dict[str, bytes]:
    source = BASE[file]
    for old, new in edits.items():
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    return {**BASE, file: b"import numpy as np\n" + source}


@pytest.mark.parametrize("seed", [1, 2])
def test_right_program_arrives(sandbox: Sandbox, seed: int) -> None:
    """A right program passes everything about training, whatever the seed."""
    found = outcomes(sandbox, BASE, seed)
    assert {check for check, o in found.items() if o.verdict is not Verdict.PASSED} == set()


@pytest.mark.all_seeds
@pytest.mark.parametrize("seed", range(100))
def test_right_program_arrives_for_every_seed(sandbox: Sandbox, seed: int) -> None:
    """No seed of the grader is unlucky for a right program."""
    test_right_program_arrives(sandbox, seed)


@pytest.mark.parametrize("seed", [3, 19])
def test_labels_of_other_samples_fail_train(sandbox: Sandbox, seed: int) -> None:
    """Whatever the seed, inputs that are shuffled without their labels are noticed."""
    apart = {
        b"pred = net.forward(x[batch])": b"pred = net.forward(x[np.random.permutation(n)[: len(batch)]])"
    }
    outcome = outcomes(sandbox, edited(apart, "training.py"), seed)["training.train"]
    assert "batches_not_learned" in [
        part.failure.message.id for part in outcome.parts if part.failure
    ]


@pytest.mark.parametrize("cheat", CHEATS)
def test_steps_that_are_not_gradient_descent_fail_lockstep(sandbox: Sandbox, cheat: str) -> None:
    """A network that does not take the steps of gradient descent fails lockstep, if it arrives or not."""
    found = outcomes(sandbox, edited(CHEATS[cheat]))
    assert found["training.lockstep"].verdict is not Verdict.PASSED


def test_message_and_evidence_count_the_same_steps(sandbox: Sandbox) -> None:
    """The steps that a message counts are those of the curve beside it."""
    asleep = {BACKWARD: BACKWARD.replace(b"layer.backward(grad, lr)", b"layer.backward(grad, 0)")}
    found = outcomes(sandbox, edited(asleep))
    for check in ("training.linear", "training.xor"):
        outcome = found[check]
        assert outcome.message is not None
        assert outcome.message.id == "not_learned"
        assert outcome.message.values["steps"] == outcome.evidence["steps"]


def test_the_epoch_of_a_wrong_loss_is_a_number(sandbox: Sandbox) -> None:
    """A loss that is not that of its step is told by its epoch, as a plain number."""
    late = {b"losses.append(total / n)": b"losses.append(total / n + (epoch == 8))"}
    parts = outcomes(sandbox, edited(late, "training.py"))["training.train"].parts
    [failure] = [part.failure for part in parts if part.failure is not None]
    assert failure.message.id == "losses_differ"
    assert failure.message.values["epoch"] == 8
    assert "epoch 8 (" in say(failure.message, default().sentences)


def test_remembering_arrives_but_does_not_step(sandbox: Sandbox) -> None:
    """A network that looks up the nearest sample is right on everything, and fails all the same."""
    found = outcomes(sandbox, edited(CHEATS["remembers the nearest sample"]))
    assert found["training.lockstep"].share == 0.0


def test_lockstep_names_the_step_and_the_weights(sandbox: Sandbox) -> None:
    """The first step that differs is named, with the weights that were not moved right."""
    found = outcomes(sandbox, edited(CHEATS["leaves the first layer as it is"]))
    message = found["training.lockstep"].message
    assert message is not None
    assert message.id == "lockstep_differs"
    assert (message.values["step"], message.values["names"]) == (1, "layers[0].w, layers[0].b")


def test_symmetric_start_does_not_learn(sandbox: Sandbox) -> None:
    """A network whose weights all start alike fails to learn from its own start."""
    edits = {
        b"np.random.randn(in_features, out_features)": b"40.0 * np.ones((in_features, out_features))"
    }
    found = outcomes(sandbox, edited(edits, "layers.py"))
    assert found["training.init"].verdict is Verdict.FAILED
    assert found["training.lockstep"].verdict is Verdict.PASSED


def test_evidence_is_kept_and_small(sandbox: Sandbox) -> None:
    """Curves and the decision surface are kept as a few hundred finite numbers."""
    evidence = outcomes(sandbox, BASE)["training.xor"].evidence
    assert evidence["arrived"] is True
    assert evidence["steps"] == evidence["reference_steps"]
    curves = [*evidence["accuracy"], *evidence["loss"]]
    theirs = [*evidence["reference_accuracy"], *evidence["reference_loss"]]
    numbers = [*curves, *theirs, *evidence["surface"]]
    assert len(numbers) <= 700
    assert np.isfinite(np.array(numbers, float)).all()
    # A right program takes the reference's own steps, so that its curves lie on those.
    assert np.allclose(np.array(curves, float), np.array(theirs, float), atol=1e-4)
    data = convergent_starts.task("xor", 3)
    assert np.allclose(evidence["points"], np.hstack([data.x, data.y]), atol=1e-4)


def test_a_data_set_that_swings_gets_a_smaller_rate() -> None:
    """Where no start arrives for good at the first learning rate, a smaller one is taken."""
    task = convergent_starts.task("linear", 70)
    assert task.rate == convergent_starts.RATES[1]
    run = convergent_starts.train_reference(task)
    assert run is not None
    assert run[0] == task.steps


@pytest.mark.parametrize("kind", ["linear", "xor"])
def test_known_start_is_the_references(kind: str) -> None:
    """The reference arrives from a task's start in just the steps that the task says."""
    task = convergent_starts.task(kind, 5)
    run = convergent_starts.train_reference(task)
    assert run is not None
    assert run[0] == task.steps


def test_one_step_of_all_starts_is_the_references() -> None:
    """Networks that are trained side by side take the very steps of the reference."""
    task = convergent_starts.task("linear", 5)
    stacked = [np.array([a[None] if a.ndim == 1 else a]) for a in task.start]
    net = convergent_starts.reference_net(task.start)
    convergent_starts.step_all(stacked, task.x, task.y, task.rate)
    net.cal_loss(net.forward(task.x), task.y)
    net.backward(task.rate)
    linears = [layer for layer in net.layers if hasattr(layer, "w")]
    for layer, k in zip(linears, (0, 2, 4), strict=True):
        np.testing.assert_allclose(stacked[k][0], layer.w, rtol=0, atol=1e-14)
