"""What a check is: a decorated function whose docstring is what the student reads."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from grader.expect import Failure
from grader.lab import Lab
from grader.model import NOTHING, Message, Picture, Values

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Judged:
    """One part of a check after it was judged: what failed it, or None."""

    name: str
    failure: Failure | None = None
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Examined:
    """Parts, and what a check has to show beside them.

    Parameters
    ----------
    parts
        What was judged; none at all means that the check holds whole.
    evidence
        What a page can draw: a few hundred numbers under plain names.
    pictures
        The figures that were looked at.
    remarks
        Things worth saying that cost nothing.
    """

    parts: Sequence[Judged]
    evidence: Values = NOTHING
    pictures: tuple[Picture, ...] = ()
    remarks: tuple[Message, ...] = ()


Judgement = Sequence[Judged] | Examined | None
Examine = Callable[[Lab, np.random.Generator], Judgement]


@dataclass(frozen=True, slots=True)
class Check:
    """A check: how it is known, what it needs, what it does, and what the student reads.

    Parameters
    ----------
    id
        As the rubric names it.
    subject
        The class or function of the contract that it examines.
    needs
        Checks whose subjects must be usable for this one to say anything.
    leans
        Checks of what is used here too: where this one fails beside one of them, it waits for that,
        because one mistake is counted once.
    stage
        ``contract`` (layers and losses), ``dependent`` (what is built of them) or ``figures``.
    examine
        Takes a lab and a generator of its own; returns the parts that it judged, or None
        where it has no parts; raises ``Failure`` where it fails whole.
    title, hint
        The docstring's first line, and the rest of it.
    """

    id: str
    subject: str
    needs: tuple[str, ...]
    stage: str
    examine: Examine
    title: str
    hint: str
    leans: tuple[str, ...] = ()


def check(
    id: str,  # noqa: A002  the word of the rubric
    *,
    subject: str,
    needs: Iterable[str] = (),
    leans: Iterable[str] = (),
    stage: str = "contract",
) -> Callable[[Examine], Check]:
    """Make a check of a function; see ``Check`` for the parameters."""

    def decorate(examine: Examine) -> Check:
        title, _, hint = inspect.cleandoc(examine.__doc__ or id).partition("\n")
        about = title.strip(), " ".join(hint.split())
        return Check(id, subject, tuple(needs), stage, examine, *about, tuple(leans))

    return decorate


def judged(name: str, demand: Callable[[], object], weight: float = 1.0) -> Judged:
    """Judge one part: call a demand, and keep the failure that it raises."""
    try:
        demand()
    except Failure as failure:
        return Judged(name, failure, weight)
    return Judged(name, None, weight)


def each(demand: Callable[[T], object], things: Iterable[T]) -> None:
    """Demand the same of several things; the first failure counts."""
    for thing in things:
        demand(thing)


def collect(*modules: object) -> dict[str, Check]:
    """Collect the checks that stand in modules, by id, in the order of their definition."""
    found = [
        thing for module in modules for thing in vars(module).values() if isinstance(thing, Check)
    ]
    return {check.id: check for check in found}
