"""What formats that point at lines share: what failed, with its place and the points that it lost."""

from __future__ import annotations

from typing import NamedTuple

from grader.model import Document, tidy
from grader.reports import wording
from grader.reports.language import Translate

FAILING = ("failed", "crashed", "timed_out")


class Annotation(NamedTuple):
    """Something to tell at a place.

    Parameters
    ----------
    rule
        The slug of the mistake where it has a name, else the check's id, else a message's id.
    title, text
        What failed, and what there is to say about it.
    location
        As in the report, or None.
    lost_points
        The points that it lost; none for a remark.
    is_error
        Whether a check failed; else it is a remark on an import.
    """

    rule: str
    title: str
    text: str
    location: Document | None
    lost_points: float
    is_error: bool


def list_annotations(document: Document, tr: Translate) -> list[Annotation]:
    """Return what failed, the most points first, then the troubles of imports."""
    failed = [_of_check(c, tr) for c in document["checks"] if c["verdict"] in FAILING]
    troubles = [
        Annotation(
            r["id"], tr("When it was imported"), r["text"], r["location"], 0.0, is_error=False
        )
        for r in document["remarks"]
        if r.get("location")
    ]
    return sorted(failed, key=lambda one: -one.lost_points) + troubles


def _of_check(check: Document, tr: Translate) -> Annotation:
    named = [f["mistake"] for f in check["diagnosis"] if f["mistake"] not in (None, "unexplained")]
    roles = ("message", "place", "mistake", "evidence", "advice")
    lines = [wording.with_label(one, tr) for one in wording.lines(check, tr) if one.role in roles]
    return Annotation(
        rule=named[0] if named else check["id"],
        title=f"{wording.title(check, tr)} ({wording.points(check)})",
        text="\n".join(lines),
        location=check.get("location"),
        lost_points=0.0 if check["bonus"] else tidy(check["max_points"] - check["points"]),
        is_error=True,
    )


def in_folder(document: Document, folder: str) -> Document:
    """Return a copy in which the paths of all places begin with a folder, or lie in it as they are for ""."""
    if not folder:
        return document

    def placed(facts: Document) -> Document:
        location = facts.get("location")
        if not location:
            return facts
        return {**facts, "location": {**location, "file": f"{folder}/{location['file']}"}}

    checks = [
        placed({**check, "diagnosis": [placed(f) for f in check["diagnosis"]]})
        for check in document["checks"]
    ]
    return {**document, "checks": checks, "remarks": [placed(r) for r in document["remarks"]]}
