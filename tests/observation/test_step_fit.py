"""Which rule explains the steps of a program, tried on steps whose rule is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from grader.contract import sigmoid
from grader.numeric import Array
from grader.observation import step_fit
from grader.observation.program_observation import ForwardPass, ProgramObservation, ProgramStep

SHAPES = ((2, 4), (1, 4), (4, 1))
X = np.random.default_rng(3).uniform(size=(9, 2))
LABELS = (X[:, 1] > X[:, 0]).astype(np.float64)
STEP = 2.0**-17
RATE = 0.3

Parameters = list[Array]
Rule = Callable[[list[Parameters], int], Parameters]
"""From the gradients of all steps so far, and the number of a step, to what it takes away."""


def forward(parameters: Sequence[Array]) -> Array:
    """A network of one hidden layer; its outputs are shares."""
    w1, b1, w2 = parameters
    return np.asarray(sigmoid(np.tanh(X @ w1 + b1) @ w2))


def jacobian(parameters: Sequence[Array], k: int) -> Array:
    """Differences of the outputs by every entry of one parameter."""
    rows = []
    for index in range(parameters[k].size):
        sides = []
        for change in (STEP, -STEP):
            moved = [np.array(p) for p in parameters]
            moved[k].flat[index] += change
            sides.append(forward(moved))
        rows.append((sides[0] - sides[1]) / (2 * STEP))
    return np.stack(rows)


ORDER = (0, 1, 0, 2, 3)
"""Which of the drawn parameters stand before each step."""


def drawn() -> list[Parameters]:
    """Return the parameters that are set."""
    rng = np.random.default_rng(5)
    return [[rng.standard_normal(shape) for shape in SHAPES] for _ in range(4)]


def observe(
    rule: Rule, upstream: Callable[[Array, Array], Array], **changes: Any
) -> ProgramObservation:
    """Make the observation of a program that takes steps by a rule."""
    steps: list[ProgramStep] = []
    gradients: list[Parameters] = []
    for number, k in enumerate(ORDER):
        before = drawn()[k]
        y = forward(before)
        jacobians = [jacobian(before, n) for n in range(len(SHAPES))]
        dy = upstream(y, LABELS[:, np.newaxis])
        gradients.append([
            np.einsum("end,nd->e", j, dy).reshape(s) for j, s in zip(jacobians, SHAPES, strict=True)
        ])  # fmt: skip
        after = [b - s for b, s in zip(before, rule(gradients, number), strict=True)]
        one = ForwardPass(X, y, True, tuple(jacobians), (LABELS,))
        steps.append(ProgramStep((one,), tuple(before), tuple(after)))
    values: dict[str, Any] = {
        "path": "lab.py", "forward": {}, "names": ("w1", "b1", "w2"),
        "initial": tuple(drawn()[0]), "entries": tuple(tuple(range(a.size)) for a in drawn()[0]),
        "steps": tuple(steps), "datasets": (), "idle": 0, "has_ended": False, "single": False,
        **changes,
    }  # fmt: skip
    return ProgramObservation(**values)


def squared_error(y: Array, t: Array) -> Array:
    """dL/dy of the squared error."""
    return y - t


def descent(gradients: list[Parameters], _: int) -> Parameters:
    """Plain gradient descent."""
    return [RATE * g for g in gradients[-1]]


def momentum(gradients: list[Parameters], number: int) -> Parameters:
    """Descent that remembers nine tenths of the step before."""
    velocity = [np.zeros(shape) for shape in SHAPES]
    for at in range(number + 1):
        velocity = [0.9 * v + RATE * g for v, g in zip(velocity, gradients[at], strict=True)]
    return velocity


def adam(gradients: list[Parameters], number: int) -> Parameters:
    """Adam with its usual numbers."""
    m = [np.zeros(shape) for shape in SHAPES]
    v = [np.zeros(shape) for shape in SHAPES]
    for at in range(number + 1):
        m = [0.9 * a + 0.1 * g for a, g in zip(m, gradients[at], strict=True)]
        v = [0.999 * a + 0.001 * g * g for a, g in zip(v, gradients[at], strict=True)]
    t = number + 1
    return [
        0.01 * (a / (1 - 0.9**t)) / (np.sqrt(b / (1 - 0.999**t)) + 1e-8)
        for a, b in zip(m, v, strict=True)
    ]


RULES: dict[str, Rule] = {"descent": descent, "momentum": momentum, "adam": adam}


@pytest.mark.parametrize("name", RULES)
def test_a_right_rule_is_recognised(name: str) -> None:
    """Plain descent, momentum and Adam explain all parameters, whatever the rate."""
    fit = step_fit.fit(observe(RULES[name], squared_error))
    assert (fit.rule, all(fit.fits)) == (name, True)


UPSTREAM: dict[str, Callable[[Array, Array], Array]] = {
    "squared error": lambda y, t: 2 * (y - t) / y.size,
    "cross-entropy": lambda y, t: (y - t) / (y * (1 - y)),
    "absolute error": lambda y, t: np.sign(y - t),
}


@pytest.mark.parametrize("loss", UPSTREAM)
def test_the_loss_is_recognised_at_any_scale(loss: str) -> None:
    """The loss is that whose gradient the steps follow; what it is divided by is free."""
    fit = step_fit.fit(observe(descent, UPSTREAM[loss]))
    assert (fit.rule, fit.loss) == ("descent", loss)


GUARDED: dict[str, Callable[[Array, Array], Array]] = {
    "added in the logarithms": lambda y, t: (1 - t) / (1 - y + 1e-3) - t / (y + 1e-3),
    "added in the derivative": lambda y, t: (y - t) / (y * (1 - y) + 1e-5),
}


@pytest.mark.parametrize("guard", GUARDED)
def test_a_guarded_logarithm_is_no_mistake(guard: str) -> None:
    """Shares may be kept from 0 and 1 in a cross-entropy, as people do: that is no wrong step."""
    fit = step_fit.fit(observe(descent, GUARDED[guard]))
    assert (fit.rule, fit.loss) == ("descent", "cross-entropy")


def wrong(k: int, change: Callable[[Array], Array]) -> Rule:
    """Descent whose step of one parameter is changed."""

    def rule(gradients: list[Parameters], _: int) -> Parameters:
        return [RATE * (change(g) if n == k else g) for n, g in enumerate(gradients[-1])]

    return rule


def test_one_wrong_parameter_is_named_and_the_others_are_spared() -> None:
    """A first layer without its derivative is wrong, the rest is right."""
    fit = step_fit.fit(observe(wrong(0, lambda g: g + 0.05), squared_error))
    assert (fit.rule, fit.fits) == ("in part", (False, True, True))


def test_a_factor_of_one_parameter_is_measured() -> None:
    """A bias that takes the mean where the weights take the sum moves a ninth as far."""
    fit = step_fit.fit(observe(wrong(1, lambda g: g / 9), squared_error))
    assert fit.fits == (True, False, True)
    assert fit.scales[1] == pytest.approx(1 / 9, rel=1e-4)


def test_one_per_cent_in_one_parameter_is_seen() -> None:
    """The tolerance is far below the smallest mistake that people make."""
    fit = step_fit.fit(observe(wrong(2, lambda g: 1.01 * g), squared_error))
    assert fit.rule == "in part"


def test_weights_may_decay_where_biases_do_not() -> None:
    """Decay of the weights alone is no mistake of back-propagation."""

    def decays(gradients: list[Parameters], number: int) -> Parameters:
        values = drawn()[ORDER[number]]
        shares = (0.01, 0.0, 0.01)
        return [s + d * v for s, d, v in zip(descent(gradients, 0), shares, values, strict=True)]

    assert all(step_fit.fit(observe(decays, squared_error)).fits)


@pytest.mark.parametrize("strength", [0.1, 1e-3, 1e-4])
def test_a_slight_decay_may_follow_a_rate_that_falls(strength: float) -> None:
    """The last weights decay, too, but by so little that they seem not to: that is no mistake."""

    def decays(gradients: list[Parameters], number: int) -> Parameters:
        rate, values = RATE / (1 + 0.01 * number), drawn()[ORDER[number]]
        rises = (strength, 0.0, strength / 10)
        return [
            rate * (g + d * v) for g, d, v in zip(gradients[-1], rises, values, strict=True)
        ]  # fmt: skip

    assert all(step_fit.fit(observe(decays, squared_error)).fits)


def test_entries_may_be_clipped() -> None:
    """Entries that stop at one size are clipped on purpose, where the others are right."""

    def clips(gradients: list[Parameters], _: int) -> Parameters:
        return [RATE * np.clip(g, -0.3, 0.3) for g in gradients[-1]]

    assert all(step_fit.fit(observe(clips, lambda y, t: 3 * (y - t))).fits)


def test_steps_uphill_are_recognised() -> None:
    """The common scale is free, its sign is not."""
    fit = step_fit.fit(observe(lambda g, n: [-s for s in descent(g, n)], squared_error))
    assert fit.rule == "uphill"


def test_steps_by_no_gradient_are_none_where_they_repeat() -> None:
    """Equal parameters and samples gave equal steps, so there is no memory that would explain them."""
    fit = step_fit.fit(observe(lambda g, _: [0.1 * np.cos(9 * s) for s in g[-1]], squared_error))
    assert fit.rule == "none"


def test_steps_by_chance_are_left_to_a_person() -> None:
    """Nobody is blamed for steps that do not repeat."""
    rng = np.random.default_rng(8)
    fit = step_fit.fit(
        observe(lambda g, _: [rng.standard_normal(s.shape) for s in g[-1]], squared_error)
    )
    assert fit.rule == "unknown"


def test_nothing_is_decided_without_labels_or_steps() -> None:
    """Where no label was seen, or no step, a person decides."""
    whole = observe(descent, squared_error)
    blind = [
        ProgramStep(
            tuple(ForwardPass(f.x, f.y, True, f.jacobians, ()) for f in s.forwards),
            s.before,
            s.after,
        )
        for s in whole.steps
    ]
    assert step_fit.fit(observe(descent, squared_error, steps=tuple(blind))).rule == "unknown"
    assert step_fit.fit(observe(descent, squared_error, steps=())).rule == "unknown"


def test_parameters_that_stay_go_down_no_gradient() -> None:
    """Steps that move nothing are explained by no rule, not even where one loss could be flat."""
    fit = step_fit.fit(observe(lambda _, __: [np.zeros(shape) for shape in SHAPES], squared_error))
    assert fit.rule == "none"
    assert not any(fit.fits)


def test_a_first_step_without_a_gradient_is_no_fault() -> None:
    """With a memory the first step is not looked at: its scale may be zero."""

    def late_momentum(gradients: list[Parameters], number: int) -> Parameters:
        steps = momentum(gradients[1:], number - 1) if number else [np.zeros(s) for s in SHAPES]
        return [2 * steps[0], *steps[1:]]

    fit = step_fit.fit(observe(late_momentum, squared_error))
    assert fit.rule in ("in part", "none")
    assert not all(fit.fits)
