"""GitHub-flavoured Markdown, for a step summary or a comment.

Whatever is quoted is escaped, so that it can neither break a table nor become a
link, a picture, a formula, HTML or a mention of somebody.
"""

from __future__ import annotations

import re

from grader.model import Document
from grader.reports import report_wording, wording
from grader.reports.language import Translate, english
from grader.reports.previous import since

_ENTITY = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_SPECIAL = re.compile(r"[\\`*_\[\]|~$]")
_START = re.compile(r"^(\d{0,9})([-+#=.):])")
"""What begins a heading or a list within a list."""

_LINKED = re.compile(r"@(?=\w)|#(?=\w)|(?i:\bGH-)(?=\d)|:(?=//)|(?i:www)(?=\.)")
"""What GitHub turns into a link after the Markdown was read, so that no backslash helps."""

_MARK = {
    "passed": "✓ passed",
    "failed": "✗ failed",
    "crashed": "✗ crashed",
    "timed_out": "✗ timed out",
    "blocked": "– not checked",
    "review": "? waits for grading",
    "broken": "! grader error",
}


def escape(text: str) -> str:
    """Make any text one line that Markdown shows as it is."""
    whole = " ".join(text.split())
    bare = re.sub("[&<>]", lambda sign: _ENTITY[sign[0]], whole)
    inert = _START.sub(r"\1\\\2", _SPECIAL.sub(r"\\\g<0>", bare))
    return _LINKED.sub(lambda sign: f"{sign[0]}&#8203;", inert)


def render(document: Document, tr: Translate = english) -> str:
    """Write a heading with the score, a table a group, and what was lost below it."""
    blocks = [*_head(document, tr)]
    for group in wording.groups(document):
        blocks += _group(group, tr)
    blocks += _section(tr("Since the previous hand-in"), since(document, tr))
    blocks += _section(tr("Files ignored"), report_wording.refused(document, tr))
    flags = [flag["text"] for flag in document["needs_review"]]
    blocks += _section(tr("For a teaching assistant to check"), flags)
    blocks += _section(tr("Notes"), [remark["text"] for remark in document["remarks"]])
    blocks.append(f"<sub>{escape(report_wording.origin(document, tr))}</sub>")
    return "\n\n".join(blocks) + "\n"


def _head(document: Document, tr: Translate) -> list[str]:
    name, rubric = document["submission"]["name"], document["rubric"]
    reason = [document["reason"]["text"]] if document["reason"] else []
    notes = [f"> {escape(note)}" for note in reason + report_wording.conditions(document, tr)]
    head = [f"## {_with_label(escape(name), escape(wording.score(document, tr)), tr)}"]
    return [*head, f"{escape(rubric['title'])} · {escape(rubric['source'])}", *notes]


def _with_label(label: str, text: str, tr: Translate) -> str:
    """Set a label before a text, both escaped already."""
    return tr("{label}: {text}").format(label=label, text=text)


def _group(group: wording.Group, tr: Translate) -> list[str]:
    points = wording.of_group(group, tr)
    heading = f"### {_with_label(escape(group.name), points, tr)}"
    head = f"| | {tr('Check')} | {tr('Points')} |"
    rows = [head, "|---|---|---:|", *(_row(check, tr) for check in group.checks)]
    with_lines = [check for check in group.checks if wording.lines(check, tr)]
    return [heading, "\n".join(rows), *(_details(check, tr) for check in with_lines)]


def _row(check: Document, tr: Translate) -> str:
    points = wording.points(check)
    return f"| {tr(_MARK[check['verdict']])} | {escape(wording.title(check, tr))} | {points} |"


def _details(check: Document, tr: Translate) -> str:
    """List what there is to say about one check."""
    bullets = [_bullet(line, tr) for line in wording.lines(check, tr)]
    return "\n".join([f"**{escape(wording.title(check, tr))}**", "", *bullets])


def _bullet(line: wording.Line, tr: Translate) -> str:
    label = tr(wording.LABELS[line.role])
    bold = tr("*{label}:*").format(label=label)
    return f"- {bold} {escape(line.text)}" if label else f"- {escape(line.text)}"


def _section(heading: str, texts: list[str]) -> list[str]:
    bullets = "\n".join(f"- {escape(text)}" for text in texts)
    return [f"### {heading}", bullets] if texts else []
