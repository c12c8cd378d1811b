"""Points that people decided: read from ``decisions.csv``, put on reports, and taken off again.

A decision stands beside what the machine said, never in its place, so it survives
every regrade and goes when its line goes.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader import files
from grader.batch.cells import bare
from grader.errors import PathError
from grader.model import Rubric, tidy
from grader.reports.clean import clean

Document = dict[str, Any]
NAME = "decisions.csv"
COLUMNS = ("id", "check", "points", "reason", "who")
_OPEN = ("review", "broken")
_LARGEST = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Decision:
    """One line: whose, which check, how many points, why, and who says so."""

    id: str
    check: str
    points: float
    reason: str
    who: str
    line: int


Decisions = Mapping[tuple[str, str], Decision]


def read(path: Path) -> Decisions:
    """Read the decisions; none where there is no such file.

    Raises
    ------
    PathError
        With the line that is wrong, and what was expected there.
    """
    try:
        text = files.read_regular(path, _LARGEST, follow=True).decode("utf-8-sig")
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise PathError(f"{path}: this cannot be read as UTF-8 ({error})") from None
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    missing = [name for name in COLUMNS[:3] if name not in (rows.fieldnames or ())]
    if missing:
        raise PathError(
            f"{path}, line 1: found no column {missing[0]}; expected {', '.join(COLUMNS)}"
        )
    found: dict[tuple[str, str], Decision] = {}
    for row in rows:
        decision = _decision(row, path, rows.line_num)
        if (decision.id, decision.check) in found:
            raise PathError(f"{path}, line {decision.line}: a second decision for the same check")
        found[decision.id, decision.check] = decision
    return found


def _decision(row: Mapping[str, str | None], path: Path, line: int) -> Decision:
    given = {name: bare((row.get(name) or "").strip()) for name in COLUMNS}
    try:
        points = float(given["points"])
    except ValueError:
        points = math.nan
    if not 0 <= points < math.inf:
        raise PathError(
            f"{path}, line {line}: found {given['points']!r}; expected points, 0 or more"
        )
    reason, who = clean(given["reason"]), clean(given["who"])
    return Decision(given["id"], given["check"], tidy(points), reason, who, line)


def enforce(decisions: Decisions, rubric: Rubric) -> None:
    """Refuse, before anything is examined, a decision that gives more than its check is worth.

    Raises
    ------
    PathError
        With the line, and what was expected there.
    """
    worth = {item.check: item.points for item in rubric.items}
    for decision in decisions.values():
        if decision.points > worth.get(decision.check, decision.points):
            raise _too_much(decision, worth[decision.check])


def _too_much(decision: Decision, worth: float) -> PathError:
    return PathError(
        f"{NAME}, line {decision.line}: found {decision.points:g} points for {decision.check}; "
        f"expected at most {worth:g}"
    )


def applied(document: Document, decisions: Decisions, id_: str) -> Document:
    """Put the decisions about one submission on its report, and take others off.

    Raises
    ------
    PathError
        If one gives more points than its check is worth.
    """
    return resummed(
        document, [_decided(c, decisions.get((id_, c["id"]))) for c in document["checks"]]
    )


def resummed(document: Document, checks: list[Document]) -> Document:
    """Return a report with other checks, its sums following them."""
    owed = (check["max_points"] for check in checks if check["verdict"] in _OPEN)
    return {
        **document,
        "score": tidy(sum(check["points"] for check in checks)),
        "open_points": tidy(sum(owed)),
        "checks": checks,
    }


def undone(check: Document) -> Document:
    """Return a check as the machine left it."""
    decision = check["decision"]
    return {**check, **decision["was"], "decision": None} if decision else check


def _decided(check: Document, decision: Decision | None) -> Document:
    plain = undone(check)
    if decision is None:
        return plain
    if decision.points > plain["max_points"]:
        raise _too_much(decision, plain["max_points"])
    verdict = "passed" if decision.points >= plain["max_points"] else "failed"
    said = {
        "points": decision.points,
        "reason": decision.reason,
        "who": decision.who,
        "was": {"verdict": plain["verdict"], "points": plain["points"]},
    }
    return {**plain, "verdict": verdict, "points": decision.points, "decision": said}


def unused(decisions: Decisions, known: Iterable[tuple[str, str]]) -> list[Decision]:
    """Return the decisions about submissions or checks that do not exist."""
    there = set(known)
    return [decision for place, decision in decisions.items() if place not in there]
