"""CTRF, the Common Test Report Format: a test for each check; points stand in ``extra``."""

from __future__ import annotations

import json

from grader.model import Document
from grader.reports import wording
from grader.reports.final_score import settle
from grader.reports.language import Translate, english

SPECIFICATION = "0.0.0"
STATUS = {
    "passed": "passed",
    "failed": "failed",
    "crashed": "failed",
    "timed_out": "failed",
    "blocked": "skipped",
    "review": "pending",
    "broken": "other",
}


def render(document: Document, tr: Translate = english) -> str:
    """Write all checks; a submission that cannot be graded is one test that failed."""
    tests = [_test(check, tr) for check in document["checks"]]
    if document["reason"]:
        name = tr("The submission can be graded")
        tests.append({
            "name": name, "status": "failed", "duration": 0, "message": document["reason"]["text"],
            "rawStatus": document["status"],
        })  # fmt: skip
    counts = dict.fromkeys(("passed", "failed", "skipped", "pending", "other"), 0)
    for test in tests:
        counts[test["status"]] += 1
    final_score = settle(document)
    results = {
        "tool": {"name": "backprop-grader", "version": document["grader"]["version"]},
        # A report does not say when it was made, only how long that took.
        "summary": {"tests": len(tests), **counts, "start": 0, "stop": _milliseconds(document)},
        "tests": tests,
        "extra": {
            "submission": document["submission"]["name"],
            "rubric": document["rubric"]["title"],
            "points": final_score.least,
            "maxPoints": final_score.max_score,
            "final": final_score.total is not None,
        },
    }
    whole = {"reportFormat": "CTRF", "specVersion": SPECIFICATION, "results": results}
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def _test(check: Document, tr: Translate) -> Document:
    lines = [wording.with_label(line, tr) for line in wording.lines(check, tr)]
    location = check.get("location")
    place: Document = {}
    if location:
        place["filePath"] = location["file"]
        if location["cell"] is None:  # a line of a cell is no line of the notebook's file
            place["line"] = location["line"]
    message = {"message": "\n".join(lines)} if lines else {}
    return {
        "name": wording.title(check, tr),
        "status": STATUS[check["verdict"]],
        "duration": _milliseconds(check),
        "suite": [check["group"]],
        "rawStatus": check["verdict"],
        **message,
        **place,
        "extra": {
            "check": check["id"],
            "points": check["points"],
            "maxPoints": check["max_points"],
            "bonus": check["bonus"],
            "mistakes": [f["mistake"] for f in check["diagnosis"] if f["mistake"]],
        },
    }


def _milliseconds(facts: Document) -> int:
    return int(1000 * facts["seconds"] + 0.5)
