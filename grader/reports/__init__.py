"""Reports: one document, and one file for each form that it can take.

``document`` makes it, ``validate`` checks it, ``for_student`` leaves out what a
student may not see, ``in_language`` tells it in the reader's language, ``render`` writes
it. A new format is a file here with a function ``render(document, tr) -> str``, and a
line in ``_FILES``.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

from grader.errors import TheirFault
from grader.model import AUDIENCES, FORMATS, Report
from grader.plugin_files import Plugins
from grader.reports import report_document
from grader.reports.annotations import in_folder
from grader.reports.figure_files import with_pictures
from grader.reports.language import ENGLISH, LANGUAGES, translator
from grader.reports.redact import apply_feedback, for_student
from grader.reports.sanitize import scrub
from grader.reports.translate import in_language

_FILES = {
    "text": "text",
    "json": "as_json",
    "markdown": "markdown",
    "junit": "junit",
    "gradescope": "gradescope",
    "html": "pages.student",
    "github": "github",
    "sarif": "sarif",
    "ctrf": "ctrf",
}
_WITH_FIGURES = ("html",)
"""Formats that show figures."""

_WITH_FEEDBACK = ("gradescope",)
"""Formats with every check, which hide by themselves what students may not see."""

_AS_STORED = ("json",)
"""Formats that stay as the document is stored, in English."""


def document(report: Report) -> dict[str, Any]:
    """Make the plain document of a report, with everything that staff may know."""
    return report_document.document(report)


def validate(document: dict[str, Any]) -> None:
    """Raise ``ReportBroken``, with one sentence, if this is no document of a report."""
    import_module("grader.reports.validation").validate(document)  # jsonschema takes its time


def render(  # noqa: PLR0913 - all that one page depends on
    document: dict[str, Any],
    form: str,
    *,
    audience: str = "staff",
    due_passed: bool = False,
    figures: Path | None = None,
    language: str | None = None,
    folder: str = "",
    plugins: Plugins = (),
) -> str:
    """Write a document in one of the ``FORMATS``.

    Parameters
    ----------
    document
        A valid one; a stored document gives the same text as a fresh one.
    form
        The name of the format.
    audience, due_passed
        ``staff`` reads everything, ``student`` what the rubric allows: an item of visibility
        ``after_due`` only once the due date has passed.
    figures
        The folder of the report's figures, for a format that shows them; None: none are shown.
    language
        One of ``LANGUAGES``; None is that of the rubric. JSON stays as it is stored.
    folder
        Where the submission lies, for places that are told from another folder: ``hw1/alice``.
    plugins
        Those of the rubric, for their texts in another language than English.
    """
    if form not in FORMATS or audience not in AUDIENCES:
        raise TheirFault(f"There is no format {form!r} for {audience!r}.")
    clean = scrub(document)
    if audience == "student":
        clean = for_student(clean, due_passed=due_passed)
    elif form in _WITH_FEEDBACK:
        clean = apply_feedback(clean)
    target_language = language or language_of(clean)
    if form not in _AS_STORED:
        clean = in_language(clean, target_language, plugins)
        clean = {**clean, "rubric": {**clean["rubric"], "language": target_language}}
    if figures is not None and form in _WITH_FIGURES:
        clean = with_pictures(clean, figures)
    if form not in _AS_STORED:
        clean = in_folder(clean, folder)
    module = import_module(f"grader.reports.{_FILES[form]}")
    return str(module.render(clean, translator(target_language)))


def language_of(document: dict[str, Any]) -> str:
    """Return the language that the rubric of a document asks for; older ones ask for none."""
    return str(document["rubric"].get("language", ENGLISH))


__all__ = [
    "AUDIENCES",
    "FORMATS",
    "LANGUAGES",
    "document",
    "for_student",
    "in_language",
    "language_of",
    "render",
    "translator",
    "validate",
]
