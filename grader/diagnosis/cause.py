"""The one statement in which a mistake can be, where there is only one.

What a wrong array follows from is collected backwards through names and attributes. Statements that
cannot be the mistake are left out: those that a right array follows from as well, and a few whose text
shows that they are right. What is left is told only where it is a single statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from grader.diagnosis import recipes
from grader.diagnosis.dependence import Site, follow, starts, statements_of
from grader.diagnosis.lab_names import names_of_the_lab
from grader.diagnosis.outline import Block, Members, Statement
from grader.diagnosis.right_lines import is_right

_EMPTY = re.compile(r"= (?:np\.(?:zeros|ones|empty|full)(?:_like)?\(.*|\[\]|None|0(?:\.0)?)$")
"""What only prepares for something that may be missing: it is never the mistake that is told."""


def only_statement(
    members: Members, method: Block, array: str, attribute: str = "", right: Iterable[str] = ()
) -> Statement | None:
    """Return the statement that a wrong array must come from, or None where several can be meant.

    Parameters
    ----------
    members, method
        The class, and the method of it that gives the array.
    array
        ``value``, ``dx``, ``dy``, ``dw`` or ``db``.
    attribute
        The attribute that holds the parameter whose update is wrong; "" for what is returned.
    right
        Arrays of the class that are right, and ``init`` where it is constructed right.
    """
    followed = follow(members, starts(method, attribute))
    if not followed or not members.complete:
        return None
    if not _uses_argument(method, followed, array) or not _uses_both(members, followed, array):
        return None
    innocent = _behind_right_arrays(members, attribute, set(right))
    left = [
        (block, number)
        for block, number in followed
        if (block.name, number) not in innocent
        and not is_right(members, (block, number), array, "init" in set(right))
    ]
    if len(left) != 1:
        return _by_recipe(members, method, array, left)
    [(block, number)] = left
    entry = statements_of(block)[number]
    return entry if block is method and not _EMPTY.search(entry.text) else None


def _by_recipe(
    members: Members, method: Block, array: str, left: Sequence[Site]
) -> Statement | None:
    """Return the statement that alone differs from a right method, where the others agree with one."""
    names = names_of_the_lab(members, method)
    own = sorted(number for block, number in left if block is method)
    if len(own) != len(left) or array not in ("value", "dx", "dy"):
        return None
    entries = [statements_of(method)[number] for number in own]
    subject = members.subject
    odd = recipes.differing(subject, array, [recipes.tokens(e.text, names) for e in entries])
    return None if odd is None else entries[odd]


def _uses_argument(method: Block, followed: list[Site], array: str) -> bool:
    """Whether what a method returns follows from its argument: where it does not, that may be left out."""
    if array not in ("value", "dx") or len(method.parameters) < 2:
        return True
    argument = method.parameters[1] if "." in method.name else method.parameters[0]
    return _is_used(argument, method, followed)


def _uses_both(members: Members, followed: Sequence[Site], array: str) -> bool:
    """Whether a loss's gradient follows from the prediction and the truth: else a line may be missing."""
    forward = members.methods.get("forward")
    if array != "dy" or forward is None:
        return True
    return all(_is_used(argument, forward, followed) for argument in forward.parameters[1:3])


def _is_used(argument: str, method: Block, followed: Sequence[Site]) -> bool:
    return any(
        argument in statements_of(block)[number].uses
        for block, number in followed
        if block is method
    )


def _behind_right_arrays(members: Members, attribute: str, right: set[str]) -> set[tuple[str, int]]:
    """Return the statements that arrays follow from which are right."""
    innocent: set[tuple[str, int]] = set()
    for method_name, arrays in (("forward", {"value"}), ("backward", {"dx", "dy"})):
        method = members.methods.get(method_name)
        if method is not None and arrays & right:
            innocent |= {(b.name, k) for b, k in follow(members, starts(method, "")) or ()}
    backward = members.methods.get("backward")
    if backward is None or not {"dw", "db"} & right:
        return innocent
    updated = {
        name[5:] for entry in statements_of(backward) for name in entry.sets if name[:5] == "self."
    }
    # Which attribute is which parameter is known only where the message about the other names it.
    # What the wrong one follows from, such as a gradient kept in an attribute, is no other parameter.
    own = follow(members, starts(backward, attribute)) if attribute else None
    read = {name[5:] for block, k in own or () for name in statements_of(block)[k].uses}
    if {"dw", "db"} <= right or attribute:
        for name in updated - {attribute} - read:
            innocent |= {(b.name, k) for b, k in follow(members, starts(backward, name)) or ()}
    return innocent
