"""Recognises which of a student's classes and functions play the roles of the lab.

Names come first, behaviour confirms: candidates are tried in the child with small programs, and
what came back is looked at here. Where two readings fit, none is taken and a person decides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.contract import CONTRACT, ROWS, Kind, Row
from grader.model import NOTHING
from grader.recognition import inventory
from grader.recognition.frame import Ask
from grader.recognition.inventory import Definition, Inventory
from grader.recognition.manner import is_in_manner
from grader.recognition.plans import Plan, Role
from grader.recognition.undecided import Undecided

__all__ = ["Plan", "Recognition", "Role", "Undecided", "recognise", "roles_to_find"]

KINDS = (Kind.LINEAR, Kind.ACTIVATION, Kind.LOSS)
Bound = Mapping[str, tuple[str, str]]
"""Name of the contract -> the student's own name and the file of what is bound to it."""


@dataclass(frozen=True, slots=True)
class Recognition:
    """What was recognised in a submission: roles by the lab's name, and what a person decides."""

    roles: Mapping[str, Role] = field(default_factory=dict)
    undecided: tuple[Undecided, ...] = ()


def roles_to_find(
    asked: Collection[str], bound: Bound, defined: Inventory, pinned: Mapping[str, str] = NOTHING
) -> dict[str, Definition | None]:
    """Return the names of the contract that nothing plays in the lab's manner, with what is bound to each.

    ``asked`` are the names that the rubric asks for; ``pinned`` says by the lab's name which of the
    submission's a teacher means.
    """
    to_find: dict[str, Definition | None] = {}
    for row in CONTRACT:
        if row.kind not in KINDS or row.name not in asked:
            continue
        meant = defined.named(pinned[row.name]) if row.name in pinned else None
        if meant is None and row.name not in bound:
            to_find[row.name] = None
            continue
        definition = meant or defined.at(*bound[row.name])
        if meant is not None and (meant.name, meant.file) != bound.get(row.name):
            to_find[row.name] = meant
        elif definition is not None and not is_in_manner(row.kind, definition):
            to_find[row.name] = definition
    return to_find


def recognise(
    asked: Collection[str],
    bound: Bound,
    answer: Mapping[str, Any],
    ask: Ask,
    pinned: Mapping[str, str] = NOTHING,
) -> Iterator[Role | Undecided]:
    """Yield what plays the roles that the rubric asks for, and what a person decides.

    Parameters
    ----------
    asked
        Names of the contract.
    bound
        What the submission defines under them.
    answer
        The child's answer to ``inventory``.
    ask
        Sends programs to the child; what it raises passes through.
    pinned
        Names of the contract, and what plays them by the rubric.
    """
    defined = inventory.parse(answer)
    for name, definition in roles_to_find(asked, bound, defined, pinned).items():
        result = _find(ROWS[name], defined, ask, definition)
        if result is not None:
            yield result


def _find(
    row: Row, defined: Inventory, ask: Ask, bound: Definition | None
) -> Role | Undecided | None:
    # What is in the lab's manner, as most submissions are, needs none of these modules.
    from grader.recognition import elementwise, linear, losses  # noqa: PLC0415

    if row.kind is Kind.LINEAR:
        return linear.recognise(defined, ask, bound)
    if row.kind is Kind.ACTIVATION:
        return elementwise.recognise(row.name, defined, ask, bound)
    return losses.recognise(row.name, defined, ask, bound)
