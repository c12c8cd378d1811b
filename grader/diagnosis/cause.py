"""The one statement in which a mistake can be, where there is only one.

What a wrong array follows from is collected backwards through names and attributes. Statements that
cannot be the mistake are left out: those that a right array follows from as well, and a few whose text
shows that they are right. What is left is told only where it is a single statement.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from grader.contract import CONTRACT
from grader.diagnosis import recipes
from grader.diagnosis.outline import Block, Members, Statement

Site = tuple[Block, int]
"""A statement: the method in which it stands, and its number there."""

LAB = {row.name: str(row.kind) for row in CONTRACT}
"""Name of a class or function of the lab -> what it is."""
_OWN = r"self\.(\w+)"
_TRUTHS = ("truth", "label", "target", "true", "onehot", "gt", "answer")
_SHAPES = {
    "dw": (r"{x}\.T @ {g}", r"np\.(?:dot|matmul)\({x}\.T, {g}\)", r"{x}\.T\.dot\({g}\)"),
    "db": (r"{g}\.sum\((?:axis=)?0\)", r"np\.sum\({g}, (?:axis=)?0\)"),
    "dx": (r"{g} @ {w}\.T", r"np\.(?:dot|matmul)\({g}, {w}\.T\)", r"{g}\.dot\({w}\.T\)"),
}
"""Right sides that are right for an array of Linear, whatever else is wrong."""


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
    followed = _follow(members, _starts(method, attribute))
    if not followed or not members.complete or not _uses_argument(method, followed, array):
        return None
    innocent = _behind_right_arrays(members, attribute, set(right))
    left = [
        (block, number)
        for block, number in followed
        if (block.name, number) not in innocent
        and not _is_harmless(members, (block, number), array, "init" in set(right))
    ]
    if len(left) != 1:
        return _by_recipe(members, method, array, left)
    [(block, number)] = left
    return _statements(block)[number] if block is method else None


def _by_recipe(
    members: Members, method: Block, array: str, left: Sequence[Site]
) -> Statement | None:
    """Return the statement that alone differs from a right method, where the others agree with one."""
    names = _names_of_the_lab(members, method)
    own = sorted(number for block, number in left if block is method)
    if len(own) != len(left) or array not in ("value", "dx", "dy"):
        return None
    entries = [_statements(method)[number] for number in own]
    subject = members.subject
    odd = recipes.differing(subject, array, [recipes.tokens(e.text, names) for e in entries])
    return None if odd is None else entries[odd]


def _names_of_the_lab(members: Members, method: Block) -> dict[str, str]:
    """Return what the names in a method stand for, in the letters of the recipes."""
    is_loss = LAB.get(members.subject) == "loss"
    names: dict[str, str] = {}
    for block in (members.methods.get("forward"), method):
        for entry in _statements(block) if block else ():
            names |= {name: f"?{name}" for name in entry.sets if name not in names}
    forward = members.methods.get("forward", method)
    arguments = ("Y", "T") if is_loss else ("X",)
    if members.subject == "accuracy":
        roles = dict(zip(method.parameters, ("T", "Y"), strict=False))
    else:
        roles = dict(zip(forward.parameters[1:], arguments, strict=False))
    for entry in _statements(forward):
        stored = re.fullmatch(
            r"(self\.\w+) = (?:np\.(?:clip|maximum)\()?(\w+)(?:, .*\))?", entry.text
        )
        if stored and stored[2] in roles and not (method is forward and "(" in entry.text):
            names[stored[1]] = roles[stored[2]]
    names |= _outputs(forward)
    if method is forward or members.subject == "accuracy":
        names |= roles
    elif len(method.parameters) > 1:
        names[method.parameters[1]] = "G"
    for returned in (entry.text for entry in _statements(method) if entry.kind == "Return"):
        if re.fullmatch(r"return (self\.)?\w+", returned) and returned[7:] in names:
            names[returned[7:]] = "Z"
    weights = {f"self.{name}": "W" for name in ("w", "W", "weight", "weights")}
    guards = dict.fromkeys(members.outlines[method.file].guards, "E")
    return {**names, **weights, "self.b": "BIAS", "self.bias": "BIAS", **guards}


def _outputs(forward: Block) -> dict[str, str]:
    """Return the attributes that hold what forward returns."""
    texts = [entry.text for entry in _statements(forward)]
    returned = [text[7:] for text in texts if re.fullmatch(r"return (self\.)?\w+", text)]
    if len(returned) != 1:
        return {}
    held = [
        m[1]
        for t in texts
        if (m := re.fullmatch(r"(self\.\w+) = (\w+)", t)) and m[2] == returned[0]
    ]
    return dict.fromkeys([*held, *(name for name in returned if name[:5] == "self.")], "O")


def _uses_argument(method: Block, followed: list[Site], array: str) -> bool:
    """Whether what a method returns follows from its argument: where it does not, that may be left out."""
    if array not in ("value", "dx") or len(method.parameters) < 2:
        return True
    argument = method.parameters[1] if "." in method.name else method.parameters[0]
    return any(
        argument in _statements(block)[number].uses for block, number in followed if block is method
    )


def _statements(block: Block) -> tuple[Statement, ...]:
    return block.statements or ()


def _starts(method: Block, attribute: str) -> list[Site]:
    """Return the statements that return something, or that change an attribute."""
    entries = enumerate(_statements(method))
    if attribute:
        return [(method, k) for k, entry in entries if f"self.{attribute}" in entry.sets]
    return [
        (method, k)
        for k, entry in entries
        if entry.kind == "Return" and entry.text not in ("return", "return None")
    ]


def _follow(members: Members, starts: list[Site]) -> list[Site] | None:
    """Collect what some statements follow from, themselves included; None where it leads elsewhere."""
    waiting, collected = list(starts), {}
    while waiting:
        site = waiting.pop()
        block, number = site
        if (block.name, number) in collected:
            continue
        collected[(block.name, number)] = site
        entry = _statements(block)[number]
        waiting += [(block, head) for head in entry.within]
        for name in entry.uses:
            sources = _sources(members, site, name)
            if sources is None:
                return None
            waiting += sources
    return list(collected.values())


def _sources(members: Members, site: Site, name: str) -> list[Site] | None:
    """Return the statements that may have set what a statement reads; None where that is unknown."""
    block, number = site
    if name == "self":
        return None
    if name.startswith("self."):
        if any(method.statements is None for method in members.methods.values()):
            return None
        setting = [
            other
            for other in members.sites
            if name in _statements(other[0])[other[1]].sets
            and not _is_later_update(members, site, other, name)
        ]
        return [other for other in setting if other != site] or (
            None if not setting or name[5:] in members.methods else []
        )
    setting = [
        (block, k)
        for k, entry in enumerate(_statements(block))
        if name in entry.sets and (k < number or _share_loop(block, k, number))
    ]
    if setting:
        return setting
    return [] if members.is_harmless(name, block) else None


def _is_later_update(members: Members, site: Site, other: Site, name: str) -> bool:
    """Whether a parameter is updated below the statement that reads it: each trial sets parameters anew."""
    (block, number), (other_block, other_number) = site, other
    init = members.methods.get("__init__")
    is_parameter = init is not None and any(
        name in entry.sets and not entry.text.endswith("= None") for entry in _statements(init)
    )
    is_below = block is other_block and number < other_number
    is_before_backward = block.name.endswith(".forward") and other_block.name.endswith(".backward")
    is_looped = is_below and _share_loop(block, number, other_number)
    return is_parameter and not is_looped and (is_below or is_before_backward)


def _share_loop(block: Block, one: int, other: int) -> bool:
    """Whether two statements stand in one loop, so that the later one may come first."""
    entries = _statements(block)
    shared = {*entries[one].within, one} & {*entries[other].within, other}
    return any(entries[k].kind in ("For", "While", "AsyncFor") for k in shared)


def _behind_right_arrays(members: Members, attribute: str, right: set[str]) -> set[tuple[str, int]]:
    """Return the statements that arrays follow from which are right."""
    innocent: set[tuple[str, int]] = set()
    for method_name, arrays in (("forward", {"value"}), ("backward", {"dx", "dy"})):
        method = members.methods.get(method_name)
        if method is not None and arrays & right:
            innocent |= {(b.name, k) for b, k in _follow(members, _starts(method, "")) or ()}
    backward = members.methods.get("backward")
    if backward is None or not {"dw", "db"} & right:
        return innocent
    updated = {
        name[5:] for entry in _statements(backward) for name in entry.sets if name[:5] == "self."
    }
    # Which attribute is which parameter is known only where the message about the other names it.
    if {"dw", "db"} <= right or attribute:
        for name in updated - {attribute}:
            innocent |= {(b.name, k) for b, k in _follow(members, _starts(backward, name)) or ()}
    return innocent


def _is_harmless(members: Members, site: Site, array: str, is_constructed: bool) -> bool:
    """Whether the text of a statement shows that the mistake is not in it."""
    block, number = site
    entry = _statements(block)[number]
    if block.name.endswith(".__init__"):
        return entry.text.endswith("= None") or (
            is_constructed and array in ("dx", "dw", "db", "value")
        )
    return (
        _passes_on(block, entry)
        or _stores_argument(members, block, entry)
        or _is_plain_update(block, entry)
        or bool(re.fullmatch(rf"{_OWN} is not None", entry.text))
        or _is_right_for(array, block, entry)
    )


def _passes_on(block: Block, entry: Statement) -> bool:
    """Whether a statement returns what another one computed: ``return dx``."""
    match = re.fullmatch(r"return (self\.\w+|\w+)", entry.text)
    if not match:
        return False
    name = match[1]
    return name.startswith("self.") or any(name in other.sets for other in _statements(block))


def _stores_argument(members: Members, block: Block, entry: Statement) -> bool:
    """Whether a statement keeps an argument as it is, under a name that fits it, and nothing else does."""
    match = re.fullmatch(rf"{_OWN} = (\w+)", entry.text)
    if not match or entry.within or match[2] not in block.parameters[1:]:
        return False
    stored, argument = match[1].strip("_"), match[2].strip("_")
    others = {parameter.strip("_") for parameter in block.parameters[1:]} - {argument}
    setting = [
        (b, k)
        for b, k in members.sites
        if f"self.{match[1]}" in _statements(b)[k].sets
        and not _statements(b)[k].text.endswith("= None")
    ]
    is_truth = any(word in argument for word in _TRUTHS) or argument == "t"
    fits = stored == argument or (
        stored not in others
        and is_truth == (any(word in stored for word in _TRUTHS) or stored == "t")
        and len(block.parameters) > 2
    )
    changed = any(match[2] in other.sets for other in _statements(block))
    return fits and len(setting) == 1 and not changed


def _is_plain_update(block: Block, entry: Statement) -> bool:
    """Whether a statement is a step of gradient descent as it should be: ``self.w -= lr * dw``."""
    rate = block.parameters[2] if len(block.parameters) > 2 else "lr"
    step = rf"(?:{rate} \* \w+|\w+ \* {rate})"
    return bool(
        re.fullmatch(rf"self\.(\w+) = self\.\1 - {step}", entry.text)
        or re.fullmatch(rf"{_OWN} -= {step}", entry.text)
    )


def _is_right_for(array: str, block: Block, entry: Statement) -> bool:
    """Whether a statement computes an array of Linear by its closed form, from names that fit."""
    if not block.name.endswith(".backward") or len(block.parameters) < 2:
        return False
    gradient = re.escape(block.parameters[1])
    _, equals, value = entry.text.partition(" = ")
    forms = _SHAPES.get(array, ())
    names = {
        "x": r"self\.(?:x|X|input|inputs)",
        "g": gradient,
        "w": r"self\.(?:w|W|weight|weights)",
    }
    return bool(equals) and any(re.fullmatch(form.format(**names), value) for form in forms)
