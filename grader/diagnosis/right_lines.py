"""Statements whose text shows that a mistake is not in them."""

from __future__ import annotations

import re

from grader.diagnosis.dependence import Site, statements_of
from grader.diagnosis.outline import Block, Members, Statement
from grader.diagnosis.plain_lines import is_plain, leaves_its_loop

_OWN = r"self\.(\w+)"
PARAMETERS = ("w", "W", "weight", "weights", "b", "bias")
"""Names of attributes that hold the parameters of Linear."""
_TRUTHS = ("truth", "label", "target", "true", "onehot", "gt", "answer")
_SHAPES = {
    "dw": (r"{x}\.T @ {g}", r"np\.(?:dot|matmul)\({x}\.T, {g}\)", r"{x}\.T\.dot\({g}\)"),
    "db": (r"{g}\.sum\((?:axis=)?0\)", r"np\.sum\({g}, (?:axis=)?0\)"),
    "dx": (r"{g} @ {w}\.T", r"np\.(?:dot|matmul)\({g}, {w}\.T\)", r"{g}\.dot\({w}\.T\)"),
}
"""Right sides that are right for an array of Linear, whatever else is wrong."""

_BY_SAMPLE = {
    "dw": (r"\w+ \+= np\.outer\({x}\[(?P<i>\w+)\], {g}\[(?P=i)\]\)",),
    "dx": (
        r"\w+\[(?P<i>\w+)\] = {w} @ {g}\[(?P=i)\]", r"\w+\[(?P<i>\w+)\] = np\.dot\({w}, {g}\[(?P=i)\]\)",
        r"\w+\[(?P<i>\w+)\] = {g}\[(?P=i)\] @ {w}\.T",
    ),
    "value": (
        r"\w+ = {g} @ {w}", r"\w+ = np\.(?:dot|matmul)\({g}, {w}\)", r"\w+\[(?P<i>\w+)\] = {g}\[(?P=i)\] @ {w}",
        r"\w+\[(?P<i>\w+)\] = np\.(?:dot|matmul)\({g}\[(?P=i)\], {w}\)", r"(?P<z>\w+) = (?P=z) \+ self\.(?:b|bias)",
        r"\w+ \+= self\.(?:b|bias)",
    ),
}  # fmt: skip
"""Whole lines that are; ``g`` is the argument of the method."""


def is_right(
    members: Members,
    site: Site,
    array: str,
    attribute: str,
    *,
    is_constructed: bool,
    shape_differs: bool,
) -> bool:
    """Whether the text of a statement shows that the mistake is not in it."""
    block, number = site
    entry = statements_of(block)[number]
    if block.name.endswith(".__init__"):
        return entry.text.endswith("= None") or (
            is_constructed and array in ("dx", "dw", "db", "value")
        )
    if leaves_its_loop(block, entry):
        return False
    return (
        _passes_on(block, entry)
        or _stores_argument(members, block, entry)
        or (array == "dx" and _keeps_output(block, number))
        or _is_plain_update(block, entry, attribute)
        or bool(re.fullmatch(rf"{_OWN} is not None", entry.text))
        or _is_right_for(members.subject, array, block, entry)
        or is_plain(block, entry, shape_differs=shape_differs)
    )


def _passes_on(block: Block, entry: Statement) -> bool:
    """Whether a statement returns what another one computed: ``return dx``."""
    match = re.fullmatch(r"return (self\.\w+|\w+)", entry.text)
    if not match:
        return False
    name = match[1]
    return name.startswith("self.") or any(name in other.sets for other in statements_of(block))


def _stores_argument(members: Members, block: Block, entry: Statement) -> bool:
    """Whether a statement keeps an argument as it is, under a name that fits it, and nothing else does."""
    match = re.fullmatch(rf"{_OWN} = (\w+)", entry.text) or keeps_in_range(members, block, entry)
    if not match or entry.within or match[2] not in block.parameters[1:]:
        return False
    stored, argument = match[1].strip("_"), match[2].strip("_")
    others = {parameter.strip("_") for parameter in block.parameters[1:]} - {argument}
    setting = [
        (b, k)
        for b, k in members.sites
        if f"self.{match[1]}" in statements_of(b)[k].sets
        and not statements_of(b)[k].text.endswith("= None")
    ]
    fits = stored == argument or (
        stored not in others
        and is_truth(argument) == is_truth(stored)
        and len(block.parameters) > 2
    )
    changed = any(match[2] in other.sets for other in statements_of(block))
    return fits and len(setting) == 1 and not changed


