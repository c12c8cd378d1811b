"""Commands of a GitHub workflow, which shows them beside the lines of the code."""

from __future__ import annotations

from grader.model import Document
from grader.reports import wording
from grader.reports.annotations import Annotation, list_annotations
from grader.reports.language import Translate, english

MOST = 10
"""GitHub shows ten errors and ten warnings of a step, and no more."""


def render(document: Document, tr: Translate = english) -> str:
    """Write a notice with the score, then what failed: at most ten commands, the most points first."""
    all_of_them = list_annotations(document, tr)
    shown = all_of_them[: MOST - 1 if len(all_of_them) >= MOST else MOST]
    label = tr("{label}: {text}")
    score = label.format(label=document["submission"]["name"], text=wording.score(document, tr))
    more = len(all_of_them) - len(shown)
    if more:
        score += "\n" + tr("{count} more").format(count=more)
    if document["reason"]:
        score += "\n" + document["reason"]["text"]
    head = _command("notice", {"title": document["rubric"]["title"]}, score)
    return "\n".join([head, *map(_annotation, shown)]) + "\n"


def _annotation(entry: Annotation) -> str:
    location = entry.location
    place: dict[str, str] = {}
    if location:
        place["file"] = location["file"]
        if location["cell"] is None:  # a line of a cell is no line of the notebook's file
            place |= {"line": str(location["line"]), "endLine": str(location["end_line"])}
    kind = "error" if entry.is_error else "warning"
    return _command(kind, {**place, "title": entry.title}, entry.text)


def _command(kind: str, properties: dict[str, str], text: str) -> str:
    listed = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{kind} {listed}::{_data(text)}"


def _data(text: str) -> str:
    """Escape as GitHub's own toolkit does: nothing in it can begin another command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
