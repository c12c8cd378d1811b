"""The student's page: the score, then what it lost and why, then everything."""

from __future__ import annotations

from typing import NamedTuple

from markupsafe import Markup

from grader.model import Document
from grader.reports import report_wording, wording
from grader.reports.final_score import OPEN, settle
from grader.reports.language import ENGLISH, Translate, english
from grader.reports.pages import bars, templates
from grader.reports.pages.check_entries import Entry, entries
from grader.reports.previous import since


class Part(NamedTuple):
    """A group of the rubric, ready to be set."""

    name: str
    points: str
    bar: Markup
    entries: list[Entry]


def render(document: Document, tr: Translate = english) -> str:
    """Write the page of a report as one HTML file that fetches nothing.

    Parameters
    ----------
    document
        A valid one, already that of its reader; nothing else gets into the page.
    tr
        What translates the fixed words.
    """
    by_id = entries(document, tr)
    return templates.page(
        "student.html.j2",
        tr,
        styles=("theme.css", "student.css"),
        scripts=("folding.js",),
        document=document,
        language=_language(document),
        conditions=report_wording.conditions(document, tr),
        since=since(document, tr),
        refused=report_wording.refused(document, tr),
        origin=report_wording.origin(document, tr),
        score=wording.score(document, tr),
        final_score=settle(document),
        bar=bars.whole(document, tr("Bar chart of the score")),
        parts=_parts(document, by_id, tr),
        wrong=_wrong(list(by_id.values())),
        undecided=[e for e in by_id.values() if e.check["verdict"] in OPEN],
        held=sum(e.check["verdict"] == "passed" for e in by_id.values()),
    )


def _parts(document: Document, by_id: dict[str, Entry], tr: Translate) -> list[Part]:
    groups = wording.groups(document)
    widest = max((group.max_points for group in groups), default=0.0)
    return [
        Part(
            group.name,
            wording.of_group(group, tr),
            bars.group(group, widest, tr("Bar chart of the points of this group")),
            [by_id[check["id"]] for check in group.checks],
        )
        for group in groups
    ]


def _wrong(all_entries: list[Entry]) -> list[Entry]:
    """Return what lost points, the dearest first; what only waits stands with what it waits for."""
    explained = {check["id"] for entry in all_entries for check in entry.behind}
    shown = [
        entry
        for entry in all_entries
        if entry.check["verdict"] in ("failed", "crashed", "timed_out", "blocked")
        and entry.check["id"] not in explained
    ]
    return sorted(shown, key=lambda entry: (-entry.lost_points - entry.held_up, -entry.lost_points))


def _language(document: Document) -> str:
    """Return the language that the document is in, as HTML names it."""
    return str(document["rubric"].get("language", ENGLISH)).replace("_", "-")