def is_truth(name: str) -> bool:
    """Whether a name is one that people give to the true answers."""
    return any(word in name for word in _TRUTHS) or name.strip("_") == "t"


def _keeps_output(block: Block, number: int) -> bool:
    """Whether forward keeps what it returns, under a name that is not that of its argument."""
    entries = statements_of(block)
    match = re.fullmatch(rf"{_OWN} = (\w+)", entries[number].text)
    if not match or not block.name.endswith(".forward") or entries[number].within:
        return False
    returned = [entry.text for entry in entries if entry.kind == "Return"]
    later = entries[number + 1 :]
    return (
        returned == [f"return {match[2]}"]
        and match[1].strip("_") not in block.parameters
        and not any({match[2], f"self.{match[1]}"} & entry.sets for entry in later)
    )


def keeps_in_range(members: Members, block: Block, entry: Statement) -> re.Match[str] | None:
    """Return what is stored where it is only kept off the ends by a small constant: ``np.clip(y, e, 1 - e)``."""
    match = re.fullmatch(
        rf"{_OWN} = np\.(?:clip|maximum)\((\w+), (\w+)(?:, 1(?:\.0)? - \3)?\)", entry.text
    )
    return match if match and match[3] in members.outlines[block.file].guards else None


def _is_plain_update(block: Block, entry: Statement, attribute: str) -> bool:
    """Whether a statement is a step of gradient descent as it should be: ``self.w -= lr * dw``."""
    rate = block.parameters[2] if len(block.parameters) > 2 else "lr"
    step = rf"(?:{rate} \* \w+|\w+ \* {rate})"
    match = re.fullmatch(rf"{_OWN} = self\.\1 - {step}", entry.text) or re.fullmatch(
        rf"{_OWN} -= {step}", entry.text
    )
    # A step of something else, such as a velocity, may be the mistake itself.
    return match is not None and match[1] in ((attribute,) if attribute else PARAMETERS)


def _is_right_for(subject: str, array: str, block: Block, entry: Statement) -> bool:
    """Whether a statement computes an array of Linear by its closed form, from names that fit."""
    method = "forward" if array == "value" else "backward"
    if not block.name.endswith(f".{method}") or len(block.parameters) < 2:
        return False
    kept = _kept_weights(block)
    names = {
        "x": r"self\.(?:x|X|input|inputs)",
        "g": re.escape(block.parameters[1]),
        "w": rf"(?:self\.(?:w|W|weight|weights){kept})",
    }
    text = re.sub(r"^return ", "returned = ", entry.text)
    _, equals, value = text.partition(" = ")
    if array == "dx" and re.fullmatch(r"(?:np\.copy\(self\.(\w+)\)|self\.(\w+)\.copy\(\))", value):
        return bool(kept) and not entry.within
    lines = _BY_SAMPLE.get(array, ()) if subject == "Linear" else ()
    return any(re.fullmatch(line.format(**names), text) for line in lines) or (
        bool(equals)
        and any(re.fullmatch(form.format(**names), value) for form in _SHAPES.get(array, ()))
    )


def _kept_weights(block: Block) -> str:
    """Return a pattern of the names that are made of the weights alone, and are no second name of them."""
    setting: dict[str, list[Statement]] = {}
    for entry in block.statements or ():
        for name in entry.sets:
            setting.setdefault(name, []).append(entry)
    weights = {f"self.{name}" for name in PARAMETERS[:4]}
    names = [
        name
        for name, (entry, *others) in setting.items()
        if not others
        and entry.text.startswith(f"{name} = ")
        and entry.uses & weights
        and entry.uses <= {*weights, "np"}
        and not re.fullmatch(r"\w+ = self\.\w+", entry.text)
    ]
    return "".join(f"|{re.escape(name)}" for name in names)
