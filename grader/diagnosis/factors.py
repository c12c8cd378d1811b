"""Factors: a formula, right or wrong, times a number that follows from the trial.

Each case tells its own number by least squares; a factor is named only where one
expression gives every case its number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from grader.diagnosis.base import FIT, Case, Formula, agrees, fits_one, predicted

STEPS = ("dw", "db", "net")
LAYER = ("dx", *STEPS)
LOSS = ("dy", "value")
EVERY = (*LAYER, *LOSS)


@dataclass(frozen=True, slots=True)
class Factor:
    """A number that follows from a case.

    Parameters
    ----------
    slug, text
        How it is known, and how a student writes it.
    value
        A case to the number; raises where the case has none.
    explanation, advice
        What it means (of an array that the reader knows: "It is ..."), and what to do.
    arrays
        The arrays to which it can happen.
    """

    slug: str
    text: str
    value: Callable[[Case], float]
    explanation: str
    advice: str
    arrays: tuple[str, ...] = EVERY


def _columns(case: Case) -> int:
    """The columns of a prediction, or of an activation's input; a linear layer has in and out."""
    if case.w.size:
        raise IndexError
    return int((case.y if case.t.size else case.x).shape[-1])


FACTORS = (
    Factor(
        "sign", "-1", lambda c: -1.0,
        "It has the wrong sign.",
        "Look for a minus too many or too few.",
    ),
    Factor(
        "over_n", "1/N", lambda c: 1.0 / c.n,
        "It is divided by the size of the batch once too often.",
        "The mean over the batch is taken once, in the loss. The layers only sum.",
    ),
    Factor(
        "times_n", "N", lambda c: float(c.n),
        "It is N times too large: a division by the size of the batch is missing, or there is a "
        "factor N too many.",
        "Where forward takes a mean over the batch, its gradient carries 1/N, and only there.",
    ),
    Factor(
        "times_lr", "lr", lambda c: c.lr,
        "It is multiplied by the learning rate once too often.",
        "The learning rate belongs to the step of the parameters alone, and comes in once.",
        LAYER,
    ),
    Factor(
        "over_lr", "1/lr", lambda c: 1.0 / c.lr,
        "The learning rate comes in nowhere.",
        "A step is the learning rate times the gradient.",
        STEPS,
    ),
    Factor(
        "over_lr_twice", "1/lr ** 2", lambda c: 1.0 / (c.lr * c.lr),
        "The step is divided by the learning rate.",
        "A step is the learning rate times the gradient: a small rate makes a small step.",
        STEPS,
    ),
    Factor(
        "doubled", "2", lambda c: 2.0,
        "It is twice as large as it should be.",
        "Look for a factor of 2 that does not belong here, or for something that is done twice.",
    ),
    Factor(
        "halved", "1/2", lambda c: 0.5,
        "It is half as large as it should be.",
        "Is there a half too many, or is the 2 missing that the derivative of a square has?",
    ),
    Factor(
        "over_in", "1/in", lambda c: 1.0 / c.w.shape[0],
        "It is divided by the number of inputs.",
        "This gradient takes no mean over the inputs.",
        ("dx", "dw", "db"),
    ),
    Factor(
        "over_out", "1/out", lambda c: 1.0 / c.w.shape[1],
        "It is divided by the number of outputs.",
        "This gradient takes no mean over the outputs.",
        ("dx", "dw", "db"),
    ),
    Factor(
        "over_width", "1/D", lambda c: 1.0 / _columns(c),
        "It is divided by the number of columns D once too often.",
        "Count over which entries forward takes its mean: N rows, or all N * D entries.",
        ("dx", *LOSS),
    ),
    Factor(
        "times_width", "D", lambda c: float(_columns(c)),
        "It is D times too large: a division by the number of columns D is missing.",
        "Count over which entries forward takes its mean: N rows, or all N * D entries.",
        ("dx", *LOSS),
    ),
    Factor(
        "over_size", "1/(N * D)", lambda c: 1.0 / (c.n * _columns(c)),
        "It is divided by the number of entries N * D once too often.",
        "A mean over all entries divides by their number once.",
        LOSS,
    ),
    Factor(
        "times_size", "N * D", lambda c: float(c.n * _columns(c)),
        "It is N * D times too large: the division by the number of entries is missing.",
        "The mean over all entries divides by their number; so does its gradient.",
        LOSS,
    ),
    Factor(
        "per_turn", "the number of backwards so far", lambda c: c.turn + 1.0,
        "The gradients of earlier calls are still in it.",
        "Every backward starts from zero: assign its gradient, do not add to the one before.",
        LAYER,
    ),
    Factor(
        "over_turn", "1/(the number of backwards so far)", lambda c: 1.0 / (c.turn + 1.0),
        "It shrinks with every call of backward.",
        "The learning rate that backward is given is the one to use, in every call.",
        LAYER,
    ),
)  # fmt: skip

