"""The attacks as data: what is handed in, and what must come of it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

HERE = Path(__file__).parent

NO_TARGET = "this attack found nothing to attack"
LOOKUP = f"""
def grader_modules(name):
    import sys
    modules = [m for title, m in list(sys.modules.items()) if title.startswith('child_side') and hasattr(m, name)]
    if not modules:
        raise LookupError({NO_TARGET!r} + ': ' + name)
    return modules
"""
"""Lets an attack look up the grader's own modules in the child. Where there is none, the error gets
into the report, and the test fails: an attack that misses its target proves nothing."""


@dataclass(frozen=True)
class Attack:
    """One hostile submission.

    Parameters
    ----------
    files
        Contents by path, with ``@NAME@`` where something of the test's own machine goes.
    extra
        Points that its code earns honestly beyond those of the base.
    slow
        Whether some check must run into its deadline.
    review
        The id of a message that must be among those for a person to look at.
    broken
        Whether it may pretend to be a fault of the grader: open points, and exit code 4.
    verdicts
        Verdicts that checks must get.
    alone
        Whether it stands on an empty program, and must earn nothing at all.
    """

    group: str
    name: str
    files: Mapping[str, str]
    extra: float = 0.0
    slow: bool = False
    review: str | None = None
    broken: bool = False
    verdicts: Mapping[str, str] = field(default_factory=dict)
    alone: bool = False


def all_attacks() -> Iterator[Attack]:
    """Read the zoo, a file a group."""
    for file in sorted((HERE / "zoo").glob("*.yaml")):
        for entry in YAML(typ="safe").load(file.read_text("utf-8")):
            yield _make_attack(file.stem, entry)


def _make_attack(group: str, entry: dict[str, Any]) -> Attack:
    if group == "inject":
        entry["tail"] = _raise_everywhere(entry.pop("code", None) or repr(entry.pop("text")))
    if "grader_modules(" in entry.get("hook", ""):
        entry["head"] = LOOKUP + entry.get("head", "")
    if "empty" in entry:
        empty = _fill((HERE / "base" / "empty.py").read_text("utf-8"), {"head": entry["empty"]})
        return Attack(
            group, entry["name"], {"layers.py": empty}, review=entry.get("review"), alone=True
        )
    layers = _fill((HERE / "base" / "layers.py").read_text("utf-8"), entry)
    plots = _fill((HERE / "base" / "plots.py").read_text("utf-8"), entry)
    options = {key: entry[key] for key in ("slow", "review", "broken", "verdicts") if key in entry}
    files = {"layers.py": layers, "plots.py": plots, **entry.get("files", {})}
    return Attack(group, entry["name"], files, entry.get("honest", 0.0) * 2.0, **options)


def _fill(text: str, entry: Mapping[str, str]) -> str:
    for mark in ("head", "hook", "tail", "plots"):
        line = next(
            (line for line in text.splitlines() if line.strip() == f"#{mark.upper()}"), None
        )
        if line is not None:
            indent = " " * (len(line) - len(line.lstrip()))
            text = text.replace(line, textwrap.indent(str(entry.get(mark, "")), indent))
    return text


def _raise_everywhere(code: str) -> str:
    """Make code that puts a text wherever a student's text gets into a report."""
    return f"""
WORD = {code}
NAME = WORD[:300].replace(chr(0), '')
def said(*_):
    raise ValueError(WORD)
def named(*_):
    raise type(NAME, (Exception,), {{}})(WORD)
Linear.forward, Sigmoid.forward = said, named
MSE.forward = lambda self, y, t: WORD
MSE.backward = lambda self, g=1, lr=0.1: type(NAME, (), {{}})()
"""
