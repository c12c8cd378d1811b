"""GitHub-flavoured Markdown, for a step summary or a comment.

Whatever is quoted is escaped, so that it can neither break a table nor become a
link, a picture, a formula, HTML or a mention of somebody.
"""

from __future__ import annotations

import re
from typing import Any

from grader.reports import account

Document = dict[str, Any]

_ENTITY = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_SPECIAL = re.compile(r"[\\`*_\[\]|~$]")
_START = re.compile(r"^(\d{0,9})([-+#=.):])")
"""What begins a heading or a list within a list."""

_LINKED = re.compile(r"@(?=\w)|#(?=\w)|(?i:\bGH-)(?=\d)|:(?=//)|(?i:www)(?=\.)")
"""What GitHub turns into a link after the Markdown was read, so that no backslash helps."""

_MARK = {
    "passed": "✓ holds",
    "failed": "✗ fails",
    "crashed": "✗ crashed",
    "timed_out": "✗ out of time",
    "blocked": "– not examined",
    "review": "? open",
    "broken": "! our fault",
}


def escape(text: str) -> str:
    """Make any text one line that Markdown shows as it is."""
    whole = " ".join(text.split())
    bare = re.sub("[&<>]", lambda sign: _ENTITY[sign[0]], whole)
    inert = _START.sub(r"\1\\\2", _SPECIAL.sub(r"\\\g<0>", bare))
    return _LINKED.sub(lambda sign: f"{sign[0]}&#8203;", inert)


def render(document: Document) -> str:
    """Write a heading with the score, a table a group, and what was lost below it."""
    blocks = [*_head(document)]
    for group in account.groups(document):
        blocks += _group(group)
    refused = [f"{r['path']}: {r['reason']['text']}" for r in document["submission"]["refused"]]
    blocks += _section("Left out on the way in", refused)
    flags = [said["text"] for said in document["needs_review"]]
    blocks += _section("For a person to look at", flags)
    blocks += _section("Notes", [said["text"] for said in document["remarks"]])
    blocks.append(f"<sub>{escape(account.origin(document))}</sub>")
    return "\n\n".join(blocks) + "\n"


def _head(document: Document) -> list[str]:
    name, rubric = escape(document["submission"]["name"]), document["rubric"]
    reason = [document["reason"]["text"]] if document["reason"] else []
    notes = [f"> {escape(note)}" for note in reason + account.conditions(document)]
    head = [f"## {name}: {escape(account.score(document))}"]
    return [*head, f"{escape(rubric['title'])} · {escape(rubric['source'])}", *notes]


def _group(group: account.Group) -> list[str]:
    heading = f"### {escape(group.name)}: {account.ratio(group.points, group.max_points)}"
    rows = ["| | Check | Points |", "|---|---|---:|", *(_row(check) for check in group.checks)]
    return [heading, "\n".join(rows), *(_lost(c) for c in group.checks if account.lines(c))]


def _row(check: Document) -> str:
    points = account.ratio(check["points"], check["max_points"])
    return f"| {_MARK[check['verdict']]} | {escape(account.title(check))} | {points} |"


def _lost(check: Document) -> str:
    """List what there is to say about one check."""
    told = [_told(line) for line in account.lines(check)]
    return "\n".join([f"**{escape(account.title(check))}**", "", *told])


def _told(line: account.Line) -> str:
    label = account.LABELS[line.role]
    return f"- *{label}:* {escape(line.text)}" if label else f"- {escape(line.text)}"


def _section(heading: str, texts: list[str]) -> list[str]:
    bullets = "\n".join(f"- {escape(text)}" for text in texts)
    return [f"### {heading}", bullets] if texts else []