CONSTANT = Factor(
    "scaled", "a constant", lambda c: 1.0,
    "It is multiplied by a constant that does not belong there.",
    "Look for a number that multiplies or divides it. The evidence says how large it is.",
)  # fmt: skip
CONSTANT_RATE = Factor(
    "lr_ignored", "a fixed learning rate", lambda c: 1.0,
    "The step is taken with the same learning rate in every call, whatever was asked for.",
    "Use the lr that this call of backward was given.",
    STEPS,
)  # fmt: skip
NAMED = (*FACTORS, CONSTANT, CONSTANT_RATE)


def pairs(array: str) -> list[tuple[Factor, Factor]]:
    """All pairs of factors that an array may have, in a stable order."""
    return list(combinations([factor for factor in FACTORS if array in factor.arrays], 2))


@dataclass(frozen=True, slots=True)
class Scale:
    """The factor of a fit: one or two of ``FACTORS``, or a number that is the same in every case."""

    parts: tuple[Factor, ...]
    text: str

    @property
    def slug(self) -> str:
        """The slugs of all parts, in a stable order."""
        return "+".join(part.slug for part in self.parts)


def scales(compute: Formula, array: str, cases: Sequence[Case], most: int = 2) -> list[Scale]:
    """List the factors with which a formula gives every case what the student's code gave.

    ``most`` is how many may be multiplied. Constants come only where no factor fits.
    """
    ratios = ratios_of(compute, cases)
    if ratios is None or all(abs(ratio - 1.0) <= FIT for _, ratio in ratios):
        return []
    possible = [factor for factor in FACTORS if array in factor.arrays]
    for count in range(1, most + 1):
        tried: Iterable[tuple[Factor, ...]] = combinations(possible, count)
        found = [parts for parts in tried if _explains(parts, ratios)]
        if found:
            return [Scale(parts, " * ".join(part.text for part in parts)) for parts in found]
    return []


def constants(compute: Formula, array: str, cases: Sequence[Case]) -> list[Scale]:
    """A number that is the same in every case, or a fixed learning rate in place of the one given."""
    ratios = ratios_of(compute, cases)
    if not ratios:
        return []
    values = [ratio for _, ratio in ratios]
    if abs(values[0]) > 1e-9 and abs(values[0] - 1.0) > FIT and _alike(values):
        return [Scale((CONSTANT,), f"{values[0]:.6g}")]
    steps = [ratio * case.lr for case, ratio in ratios]
    if (
        array in CONSTANT_RATE.arrays
        and len({case.lr for case, _ in ratios}) > 1
        and abs(steps[0]) > 1e-9
        and _alike(steps)
    ):
        return [Scale((CONSTANT_RATE,), f"({steps[0]:.6g} / lr)")]
    return []


def _alike(values: Sequence[float]) -> bool:
    return bool(np.ptp(values) <= FIT * abs(values[0]))


def ratios_of(compute: Formula, cases: Sequence[Case]) -> list[tuple[Case, float]] | None:
    """The factor of each case that has one; None where some case cannot be a multiple at all."""
    found = []
    for case in cases:
        prediction = predicted(compute, case)
        if prediction is None or case.given is None or prediction.shape != case.given.shape:
            if fits_one(compute, case):
                continue
            return None
        with np.errstate(all="ignore"):
            size = float(np.sum(prediction * prediction))
            ratio = float(np.sum(prediction * case.given)) / size if size else 0.0
            if not agrees(ratio * prediction, case.given):
                return None
        if size:
            found.append((case, ratio))
    return found if len(found) > 1 else None


def _explains(parts: tuple[Factor, ...], ratios: Sequence[tuple[Case, float]]) -> bool:
    return all(abs(_product(parts, case) - ratio) <= FIT * abs(ratio) for case, ratio in ratios)


def _product(parts: tuple[Factor, ...], case: Case) -> float:
    product = 1.0
    for part in parts:
        try:
            product *= part.value(case)
        except (IndexError, ZeroDivisionError):
            return float("nan")
    return product
