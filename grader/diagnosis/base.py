"""What a hypothesis is, what it is tried on, and when it may speak.

A hypothesis is a small function that computes what a certain mistake would give. It
may name the mistake only if it fits every case: a name that is wrong is worse than none.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

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
    w_after
        The weights after the step of this case.
    lr
        The learning rate of the step.
    turn
        How many steps this object had taken before.
    trial
        The trial that it comes from, as a reader knows it.
    before
        The parameter before the step, where the array is what a step moved.
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
    lr: float = 1.0
    turn: int = 0
    trial: str = ""
    before: Array | None = None

    @property
    def n(self) -> int:
        """The size of the batch."""
        return int((self.x if self.x.size else self.y).shape[0])

    @property
    def at_rest(self) -> bool:
        """Whether a parameter should not move at all, because the learning rate is zero.

        ``given`` is then the movement itself, and ``right`` the gradient at a rate of one.
        """
        return self.before is not None and not self.lr

    @property
    def wanted(self) -> Array:
        """What is right to give: ``right``, and no movement at rest."""
        return np.zeros_like(self.right) if self.at_rest else self.right


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
        What is wrong, and what to do: the docstring's first line, and the rest. A beginning
        "It" is the array (see ``about``).
    rival
        A simpler formula, or None. Where no case tells the two apart, this one is silent.
    general
        Whether it may befall any array; it speaks only where nothing more particular fits.
    """

    bug: str
    subjects: tuple[str, ...]
    array: str
    formula: str
    compute: Formula
    explanation: str
    advice: str
    rival: Formula | None = None
    general: bool = False


Subjects = str | tuple[str, ...]


def told(function: Callable[..., object]) -> tuple[str, str]:
    """Split a docstring into what is wrong (its first line) and what to do (the rest)."""
    first, _, rest = inspect.cleandoc(function.__doc__ or "").partition("\n")
    return first.strip(), " ".join(rest.split())


def hypothesis(
    bug: str, subject: Subjects, array: str, formula: str, rival: Formula | None = None
) -> Callable[[Formula], Hypothesis]:
    """Make a hypothesis of a function; see ``Hypothesis`` for the parameters."""

    def decorate(compute: Formula) -> Hypothesis:
        subjects = (subject,) if isinstance(subject, str) else subject
        return Hypothesis(bug, subjects, array, formula, compute, *told(compute), rival)

    return decorate


def variant(of: Hypothesis, formula: str) -> Callable[[Formula], Hypothesis]:
    """Make another formula of the same mistake, which is told in the same words."""
    return lambda compute: replace(of, formula=formula, compute=compute)


ARRAYS = {
    "dx": "gradient at the input",
    "dw": "gradient of the weights",
    "db": "gradient of the bias",
    "dy": "gradient of the loss",
    "value": "result of forward",
    "net": "step of the whole network",
}
"""What a reader calls the arrays that hypotheses are about."""


Translate = Callable[[str], str]
"""An English text to the same in a reader's language."""


def as_written(text: str) -> str:
    """Leave a text in English."""
    return text


def about(array: str, text: str, tr: Translate = as_written) -> str:
    """Say of an array what a text says of "It", in a reader's language."""
    if not text.startswith("It "):
        return tr(text)
    whose = tr("The {array} ").format(array=tr(ARRAYS[array]))
    return tr(text).replace(tr("It "), whose, 1)


def predicted(compute: Formula, case: Case) -> Array | None:
    """What a formula gives for a case, or None where numpy itself would refuse it."""
    try:
        with np.errstate(all="ignore"):
            prediction = np.asarray(compute(case), np.float64)
            if case.before is not None:  # numpy spreads what it takes from a parameter
                sides = np.broadcast_shapes(case.before.shape, prediction.shape)
                prediction = np.broadcast_to(prediction, sides)
    except (ValueError, IndexError):
        return None
    return prediction


def agrees(prediction: Array | None, given: Array | None) -> bool:
    """Whether a prediction is what was given; both missing is agreement too. NaN never agrees."""
    if prediction is None or given is None:
        return prediction is None and given is None
    if prediction.shape != given.shape:
        return False
    with np.errstate(invalid="ignore", over="ignore"):
        bound = FIT * float(np.max(np.abs(given), initial=0.0)) + 1e-9
        return bool(np.isfinite(bound) and np.all(np.abs(prediction - given) <= bound))


def fits_one(compute: Formula, case: Case) -> bool:
    """Whether a formula gives a case what the student's code gave.

    A step that would make its parameter grow is refused where it is taken in place.
    """
    prediction = predicted(compute, case)
    grown = (
        prediction is not None
        and case.before is not None
        and prediction.shape != case.before.shape
        and case.given is None
    )
    return grown or agrees(prediction, case.given)


def telling(cases: Sequence[Case]) -> bool:
    """Whether cases say enough for a name: some of them wrong, and not a mere handful of numbers."""
    entries = sum(case.given.size for case in cases if case.given is not None)
    refused = sum(1 for case in cases if case.given is None)
    return (
        entries >= 2
        and entries + refused >= 4
        and not all(agrees(case.wanted, case.given) for case in cases)
    )


def moving(cases: Sequence[Case]) -> list[Case]:
    """Leave out what should not move: a formula times a rate of zero says nothing."""
    return [case for case in cases if not case.at_rest]


def fits(compute: Formula, cases: Sequence[Case]) -> bool:
    """Whether a formula gives every case what the student's code gave."""
    return bool(cases) and all(fits_one(compute, case) for case in cases)


def may_speak(known: Hypothesis, cases: Sequence[Case]) -> bool:
    """Whether a hypothesis fits every case, and some case tells it from its simpler rival."""
    if not fits(known.compute, cases):
        return False
    return known.rival is None or not fits(known.rival, cases)
