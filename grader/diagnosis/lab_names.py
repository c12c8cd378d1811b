"""What the names in a student's method stand for, in the letters of the recipes."""

from __future__ import annotations

import re

from grader.contract import CONTRACT
from grader.diagnosis.dependence import statements_of
from grader.diagnosis.outline import Block, Members
from grader.diagnosis.right_lines import keeps_in_range

LAB = {row.name: str(row.kind) for row in CONTRACT}
"""Name of a class or function of the lab -> what it is."""


def names_of_the_lab(members: Members, method: Block) -> dict[str, str]:
    """Return what the names in a method stand for, in the letters of the recipes."""
    is_loss = LAB.get(members.subject) == "loss"
    names: dict[str, str] = {}
    for block in (members.methods.get("forward"), method):
        for entry in statements_of(block) if block else ():
            names |= {name: f"?{name}" for name in entry.sets if name not in names}
    forward = members.methods.get("forward", method)
    arguments = ("Y", "T") if is_loss else ("X",)
    if members.subject == "accuracy":
        roles = dict(zip(method.parameters, ("T", "Y"), strict=False))
    else:
        roles = dict(zip(forward.parameters[1:], arguments, strict=False))
    for entry in statements_of(forward):
        stored = re.fullmatch(r"self\.(\w+) = (\w+)", entry.text) or keeps_in_range(
            members, forward, entry
        )
        if stored and stored[2] in roles:
            names[f"self.{stored[1]}"] = roles[stored[2]]
    names |= _outputs(forward)
    if method is forward or members.subject == "accuracy":
        names |= roles
    elif len(method.parameters) > 1:
        names[method.parameters[1]] = "G"
    for returned in (entry.text for entry in statements_of(method) if entry.kind == "Return"):
        if re.fullmatch(r"return (self\.)?\w+", returned) and returned[7:] in names:
            names[returned[7:]] = "Z"
    weights = {f"self.{name}": "W" for name in ("w", "W", "weight", "weights")}
    guards = dict.fromkeys(members.outlines[method.file].guards, "E")
    return {**names, **weights, "self.b": "BIAS", "self.bias": "BIAS", **guards}


def _outputs(forward: Block) -> dict[str, str]:
    """Return the attributes that hold what forward returns."""
    texts = [entry.text for entry in statements_of(forward)]
    returned = [text[7:] for text in texts if re.fullmatch(r"return (self\.)?\w+", text)]
    if len(returned) != 1:
        return {}
    held = [
        m[1]
        for t in texts
        if (m := re.fullmatch(r"(self\.\w+) = (\w+)", t)) and m[2] == returned[0]
    ]
    return dict.fromkeys([*held, *(name for name in returned if name[:5] == "self.")], "O")
