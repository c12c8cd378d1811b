"""What a reader is told, in which order and words; the formats only set it in type.

Functions that take ``tr`` say it in the reader's language; a check or a document is
then already in that language.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from grader.model import Document, tidy
from grader.reports.final_score import OPEN, State, settle
from grader.reports.language import Translate, english
from grader.reports.repair_text import repair_text

WORDS = {
    "passed": "",
    "failed": "",
    "crashed": "Crashed",
    "timed_out": "Timed out",
    "blocked": "Not checked yet",
    "review": "Waits for grading",
    "broken": "Grader error",
}
"""What to say before the message of a check, by verdict."""

LABELS = {
    "decision": "decision",
    "message": "",
    "parts": "",
    "expected": "expected",
    "actual": "yours",
    "place": "place",
    "mistake": "mistake",
    "evidence": "evidence",
    "repair": "repair",
    "advice": "advice",
    "hint": "hint",
    "remark": "note",
}
"""The word in front of a line, by its role."""

MARKS = {"visible": "", "hidden": "hidden", "after_due": "after due"}
"""What stands behind the title of an item, by visibility."""

_PARTS = 5

_UNREAD = frozenset({
    "import_raised", "import_not_python", "import_undecodable", "import_waits",
    "import_opens_file", "import_late", "import_died", "import_of_missing_file",
    "missing_in_text_cell",
})  # fmt: skip
"""Messages that say that the code was never run: neither a hint about what it should compute helps,
nor that other classes were replaced while it ran."""


class Line(NamedTuple):
    """One thing that is said about a check: its role (a key of ``LABELS``) and the text."""

    role: str
    text: str


class Group(NamedTuple):
    """A group of the rubric: its checks and its points."""

    name: str
    checks: list[Document]
    points: float
    max_points: float


def groups(document: Document) -> list[Group]:
    """Gather the checks by group, in the rubric's order, without empty groups."""
    all_groups = []
    for name in document["rubric"]["groups"]:
        checks = [check for check in document["checks"] if check["group"] == name]
        worth = sum(check["max_points"] for check in checks if not check["bonus"])
        if checks:
            earned = tidy(sum(check["points"] for check in checks))
            all_groups.append(Group(name, checks, earned, tidy(worth)))
    return all_groups


def number(points: float) -> str:
    """Write points exactly and shortly: 2, 0.5, 1.6667."""
    return f"{points:.4f}".rstrip("0").rstrip(".")


def ratio(points: float, worth: float) -> str:
    """Write the points earned of those to be had."""
    return f"{number(points)} / {number(worth)}"


def points(check: Document) -> str:
    """Write the points earned with a check of those to be had; what is open has a question mark."""
    if check["verdict"] in OPEN:
        return f"? / {number(check['max_points'])}"
    return ratio(check["points"], check["max_points"])


def of_group(group: Group, tr: Translate = english) -> str:
    """Write the points of a group; while some are open, a lower bound."""
    text = ratio(group.points, group.max_points)
    is_open = any(check["verdict"] in OPEN and check["max_points"] for check in group.checks)
    return tr("at least {score}").format(score=text) if is_open else text


def score(document: Document, tr: Translate = english) -> str:
    """Write the points that count; while some are open, a lower bound, and none for no grade."""
    final_score = settle(document)
    if final_score.state is State.NOT_EXAMINED:
        return tr("waits for grading")
    points = ratio(final_score.least, final_score.max_score)
    return tr("at least {score}").format(score=points) if final_score.total is None else points


def title(check: Document, tr: Translate = english) -> str:
    """Return the title of a check without its full stop, with what is special about the item."""
    marks = ["bonus" if check["bonus"] else "", MARKS[check["visibility"]]]
    extras = tr(", ").join(tr(mark) for mark in marks if mark)
    name = str(check["title"]).rstrip(".。")
    return tr("{title} ({marks})").format(title=name, marks=extras) if extras else name


def lines(check: Document, tr: Translate = english) -> list[Line]:
    """Return what there is to say about a check, the most telling first."""
    entries = [] if check["verdict"] == "passed" else list(_trouble(check, tr))
    entries = [*_decision(check, tr), *entries]
    unread = check["message_id"] in _UNREAD
    remarks = (one for one in check["remarks"] if not unread or one["id"] != "standins")
    return entries + [Line("remark", remark["text"]) for remark in remarks]


