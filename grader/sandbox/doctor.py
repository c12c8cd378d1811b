"""Which walls stand on this machine: every probe, in each kind of child, for a person or a program."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from grader.model import Limits
from grader.sandbox.child.walls import WALLS
from grader.sandbox.host import CONTRACT, FIGURES, ProcessSandbox

if TYPE_CHECKING:
    from rich.table import Table

Findings = dict[str, Any]
Found = Sequence[Mapping[str, Any]]


def examine(limits: Limits | None = None) -> Findings:
    """Try to leave the box in a child of each kind.

    Returns
    -------
    dict
        ``sound`` (whether untrusted code may run here), ``system``, and for each kind of
        child its ``walls``, those ``missing``, and its ``probes``: ``name``, ``result``
        (closed, open or untried), ``must_fail``, ``wall`` (the first one that stands and is
        meant to stop it, or None).
    """
    children: Findings = {}
    if hasattr(os, "fork"):
        sandbox = ProcessSandbox(limits or Limits())
        children = {kind: _child(*sandbox.probe(kind)) for kind in (CONTRACT, FIGURES)}
    return {
        "sound": bool(children) and not children[CONTRACT]["gaps"],
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "children": children,
    }


def _child(walls: Sequence[str], probes: Found) -> Findings:
    rows = [_row(probe, walls) for probe in probes]
    return {
        "walls": list(walls),
        "missing": [name for name, _ in WALLS if name not in walls],
        "gaps": [row["name"] for row in rows if row["must_fail"] and row["result"] == "open"],
        "probes": rows,
    }


def _row(probe: Mapping[str, Any], walls: Sequence[str]) -> Findings:
    kept = {key: probe[key] for key in ("name", "result", "must_fail")}
    return {**kept, "wall": _wall(probe, walls) if probe["result"] == "closed" else None}


def _wall(probe: Mapping[str, Any], walls: Sequence[str]) -> str | None:
    """The wall that stopped a probe: the refusals of Landlock have an error number of their own."""
    able = [name for name in probe["walls"] if name in walls]
    landlock = "landlock" in able and probe["detail"] == "EACCES"
    return "landlock" if landlock else next(iter(able), None)


def table(findings: Findings) -> Table:
    """Lay the probes out: a row each, a column for each kind of child."""
    from rich.table import Table

    laid = Table("attempt", *(f"in a child for {kind}" for kind in findings["children"]))
    for rows in zip(*(child["probes"] for child in findings["children"].values()), strict=True):
        laid.add_row(rows[0]["name"], *map(_cell, rows))
    return laid


def _cell(row: Mapping[str, Any]) -> str:
    if row["result"] == "open":
        return "[bold red]OPEN[/]" if row["must_fail"] else "open, by design"
    if row["result"] == "untried":
        return "no such call here"
    return f"closed by {row['wall']}" if row["wall"] else "closed"


def summary(findings: Findings) -> str:
    """Say in a few lines what stands, what is missing, and what that means."""
    lines = [findings["system"]]
    for kind, child in findings["children"].items():
        lines.append(f"{kind}: {', '.join(child['walls']) or 'no wall'}")
        if child["missing"]:
            lines.append(f"{kind}, missing: {', '.join(child['missing'])}")
    return "\n".join([*lines, _verdict(findings)])


def _verdict(findings: Findings) -> str:
    if not findings["sound"]:
        return "Not safe for untrusted code: `grade` refuses with exit code 3."
    if findings["children"][FIGURES]["gaps"]:
        return "Safe for untrusted code. Figures are looked at, and not drawn: that needs Landlock."
    return "Safe for untrusted code."


__all__ = ["Findings", "examine", "summary", "table"]
