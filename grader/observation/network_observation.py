"""What was observed of a network: its answers, its parameters and its steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grader import expect
from grader.contract import sigmoid
from grader.expect import DOUBLE, EXACT, EXACT_SINGLE, SINGLE, Tolerance
from grader.model import Failure
from grader.numeric import EPSILON_SINGLE, STEP_SINGLE, Array
from grader.observation.gradient_match import FLAT
from grader.observation.layer_observation import Listed
from grader.remote import LostReply, Reply
from grader.sandbox.host import ChildGone

WIDTHS = (6, 3)
"""Unequal, and of another number of parameters than the default widths have."""


def roles_of(first: int, second: int) -> tuple[tuple[int, ...], ...]:
    """Return the shapes of the five parameters at these widths: two layers with a bias, one without."""
    return (2, first), (first,), (first, second), (second,), (second, 1)


ROLES = roles_of(*WIDTHS)
"""The shapes of the five parameters of the network that is observed."""


SPREAD = 1.5
"""The spread of the weights: it keeps the sigmoids off their linear part, where a missing derivative
looks like a factor of four."""


BATCH = 7


RATES = (2.0**-2, 2.0**-5)
"""Two learning rates, neither a default value: one that is not passed down shows."""


DOWNHILL = 0.5
"""The least cosine of a step and the gradient: one layer of three may go elsewhere."""


@dataclass(frozen=True, slots=True)
class Round:
    """One forward, loss and backward of the network at known parameters, on ``(N, 2)``, ``(N, 1)``."""

    rate: float
    x: Array
    truth: Array
    before: tuple[Array, ...]
    shifts: tuple[Reply | LostReply, ...]
    backward_reply: Reply
    after: Reply


@dataclass(frozen=True, slots=True)
class NetworkObservation:
    """What the network showed: its parameters' names, its output, and each round.

    ``widths`` are those of its hidden layers. ``y_again`` is its output for the same batch once
    more, ``y_half`` that with all parameters halved.
    """

    parameters: tuple[Listed, ...]
    x: Array
    truth: Array
    values: tuple[Array, ...]
    y: Reply
    chain: Reply
    loss: Reply
    own_loss: Reply
    x_kept: Reply
    y_again: Reply
    y_half: Reply
    rounds: tuple[Round, ...]
    single: bool
    gone: ChildGone | None = None
    widths: tuple[int, int] = WIDTHS

    @property
    def tolerance(self) -> Tolerance:
        """How far a gradient may be from its differences."""
        return SINGLE if self.single else DOUBLE

    @property
    def exact(self) -> Tolerance:
        """How far a value may be from its closed form."""
        return EXACT_SINGLE if self.single else EXACT

    def noise(self, round_: Round, k: int) -> float:
        """How far float32 alone may move a parameter's gradient, as it was taken or by differences.

        Four roundings of the loss over the step of the differences, and the rounding of the stored
        parameter over the learning rate. In float64 it is nothing.
        """
        if not self.single:
            return 0.0
        before = round_.before[k]
        losses = np.abs(expect.shifts(round_.shifts[k].value, "TLNN.cal_loss", before.size))
        largest = [float(np.max(values, initial=0.0)) for values in (losses, np.abs(before))]
        return EPSILON_SINGLE * (4 * largest[0] / STEP_SINGLE + largest[1] / round_.rate)

    @property
    def follows(self) -> bool:
        """Whether the output follows parameters, and not chance: a network is there at all."""
        try:
            y, again, half = (r.value["value"] for r in (self.y, self.y_again, self.y_half))
        except (Failure, KeyError):
            return False
        if not self.parameters or not np.array_equal(y, again):
            return False
        return np.shape(y) != np.shape(half) or bool(np.any(np.abs(y - half) > FLAT))


def closed_form(record: NetworkObservation) -> Array | None:
    """What five parameters, known by ``places``, stand for; None where they do not fit."""
    indices = places(record)
    return None if indices is None else _output(record, indices)


def _output(record: NetworkObservation, indices: Sequence[int]) -> Array:
    """What the lab's network computes with the parameters in these places: shape ``(N, 1)``."""
    w1, b1, w2, b2, w3 = (
        np.asarray(fitting(record.values[k], role))
        for k, role in zip(indices, roles_of(*record.widths), strict=True)
    )
    return sigmoid(sigmoid(sigmoid(record.x @ w1 + b1) @ w2 + b2) @ w3)


def closed_gradients(record: NetworkObservation, round_: Round) -> list[Array] | None:
    """The gradient at every parameter of the lab's network, by the chain rule; None as ``closed_form``."""
    indices = places(record)
    if indices is None or len(indices) != len(round_.before):
        return None
    w1, b1, w2, b2, w3 = (
        np.asarray(fitting(round_.before[k], role))
        for k, role in zip(indices, roles_of(*record.widths), strict=True)
    )
    h1 = sigmoid(round_.x @ w1 + b1)
    h2 = sigmoid(h1 @ w2 + b2)
    y = sigmoid(h2 @ w3)
    d3 = 2 * (y - round_.truth) / y.size * y * (1 - y)
    d2 = (d3 @ w3.T) * h2 * (1 - h2)
    d1 = (d2 @ w2.T) * h1 * (1 - h1)
    by_role = (round_.x.T @ d1, d1.sum(axis=0), h1.T @ d2, d2.sum(axis=0), h2.T @ d3)
    gradients = [np.zeros(0)] * len(indices)
    for k, gradient in zip(indices, by_role, strict=True):
        shape = round_.before[k].shape
        is_transposed = gradient.ndim == 2 and gradient.shape != shape
        gradients[k] = (gradient.T if is_transposed else gradient).reshape(shape)
    return gradients


def places(record: NetworkObservation) -> tuple[int, ...] | None:
    """Which of the parameters plays each role; None where some do not fit by their shape.

    A bias may have the shape of a last weight, ``(1, 3)`` for instance, and arrays stand in any
    order: of the ways in which they fit, one counts whose output is the network's. Where forward is
    wrong none may be, and the one counts in which most arrays have the very shape of their role.
    """
    choices: list[tuple[int, ...]] = [()]
    for role in roles_of(*record.widths):
        fits = [k for k, values in enumerate(record.values) if fitting(values, role) is not None]
        choices = [(*choice, k) for choice in choices for k in fits if k not in choice]
    try:
        y = expect.array(record.y.value, "TLNN.forward", (len(record.x), 1))
        right = [
            choice for choice in choices if np.all(record.exact.holds(_output(record, choice), y))
        ]
    except Failure:
        right = []

    def misfits(choice: tuple[int, ...]) -> int:
        return sum(
            record.values[k].shape != role
            for k, role in zip(choice, roles_of(*record.widths), strict=True)
        )

    return min(right or choices, key=misfits, default=None)


def fitting(values: Array, shape: tuple[int, ...]) -> Array | None:
    """An array read in a role of this shape: as it is, transposed, or with an axis of one more or less."""
    if values.shape == shape:
        return values
    if len(shape) == 2:
        if values.shape == shape[::-1]:
            return values.T
        return values.reshape(shape) if values.shape == shape[:1] and shape[1] == 1 else None
    return values.reshape(shape) if values.size == shape[0] and 1 in values.shape else None
