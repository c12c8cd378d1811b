"""What a hypothesis is, what it is tried on, and when it may speak.

A hypothesis is a small function that computes what a certain mistake would give. It
may name the mistake only if it fits every case: a name that is wrong is worse than none.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
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
    given
        What the code gave; None where it raised.
    right
        What it should have given, by differences or in closed form.
    x, g, w, b
        The input, the upstream gradient, weights ``(in, out)`` and bias ``(out,)``.
    y, t
        The output (of a loss: the prediction), and the ground truth.
    w_after, b_after
        Weights and bias after the step of this case.
    lr
        The learning rate of the step.
    turn
        How many steps this object had taken before.
    """

    given: Array | None
    right: Array
    x: Array = field(default_factory=_none)
    g: Array = field(default_factory=_none)
    w: Array = field(default_factory=_none)
    b: Array = field(default_factory=_none)
    y: Array = field(default_factory=_none)
    t: Array = field(default_factory=_none)
    w_after: Array = field(default_factory=_none)
    b_after: Array = field(default_factory=_none)
    lr: float = 1.0
    turn: int = 0

    @property
    def n(self) -> int:
        """The size of the batch."""
        return int((self.x if self.x.size else self.y).shape[0])


Formula = Callable[[Case], Array]


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A mistake: its slug, what it computes, and what to tell its author.

    Parameters
    ----------
    bug
        The stable slug.
    subjects, array
        The classes of the contract, and the array of theirs (``dx``, ``dw``, ``db``, ``dy``,
        ``value``), that it can explain.
    formula
        The same in a student's own terms.
    compute
        A case to the array that the mistake gives; raises ValueError where numpy would.
    explanation, advice
        What is wrong, and what to do: the docstring's first line, and the rest.
    """

    bug: str
    subjects: tuple[str, ...]
    array: str
    formula: str
    compute: Formula
    explanation: str
    advice: str


def hypothesis(
    bug: str, subject: str | tuple[str, ...], array: str, formula: str
) -> Callable[[Formula], Hypothesis]:
    """Make a hypothesis of a function; see ``Hypothesis`` for the parameters."""

    def decorate(compute: Formula) -> Hypothesis:
        first, _, rest = inspect.cleandoc(compute.__doc__ or "").partition("\n")
        subjects = (subject,) if isinstance(subject, str) else subject
        return Hypothesis(
            bug, subjects, array, formula, compute, first.strip(), " ".join(rest.split())
        )

    return decorate


def predicted(compute: Formula, case: Case) -> Array | None:
    """What a formula gives for a case, or None where numpy itself would refuse it."""
    try:
        with np.errstate(all="ignore"):
            return np.asarray(compute(case), np.float64)
    except (ValueError, IndexError):
        return None


def agrees(prediction: Array | None, given: Array | None) -> bool:
    """Whether a prediction is what was given; both missing is agreement too. NaN never agrees."""
    if prediction is None or given is None:
        return prediction is None and given is None
    if prediction.shape != given.shape:
        return False
    with np.errstate(invalid="ignore"):
        bound = FIT * float(np.max(np.abs(given), initial=0.0)) + 1e-9
        return bool(np.all(np.abs(prediction - given) <= bound))


def telling(cases: Sequence[Case]) -> bool:
    """Whether cases say enough for a name: numbers at all, some of them wrong, and not a mere handful."""
    entries = sum(case.given.size for case in cases if case.given is not None)
    return entries >= 4 and not all(agrees(case.right, case.given) for case in cases)


def fits(compute: Formula, cases: Sequence[Case]) -> bool:
    """Whether a formula gives every case what the student's code gave."""
    return all(agrees(predicted(compute, case), case.given) for case in cases)
