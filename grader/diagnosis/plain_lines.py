"""Lines that only prepare, or go through all samples: no mistake is in them, whatever is computed."""

from __future__ import annotations

import re

from grader.diagnosis.outline import Block, Statement

LOOPS = ("For", "While", "AsyncFor")
_ZEROS = re.compile(r"\w+ = (?:np\.zeros(?:_like)?\((?!.*\b(?:int|bool|dtype)\b).*\)|0(?:\.0)?)$")
_COUNT = r"(?:len\({p}\)|{p}\.shape\[0\])"


def is_plain(block: Block, entry: Statement, *, shape_differs: bool = False) -> bool:
    """Whether a statement of a method prepares zeros or a copy, counts samples, or goes through all of them.

    Parameters
    ----------
    shape_differs
        Whether a shape is what is wrong: then what prepares the array may be the mistake.
    """
    arguments = _arguments(block)
    if not arguments:
        return False
    count = _COUNT.format(p=arguments)
    if entry.kind == "For":
        counted = rf"(?:{count}|{_counted(block, count)})"
        return bool(re.fullmatch(
            rf"for \w+ in range\({counted}\)|for \w+, \w+ in enumerate\({arguments}\)", entry.text
        ))  # fmt: skip
    if entry.within or shape_differs:
        return False
    if re.fullmatch(rf"\w+ = {count}", entry.text):
        return True
    return bool(
        _ZEROS.match(entry.text) or re.fullmatch(rf"\w+ = {arguments}\.copy\(\)", entry.text)
    )


def leaves_its_loop(block: Block, entry: Statement) -> bool:
    """Whether a statement returns in the first turn of a loop, whatever happens in it."""
    statements = block.statements or ()
    return (
        entry.kind == "Return" and bool(entry.within) and statements[entry.within[-1]].kind == "For"
    )


def _arguments(block: Block) -> str:
    """Return a pattern of the first argument, beside the object; "" where there is none."""
    names = block.parameters[1:2] if "." in block.name else block.parameters[:2]
    return f"(?:{'|'.join(map(re.escape, names))})" if names else ""


def _counted(block: Block, count: str) -> str:
    """Return a pattern of the names that hold how many samples there are, and nothing else."""
    setting: dict[str, list[str]] = {}
    for entry in block.statements or ():
        for name in entry.sets:
            setting.setdefault(name, []).append(entry.text)
    names = [
        name
        for name, texts in setting.items()
        if len(texts) == 1 and re.fullmatch(rf"{re.escape(name)} = {count}", texts[0])
    ]
    return "|".join(map(re.escape, names)) or "(?!)"
