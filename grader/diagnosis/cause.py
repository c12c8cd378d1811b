"""The one statement in which a mistake can be, where there is only one.

What a wrong array follows from is collected backwards through names and attributes. Statements that
cannot be the mistake are left out: those that a right array follows from as well, and a few whose text
shows that they are right. What is left is told only where it is a single statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from grader.diagnosis import recipes
from grader.diagnosis.dependence import Site, follow, starts, statements_of
from grader.diagnosis.lab_names import LAB, names_of_the_lab
from grader.diagnosis.outline import Block, Members, Statement
from grader.diagnosis.plain_lines import leaves_its_loop
from grader.diagnosis.right_lines import is_right, is_truth
from grader.model import Repair

_COMPARES = re.compile(r"= \(?[\w. ]+ [<>]=? [\w. ]+\)?(?:\.astype\([\w.]+\))?$")
"""A mask alone is no value: the product with it may be missing where it is returned."""
_EMPTY = re.compile(
    r"^[\w.]+ = (?:np\.(?:zeros|ones|empty|full)(?:_like)?\([\w., ()]*\)|\[\]|None|0(?:\.0)?)$"
)
"""What only prepares for something that may be missing: it is never the mistake that is told."""


def only_statement(
    members: Members,
    method: Block,
    array: str,
    attribute: str = "",
    right: Iterable[str] = (),
    *,
    shape_differs: bool = False,
) -> tuple[Block, Statement] | None:
    """Return the statement that a wrong array must come from, or None where several can be meant.

    The method in which it stands comes with it.

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
    shape_differs
        Whether its shape is what is wrong.
    """
    early = _early_return(method, attribute)
    if early is not None:
        return method, early
    followed = follow(members, starts(method, attribute))
    if not followed or not members.complete:
        return None
    constructed = "init" in set(right)
    innocent = _behind_right_arrays(members, attribute, set(right))

    def is_left(site: Site) -> bool:
        is_behind = (site[0].name, site[1]) in innocent
        return not is_behind and not is_right(
            members, site, array, attribute,
            is_constructed=constructed, shape_differs=shape_differs,
        )  # fmt: skip

    left = [site for site in followed if is_left(site)]
    if not left and not attribute:
        returned = _wrong_return(method, innocent)
        return (method, returned) if returned else None
    if len(left) == 1 and _is_certain(members, method, followed, array, left[0]):
        return method, statements_of(method)[left[0][1]]
    kept = _wrongly_kept(members, method, array, left)
    if kept is not None:
        return kept
    whole = [(method, number) for number in range(len(statements_of(method)))]
    is_own = {site[0].name for site in left} == {method.name}
    odd = _by_recipe(members, method, array, left) or (
        _by_recipe(members, method, array, [site for site in whole if is_left(site)])
        if is_own
        else None
    )
    return (method, odd) if odd else None


def _early_return(method: Block, attribute: str) -> Statement | None:
    """Return the statement after which nothing of a loop, or no update of an attribute, is reached."""
    entries = statements_of(method)
    if not attribute:
        leaving = [entry for entry in entries if leaves_its_loop(method, entry)]
        return leaving[0] if len(leaving) == 1 else None
    ends = [k for k, entry in enumerate(entries) if entry.kind == "Return" and not entry.within]
    updates = [number for _, number in starts(method, attribute)]
    return entries[ends[0]] if ends and updates and ends[0] < min(updates) else None


def _wrongly_kept(
    members: Members, method: Block, array: str, left: Sequence[Site]
) -> tuple[Block, Statement] | None:
    """Return the statement of forward that keeps the wrong thing, where backward is right with the right one."""
    elsewhere = [site for site in left if site[0] is not method]
    forward = members.methods.get("forward")
    if array not in ("dx", "dy") or len(elsewhere) != 1 or elsewhere[0][0] is not forward:
        return None
    entry = statements_of(forward)[elsewhere[0][1]]
    names = names_of_the_lab(members, method)
    if len(entry.sets) != 1 or entry.kind != "Assign" or entry.within:
        return None
    [name] = entry.sets
    followed = [
        number for block, number in follow(members, starts(method, "")) or () if block is method
    ]
    letters = {"dx": "XO", "dy": "YT"}[array]
    agreeing = [
        letter
        for letter in letters
        if recipes.agrees(
            members.subject, array,
            [
                recipes.tokens(statements_of(method)[k].text, {**names, name: letter})
                for k in sorted(followed)
                if not re.fullmatch(r"return \w+", statements_of(method)[k].text)
            ],
        )
    ]  # fmt: skip
    return (forward, entry) if len(agreeing) == 1 and name.startswith("self.") else None


def _is_certain(
    members: Members, method: Block, followed: Sequence[Site], array: str, site: Site
) -> bool:
    """Whether the only statement that is left is the mistake, and no other one is missing."""
    block, number = site
    return (
        block is method
        and not (array == "value" and _COMPARES.search(statements_of(block)[number].text))
        and not _EMPTY.search(statements_of(block)[number].text)
        and _uses_argument(members, method, followed, array)
        and _uses_both(members, followed)
    )


def only_initial(init: Block, attributes: Iterable[str]) -> Statement | None:
    """Return the statement of a constructor that alone fills one of some attributes, from arguments alone."""
    entries = statements_of(init)
    setting = [entry for entry in entries if entry.sets & {f"self.{name}" for name in attributes}]
    if not init.name.endswith(".__init__") or len(setting) != 1 or setting[0].within:
        return None
    known = {*init.parameters[1:], "np", "numpy"}
    is_plain = setting[0].uses <= known and setting[0].kind == "Assign"
    return setting[0] if is_plain and len(setting[0].sets) == 1 else None


def _wrong_return(method: Block, innocent: set[tuple[str, int]]) -> Statement | None:
    """Return the statement that returns another array, which is right itself: ``return dw``."""
    entries = statements_of(method)
    returns = [entry for entry in entries if entry.kind == "Return"]
    if len(returns) != 1:
        return None
    name = returns[0].text.removeprefix("return ")
    setting = [(method.name, k) for k, entry in enumerate(entries) if name in entry.sets]
    return returns[0] if setting and set(setting) <= innocent else None


def may_be_elsewhere(members: Members, method: Block, repair: Repair) -> bool:
    """Whether the mistake may be in another line than the one that a repair changes, as good as it is.

    So it is where the method differs from two right ones, in another line from each, and where
    something is changed in place that has a second name.
    """
    lines = range(repair.location.line, repair.location.end_line + 1)
    entries = statements_of(method)
    if repair.kind == "copy":
        names = [match for e in entries if (match := re.fullmatch(r"\w+ = (self\.\w+)", e.text))]
        return any(match[1] in line for match in names for line in repair.before)
    array = {"forward": "value", "backward": "dx"}.get(method.name.rpartition(".")[2], "")
    array = "dy" if array == "dx" and LAB.get(members.subject) == "loss" else array
    sites = follow(members, starts(method, "")) or []
    own = [site for site in sites if site[0] is method]
    left = [
        site
        for site in own
        if not is_right(members, site, array, "", is_constructed=True, shape_differs=False)
    ]
    odd = _odd_lines(members, method, array, left)
    return len(odd) > 1 and any(entry.line in lines for entry in odd)


def _by_recipe(
    members: Members, method: Block, array: str, left: Sequence[Site]
) -> Statement | None:
    """Return the statement that alone differs from a right method, where the others agree with one.

    Two terms of a loss that are both wrong, one below the other, are returned as one.
    """
    odd = _odd_lines(members, method, array, left)
    if not odd and LAB.get(members.subject) == "loss":
        return _two_terms(members, method, array, left)
    return None if len(odd) != 1 or _EMPTY.search(odd[0].text) else odd[0]


def _two_terms(
    members: Members, method: Block, array: str, left: Sequence[Site]
) -> Statement | None:
    entries, texts = _texts(members, method, left)
    pair = recipes.differing_pair(members.subject, array, texts)
    forward = members.methods.get("forward", method)
    # Arguments in the other order turn both terms as well, and are wrong elsewhere.
    if pair is None or is_truth("".join(forward.parameters[1:2])):
        return None
    first, second = (entries[number] for number in pair)
    numbers = [statements_of(method).index(one) for one in (first, second)]
    is_below = numbers[1] == numbers[0] + 1 and first.within == second.within
    return replace(first, end_line=second.end_line) if is_below else None


def _odd_lines(
    members: Members, method: Block, array: str, left: Sequence[Site]
) -> list[Statement]:
    """Return the statements of which each alone differs from some right method."""
    entries, texts = _texts(members, method, left)
    if len(entries) != len(left) or array not in ("value", "dx", "dy"):
        return []
    return [entries[number] for number in sorted(recipes.differing(members.subject, array, texts))]


def _texts(
    members: Members, method: Block, left: Sequence[Site]
) -> tuple[list[Statement], list[list[str]]]:
    """Return the statements of a method that are left, and what they are in the letters of the recipes."""
    names = names_of_the_lab(members, method)
    own = sorted(number for block, number in left if block is method)
    entries = [statements_of(method)[number] for number in own]
    return entries, [recipes.tokens(entry.text, names) for entry in entries]


def _uses_argument(members: Members, method: Block, followed: Sequence[Site], array: str) -> bool:
    """Whether what a method returns follows from its argument: where it does not, that may be left out."""
    if array not in ("value", "dx") or members.subject == "Linear" or len(method.parameters) < 2:
        return True
    argument = method.parameters[1] if "." in method.name else method.parameters[0]
    return _is_used(argument, method, followed)


def _uses_both(members: Members, followed: Sequence[Site]) -> bool:
    """Whether what a loss returns follows from the prediction and the truth: else one may be left out above."""
    forward = members.methods.get("forward")
    if LAB.get(members.subject) != "loss" or forward is None:
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
    # The value of a loss may be right where what it keeps is not: a square forgets the sign.
    values = set() if LAB.get(members.subject) == "loss" else {"value"}
    for method_name, arrays in (("forward", values), ("backward", {"dx", "dy"})):
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
