"""The results.json of Gradescope.

Gradescope itself hides what is hidden, so render the document of the staff. What it
shows to students is told as the rubric's feedback wants. Flags for a person are
left out, because every part of this file may be read by students: they stand in
the summary on the terminal, which Gradescope shows to staff only.
"""

from __future__ import annotations

import json
from typing import Any

from grader.reports import account
from grader.reports.audience import as_taught, for_student

Document = dict[str, Any]

_VISIBILITY = {"visible": "visible", "hidden": "hidden", "after_due": "after_due_date"}


def render(document: Document) -> str:
    """Write the results; every text is declared plain, so nothing in it is interpreted."""
    tests = [_test(n, check) for n, check in enumerate(as_taught(document)["checks"], start=1)]
    results = {
        "score": document["score"],
        "execution_time": document["seconds"],
        "output": _output(for_student(document)),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "tests": tests,
    }
    return json.dumps(results, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _output(document: Document) -> str:
    """Say above the tests what holds for all of them."""
    reason = [document["reason"]["text"]] if document["reason"] else []
    refused = [f"{r['path']}: {r['reason']['text']}" for r in document["submission"]["refused"]]
    notes = [remark["text"] for remark in document["remarks"]]
    said = reason + account.conditions(document) + refused + notes
    return "\n".join([document["rubric"]["title"], *(f"- {line}" for line in said)])


def _test(place: int, check: Document) -> Document:
    """Make one test; what is open has no status, and a bonus adds nothing to the maximum."""
    facts = {
        "score": check["points"],
        "max_score": 0.0 if check["bonus"] else check["max_points"],
        "name": f"{check['group']}: {account.title({**check, 'visibility': 'visible'})}",
        "name_format": "text",
        "number": f"{place:02d}",
        "output": "\n".join(account.told(line) for line in account.lines(check)),
        "output_format": "text",
        "tags": [tag for tag in (check["subject"],) if tag],
        "visibility": _VISIBILITY[check["visibility"]],
    }
    if check["verdict"] in ("review", "broken"):
        return facts
    return facts | {"status": "passed" if check["verdict"] == "passed" else "failed"}
