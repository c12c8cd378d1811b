"""What a check is: a decorated function whose docstring is what the student reads."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from grader.expect import Failure
from grader.model import NOTHING, Message, Picture, Values
from grader.remote import Lab

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Judged:
    """One part of a check after it was judged.

    Parameters
    ----------
    name, weight
        What it is called, and its weight among the check's parts.
    failure
        What failed it, or None.
    beside
        Parts of the same check without which this one earns nothing, because an empty method
        passes it: nothing moves at a learning rate of zero where nothing ever moves.
    if_unnamed
        What fails it unless the mistake in the class's ``forward`` has a name: it agrees with
        the derivative of a ``forward`` that is wrong.
    """

    name: str
    failure: Failure | None = None
    weight: float = 1.0
    beside: tuple[str, ...] = ()
    if_unnamed: Failure | None = None


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
    informative
        False where the method returns nothing that depends on what it was given as the class's
        must: zeros, a constant, its argument, chance.
    """

    parts: Sequence[Judged]
    evidence: Values = NOTHING
    pictures: tuple[Picture, ...] = ()
    remarks: tuple[Message, ...] = ()
    informative: bool = True


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
    earns_beside
        Checks of a ``forward`` that must work for this one to earn anything: what does nothing
        leaves everything alone.
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
    earns_beside: tuple[str, ...] = ()


def check(
    id: str,  # noqa: A002  the word of the rubric
    *,
    subject: str,
    needs: Iterable[str] = (),
    leans: Iterable[str] = (),
    earns_beside: Iterable[str] = (),
    stage: str = "contract",
) -> Callable[[Examine], Check]:
    """Make a check of a function; see ``Check`` for the parameters."""

    def decorate(examine: Examine) -> Check:
        title, _, hint = inspect.cleandoc(examine.__doc__ or id).partition("\n")
        about = title.strip(), " ".join(hint.split())
        tried = tuple(needs), stage, examine
        return Check(id, subject, *tried, *about, tuple(leans), tuple(earns_beside))

    return decorate


def judged(
    name: str, demand: Callable[[], object], weight: float = 1.0, *, beside: Iterable[str] = ()
) -> Judged:
    """Judge one part: call a demand, and keep the failure that it raises.

    A failure that it returns counts only where the mistake in ``forward`` has no name.
    """
    try:
        returned = demand()
    except Failure as failure:
        return Judged(name, failure, weight, tuple(beside))
    if_unnamed = returned if isinstance(returned, Failure) else None
    return Judged(name, None, weight, tuple(beside), if_unnamed)


def holds(demand: Callable[[], object]) -> bool:
    """Whether a demand holds: it raises no failure."""
    try:
        demand()
    except Failure:
        return False
    return True


def each(demand: Callable[[T], object], things: Iterable[T]) -> None:
    """Demand the same of several things; the first failure counts."""
    for thing in things:
        demand(thing)


def each_of(demand: Callable[[T], Failure | None], things: Iterable[T]) -> Failure | None:
    """Demand the same of several things, as ``each``; return the first failure that one returns."""
    return next((failure for failure in [*map(demand, things)] if failure is not None), None)


def collect(*modules: object) -> dict[str, Check]:
    """Collect the checks that stand in modules, by id, in the order of their definition."""
    found = [
        thing for module in modules for thing in vars(module).values() if isinstance(thing, Check)
    ]
    return {check.id: check for check in found}
