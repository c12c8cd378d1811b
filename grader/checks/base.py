"""What a check is: a decorated function whose docstring is what the student reads."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from grader.model import Failure, Outcome, Part
from grader.remote import Lab

T = TypeVar("T")


Examine = Callable[[Lab], Outcome | Sequence[Part] | None]


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
    blames
        Checks of what is used here too: where this one fails beside one of them, it waits for that,
        because one mistake is counted once.
    stage
        ``contract`` (layers and losses), ``dependent`` (what is built of them), ``figures``,
        ``program`` (the whole program, whatever its structure) or ``tests`` (the student's own).
    examine
        Takes a lab; returns its parts (``lab.outcome`` where there is more to show than they),
        or None where it has no parts; raises ``Failure`` where it fails whole.
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
    blames: tuple[str, ...] = ()
    earns_beside: tuple[str, ...] = ()


def check(
    id: str,  # noqa: A002  the word of the rubric
    *,
    subject: str,
    needs: Iterable[str] = (),
    blames: Iterable[str] = (),
    earns_beside: Iterable[str] = (),
    stage: str = "contract",
) -> Callable[[Examine], Check]:
    """Make a check of a function; see ``Check`` for the parameters."""

    def decorate(examine: Examine) -> Check:
        title, _, hint = inspect.cleandoc(examine.__doc__ or id).partition("\n")
        texts = title.strip(), " ".join(hint.split())
        names = tuple(blames), tuple(earns_beside)
        return Check(id, subject, tuple(needs), stage, examine, *texts, *names)

    return decorate


def part(
    name: str, demand: Callable[[], object], weight: float = 1.0, *, beside: Iterable[str] = ()
) -> Part:
    """Return one part of a check: call a demand, and keep the failure that it raises.

    A failure that it returns counts only where the mistake in ``forward`` has no name.
    """
    try:
        result = demand()
    except Failure as failure:
        # Without its traceback, which would keep the lab and all that it observed.
        return Part(name, failure.with_traceback(None), weight, tuple(beside))
    if_unnamed = result if isinstance(result, Failure) else None
    return Part(name, None, weight, tuple(beside), if_unnamed)


def each(demand: Callable[[T], object], things: Iterable[T]) -> None:
    """Demand the same of several things; the first failure counts."""
    for thing in things:
        demand(thing)


def each_of(demand: Callable[[T], Failure | None], things: Iterable[T]) -> Failure | None:
    """Demand the same of several things, as ``each``; return the first failure that one returns."""
    return next((failure for failure in [*map(demand, things)] if failure is not None), None)


def collect(*modules: object) -> dict[str, Check]:
    """Collect the checks that stand in modules, by id, in the order of their definition."""
    checks = [
        thing for module in modules for thing in vars(module).values() if isinstance(thing, Check)
    ]
    return {check.id: check for check in checks}
