"""One array that a student's code gave, beside what it should have given and what it may be made of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from grader.numeric import Array

FIT = 1e-6
"""How near a formula must be, relative to the largest entry: a thousand times the noise of
differences, a thousandth of the smallest mistake."""


def _none() -> Array:
    return np.zeros(0)


@dataclass(frozen=True, slots=True)
class Case:
    """One array that a student's code gave in one trial, and everything that it may be made of.

    Parameters
    ----------
    actual
        What the code gave; None where it raised.
    right
        What it should have given, by differences or in closed form.
    x, g, w, b
        The input, the upstream gradient, weights ``(in, out)`` and bias ``(out,)``.
    y, t
        The output (of a loss: the prediction), and the ground truth.
    w_after
        The weights after the step of this case.
    lr
        The learning rate of the step.
    call_index
        How many steps this object had taken before.
    trial
        The trial that it comes from, as a reader knows it.
    before
        The parameter before the step, where the array is what a step moved.
    """

    actual: Array | None
    right: Array
    x: Array = field(default_factory=_none)
    g: Array = field(default_factory=_none)
    w: Array = field(default_factory=_none)
    b: Array = field(default_factory=_none)
    y: Array = field(default_factory=_none)
    t: Array = field(default_factory=_none)
    w_after: Array = field(default_factory=_none)
    lr: float = 1.0
    call_index: int = 0
    trial: str = ""
    before: Array | None = None

    @property
    def n(self) -> int:
        """The size of the batch."""
        return int((self.x if self.x.size else self.y).shape[0])

    @property
    def columns(self) -> int:
        """The columns of a prediction, or of an activation's input; a linear layer has in and out."""
        if self.w.size:
            raise IndexError
        return int((self.y if self.t.size else self.x).shape[-1])

    @property
    def at_rest(self) -> bool:
        """Whether a parameter should not move at all, because the learning rate is zero.

        ``actual`` is then the movement itself, and ``right`` the gradient at a rate of one.
        """
        return self.before is not None and not self.lr

    @property
    def expected(self) -> Array:
        """What is right to give: ``right``, and no movement at rest."""
        return np.zeros_like(self.right) if self.at_rest else self.right

    @property
    def numbers(self) -> Array:
        """What was given, or an empty array."""
        return np.zeros(0) if self.actual is None else self.actual

    @property
    def has_right_shape(self) -> bool:
        """Whether an array of the right shape was given."""
        return self.actual is not None and self.actual.shape == self.right.shape

    @property
    def is_right(self) -> bool:
        """Whether the actual array is the expected one."""
        return agrees(self.expected, self.actual)

    @property
    def wrong_entries(self) -> Array:
        """Which entries are not right, as an array of bool; the shape must be right."""
        size = float(np.max(np.abs(self.right), initial=0.0))
        with np.errstate(invalid="ignore"):
            return np.asarray(~(np.abs(self.numbers - self.right) <= FIT * size + 1e-9))


def agrees(prediction: Array | None, actual: Array | None) -> bool:
    """Whether a prediction is the actual array; both missing is agreement too. NaN never agrees."""
    if prediction is None or actual is None:
        return prediction is None and actual is None
    if prediction.shape != actual.shape:
        return False
    with np.errstate(invalid="ignore", over="ignore"):
        bound = FIT * float(np.max(np.abs(actual), initial=0.0)) + 1e-9
        return bool(np.isfinite(bound) and np.all(np.abs(prediction - actual) <= bound))


def moving(cases: Iterable[Case]) -> list[Case]:
    """Leave out what should not move: a formula times a rate of zero says nothing."""
    return [case for case in cases if not case.at_rest]


def resting(cases: Iterable[Case]) -> list[Case]:
    """Keep what should not move."""
    return [case for case in cases if case.at_rest]


def wrong(cases: Iterable[Case]) -> list[Case]:
    """The cases that have numbers of the right shape, and not the right ones."""
    return [case for case in cases if case.has_right_shape and not case.is_right]
