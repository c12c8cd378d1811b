"""Points that people decided: read from ``decisions.csv``, put on reports, and removed again.

A report keeps the machine's verdict beside the decision, so a decision survives every regrade,
and is gone when its line is gone.
"""

from __future__ import annotations

import difflib
import math
import os
import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.batch import csv_cells
from grader.batch.csv_cells import unescape
from grader.errors import PathError
from grader.model import Document, Rubric, tidy
from grader.reports.final_score import with_sums
from grader.reports.sanitize import clean
from grader.sentence import Sentence

NAME = "decisions.csv"
COLUMNS = ("id", "check", "points", "reason", "who")
SUBMISSION = "submission"
"""A column that may be there: the beginning of the digest of the submission that is meant."""

MIN_DIGITS = 8
"""So many digits of a digest fit another submission by chance once in four thousand million."""
_DIGEST = re.compile(f"[0-9a-f]{{{MIN_DIGITS},64}}")

WHOLE = "*"
"""The check of a line that decides the whole submission; an empty check means the same."""
_POINTS = re.compile(r"[+-]?\d+(?:[.,]\d*)?|[.,]\d+", re.ASCII)
"""Points with a decimal point or a decimal comma; nothing stands for thousands."""
_MAX_BYTES = 16 * 1024 * 1024
"""A class of a thousand students with 30 decisions each needs about 3 MiB."""


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


def read(path: Path, warn: Callable[[Sentence], None] = lambda _: None) -> Decisions:
    """Read the decisions; none if there is no such file.

    Raise `PathError` with the line that is wrong; ``warn`` of lines without points or a reason.
    """
    if not os.path.lexists(path):
        return {}
    sheet = csv_cells.read(path, _MAX_BYTES)
    header = [cell.text.strip().casefold() for cell in sheet.rows[0]] if sheet.rows else []
    for name in COLUMNS[:3]:
        if name not in header:
            raise PathError(
                "{file}, line {line}: found no column {name}; expected {columns}",
                file=path, line=1, name=name, columns=",".join(COLUMNS),
            )  # fmt: skip
    decisions: dict[tuple[str, str], Decision] = {}
    for row in sheet.rows[1:]:
        texts, line = [unescape(cell.text.strip()) for cell in row], sheet.line(row)
        if not any(texts):
            continue
        fields = _fields(texts, header, path, line)
        if not fields["points"]:
            warn(Sentence(
                "{file}, line {line}: no points are given for {id}, {check}; it stays open",
                file=path.name, line=line, id=fields["id"], check=fields["check"],
            ))  # fmt: skip
            continue
        decision = _decision(fields, path, line)
        first = decisions.setdefault((decision.id, decision.check), decision)
        if first is not decision:
            raise PathError(
                "{file}, line {line}: a second decision for the same check; the first is on line "
                "{first}", file=path, line=line, first=first.line,
            )  # fmt: skip
        if not decision.reason:
            warn(Sentence(
                "{file}, line {line}: no reason is given for {id}, {check}; the report will show none",
                file=path.name, line=line, id=decision.id, check=decision.check,
            ))  # fmt: skip
    return decisions


def _fields(texts: list[str], header: list[str], path: Path, line: int) -> dict[str, str]:
    """Return the cells of a line by the names of their columns; missing ones are empty."""
    if any(texts[len(header) :]):
        raise PathError(
            "{file}, line {line}: found {found} cells; expected {expected}, as in the first line. "
            "Put quotes around a text or a number that holds a comma",
            file=path, line=line, found=len(texts), expected=len(header),
        )  # fmt: skip
    return dict.fromkeys((*COLUMNS, SUBMISSION), "") | dict(zip(header, texts, strict=False))


def _decision(fields: Mapping[str, str], path: Path, line: int) -> Decision:
    points = math.nan
    if _POINTS.fullmatch(fields["points"]):
        points = float(fields["points"].replace(",", "."))
    if not 0 <= points < math.inf:
        raise PathError(
            "{file}, line {line}: found {found}; expected points, 0 or more",
            file=path, line=line, found=repr(fields["points"]),
        )  # fmt: skip
    if fields["reason"].isdecimal():
        raise PathError(
            "{file}, line {line}: found the points {found} and then {reason} as the reason; expected "
            "a decimal point, or quotes around a number with a comma, and a reason in words",
            file=path, line=line, found=fields["points"], reason=fields["reason"],
        )  # fmt: skip
    digest = fields[SUBMISSION].lower()
    if digest and not _DIGEST.fullmatch(digest):
        raise PathError(
            "{file}, line {line}: found {found} as the submission; expected the first {digits} digits "
            "of its digest, or more",
            file=path, line=line, found=repr(fields[SUBMISSION]), digits=MIN_DIGITS,
        )  # fmt: skip
    check, reason, who = fields["check"] or WHOLE, clean(fields["reason"]), clean(fields["who"])
    return Decision(fields["id"], check, tidy(points), reason, who, line, digest)


