"""Points that people decided: read from ``decisions.csv``, put on reports, and taken off again.

A decision stands beside what the machine said, never in its place, so it survives
every regrade and goes when its line goes.
"""

from __future__ import annotations

import difflib
import math
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.batch import csv_cells
from grader.batch.csv_cells import bare
from grader.errors import PathError
from grader.model import Rubric, tidy
from grader.reports.final_score import summed
from grader.reports.sanitize import clean
from grader.sentence import Sentence

Document = dict[str, Any]
NAME = "decisions.csv"
COLUMNS = ("id", "check", "points", "reason", "who")
SUBMISSION = "submission"
"""A column that may be there: the beginning of the digest of the submission that is meant."""

FEWEST_DIGITS = 8
"""So many digits of a digest fit another hand-in by chance once in four thousand million."""
_DIGEST = re.compile(f"[0-9a-f]{{{FEWEST_DIGITS},64}}")

WHOLE = "*"
"""What stands in the place of a check where a line decides the whole submission; so does nothing."""
_POINTS = re.compile(r"[+-]?\d+(?:[.,]\d*)?|[.,]\d+", re.ASCII)
"""Points with a decimal point or a decimal comma; nothing stands for thousands."""
_LARGEST = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Decision:
    """One line: whose, which check (or ``WHOLE``), how many points, why, and who says so.

    Parameters
    ----------
    submission
        The beginning of the digest of the submission that it is about, where the line says so.
    """

    id: str
    check: str
    points: float
    reason: str
    who: str
    line: int
    submission: str = ""


Decisions = Mapping[tuple[str, str], Decision]


def read(path: Path, tell: Callable[[Sentence], None] = lambda _: None) -> Decisions:
    """Read the decisions; none where there is no such file.

    Parameters
    ----------
    tell
        Is given what a person should know of lines that can be read, but say less than they should.

    Raises
    ------
    PathError
        With the line that is wrong, and what was expected there.
    """
    if not os.path.lexists(path):
        return {}
    sheet = csv_cells.read(path, _LARGEST)
    header = [cell.text.strip().casefold() for cell in sheet.rows[0]] if sheet.rows else []
    missing = [name for name in COLUMNS[:3] if name not in header]
    if missing:
        raise _wrong(
            "{file}, line {line}: found no column {name}; expected {columns}", path, 1,
            name=missing[0], columns=",".join(COLUMNS),
        )  # fmt: skip
    found: dict[tuple[str, str], Decision] = {}
    for row in sheet.rows[1:]:
        texts, line = [bare(cell.text.strip()) for cell in row], sheet.line(row)
        if not any(texts):
            continue
        if any(texts[len(header) :]):
            raise _wrong(
                "{file}, line {line}: found {found} cells; expected {expected}, as in the first line. "
                "Put quotes around a text or a number that holds a comma", path, line,
                found=len(texts), expected=len(header),
            )  # fmt: skip
        given = dict.fromkeys((*COLUMNS, SUBMISSION), "") | dict(zip(header, texts, strict=False))
        if not given["points"]:
            tell(Sentence(
                "{file}, line {line}: no points are given for {id}, {check}; it stays open",
                file=path.name, line=line, id=given["id"], check=given["check"],
            ))  # fmt: skip
            continue
        decision = _decision(given, path, line)
        if (decision.id, decision.check) in found:
            raise _wrong(
                "{file}, line {line}: a second decision for the same check; the first is on line "
                "{first}", path, line, first=found[decision.id, decision.check].line,
            )  # fmt: skip
        if not decision.reason:
            tell(Sentence(
                "{file}, line {line}: no reason is given for {id}, {check}; the report will show none",
                file=path.name, line=line, id=decision.id, check=decision.check,
            ))  # fmt: skip
        found[decision.id, decision.check] = decision
    return found


def _wrong(text: str, path: Path, line: int, **values: Any) -> PathError:
    return PathError(Sentence(text, file=path, line=line, **values))


