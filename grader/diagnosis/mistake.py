"""What a known mistake is: one row of a table, with the formula that it gives and what to tell its author."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, auto
from typing import Any

from grader.diagnosis.case import Case
from grader.diagnosis.formula import Formula


class Rank(IntEnum):
    """The order in which explanations are tried; the first rank at which something fits counts.

    What needs less to fit is more likely to be what was written.
    """

    PLAIN = auto()
    """The right formula times one factor, and wrong formulas as they are."""
    TRANSFORM = auto()
    """What may befall any right result, such as a lost sign."""
    CONSTANT = auto()
    """Wrong formulas with a constant that fits."""
    PRODUCT = auto()
    """The right formula times two factors, and wrong formulas times one."""
    SCALED = auto()
    """The right formula times a number that fits."""
    SCALED_MISTAKE = auto()
    """Wrong formulas times a number that fits."""
    TWO = auto()
    """Two mistakes at once (see ``two_mistakes``)."""
    VAGUE = auto()
    """What says so little that everything else is tried before it."""


Constants = Mapping[str, float]
Solver = Callable[[Sequence[Case], Formula], Iterable[Constants]]
"""From cases and a formula to the constants that are worth a try; it may raise what numpy raises."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """A known mistake.

    Parameters
    ----------
    slug
        The stable name; several rows may share it.
    subjects, array
        The classes of the contract, and the array of theirs (``dx``, ``dw``, ``db``, ``dy``,
        ``value``), that it can explain.
    formulas
        What it gives; several where the same mistake is written in several ways.
    explanation, advice
        What is wrong, and what to do. A beginning "It" is the array (see ``texts.about``).
    rank
        When it is tried.
    simpler
        A simpler formula, or None. Where no case tells the two apart, this mistake is not named.
    constant
        How the constants of its formulas are found, where it has some.
    at_rest
        How a parameter moves at a learning rate of zero, where that belongs to the mistake.
    """

    slug: str
    subjects: tuple[str, ...]
    array: str
    formulas: tuple[Formula, ...]
    explanation: str
    advice: str
    rank: Rank
    simpler: Formula | None = None
    constant: Solver | None = None
    at_rest: Formula | None = None


FormulaText = str | Formula


def mistake(  # noqa: PLR0913 - the columns of the table
    slug: str,
    subjects: str | tuple[str, ...],
    array: str,
    formulas: FormulaText | tuple[FormulaText, ...],
    explanation: str,
    advice: str,
    *,
    rank: Rank | None = None,
    simpler: str = "",
    constant: Solver | None = None,
    at_rest: str = "",
) -> Mistake:
    """Write a row of the table: a string is a formula, and one class or formula needs no tuple."""
    formula_texts = formulas if isinstance(formulas, tuple) else (formulas,)
    return Mistake(
        slug,
        subjects if isinstance(subjects, tuple) else (subjects,),
        array,
        tuple(one if isinstance(one, Formula) else Formula(one) for one in formula_texts),
        explanation,
        advice,
        rank or (Rank.CONSTANT if constant else Rank.PLAIN),
        Formula(simpler) if simpler else None,
        constant,
        Formula(at_rest) if at_rest else None,
    )


def per_array(
    slug: str, arrays: Mapping[str, tuple[str, ...]], *columns: Any, **more: Any
) -> tuple[Mistake, ...]:
    """Write a row for each array, with its classes; ``{array}`` in the slug stands for it."""
    return tuple(
        mistake(slug.format(array=array), subjects, array, *columns, **more)
        for array, subjects in arrays.items()
    )
