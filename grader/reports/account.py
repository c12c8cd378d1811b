"""What a reader is told, in which order and words; the formats only set it in type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from grader.model import tidy

Document = dict[str, Any]

WORDS = {
    "passed": "",
    "failed": "",
    "crashed": "Crashed",
    "timed_out": "Out of time",
    "blocked": "Not examined",
    "review": "A person decides",
    "broken": "Our fault, not yours",
}
"""What to say before the message of a check, by verdict."""

LABELS = {
    "decision": "decided",
    "message": "",
    "parts": "",
    "expected": "expected",
    "actual": "yours",
    "mistake": "mistake",
    "evidence": "evidence",
    "advice": "try",
    "hint": "hint",
    "remark": "note",
}
"""The word in front of a line, by its role."""

_PARTS = 5


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
    gathered = []
    for name in document["rubric"]["groups"]:
        checks = [check for check in document["checks"] if check["group"] == name]
        worth = sum(check["max_points"] for check in checks if not check["bonus"])
        if checks:
            gathered.append(Group(name, checks, sum(check["points"] for check in checks), worth))
    return gathered


def number(points: float) -> str:
    """Write points exactly and shortly: 2, 0.5, 1.6667."""
    return f"{points:.4f}".rstrip("0").rstrip(".")


def ratio(points: float, worth: float) -> str:
    """Write the points earned of those to be had."""
    return f"{number(points)} / {number(worth)}"


def score(document: Document) -> str:
    """Write the total; while points are open, it is a lower bound."""
    least = "at least " if document["open_points"] > 0 else ""
    return least + ratio(document["score"], document["max_score"])


def title(check: Document) -> str:
    """Return the title of a check without its full stop, with what is special about the item."""
    marks = ["bonus"] if check["bonus"] else []
    if check["visibility"] != "visible":
        marks.append(check["visibility"].replace("_", " "))
    name = str(check["title"]).rstrip(".")
    return f"{name} ({', '.join(marks)})" if marks else name


def lines(check: Document) -> list[Line]:
    """Return what there is to say about a check, the most telling first."""
    said = [] if check["verdict"] == "passed" else list(_trouble(check))
    said = [*_decision(check), *said]
    return said + [Line("remark", remark["text"]) for remark in check["remarks"]]


def told(line: Line) -> str:
    """Write a line with its label, where it has one."""
    label = LABELS[line.role]
    return f"{label}: {line.text}" if label else line.text


def conditions(document: Document) -> list[str]:
    """Return what a reader must know before the score is believed."""
    said = []
    if not document["official"]:
        said.append("Not official: the code ran without the sandbox, and could have cheated.")
    if document["open_points"] > 0:
        points = number(document["open_points"])
        wait = "point still waits" if points == "1" else "points still wait"
        said.append(f"{points} {wait} for a decision.")
    late = document["late"]
    if late:
        taken = (
            f"{number(late_points(document))} points taken away, {number(total(document))} count"
        )
        told = _lateness(late)
        said.append(told if told.endswith(".") else f"{told}: {taken}.")
    if document["hidden_items"]:
        said.append("Some items are not shown here; the points are those of the items shown.")
    return said


def origin(document: Document) -> str:
    """Tell in one line what produced the report."""
    seed = None if document["seed"] is None else f"seed {document['seed']}"
    walls = ", ".join(document["sandbox"]["layers"]) or "none"
    version = f"grader {document['grader']['version']}"
    parts = (version, seed, f"sandbox: {walls}", f"{document['seconds']:.1f} s")
    return " · ".join(part for part in parts if part)


def _decision(check: Document) -> Iterator[Line]:
    """Say that a person decided, why, and what the machine had said."""
    decided = check["decision"]
    if decided:
        before = f"{decided['was']['verdict']}, {number(decided['was']['points'])}"
        by = f" ({decided['who']})" if decided["who"] else ""
        points = ratio(decided["points"], check["max_points"])
        yield Line("decision", f"{points}: {decided['reason']}{by}; before: {before}")


def late_points(document: Document) -> float:
    """Return the points that lateness takes away, no more than were earned."""
    percent = (document["late"] or {"percent": 0.0})["percent"]
    return min(tidy(document["max_score"] * percent / 100), float(document["score"]))


def total(document: Document) -> float:
    """Return the points that count: those earned, less what lateness takes away."""
    return tidy(document["score"] - late_points(document))


def _lateness(late: Document) -> str:
    """Say how late it was, and what that costs."""
    if late["days"] is None:
        return "Handed in late; by how much is not known, so nothing is taken away for it."
    days = "1 day" if late["days"] == 1 else f"{number(late['days'])} days"
    return f"Handed in {days} late"


def _trouble(check: Document) -> Iterator[Line]:
    """Yield why points were lost and what to do about it."""
    word, message = WORDS[check["verdict"]], check["message"]
    if word or message:
        yield Line("message", f"{word}: {message}" if word and message else message or f"{word}.")
    yield from _parts(check)
    for role in ("expected", "actual"):
        if check[role] is not None:
            yield Line(role, check[role])
    for finding in check["diagnosis"]:
        yield from _finding(finding)
    if check["hint"] and check["verdict"] in ("failed", "crashed", "timed_out"):
        yield Line("hint", " ".join(check["hint"].split()))


def _parts(check: Document) -> Iterator[Line]:
    """Say how far a check holds, where it holds in part, and why not further."""
    parts = check["parts"]
    failed = [part for part in parts if not part["passed"]]
    if not 0 < len(failed) < len(parts):
        return
    held = len(parts) - len(failed)
    names = "; ".join(part["name"] for part in failed[:_PARTS])
    more = f" and {len(failed) - _PARTS} more" if len(failed) > _PARTS else ""
    yield Line("parts", f"Holds for {held} of {len(parts)} parts; not for: {names}{more}.")
    # The same complaint about other numbers says nothing new: each kind is said once.
    said = {check["message_id"], None}
    for part in failed[:_PARTS]:
        if part["message_id"] not in said:
            said.add(part["message_id"])
            yield Line("parts", f"{part['name']}: {part['message']}")


def _finding(finding: Document) -> Iterator[Line]:
    """Name a mistake, with its evidence and what to do about it."""
    if finding["explanation"]:
        slug = "" if finding["bug"] == "unexplained" else f" [{finding['bug']}]"
        yield Line("mistake", finding["explanation"] + slug)
    if finding["evidence"]:
        yield Line("evidence", finding["evidence"])
    if finding["advice"]:
        yield Line("advice", finding["advice"])
