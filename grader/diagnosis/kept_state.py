"""The one statement that changes what it should only read, or keeps something from an earlier call.

The message of a check says what happened; the text says which statements can do it. Where there are
several, none is told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from grader.diagnosis.dependence import Site, statements_of
from grader.diagnosis.outline import Block, Members, Statement
from grader.diagnosis.right_lines import PARAMETERS

_NAME = r"(?:self\.)?[A-Za-z_]\w*"
_IN_PLACE = (
    rf"(?:^|, \(?)({_NAME})\[[^=]*?\](?=,[^=]*= | (?:[-+*/@%&|^]|\*\*|//)?= )",
    rf"^({_NAME}) (?:[-+*/@%&|^]|\*\*|//)= ",
    rf"\bout=({_NAME})\b(?!\.)",
    rf"\b(?:np|numpy)\.(?:copyto|put|place|putmask|\w+\.at|random\.shuffle)\(({_NAME})\b(?![.(])",
    rf"^({_NAME})\.(?:sort|fill|put|partition|resize)\(",
)
"""Forms of statements that change an array where it lies; the group is its name."""
_SECOND_NAME = re.compile(
    r" = (?:np\.(?:asarray|ravel|reshape|atleast_2d|transpose)\()?(?:self\.)?[A-Za-z_]\w*"
    r"(?:\.T|\.(?:ravel|reshape|view|transpose)\(.*\)|\[.*\])?(?:, .*)?\)?$"
)
"""An array gets another name, or a view of it does."""
_NOTHING = re.compile(r" = (?:None|\{\}|\[\]|dict\(\)|np\.(?:empty|zeros)\(\(?0\)?\))$")
_METHODS = ("forward", "backward")


def only_leftover(
    members: Members, function: Block | None, message: str, what: str
) -> tuple[Block, Statement] | None:
    """Return the statement that a message about state is about, and its method; None where several can be.

    Parameters
    ----------
    members
        The class.
    function
        The function that is examined; None where it is a class.
    message
        The id of the message: ``changed``, ``overwritten``, ``backward_differs``, ``shared``, or one of
        those about something that is left over from an earlier call.
    what
        What was changed, in the words of the check: the name of an argument, ``the output of forward``.
    """
    sites = _KINDS.get(message)
    blocks = [members.methods[name] for name in _METHODS if name in members.methods]
    blocks = [function] if function is not None else blocks
    if sites is None or any(block.statements is None for block in blocks):
        return None
    left = [site for block in blocks for site in sites(members, block, what)]
    if len(left) != 1:
        return None
    [(block, number)] = left
    return block, statements_of(block)[number]


def _changed(members: Members, block: Block, what: str) -> Iterator[Site]:
    """Yield the statements that change in place an argument, or what forward keeps.

    Where it has a second name by then, the statement that gave it is as good: it should have copied.
    """
    entries = statements_of(block)
    is_function = "." not in block.name
    arguments = {what} if is_function else set(block.parameters[1:3]) - {"lr", "learning_rate"}
    kept = _kept_by_forward(members)
    for number, entry in enumerate(entries):
        for name in _in_place(entry):
            earlier = [k for k in range(number) if name in entries[k].sets - _in_place(entries[k])]
            if not earlier and name in kept | (arguments & set(block.parameters)):
                yield block, number
            elif earlier and _SECOND_NAME.search(entries[earlier[-1]].text):
                yield from ((block, earlier[-1]), (block, number))


def _kept_by_forward(members: Members) -> set[str]:
    """Return the attributes that forward sets anew each time."""
    forward = members.methods.get("forward")
    texts = [entry.text for entry in statements_of(forward)] if forward else []
    names = {match[1] for text in texts if (match := re.match(r"(self\.\w+) = ", text))}
    return names - {f"self.{name}" for name in PARAMETERS}


def _overwritten(_members: Members, block: Block, _what: str) -> Iterator[Site]:
    """Yield the statements that change an attribute in place which their method returns."""
    entries = statements_of(block)
    returned = {entry.text[7:] for entry in entries if entry.kind == "Return"}
    for number, entry in enumerate(entries):
        if any(name.startswith("self.") and name in returned for name in _in_place(entry)):
            yield block, number


def _differs(_members: Members, block: Block, _what: str) -> Iterator[Site]:
    """Yield the statements of backward that change an attribute which the next call of it reads."""
    if not block.name.endswith(".backward"):
        return
    entries = statements_of(block)
    for number, entry in enumerate(entries):
        read = {name for other in entries[: number + 1] for name in other.uses}
        kept = {name for name in entry.sets & read if name.startswith("self.")}
        if any(name[5:] not in PARAMETERS for name in kept):
            yield block, number


def _shared(members: Members, block: Block, _what: str) -> Iterator[Site]:
    """Yield the statements that set an attribute of the class in the place of one of the object."""
    owner = members.block.name.rpartition(".")[2] if members.block else "(?!)"
    form = rf"(?:{re.escape(owner)}|type\(self\)|self\.__class__)\.\w+ = "
    for number, entry in enumerate(statements_of(block)):
        if re.match(form, entry.text):
            yield block, number


def _left_over(members: Members, block: Block, _what: str) -> Iterator[Site]:
    """Yield the conditions that ask for an attribute which is then set below them, and nowhere else."""
    entries = statements_of(block)
    for number, head in enumerate(entries):
        if head.kind != "If":
            continue
        for name in head.uses:
            setting = [
                number in statements_of(b)[k].within and b is block
                for b, k in members.sites
                if name in statements_of(b)[k].sets and not b.name.endswith(".__init__")
            ]
            if _is_filled_later(members, name) and setting and all(setting):
                yield block, number
                break


def _accumulates(members: Members, block: Block, _what: str) -> Iterator[Site]:
    """Yield what ``_differs`` and ``_left_over`` yield."""
    yield from _differs(members, block, _what)
    yield from _left_over(members, block, _what)


def _is_filled_later(members: Members, name: str) -> bool:
    """Whether an attribute is empty in a new object, as far as its constructor says so."""
    init = members.methods.get("__init__")
    setting = [entry.text for entry in statements_of(init) if name in entry.sets] if init else []
    is_empty = all(_NOTHING.search(text) for text in setting)
    return name.startswith("self.") and name[5:] not in PARAMETERS and is_empty


def _in_place(entry: Statement) -> set[str]:
    """Return the names whose arrays a statement changes where they lie."""
    return {match[1] for form in _IN_PLACE for match in re.finditer(form, entry.text)}


_KINDS: Mapping[str, Callable[[Members, Block, str], Iterator[Site]]] = {
    "changed": _changed,
    "overwritten": _overwritten,
    "backward_differs": _differs,
    "shared": _shared,
    **dict.fromkeys(("forward_stale", "backward_stale", "answers_without_weights"), _left_over),
    "step_stale": _accumulates,
}