def check_points(decisions: Decisions, rubric: Rubric) -> None:
    """Raise `PathError` for a decision that gives more points than its check is worth."""
    max_points = {item.check: item.points for item in rubric.items} | {WHOLE: rubric.total}
    for decision in decisions.values():
        _check_points(decision, max_points.get(decision.check, decision.points))


def points_sentence(points: float) -> Sentence:
    """Write points, in the reader's language."""
    return Sentence("1 point" if points == 1 else "{points} points", points=f"{points:g}")


def _check_points(decision: Decision, max_points: float) -> None:
    if decision.points > max_points:
        raise PathError(
            "{file}, line {line}: found {points} for {check}; expected at most {worth}",
            file=NAME, line=decision.line, points=points_sentence(decision.points),
            check=Sentence("the whole submission") if decision.check == WHOLE else decision.check,
            worth=f"{max_points:g}",
        )  # fmt: skip


def apply(document: Document, decisions: Decisions, id_: str) -> Document:
    """Return a report with the decisions about one submission, and without those of an earlier run.

    Parameters
    ----------
    document
        The report; it stays as it is. A decision about a check keeps the machine's verdict in
        ``was``; one about the whole submission stands beside the checks, in ``decision``.
    decisions
        By submission and check; those about other submissions are passed over.
    id_
        The submission.

    Raises
    ------
    PathError
        If a decision gives more points than its check, or the whole submission, is worth.
    """
    checks = [_with_decision(c, decisions.get((id_, c["id"]))) for c in document["checks"]]
    on_submission = decisions.get((id_, WHOLE))
    if on_submission is None:
        return with_sums({**document, "decision": None}, checks)
    _check_points(on_submission, document["max_score"])
    return with_sums({**document, "decision": _entry(on_submission)}, checks)


def _entry(decision: Decision) -> Document:
    return {"points": decision.points, "reason": decision.reason, "who": decision.who}


def without_decision(check: Document) -> Document:
    """Return a check as the machine left it."""
    decision = check["decision"]
    return {**check, **decision["was"], "decision": None} if decision else check


def _with_decision(check: Document, decision: Decision | None) -> Document:
    original = without_decision(check)
    if decision is None:
        return original
    _check_points(decision, original["max_points"])
    verdict = "passed" if decision.points >= original["max_points"] else "failed"
    before = {"verdict": original["verdict"], "points": original["points"]}
    entry = {**_entry(decision), "was": before}
    return {**original, "verdict": verdict, "points": decision.points, "decision": entry}


def unused_decisions(decisions: Decisions, keys: Container[tuple[str, str]]) -> list[Decision]:
    """Return the decisions about submissions or checks that do not exist."""
    return [decision for key, decision in decisions.items() if key not in keys]


def unused_notes(
    decisions: Iterable[Decision], ids: Sequence[str], checks: Sequence[str]
) -> list[Sentence]:
    """Return a sentence for each such decision: what does not exist, and the most similar name."""
    notes = []
    for decision in decisions:
        if decision.id in ids:
            name, names = decision.check, checks
            problem = Sentence("there is no check {name} in this batch", name=repr(name))
        else:
            name, names = decision.id, ids
            problem = Sentence("there is no submission {name} in this batch", name=repr(name))
        by_folded = {each.casefold(): each for each in reversed(names)}
        similar = difflib.get_close_matches(name.casefold(), by_folded, 1, 0.75)
        values = {"file": NAME, "line": decision.line, "problem": problem}
        notes.append(
            Sentence(
                "{file}, line {line}: {problem}; expected {meant}; the line is not applied",
                **values, meant=repr(by_folded[similar[0]]),
            )
            if similar
            else Sentence("{file}, line {line}: {problem}; the line is not applied", **values)
        )  # fmt: skip
    return notes
