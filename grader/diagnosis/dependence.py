"""What an array follows from: statements, followed backwards through names and attributes."""

from __future__ import annotations

from grader.diagnosis.outline import Block, Members, Statement

Site = tuple[Block, int]
"""A statement: the method in which it stands, and its number there."""


def statements_of(block: Block) -> tuple[Statement, ...]:
    """Return the statements of a method; none where they cannot be told apart."""
    return block.statements or ()


def starts(method: Block, attribute: str) -> list[Site]:
    """Return the statements that return something, or that change an attribute."""
    entries = enumerate(statements_of(method))
    if attribute:
        return [(method, k) for k, entry in entries if f"self.{attribute}" in entry.sets]
    return [
        (method, k)
        for k, entry in entries
        if entry.kind == "Return" and entry.text not in ("return", "return None")
    ]


def follow(members: Members, starts: list[Site]) -> list[Site] | None:
    """Collect what some statements follow from, themselves included; None where it leads elsewhere."""
    waiting, collected = list(starts), {}
    while waiting:
        site = waiting.pop()
        block, number = site
        if (block.name, number) in collected:
            continue
        collected[(block.name, number)] = site
        entry = statements_of(block)[number]
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
            if name in statements_of(other[0])[other[1]].sets
            and not _is_later_update(members, site, other, name)
        ]
        return [other for other in setting if other != site] or (
            None if not setting or name[5:] in members.methods else []
        )
    setting = [
        (block, k)
        for k, entry in enumerate(statements_of(block))
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
        name in entry.sets and not entry.text.endswith("= None") for entry in statements_of(init)
    )
    is_below = block is other_block and number < other_number
    is_before_backward = block.name.endswith(".forward") and other_block.name.endswith(".backward")
    is_looped = is_below and _share_loop(block, number, other_number)
    return is_parameter and not is_looped and (is_below or is_before_backward)


def _share_loop(block: Block, one: int, other: int) -> bool:
    """Whether two statements stand in one loop, so that the later one may come first."""
    entries = statements_of(block)
    shared = {*entries[one].within, one} & {*entries[other].within, other}
    return any(entries[k].kind in ("For", "While", "AsyncFor") for k in shared)
