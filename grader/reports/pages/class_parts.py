"""What the page of a class tells, part by part: texts, addresses and lengths for its template."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from grader.model import Document
from grader.reports.language import Translate
from grader.reports.pages import class_phrases as words
from grader.reports.pages import class_scores as scores
from grader.reports.pages.class_phrases import link, percent, whole_percent
from grader.reports.wording import number

_SHOWN, _MOST = 12, 18
"""How many entries of a long list are shown before the rest is folded away; and what is long."""

_NAMED = 4
"""How many students are named beside a mistake."""


def template_values(facts: Document, tr: Translate) -> Document:
    """Return everything that the template asks for beside the facts themselves."""
    checks = list(_checks(facts, tr))
    groups = groupby(checks, lambda check: check["group"])
    values = {
        "lead": scores.lead(facts, tr),
        "keys": [key for key in scores.keys(facts, tr) if key["value"] != "0"],
        **scores.histogram(facts, tr),
        "queues": list(_queues(facts, tr)),
        "remarks": [remark for remark in _remarks(checks, tr) if remark["checks"]],
        "groups": [{"name": name, "checks": list(group_checks)} for name, group_checks in groups],
        "mistakes": list(_mistakes(facts, tr)),
        "only": _only(facts, tr),
        "columns": _columns(tr),
        "rows": [_row(row, facts["max_score"], tr) for row in facts["rows"]],
        "left": [part for part in _leftovers(facts, tr) if part["entries"]],
        "folded": _fold,
        "shown": _SHOWN,
    }
    return values | {"contents": list(_contents(facts, values, tr))}


def _fold(entries: list[Any]) -> list[list[Any]]:
    """Return what is shown of a list, and what is folded away where it is long."""
    if len(entries) <= _MOST:
        return [entries]
    return [entries[:_SHOWN], entries[_SHOWN:]]


def _contents(facts: Document, values: Document, tr: Translate) -> Iterator[Document]:
    """Yield the parts that there are, with how much is in them."""
    yield {"id": "scores", "name": tr("Scores"), "count": None}
    if facts["waiting"]:
        yield {"id": "work", "name": tr("To review"), "count": len(facts["waiting"])}
    yield {"id": "checks", "name": tr("Checks"), "count": None}
    if values["mistakes"]:
        yield {"id": "mistakes", "name": tr("Known mistakes"), "count": len(values["mistakes"])}
    yield {"id": "students", "name": tr("Students"), "count": len(facts["rows"])}
    if values["left"]:
        yield {"id": "left", "name": tr("Unmatched"), "count": None}


def _queues(facts: Document, tr: Translate) -> Iterator[Document]:
    """Yield for each check how often it waits, the most often first."""
    waits = Counter(reason["check"] for entry in facts["waiting"] for reason in entry["reasons"])
    flags = waits.pop(None, 0)
    for check, count in waits.most_common():
        yield {"name": check, "count": count, "href": link(check=check, verdict="waits")}
    if flags:
        yield {"name": tr("flags"), "count": flags, "href": link(only="review")}


def _checks(facts: Document, tr: Translate) -> Iterator[Document]:
    """Yield the checks with their outcomes, and what to draw of them."""
    counts_by_id = {check["id"]: check for check in facts["checks"]}
    for column in facts["columns"]:
        counts = {verdict: counts_by_id[column["id"]][verdict] for verdict in words.VERDICTS}
        total = sum(counts.values())
        yield {
            **column,
            "title": column["title"].rstrip(".。"),
            "passed": counts["passed"],
            "whole": total,
            "share": f"{whole_percent(counts['passed'], total)} %" if total else "–",
            "marks": [tr("bonus")] * column["bonus"] + _visibility_marks(column, tr),
            "parts": list(_bar_segments(column["id"], counts, total)),
        }


def _visibility_marks(column: Document, tr: Translate) -> list[str]:
    names = {"hidden": tr("hidden"), "after_due": tr("after due")}
    return [names[column["visibility"]]] if column["visibility"] in names else []


def _bar_segments(check: str, counts: dict[str, int], total: int) -> Iterator[Document]:
    at = 0
    for verdict, count in counts.items():
        if count:
            yield {
                "verdict": verdict,
                "count": count,
                "x": percent(at, total),
                "width": percent(count, total),
                "href": link(check=check, verdict=verdict),
            }
        at += count


def _remarks(checks: list[Document], tr: Translate) -> Iterator[Document]:
    """Yield the checks that tell nothing about a student, since all came to the same."""
    checks_used = [check for check in checks if check["whole"]]
    nobody = [check["id"] for check in checks_used if not check["passed"]]
    all_ = [check["id"] for check in checks_used if check["passed"] == check["whole"]]
    yield {"name": tr("No student passes"), "checks": nobody}
    yield {"name": tr("Every student passes"), "checks": all_}


def _mistakes(facts: Document, tr: Translate) -> Iterator[Document]:
    """Yield the named mistakes, the most common first, with the first who made them."""
    rows_by_mistake = defaultdict(list)
    for row in facts["rows"]:
        for bug in row["bugs"]:
            rows_by_mistake[bug].append(row)
    for mistake in facts["mistakes"]:
        bug, count = mistake["bug"], mistake["submissions"]
        rest = len(rows_by_mistake[bug]) - _NAMED
        yield {
            "bug": bug,
            "count": count,
            "meaning": facts["meanings"].get(bug, ""),
            "label": tr("Submissions with {mistake}: {count}").format(count=count, mistake=bug),
            "href": link(bug=bug),
            "width": percent(count, facts["submissions"]),
            "who": rows_by_mistake[bug][:_NAMED],
            "more": tr("and {count} more").format(count=rest) if rest > 0 else "",
        }


def _only(facts: Document, tr: Translate) -> dict[str, str]:
    """Return the kinds of student that there are in this class."""
    there = {kind for row in facts["rows"] for kind in words.kinds(row)}
    return {kind: name for kind, name in words.only(tr).items() if kind in there}


def _columns(tr: Translate) -> list[Document]:
    """Return the columns of the list; a key is what `class_students.js` calls it."""
    return [
        {"key": "called", "name": tr("Student"), "right": False},
        {"key": "total", "name": tr("Total"), "right": True},
        {"key": "passed", "name": tr("Passed"), "right": True},
        {"key": "open", "name": tr("Open"), "right": True},
        {"key": "flags", "name": tr("Flags"), "right": True},
        {"key": "late", "name": tr("Late"), "right": False},
        {"key": "result", "name": tr("Result"), "right": False},
        {"key": "id", "name": tr("ID"), "right": False},
    ]


_TONES = {
    "graded": "",
    "waits": "open",
    "unmatched": "open",
    "missing": "note",
    "ambiguous": "open",
    "invalid_submission": "open",
    "no_report": "bad",
}


def _row(row: Document, worth: float, tr: Translate) -> Document:
    """Return what the list says of a student."""
    verdicts = [verdict for verdict in row["verdicts"] if verdict]
    return {
        "id": row["id"],
        "name": row["name"],
        "page": row["page"],
        "total": row["total"],
        "width": min(100.0, percent(row["total"] or 0, worth)),
        "passed": f"{verdicts.count('passed')} / {len(verdicts)}" if verdicts else "–",
        "late": words.late(row, tr),
        "open": number(row["open_points"]) if row["open_points"] else "",
        "flags": row["flags"] or "",
        "result": words.results(tr)[row["status"]],
        "tone": _TONES[row["status"]],
    }


def _leftovers(facts: Document, tr: Translate) -> Iterator[Document]:
    """Yield what belongs to nobody, or to somebody of whom there is nothing else."""
    names = {row["id"]: row["name"] for row in facts["rows"]}
    missing = [_name_and_id(id_, names.get(id_, "")) for id_ in facts["missing"]]
    unused = [
        tr("line {line}: {id}, {check}").format(**entry) for entry in facts["unused_decisions"]
    ]
    yield {"name": tr("On the roster, but no submission"), "entries": missing}
    yield {"name": tr("Submissions that match nobody on the roster"), "entries": facts["unmatched"]}
    yield {"name": tr("Files not read"), "entries": facts["unread"]}
    yield {"name": tr("Decisions that match nothing"), "entries": unused}
    yield {"name": tr("Grades not filled in"), "entries": facts["sheets"]}


def _name_and_id(id_: str, name: str) -> str:
    return f"{name} ({id_})" if name and name != id_ else id_
