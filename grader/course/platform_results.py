"""Results in the form of each platform, from a report for students, or from none.

Without a report there are no points and no zero where the platform allows it: a sentence says that a
person looks at it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from grader.course.platform_run import Settings
from grader.model import Document
from grader.reports import report_wording, wording
from grader.reports.final_score import OPEN, settle
from grader.reports.language import Translate

SCHEMA = "classroom50/result/v1"


def whole(points: float) -> int:
    """Round points to whole ones, where a platform has no others; what lies half way goes up."""
    return math.floor(points + 0.5)


def classroom50(
    document: Document | None,
    settings: Settings,
    environ: Mapping[str, str],
    when: str | None = None,
) -> str:
    """Write ``result.json`` of Classroom 50; points are whole there, and stand exactly in ``points``.

    ``when`` is the hour in ISO 8601; None is now.
    """
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    score = 0.0 if document is None else settle(document).least
    result = {
        "schema": SCHEMA,
        "classroom": environ.get("CLASSROOM", ""),
        "assignment": environ.get("ASSIGNMENT", ""),
        "assignment_type": environ.get("ASSIGNMENT_TYPE", "individual"),
        "owner": environ.get("OWNER", ""),
        "submission": environ.get("SUBMISSION_TAG", ""),
        "commit": environ.get("COMMIT_URL", ""),
        "release": environ.get("RELEASE_URL", ""),
        "review": environ.get("REVIEW_URL", ""),
        "datetime": now if when is None else when,
        "score": whole(score),
        "max-score": whole(settings.max_score),
        "points": score,
        "tests": _classroom50_tests(document, settings),
    }
    return _json(result)


def _classroom50_tests(document: Document | None, settings: Settings) -> list[Document]:
    if document is None or document["reason"]:
        text = settings.sentence if document is None else document["reason"]["text"]
        most = whole(settings.max_score)
        return [
            {
                "test-name": "grading",
                "passed": False,
                "score": 0,
                "max-score": most,
                "message": text,
            }
        ]
    return [
        {
            "test-name": check["id"],
            "passed": check["verdict"] == "passed",
            "score": whole(check["points"]),
            "max-score": whole(check["max_points"]),
            "points": check["points"],
            "title": check["title"],
            "message": check["message"] or "",
        }
        for check in document["checks"]
    ]


def autolab(document: Document | None, settings: Settings) -> str:
    """Write the last line of Autolab: the points of each group, under the name of its problem.

    Without a report no problem has a score, and none whose points wait for a person, so that nobody
    reads a zero.
    """
    if document is None or document["reason"]:
        text = settings.sentence if document is None else document["reason"]["text"]
        return f"{text}\n{json.dumps({'scores': {}})}\n"
    scores: dict[str, float] = {}
    waiting = {check["group"] for check in document["checks"] if check["verdict"] in OPEN}
    for check in document["checks"]:
        if check["group"] not in waiting:
            problem = settings.problems.get(check["group"], check["group"])
            scores[problem] = scores.get(problem, 0.0) + check["points"]
    scores = {problem: round(points, 4) for problem, points in scores.items()}
    return json.dumps({"scores": scores}, ensure_ascii=False) + "\n"


def prairielearn(document: Document | None, settings: Settings, tr: Translate) -> str:
    """Write ``results.json`` of PrairieLearn: a share from 0 to 1; without a report, not gradable.

    Where points wait for a person the share is the least, and ``output`` says so.
    """
    if document is None or document["reason"]:
        text = settings.sentence if document is None else document["reason"]["text"]
        return _json({"gradable": False, "format_errors": text, "message": text})
    tests = [
        {
            "name": check["title"],
            "points": check["points"],
            "max_points": check["max_points"],
            "message": _lines(check, tr),
        }
        for check in document["checks"]
    ]
    share = min(1.0, settle(document).least / settings.max_score)
    notes = "\n".join(report_wording.conditions(document, tr))
    return _json({"gradable": True, "score": round(share, 6), "output": notes, "tests": tests})


def vpl(document: Document | None, settings: Settings, tr: Translate) -> str:
    """Write what VPL reads on the standard output: a comment in a block, and a grade.

    Without a report there is no grade, so that nobody reads a zero.
    """
    if document is None or document["reason"]:
        text = settings.sentence if document is None else document["reason"]["text"]
        return f"Comment :=>>{_one_line(text)}\n"
    lines = []
    for check in document["checks"]:
        mark = "?" if check["verdict"] in OPEN else wording.number(check["points"])
        lines.append(f"-{check['title']} ({mark} / {wording.number(check['max_points'])})")
        lines += [f">{line}" for line in _lines(check, tr).splitlines()]
    comment = "\n".join(["<|--", *map(_one_line, lines), "--|>"])
    grade = settle(document).total
    return f"{comment}\n" + ("" if grade is None else f"Grade :=>>{wording.number(grade)}\n")


def _lines(check: Document, tr: Translate) -> str:
    return "\n".join(wording.with_label(line, tr) for line in wording.lines(check, tr))


def _one_line(text: str) -> str:
    """Return a text in one line in which VPL sees no mark of its own."""
    return (
        " ".join(text.split())
        .replace(":=>>", ": =>>")
        .replace("--|>", "-- |>")
        .replace("<|--", "<| --")
    )


def _json(facts: Mapping[str, Any]) -> str:
    return json.dumps(facts, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
