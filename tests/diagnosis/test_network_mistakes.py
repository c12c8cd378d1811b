"""A network with each known mistake is computed here by its own hand, and named for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pytest

from grader.contract import sigmoid
from grader.diagnosis.explain import explain
from grader.diagnosis.network import outputs, wrong_forward, wrong_steps
from grader.diagnosis.observation import Move, Network, NetworkStep, Observation
from grader.diagnosis.search import UNEXPLAINED
from grader.model import Finding, Message, frozen
from grader.numeric import Array

NAMES = ("layers[0].w", "layers[0].b", "layers[2].w", "layers[2].b", "layers[4].w")
SHAPES = ((2, 3), (3,), (3, 4), (4,), (4, 1))
Activation = Callable[[Array], Array]


def identity(z: Array) -> Array:
    return z


def relu(z: Array) -> Array:
    return np.maximum(0, z)


def draw(seed: int) -> tuple[list[Array], Array, Array]:
    """Draw parameters, a batch and its labels."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(size=(5, 2))
    return [rng.standard_normal(shape) for shape in SHAPES], x, (x[:, 1:] > x[:, :1]) * 1.0


def forward(weights: Sequence[Array], x: Array, *after: Activation) -> list[Array]:
    """Return the input, and what comes out of each of three activations."""
    w1, b1, w2, b2, w3 = weights
    first = after[0](x @ w1 + b1)
    second = after[1](first @ w2 + b2)
    return [x, first, second, after[2](second @ w3)]


def gradients(
    weights: Sequence[Array],
    x: Array,
    start: Callable[[Array], Array],
    *derived: bool,
    seen: Sequence[Array] = (),
) -> list[Array]:
    """Return the gradients of all parameters, with the derivatives of some of the sigmoids.

    ``seen`` are the parameters of the forward pass, where those are others.
    """
    out = forward(seen or weights, x, sigmoid, sigmoid, sigmoid)
    derivatives = [a * (1 - a) if one else 1.0 for a, one in zip(out[1:], derived, strict=True)]
    third = start(out[3]) * derivatives[2]
    second = third @ weights[4].T * derivatives[1]
    first = second @ weights[2].T * derivatives[0]
    return [x.T @ first, first.sum(axis=0), out[1].T @ second, second.sum(axis=0), out[2].T @ third]


def _of_squares(t: Array, y: Array) -> Array:
    return 2 * (y - t) / y.size


def right_gradients(weights: Sequence[Array], x: Array, t: Array) -> list[Array]:
    return gradients(weights, x, partial(_of_squares, t), True, True, True)


Moved = Callable[[list[Array], Array, Array], list[Array]]


def steps_of(moved: Moved, count: int = 3, rate: float = 0.25) -> list[NetworkStep]:
    """Return the steps of a network whose parameters move so."""
    steps = []
    for seed in range(count):
        weights, x, t = draw(seed)
        pairs = zip(NAMES, moved(weights, x, t), right_gradients(weights, x, t), strict=True)
        moves = tuple(Move(name, actual, numeric) for name, actual, numeric in pairs)
        steps.append(NetworkStep(rate, x, t, moves, tuple(weights), moves))
    return steps


# ---- the way forward ----

FORWARD: dict[str, tuple[Activation, Activation, Activation]] = {
    "net_first_activation_missing": (identity, sigmoid, sigmoid),
    "net_second_activation_missing": (sigmoid, identity, sigmoid),
    "net_hidden_activations_missing": (identity, identity, sigmoid),
    "net_output_activation_missing": (sigmoid, sigmoid, identity),
    "net_activations_missing": (identity, identity, identity),
    "net_output_activation_twice": (sigmoid, sigmoid, lambda z: sigmoid(sigmoid(z))),
    "net_relu_in_hidden_layers": (relu, relu, sigmoid),
    "net_tanh_in_hidden_layers": (np.tanh, np.tanh, sigmoid),
    "net_tanh_at_output": (sigmoid, sigmoid, np.tanh),
    "net_softmax_at_output": (sigmoid, sigmoid, np.ones_like),
}


@pytest.mark.parametrize("slug", FORWARD)
def test_activations_that_are_wrong_are_named(slug: str) -> None:
    """The prediction is that of a network with other activations, at the same parameters."""
    weights, x, _ = draw(1)
    y = forward(weights, x, *FORWARD[slug])[-1]
    finding = wrong_forward(Network(x, y, tuple(weights), ()))
    assert finding is not None
    assert finding.slug == slug


