"""Reports: one document, and one file for each form that it can take.

``document`` makes it, ``validate`` checks it, ``for_student`` leaves out what a
student may not see, ``render`` writes it. A new format is a file here with a
function ``render(document) -> str``, and a line in ``_FILES``.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from grader.errors import TheirFault
from grader.model import Report
from grader.reports import facts
from grader.reports.audience import for_student
from grader.reports.clean import scrub

_FILES = {
    "text": "text",
    "json": "as_json",
    "markdown": "markdown",
    "junit": "junit",
    "gradescope": "gradescope",
}
FORMATS = tuple(_FILES)
AUDIENCES = ("staff", "student")


def document(report: Report) -> dict[str, Any]:
    """Make the plain document of a report, with everything that staff may know."""
    return facts.document(report)


def validate(document: dict[str, Any]) -> None:
    """Raise ``ReportBroken``, with one sentence, if this is no document of a report."""
    import_module("grader.reports.validation").validate(document)  # jsonschema takes its time


def render(
    document: dict[str, Any], form: str, *, audience: str = "staff", due_passed: bool = False
) -> str:
    """Write a document in one of the ``FORMATS``.

    Parameters
    ----------
    document
        A valid one; a stored document gives the same text as a fresh one.
    form
        The name of the format.
    audience
        ``staff`` reads everything, ``student`` what the rubric allows.
    due_passed
        Whether students may read the items of visibility ``after_due``.
    """
    if form not in FORMATS or audience not in AUDIENCES:
        raise TheirFault(f"There is no format {form!r} for {audience!r}.")
    clean = scrub(document)
    if audience == "student":
        clean = for_student(clean, due_passed=due_passed)
    return str(import_module(f"grader.reports.{_FILES[form]}").render(clean))


__all__ = ["AUDIENCES", "FORMATS", "document", "for_student", "render", "validate"]
