"""The results.json of Gradescope.

Gradescope itself hides what is hidden, so this takes a document with every check, and with
as much of each mistake as the rubric's feedback wants (see ``redact.apply_feedback``). Flags for a person are
left out, because every part of this file may be read by students: they stand in
the summary on the terminal, which Gradescope shows to staff only.
"""

from __future__ import annotations

import json

from grader.model import Document
from grader.reports import report_wording, wording
from grader.reports.final_score import OPEN, settle
from grader.reports.language import Translate, english
from grader.reports.redact import for_student

_VISIBILITY = {"visible": "visible", "hidden": "hidden", "after_due": "after_due_date"}


def render(document: Document, tr: Translate = english) -> str:
    """Write the results; every text is declared plain, so nothing in it is interpreted.

    What waits for a person has no score, here as everywhere: Gradescope then adds up the tests
    that have one.
    """
    total = settle(document).total
    student_view = for_student(document)  # the seconds of hidden tests may tell what became of them
    results = {
        **({} if total is None else {"score": total}),
        "execution_time": student_view["seconds"],
        "output": _output(student_view, tr),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "tests": _tests(document, tr),
    }
    return json.dumps(results, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _output(document: Document, tr: Translate) -> str:
    """Say above the tests what holds for all of them."""
    reason = [document["reason"]["text"]] if document["reason"] else []
    notes = [remark["text"] for remark in document["remarks"]]
    lines = (
        reason
        + report_wording.conditions(document, tr)
        + report_wording.refused(document, tr)
        + notes
    )
    return "\n".join([document["rubric"]["title"], *(f"- {line}" for line in lines)])


def _tests(document: Document, tr: Translate) -> list[Document]:
    """Make one test a check, and one that is open where nothing could be examined."""
    if document["reason"]:
        name, worth = tr("The submission can be graded"), document["max_score"]
        reason = document["reason"]["text"]
        return [{"max_score": worth, "name": name, "output": reason, "output_format": "text"}]
    return [_test(n, check, tr) for n, check in enumerate(document["checks"], start=1)]


def _test(place: int, check: Document, tr: Translate) -> Document:
    """Make one test; what is open has no status, and a bonus adds nothing to the maximum."""
    title = wording.title({**check, "visibility": "visible"}, tr)
    facts = {
        "max_score": 0.0 if check["bonus"] else check["max_points"],
        "name": tr("{label}: {text}").format(label=check["group"], text=title),
        "name_format": "text",
        "number": f"{place:02d}",
        "output": "\n".join(wording.with_label(line, tr) for line in wording.lines(check, tr)),
        "output_format": "text",
        "tags": [tag for tag in (check["subject"],) if tag],
        "visibility": _VISIBILITY[check["visibility"]],
    }
    if check["verdict"] in OPEN:
        return facts
    status = "passed" if check["verdict"] == "passed" else "failed"
    return {"score": check["points"]} | facts | {"status": status}