def test_a_prediction_that_is_right_or_unlike_all_is_not_named() -> None:
    """Nor is one of which the parameters are not known, or that is not there."""
    weights, x, _ = draw(1)
    right = outputs(weights, x)[-1]
    for y in (right, right + 0.1, right[:3], right * np.nan, None):
        assert wrong_forward(Network(x, y, tuple(weights), ())) is None
    assert wrong_forward(Network(x, right + 0.1, (), ())) is None
    assert wrong_forward(None) is None


# ---- the way back ----

BACKWARD: dict[str, Moved] = {
    "net_gradient_of_cross_entropy": lambda w, x, t: gradients(
        w, x, lambda y: (y - t) / (y * (1 - y)) / y.size, True, True, True
    ),
    "net_starts_from_one": lambda w, x, t: gradients(w, x, np.ones_like, True, True, True),
    "net_starts_from_prediction": lambda w, x, t: gradients(w, x, identity, True, True, True),
    "net_loss_grad_averaged": lambda w, x, t: gradients(
        w, x, lambda y: np.full_like(y, np.mean(2 * (y - t) / y.size)), True, True, True
    ),
    "net_derivatives_missing": lambda w, x, t: gradients(
        w, x, partial(_of_squares, t), False, False, False
    ),
    "net_hidden_derivatives_missing": lambda w, x, t: gradients(
        w, x, partial(_of_squares, t), False, False, True
    ),
    "net_output_derivative_missing": lambda w, x, t: gradients(
        w, x, partial(_of_squares, t), True, True, False
    ),
}


def _scaled(*factors: float) -> Moved:
    return lambda w, x, t: [
        factor * one for factor, one in zip(factors, right_gradients(w, x, t), strict=True)
    ]


BACKWARD["net_layer_not_updated"] = _scaled(0, 0, 1, 1, 1)
BACKWARD["net_only_last_layer_learns"] = _scaled(0, 0, 0, 0, 1)
BACKWARD["net_lr_scaled_per_layer"] = _scaled(0.5, 0.5, 2, 2, 1)


def failed_steps(steps: Sequence[NetworkStep]) -> list[str]:
    """Return the slugs that the check of the network's gradient tells of steps."""
    weights, x, _ = draw(1)
    network = Network(x, outputs(weights, x)[-1], tuple(weights), tuple(steps))
    failures = [Message("wrong_step", frozen(name="w"))]
    findings = explain(Observation({}, network), "network.gradient", "TLNN", failures)
    return [finding.slug for finding in findings]


@pytest.mark.parametrize("slug", BACKWARD)
def test_steps_that_are_wrong_are_named(slug: str) -> None:
    """Every parameter moves as in a network with this mistake, in every step."""
    assert failed_steps(steps_of(BACKWARD[slug])) == [slug]


def test_two_steps_at_once_are_named() -> None:
    """The second one goes back through the weights that the first one left, after one forward."""

    def twice(weights: list[Array], x: Array, t: Array) -> list[Array]:
        first = right_gradients(weights, x, t)
        moved = [w - 0.25 * g for w, g in zip(weights, first, strict=True)]
        start = partial(_of_squares, t)
        second = gradients(moved, x, start, True, True, True, seen=weights)
        return [a + b for a, b in zip(first, second, strict=True)]

    assert failed_steps(steps_of(twice)) == ["net_steps_twice"]


def test_steps_without_known_roles_are_not_compared() -> None:
    """Where the parameters do not fit the lab's own, only multiples of the gradient are looked for."""
    steps = steps_of(BACKWARD["net_starts_from_one"])
    assert failed_steps([replace(step, weights=(), roles=()) for step in steps]) == []


