"""The summary on a terminal, and the same as plain text."""

from __future__ import annotations

from io import StringIO

from rich.console import Console
from rich.text import Text

from grader.model import Document
from grader.reports import report_wording, wording
from grader.reports.final_score import settle
from grader.reports.language import ENGLISH, Translate, english, translator
from grader.reports.previous import since
from grader.reports.sanitize import scrub
from grader.reports.terminal_page import Page

_MARK = {
    "passed": ("passed", "green"),
    "failed": ("failed", "red"),
    "crashed": ("failed", "red"),
    "timed_out": ("failed", "red"),
    "blocked": ("blocked", "dim"),
    "review": ("review", "yellow"),
    "broken": ("broken", "magenta"),
}
"""The sign of a verdict (a field of ``Glyphs``) and its colour."""
_STYLE = {
    "decision": "bold",
    "message": "",
    "parts": "",
    "expected": "",
    "actual": "",
    "place": "",
    "mistake": "bold",
    "evidence": "",
    "repair": "",
    "advice": "",
    "hint": "dim",
    "remark": "dim",
}
_SHOWN_ONCE = ("advice", "hint")
_SHOWN_ONCE_WHERE_PASSED = ("remark",)
"""Roles of lines that are not repeated, below any check or below those that passed."""


def render(document: Document, tr: Translate = english, width: int = 80) -> str:
    """Write the summary without colours, for a file or a log."""
    paper = StringIO()
    show(document, Console(file=paper, width=width, color_system=None, force_terminal=False), tr)
    return paper.getvalue()


def show(document: Document, console: Console, tr: Translate = english) -> None:
    """Print the summary of a report on a console.

    Parameters
    ----------
    document
        A valid document, already that of its reader (see ``for_student``, ``in_language``).
    console
        Where to print. Its width and its encoding are respected.
    tr
        What translates the words around it.
    """
    facts, page = scrub(document), Page(console, tr)
    _head(facts, page, tr)
    printed_lines: set[wording.Line] = set()
    for group in wording.groups(facts):
        _group(group, page, printed_lines, tr)
    _list(tr("Since the previous hand-in"), since(facts, tr), page)
    _list(tr("Files ignored"), report_wording.refused(facts, tr), page)
    flags = [flag["text"] for flag in facts["needs_review"]]
    _list(tr("For a teaching assistant to check"), flags, page)
    _list(tr("Notes"), [remark["text"] for remark in facts["remarks"]], page)
    page.blank()
    page.text(Text(report_wording.origin(facts, tr), "dim"))


def language_for(console: Console, wanted: str) -> str:
    """Return the language that a reader wants, or English where the console lacks its letters."""
    try:
        translator(wanted)("hint").encode(console.encoding)
    except UnicodeEncodeError:
        return ENGLISH
    return wanted


def _head(facts: Document, page: Page, tr: Translate) -> None:
    """Say who, how much, and what to know before it is believed."""
    who, total = Text(facts["submission"]["name"], "bold"), Text(wording.score(facts, tr), "bold")
    who.truncate(max(8, page.width - total.cell_len - 2), overflow="ellipsis")
    page.row(who, total)
    final_score = settle(facts)
    page.bar(final_score.least, final_score.open_points, final_score.max_score)
    page.text(Text(f"{facts['rubric']['title']} · {facts['rubric']['source']}", "dim"))
    if facts["reason"]:
        page.blank()
        reason = tr("Could not be graded: {reason}").format(reason=facts["reason"]["text"])
        page.note(reason, "bold", sign="!")
    for condition in report_wording.conditions(facts, tr):
        page.note(condition, sign="!")


def _group(
    group: wording.Group, page: Page, printed_lines: set[wording.Line], tr: Translate
) -> None:
    page.blank()
    points = Text(wording.of_group(group, tr), "bold")
    page.row(Text(group.name, "bold"), points)
    for check in group.checks:
        _check(check, page, printed_lines, tr)


def _check(check: Document, page: Page, printed_lines: set[wording.Line], tr: Translate) -> None:
    """Set the mark, the title and the points; below, what there is to say and was not yet said."""
    field, colour = _MARK[check["verdict"]]
    mark = Text(f"  {getattr(page.glyphs, field)} ", f"bold {colour}")
    points = Text(wording.points(check))
    page.row(Text(wording.title(check, tr)), points, mark)
    passed = check["verdict"] == "passed"
    shown_once = _SHOWN_ONCE + (_SHOWN_ONCE_WHERE_PASSED if passed else ())
    for line in wording.lines(check, tr):
        if line.role not in shown_once or line not in printed_lines:
            label = tr(wording.LABELS[line.role])
            page.note(line.text.partition("\n")[0], _STYLE[line.role], label)
        if line.role == "repair":
            for edited in line.text.split("\n")[1:]:
                page.note(edited)
        if line.role == "place" and line not in printed_lines:
            _source(check.get("location"), page)
        printed_lines.add(line)


def _source(location: Document | None, page: Page) -> None:
    """Set the statement with the line above and below, and a caret under it; a method is not quoted."""
    if location is None or location["kind"] not in ("statement", "line"):
        return
    first = location["source_line"]
    for number, text in enumerate(location["source"], first):
        if location["line"] - 1 <= number <= location["end_line"] + 1:
            is_marked = location["line"] <= number <= location["end_line"]
            page.code(number, text, is_marked=is_marked)


def _list(heading: str, texts: list[str], page: Page) -> None:
    """Set a short list under its heading, or nothing where there is nothing to list."""
    if texts:
        page.blank()
        page.text(Text(heading, "bold"))
    for text in texts:
        page.note(text)
