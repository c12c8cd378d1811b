"""Factors: a formula, right or wrong, times a number that follows from the trial."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from grader.diagnosis.case import Case
from grader.diagnosis.formula import Formula

STEPS = ("dw", "db", "net")
LAYER = ("dx", *STEPS)
LOSS = ("dy", "value")
EVERY = (*LAYER, *LOSS)


@dataclass(frozen=True, slots=True)
class Factor:
    """A number that follows from a case.

    Parameters
    ----------
    slug
        How it is known.
    formula
        The number, as a student writes it; it raises where a case has none.
    explanation, advice
        What it means (of an array that the reader knows: "It is ..."), and what to do.
    arrays
        The arrays to which it can happen.
    """

    slug: str
    formula: Formula
    explanation: str
    advice: str
    arrays: tuple[str, ...] = EVERY

    def value(self, case: Case) -> float:
        """The number for a case; raises IndexError or ZeroDivisionError where it has none."""
        return float(self.formula(case))


FACTORS = (
    Factor("sign", Formula("-1"),
        "It has the wrong sign.", "Look for an extra or missing minus sign."),
    Factor("over_n", Formula("1/N"),
        "It is divided by the size of the batch once too often.",
        "The mean over the batch is taken once, in the loss. The layers only sum."),
    Factor("times_n", Formula("N"),
        "It is N times too large: a division by the size of the batch is missing, or there is a "
        "factor N too many.", "Only the function whose forward averages over the batch divides by N."),
    Factor("times_lr", Formula("lr"),
        "It is multiplied by the learning rate once too often.",
        "Use the learning rate once, and only in the update of the parameters.", LAYER),
    Factor("over_lr", Formula("1/lr"),
        "The learning rate is not used.", "A step is the learning rate times the gradient.", STEPS),
    Factor("over_lr_twice", Formula("1/lr ** 2"),
        "The step is divided by the learning rate.",
        "A step is the learning rate times the gradient: a small rate makes a small step.", STEPS),
    Factor("doubled", Formula("2"),
        "It is twice as large as it should be.",
        "Look for a factor of 2 that does not belong here, or for something that is done twice."),
    Factor("halved", Formula("1/2"),
        "It is half as large as it should be.",
        "Is there an extra factor 1/2, or is the 2 from differentiating the square missing?"),
    Factor("over_in", Formula("1 / w.shape[0]", "1/in"),
        "It is divided by the number of inputs.", "This gradient takes no mean over the inputs.", ("dx", "dw", "db")),
    Factor("over_out", Formula("1 / w.shape[1]", "1/out"),
        "It is divided by the number of outputs.", "This gradient takes no mean over the outputs.",
        ("dx", "dw", "db")),
    Factor("over_width", Formula("1/D"),
        "It is divided by the number of columns D once too often.",
        "Count over which entries forward takes its mean: N rows, or all N * D entries.", ("dx", *LOSS)),
    Factor("times_width", Formula("D"),
        "It is D times too large: a division by the number of columns D is missing.",
        "Count over which entries forward takes its mean: N rows, or all N * D entries.", ("dx", *LOSS)),
    Factor("over_size", Formula("1/(N * D)"),
        "It is divided by the number of entries N * D once too often.",
        "A mean over all entries divides by their number once.", LOSS),
    Factor("times_size", Formula("N * D"),
        "It is N * D times too large: the division by the number of entries is missing.",
        "The mean over all entries divides by their number; so does its gradient.", LOSS),
    Factor("per_turn", Formula("calls + 1", "the number of backwards so far"),
        "The gradients of earlier calls are still in it.",
        "Every backward starts from zero: assign its gradient, do not add it to the previous one.", LAYER),
    Factor("over_turn", Formula("1 / (calls + 1)", "1/(the number of backwards so far)"),
        "It shrinks with every call of backward.",
        "The learning rate that backward is given is the one to use, in every call.", LAYER),
)  # fmt: skip

CONSTANT = Factor("scaled", Formula("{k}"),
    "It is multiplied by a constant that does not belong there.",
    "Look for a number that multiplies or divides it. The evidence says how large it is.")  # fmt: skip
CONSTANT_RATE = Factor("lr_ignored", Formula("({k} / lr)"),
    "Every update uses the same learning rate, whatever lr backward is given.",
    "Use the lr that was passed to this call of backward.", STEPS)  # fmt: skip
NAMED = (*FACTORS, CONSTANT, CONSTANT_RATE)


def pairs(array: str) -> list[tuple[Factor, Factor]]:
    """All pairs of factors that an array may have, in a stable order."""
    return list(combinations([factor for factor in FACTORS if array in factor.arrays], 2))