def _decision(given: Mapping[str, str], path: Path, line: int) -> Decision:
    points = math.nan
    if _POINTS.fullmatch(given["points"]):
        points = float(given["points"].replace(",", "."))
    if not 0 <= points < math.inf:
        raise _wrong(
            "{file}, line {line}: found {found}; expected points, 0 or more", path, line,
            found=repr(given["points"]),
        )  # fmt: skip
    if given["reason"].isdecimal():
        raise _wrong(
            "{file}, line {line}: found the points {found} and then {reason} as the reason; expected "
            "a decimal point, or quotes around a number with a comma, and a reason in words",
            path, line, found=given["points"], reason=given["reason"],
        )  # fmt: skip
    reason, who = clean(given["reason"]), clean(given["who"])
    check, submission = given["check"] or WHOLE, given[SUBMISSION].lower()
    if submission and not _DIGEST.fullmatch(submission):
        raise _wrong(
            "{file}, line {line}: found {found} as the submission; expected the first {digits} digits "
            "of its digest, or more", path, line, found=repr(given[SUBMISSION]), digits=FEWEST_DIGITS,
        )  # fmt: skip
    return Decision(given["id"], check, tidy(points), reason, who, line, submission)


def enforce(decisions: Decisions, rubric: Rubric) -> None:
    """Refuse, before anything is examined, a decision that gives more than its check is worth.

    Raises
    ------
    PathError
        With the line, and what was expected there.
    """
    worth = {item.check: item.points for item in rubric.items} | {WHOLE: rubric.total}
    for decision in decisions.values():
        if decision.points > worth.get(decision.check, decision.points):
            raise _too_much(decision, worth[decision.check])


def _too_much(decision: Decision, worth: float) -> PathError:
    return PathError(
        Sentence(
            "{file}, line {line}: found {points} points for {check}; expected at most {worth}",
            file=NAME, line=decision.line, points=f"{decision.points:g}",
            check=Sentence("the whole submission") if decision.check == WHOLE else decision.check,
            worth=f"{worth:g}",
        )
    )  # fmt: skip


def applied(document: Document, decisions: Decisions, id_: str) -> Document:
    """Put the decisions about one submission on its report, and take others off.

    Raises
    ------
    PathError
        If one gives more points than its check is worth.
    """
    whole = decisions.get((id_, WHOLE))
    if whole is not None and whole.points > document["max_score"]:
        raise _too_much(whole, document["max_score"])
    said = None
    if whole is not None:
        said = {"points": whole.points, "reason": whole.reason, "who": whole.who}
    checks = [_decided(c, decisions.get((id_, c["id"]))) for c in document["checks"]]
    return summed({**document, "decision": said}, checks)


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


def unused_notes(
    decisions: Iterable[Decision], ids: Sequence[str], checks: Sequence[str]
) -> list[Sentence]:
    """Return a sentence for each decision about nothing: what is not there, and what is like it."""
    notes = []
    for decision in decisions:
        wrong, there = (decision.check, checks) if decision.id in ids else (decision.id, ids)
        near = difflib.get_close_matches(
            wrong.casefold(), [one.casefold() for one in there], 1, 0.75
        )
        meant = next((one for one in there if [one.casefold()] == near), "")
        text = (
            Sentence("there is no check {name} in this batch", name=repr(wrong))
            if decision.id in ids
            else Sentence("there is no submission {name} in this batch", name=repr(wrong))
        )
        notes.append(
            Sentence(
                "{file}, line {line}: {problem}; expected {meant}; the line is not applied",
                file=NAME, line=decision.line, problem=text, meant=repr(meant),
            )
            if meant
            else Sentence(
                "{file}, line {line}: {problem}; the line is not applied",
                file=NAME, line=decision.line, problem=text,
            )
        )  # fmt: skip
    return notes
