"""Tests which walls stand on this machine: it makes every probe in each kind of child."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from grader.model import Limits
from grader.sandbox.child.walls import WALLS
from grader.sandbox.host import CONTRACT, FIGURES, ProcessSandbox, examiner

if TYPE_CHECKING:
    from rich.table import Table

Findings = dict[str, Any]
ProbeResults = Sequence[Mapping[str, Any]]


def examine(limits: Limits | None = None, python: str = "") -> Findings:
    """Make every probe in a child of each kind, under the Python at a path or else this one.

    Returns
    -------
    dict
        ``sound`` (whether untrusted code may run here), ``system``, ``python`` and ``numpy`` (the
        versions that the children have), ``draws`` (whether they have matplotlib), and for
        each kind of child its ``walls``, those ``missing``, and its ``probes``: ``name``, ``result``
        (closed, open or untried), ``must_fail``, ``wall`` (the first one that stands and is
        meant to stop it, or None).
    """
    children: Findings = {}
    interpreter = examiner()
    if hasattr(os, "fork"):
        sandbox = ProcessSandbox(limits or Limits(), python)
        children = {kind: _summarize_child(*sandbox.probe(kind)) for kind in (CONTRACT, FIGURES)}
        interpreter = sandbox.interpreter
    return {
        "sound": bool(children) and not children[CONTRACT]["gaps"],
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": interpreter.python,
        "numpy": interpreter.numpy,
        "draws": interpreter.draws,
        "children": children,
    }


def _summarize_child(walls: Sequence[str], probes: ProbeResults) -> Findings:
    rows = [_probe_row(probe, walls) for probe in probes]
    return {
        "walls": list(walls),
        "missing": [name for name, _ in WALLS if name not in walls],
        "gaps": [row["name"] for row in rows if row["must_fail"] and row["result"] == "open"],
        "probes": rows,
    }


def _probe_row(probe: Mapping[str, Any], walls: Sequence[str]) -> Findings:
    candidates = [name for name in probe["walls"] if name in walls]
    wall = None
    if probe["result"] == "closed" and candidates:
        # Landlock refuses with an error number of its own.
        by_landlock = "landlock" in candidates and probe["detail"] == "EACCES"
        wall = "landlock" if by_landlock else candidates[0]
    return {**{key: probe[key] for key in ("name", "result", "must_fail")}, "wall": wall}


def table(findings: Findings) -> Table:
    """Make a table of the probes: a row for each, a column for each kind of child."""
    from rich.table import Table

    table_ = Table("attempt", *(f"in a child for {kind}" for kind in findings["children"]))
    for rows in zip(*(child["probes"] for child in findings["children"].values()), strict=True):
        table_.add_row(rows[0]["name"], *map(_cell, rows))
    return table_


def _cell(row: Mapping[str, Any]) -> str:
    if row["result"] == "open":
        return "[bold red]OPEN[/]" if row["must_fail"] else "open, by design"
    if row["result"] == "untried":
        return "no such call here"
    return f"closed by {row['wall']}" if row["wall"] else "closed"


def summary(findings: Findings) -> str:
    """Describe in a few lines which walls stand, which are missing, and what that means."""
    lines = [findings["system"], f"Python {findings['python']}, numpy {findings['numpy']}"]
    if not findings["draws"]:
        lines.append("no matplotlib: no submission can draw a figure")
    for kind, child in findings["children"].items():
        lines.append(f"{kind}: {', '.join(child['walls']) or 'no wall'}")
        if child["missing"]:
            lines.append(f"{kind}, missing: {', '.join(child['missing'])}")
    if not findings["sound"]:
        verdict = "Not safe for untrusted code: `grade` refuses with exit code 3."
    elif findings["children"][FIGURES]["gaps"]:
        verdict = (
            "Safe for untrusted code. Figures are looked at, and not drawn: that needs Landlock."
        )
    else:
        verdict = "Safe for untrusted code."
    return "\n".join([*lines, verdict])
