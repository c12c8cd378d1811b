"""``summary.json`` and ``summary.md``: how the class did, and what waits for somebody."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence

from grader.batch.class_index import ClassIndex
from grader.batch.decisions import Decision
from grader.batch.student_rows import MISSING, Grade, Row, unmatched_submissions
from grader.model import Document
from grader.reports.final_score import State
from grader.reports.markdown import escape
from grader.reports.sanitize import clean
from grader.reports.wording import number

VERDICTS = ("passed", "failed", "crashed", "timed_out", "blocked", "review", "broken")
_BINS = 10
_MAX_LISTED = 50
_BAR_WIDTH = 30


def facts(
    grades: list[Grade],
    students: list[Row],
    index: ClassIndex,
    unused_decisions: Sequence[Decision],
    sheet_notes: Sequence[str],
) -> Document:
    """Count everything that a summary tells; what nobody has decided is in no mean."""
    decided_ids = {row.grade.id for row in students if row.grade and row.total is not None}
    totals = [grade.final_score.least for grade in grades if grade.id in decided_ids]
    bugs = Counter(bug for grade in grades for bug in grade.bugs)
    mistakes = sorted(bugs.items(), key=_by_frequency)
    return {
        "title": index.title,
        "platform": index.platform,
        "submissions": len(grades),
        "students": len(students),
        "max_score": index.max_score,
        "mean": round(statistics.fmean(totals), 2) if totals else None,
        "median": round(statistics.median(totals), 2) if totals else None,
        "histogram": _histogram(totals, index.max_score),
        "waits": [grade.id for grade in grades if grade.status is State.WAITS],
        "not_examined": [grade.id for grade in grades if grade.status is State.NOT_EXAMINED],
        "status": dict(sorted(Counter(grade.status for grade in grades).items())),
        "checks": [_check(grades, at, column.id) for at, column in enumerate(index.columns)],
        "mistakes": [{"bug": bug, "submissions": count} for bug, count in mistakes],
        "late": [grade.id for grade in grades if grade.late],
        "review": [grade.id for grade in grades if grade.flags],
        "missing": [row.id for row in students if row.status == MISSING],
        "ambiguous": [
            {"student": row.id, "submissions": list(row.rivals)} for row in students if row.rivals
        ],
        "unmatched": unmatched_submissions(students),
        "unread": list(index.unread),
        "troubles": dict(index.troubles),
        "unused_decisions": [
            {"line": d.line, "id": d.id, "check": d.check} for d in unused_decisions
        ],
        "sheets": list(sheet_notes),
    }


def _by_frequency(entry: tuple[str, int]) -> tuple[int, str]:
    return -entry[1], entry[0]


def _histogram(totals: list[float], max_points: float) -> list[Document]:
    """Count totals in ten bins; the last takes the maximum and what a bonus adds."""
    counts = [0] * _BINS
    for total in totals:
        counts[min(_BINS - 1, int(_BINS * total / max_points))] += 1
    edges = [round(max_points * at / _BINS, 4) for at in range(_BINS + 1)]
    return [{"from": edges[at], "to": edges[at + 1], "count": counts[at]} for at in range(_BINS)]


def _check(grades: list[Grade], at: int, id_: str) -> Document:
    counts = Counter(grade.verdicts[at] for grade in grades)
    return {"id": id_, **{verdict: counts[verdict] for verdict in VERDICTS}}


def page(data: Document) -> str:
    """Write the summary as Markdown, short enough for a build server's page."""
    count = data["submissions"]
    heading = f"{escape(data['title'])}: {count} submission{'' if count == 1 else 's'}"
    lists = {
        "Most common mistakes": [f"{m['bug']}: {m['submissions']}" for m in data["mistakes"]],
        "Points wait for a person": data["waits"],
        "Could not be examined": data["not_examined"],
        "For a person to look at": data["review"],
        "Late": data["late"],
        "On the roster, without a submission": data["missing"],
        "Submissions of nobody on the roster": data["unmatched"],
        "Several submissions for one student: none of them counts": [
            f"{entry['student']}: {', '.join(entry['submissions'])}" for entry in data["ambiguous"]
        ],
        "Files ignored": data["unread"],
        "Not examined, by our own fault": [f"{k}: {v}" for k, v in data["troubles"].items()],
        "Decisions that match nothing": [
            f"line {d['line']}: {d['id']}, {d['check']}" for d in data["unused_decisions"]
        ],
        "Not filled in": data["sheets"],
    }
    blocks = [f"## {heading}", _sentence(data)]
    blocks += ["### Scores", _bars(data["histogram"]), "### Checks", _table(data["checks"])]
    for title, entries in lists.items():
        blocks += _list(title, entries)
    return "\n\n".join(blocks) + "\n"


def _sentence(data: Document) -> str:
    if data["mean"] is None:
        return "No submission has a grade yet."
    mean, median = number(data["mean"]), number(data["median"])
    return f"Mean {mean}, median {median} of {number(data['max_score'])}."


def _bars(bins: list[Document]) -> str:
    largest = max(1, *(entry["count"] for entry in bins))
    lines = [
        f"{number(e['from']):>6} to {number(e['to']):>6} {e['count']:>5} "
        f"{'#' * round(_BAR_WIDTH * e['count'] / largest)}".rstrip()
        for e in bins
    ]
    return "\n".join(["```text", *lines, "```"])


def _table(checks: list[Document]) -> str:
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
    lines = [f"- {escape(clean(entry))}" for entry in entries[:_MAX_LISTED]]
    more = [f"- and {len(entries) - _MAX_LISTED} more"] if len(entries) > _MAX_LISTED else []
    return [f"### {heading} ({len(entries)})", "\n".join(lines + more)]