def test_what_nothing_explains_is_told_by_its_worst_parameter() -> None:
    """The entry that is furthest off is quoted, and which parameters are right is said."""
    steps = steps_of(_scaled(1, 1, 1, 1, 1))
    spoilt = []
    for step in steps:
        wrong = step.moves[2].actual + np.arange(12.0).reshape(3, 4)
        moves = (*step.moves[:2], replace(step.moves[2], actual=wrong), *step.moves[3:])
        spoilt.append(replace(step, moves=moves, roles=moves))
    nothing = Finding(UNEXPLAINED, "TLNN", frozen(but="", at="", where=""))
    [finding] = wrong_steps(spoilt, [nothing])
    assert finding.values["parameter"] == "layers[2].w"
    assert finding.values["where"] == "(2, 3)"
    assert finding.values["parameters"] == (*NAMES[:2], *NAMES[3:])
    assert wrong_steps([], [nothing]) == [nothing]
    known = Finding("net_lr_not_passed", "TLNN", frozen())
    assert wrong_steps(spoilt, [known]) == [known]


# ---- what the messages of the network's checks show ----


def message(id_: str, **values: Any) -> Message:
    return Message(id_, frozen(**values))


def named(check: str, *failures: Message, observation: Observation | None = None) -> list[str]:
    """Return the slugs of what failures of a check show."""
    right = Observation({}, Network(*draw(1)[1:], (), tuple(steps_of(_scaled(1, 1, 1, 1, 1)))))
    findings = explain(observation or right, check, "TLNN", failures)
    return [finding.slug for finding in findings]


def size_of(first: int, second: int) -> int:
    return 2 * first + first + first * second + second + second


SIZES = {
    "net_bias_in_last_layer": [(4, 4, size_of(4, 4) + 1), (3, 7, size_of(3, 7) + 1)],
    "net_hidden_bias_missing": [(4, 4, size_of(4, 4) - 8), (3, 7, size_of(3, 7) - 10)],
    "net_widths_swapped": [(3, 7, size_of(7, 3))],
    "net_first_width_twice": [(3, 7, size_of(3, 3))],
    "net_second_width_twice": [(3, 7, size_of(7, 7))],
    "net_widths_ignored": [(3, 7, size_of(4, 4))],
    "net_default_widths": [(4, 4, size_of(7, 7))],
}


@pytest.mark.parametrize("slug", SIZES)
def test_the_number_of_parameters_shows_how_a_network_is_built(slug: str) -> None:
    """It is that of a network with one mistake in its structure."""
    failures = [
        message("network_parameters", first=first, second=second, got=got)
        for first, second, got in SIZES[slug]
    ]
    assert named("network.structure", *failures) == [slug]


def test_other_numbers_of_parameters_show_nothing() -> None:
    """A number that no structure has, or one beside another failure."""
    odd = message("network_parameters", first=3, second=5, got=1000)
    usual = message("network_parameters", first=4, second=4, got=1000)
    assert named("network.structure", odd) == named("network.structure", usual) == []
    assert named("network.structure", odd, message("units_alike")) == ["symmetric_init"]


def test_a_wrong_answer_of_the_network_comes_before_its_messages() -> None:
    """A network without a sigmoid at its output is named so, whatever else was said of it."""
    weights, x, _ = draw(1)
    y = forward(weights, x, sigmoid, sigmoid, identity)[-1]
    observation = Observation({}, Network(x, y, tuple(weights), ()))
    failure = message("units_alike")
    slugs = named("network.forward", failure, observation=observation)
    assert slugs == ["net_output_activation_missing"]


@pytest.mark.parametrize(
    ("failure", "slug"),
    [
        (message("train_differs", like="twice"), "train_steps_twice"),
        (message("train_differs", like="forgets"), "train_forgets"),
        (message("rate_not_used", like=""), "train_lr_ignored"),
        (message("batch_size_not_used", like=""), "train_batch_size_ignored"),
        (message("net_not_trained"), "train_leaves_network"),
        (message("loss_count"), "train_loss_count"),
        (message("not_learned_own", spread=True), "saturated_init"),
    ],
)
def test_training_is_blamed_where_the_network_is_right(failure: Message, slug: str) -> None:
    """Some mistakes of training are named only where the network takes right steps."""
    assert named("training.lockstep", failure) == [slug]
    needs_right = slug in {"train_steps_twice", "train_lr_ignored", "train_batch_size_ignored",
                           "train_leaves_network"}  # fmt: skip
    steps = steps_of(_scaled(2, 2, 2, 2, 2))
    wrong = Observation({}, Network(*draw(1)[1:], (), tuple(steps)))
    slugs = named("training.lockstep", failure, observation=wrong)
    assert slugs == ([] if needs_right else [slug])