def with_label(line: Line, tr: Translate = english) -> str:
    """Write a line with its label, where it has one."""
    label = tr(LABELS[line.role])
    return tr("{label}: {text}").format(label=label, text=line.text) if label else line.text


def place(location: Document, tr: Translate = english) -> str:
    """Say where something is: the file and its lines, and the method."""
    lines = {key: location[key] for key in ("file", "cell", "line", "end_line")}
    one = location["line"] == location["end_line"]
    if location["cell"] is not None:
        text = (
            tr("{file}, cell {cell}, line {line}")
            if one
            else (tr("{file}, cell {cell}, lines {line} to {end_line}"))
        )
    else:
        text = tr("{file}, line {line}") if one else tr("{file}, lines {line} to {end_line}")
    text = text.format(**lines)
    method = location["method"]
    return tr("{method} ({place})").format(method=method, place=text) if method else text


def _decision(check: Document, tr: Translate) -> Iterator[Line]:
    """Say that a person decided, why, and what the machine had said."""
    decided = check["decision"]
    if decided:
        by = tr(" ({who})").format(who=decided["who"]) if decided["who"] else ""
        text = tr("{points}: {reason}{by}; before: {verdict}, {was}").format(
            points=ratio(decided["points"], check["max_points"]),
            reason=decided["reason"],
            by=by,
            verdict=tr(decided["was"]["verdict"]),
            was=number(decided["was"]["points"]),
        )
        yield Line("decision", text)


def _trouble(check: Document, tr: Translate) -> Iterator[Line]:
    """Yield why points were lost and what to do about it."""
    word, message = tr(WORDS[check["verdict"]]), check["message"]
    if word and message:
        yield Line("message", tr("{word}. {message}").format(word=word, message=message))
    elif word or message:
        yield Line("message", message or tr("{word}.").format(word=word))
    yield from _parts(check, tr)
    for role in ("expected", "actual"):
        if check[role] is not None:
            yield Line(role, check[role])
    location = check.get("location")
    if location:
        yield Line("place", place(location, tr))
    for finding in check["diagnosis"]:
        yield from _finding(finding)
        other = finding.get("location")
        if other and other != location:
            yield Line("place", place(other, tr))
    if check.get("repair"):
        yield Line("repair", repair_text(check["repair"], tr))
    is_run = check["message_id"] not in _UNREAD
    if check["hint"] and is_run and check["verdict"] in ("failed", "crashed", "timed_out"):
        yield Line("hint", " ".join(check["hint"].split()))


def _parts(check: Document, tr: Translate) -> Iterator[Line]:
    """Say how far a check holds, where it holds in part, and why not further."""
    failed = [part for part in check["parts"] if not part["passed"]]
    if not 0 < len(failed) < len(check["parts"]):
        return
    yield Line("parts", _shares(check, failed, tr))
    # The same complaint about other numbers says nothing new: each kind is said once.
    message_ids = {check["message_id"], None}
    for part in failed[:_PARTS]:
        if part["message_id"] not in message_ids:
            message_ids.add(part["message_id"])
            text = tr("{label}: {text}").format(label=part["name"], text=part["message"])
            yield Line("parts", text)


def _shares(check: Document, failed: list[Document], tr: Translate) -> str:
    """Count the parts that hold, and name those that do not."""
    of, more = len(check["parts"]), len(failed) - _PARTS
    names = tr("; ").join(part["name"] for part in failed[:_PARTS])
    if more > 0:
        template = tr("Passed {held} of {of} tests; failed: {names} and {more} more.")
    else:
        template = tr("Passed {held} of {of} tests; failed: {names}.")
    return template.format(held=of - len(failed), of=of, names=names, more=more)


def _finding(finding: Document) -> Iterator[Line]:
    """Name a mistake, with its evidence and what to do about it."""
    if finding["explanation"]:
        slug = "" if finding["mistake"] == "unexplained" else f" [{finding['mistake']}]"
        yield Line("mistake", finding["explanation"] + slug)
    if finding["evidence"]:
        yield Line("evidence", finding["evidence"])
    if finding["advice"]:
        yield Line("advice", finding["advice"])
