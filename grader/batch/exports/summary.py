"""``summary.json`` and ``summary.md``: how the class did, and what waits for somebody."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from typing import Any

from grader.batch.class_index import ClassIndex
from grader.batch.decisions import Decision
from grader.batch.student_rows import MISSING, Grade, Row, unmatched
from grader.reports.final_score import State
from grader.reports.markdown import escape
from grader.reports.sanitize import clean
from grader.reports.wording import number

Facts = dict[str, Any]
VERDICTS = ("passed", "failed", "crashed", "timed_out", "blocked", "review", "broken")
_BINS = 10
_SHOWN = 50
_BAR = 30


def facts(
    found: list[Grade],
    students: list[Row],
    index: ClassIndex,
    unused: Sequence[Decision],
    left_over: Sequence[str],
) -> Facts:
    """Count everything that a summary tells; what nobody has decided is in no mean."""
    counted = {row.grade.id for row in students if row.grade and row.total is not None}
    totals = [grade.settled.least for grade in found if grade.id in counted]
    bugs = Counter(bug for grade in found for bug in grade.bugs)
    return {
        "title": index.title,
        "platform": index.platform,
        "submissions": len(found),
        "students": len(students),
        "max_score": index.max_score,
        "mean": round(statistics.fmean(totals), 2) if totals else None,
        "median": round(statistics.median(totals), 2) if totals else None,
        "histogram": _histogram(totals, index.max_score),
        "waits": [grade.id for grade in found if grade.status is State.WAITS],
        "not_examined": [grade.id for grade in found if grade.status is State.NOT_EXAMINED],
        "status": dict(sorted(Counter(grade.status for grade in found).items())),
        "checks": [_check(found, at, column.id) for at, column in enumerate(index.columns)],
        "mistakes": [{"bug": b, "submissions": n} for b, n in sorted(bugs.items(), key=_often)],
        "late": [grade.id for grade in found if grade.late],
        "review": [grade.id for grade in found if grade.flags],
        "missing": [row.id for row in students if row.status == MISSING],
        "ambiguous": [
            {"student": row.id, "submissions": list(row.rivals)} for row in students if row.rivals
        ],
        "unmatched": unmatched(students),
        "unread": list(index.unread),
        "troubles": dict(index.troubles),
        "unused_decisions": [{"line": d.line, "id": d.id, "check": d.check} for d in unused],
        "sheets": list(left_over),
    }


def _often(entry: tuple[str, int]) -> tuple[int, str]:
    return -entry[1], entry[0]


def _histogram(totals: list[float], most: float) -> list[Facts]:
    """Count totals in ten bins; the last takes the maximum and what a bonus adds."""
    counts = [0] * _BINS
    for total in totals:
        counts[min(_BINS - 1, int(_BINS * total / most))] += 1
    edges = [round(most * at / _BINS, 4) for at in range(_BINS + 1)]
    return [{"from": edges[at], "to": edges[at + 1], "count": counts[at]} for at in range(_BINS)]


def _check(found: list[Grade], at: int, id_: str) -> Facts:
    counts = Counter(grade.verdicts[at] for grade in found)
    return {"id": id_, **{verdict: counts[verdict] for verdict in VERDICTS}}


def page(told: Facts) -> str:
    """Write the summary as Markdown, short enough for a build server's page."""
    blocks = [f"## {escape(told['title'])}: {told['submissions']} submissions", _sentence(told)]
    blocks += ["### Scores", _bars(told["histogram"]), "### Checks", _table(told["checks"])]
    mistakes = [f"{entry['bug']}: {entry['submissions']}" for entry in told["mistakes"]]
    blocks += _list("Most common mistakes", mistakes)
    blocks += _list("Points wait for a person", told["waits"])
    blocks += _list("Could not be examined", told["not_examined"])
    blocks += _list("For a person to look at", told["review"])
    blocks += _list("Late", told["late"])
    blocks += _list("On the roster, without a submission", told["missing"])
    blocks += _list("Submissions of nobody on the roster", told["unmatched"])
    several = [f"{e['student']}: {', '.join(e['submissions'])}" for e in told["ambiguous"]]
    blocks += _list("Several submissions for one student: none of them counts", several)
    blocks += _list("Left unread", told["unread"])
    blocks += _list(
        "Not examined, by our own fault", [f"{k}: {v}" for k, v in told["troubles"].items()]
    )
    stale = [f"line {d['line']}: {d['id']}, {d['check']}" for d in told["unused_decisions"]]
    blocks += _list("Decisions about nothing", stale)
    blocks += _list("Not filled in", told["sheets"])
    return "\n\n".join(blocks) + "\n"


def _sentence(told: Facts) -> str:
    if told["mean"] is None:
        return "No submission has a grade yet."
    mean, median = number(told["mean"]), number(told["median"])
    return f"Mean {mean}, median {median} of {number(told['max_score'])}."


def _bars(bins: list[Facts]) -> str:
    most = max(1, *(entry["count"] for entry in bins))
    lines = [
        f"{number(e['from']):>6} to {number(e['to']):>6} {e['count']:>5} "
        f"{'#' * round(_BAR * e['count'] / most)}".rstrip()
        for e in bins
    ]
    return "\n".join(["```text", *lines, "```"])


def _table(checks: list[Facts]) -> str:
    names = [verdict.replace("_", " ") for verdict in VERDICTS]
    head = [f"| check | {' | '.join(names)} |", "|---|" + "---:|" * len(names)]
    rows = [
        f"| {escape(check['id'])} | {' | '.join(str(check[v]) for v in VERDICTS)} |"
        for check in checks
    ]
    return "\n".join(head + rows)


def _list(heading: str, entries: Sequence[str]) -> list[str]:
    """Set the first entries of a list under a heading with their number; nothing for none."""
    if not entries:
        return []
    lines = [f"- {escape(clean(entry))}" for entry in entries[:_SHOWN]]
    more = [f"- and {len(entries) - _SHOWN} more"] if len(entries) > _SHOWN else []
    return [f"### {heading} ({len(entries)})", "\n".join(lines + more)]
