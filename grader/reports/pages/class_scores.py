"""The top of the page of a class: how many there are, how they did, and the histogram."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from grader.model import Document
from grader.reports.language import Translate
from grader.reports.messages import fill
from grader.reports.pages import class_phrases as words
from grader.reports.pages.class_phrases import link, percent
from grader.reports.wording import number

_TALLEST = 88
"""How many percent of the histogram's height the tallest bar takes: its number stands above it."""


def lead(facts: Document, tr: Translate) -> str:
    """Say how many there are, and where they come from."""
    counts = tr("students: {students}, submissions: {submissions}").format(**facts)
    return counts if facts["platform"] == "folder" else f"{counts} · {facts['platform'].title()}"


def keys(facts: Document, tr: Translate) -> Iterator[Document]:
    """Yield the figures at the top: how the class did, then what asks for somebody."""
    of = tr("of {points}").format(points=number(facts["max_score"]))
    if facts["mean"] is not None:
        yield _key(tr("Median"), _short(facts["median"]), of)
        yield _key(tr("Mean"), _short(facts["mean"]), of)
    owed = [e["open_points"] for e in facts["waiting"] if e["open_points"] and not e["fault"]]
    note = tr("submissions: {count}").format(count=len(owed))
    yield _key(tr("Open points"), number(sum(owed)), note, link(only="open"))
    yield _key(tr("To review"), str(len(facts["waiting"])), "", "#work")
    kinds = Counter(kind for row in facts["rows"] for kind in words.kinds(row))
    names = words.only(tr)
    for kind in ("fault", "late", "missing", "invalid_submission"):
        tone = "bad" if kind == "fault" else ""
        yield _key(names[kind], str(kinds[kind]), "", link(only=kind), tone)


def _key(name: str, value: str, note: str, href: str = "", tone: str = "") -> Document:
    first = name[:1].upper() + name[1:]
    return {"name": first, "value": value, "note": note, "href": href, "tone": tone}


def _short(points: float) -> str:
    return number(round(points, 2))


def histogram(facts: Document, tr: Translate) -> Document:
    """Return bars, where they begin and end, and the marks of median and mean."""
    bins = facts["histogram"] if facts["mean"] is not None else []
    most = max((entry["count"] for entry in bins), default=0)
    edges = [number(entry["from"]) for entry in bins] + [number(facts["max_score"])] * bool(bins)
    marks = [("median", tr("median")), ("mean", tr("mean"))] if bins else []
    return {
        "bins": [_bin(entry, most, entry is bins[-1], tr) for entry in bins],
        "edges": edges,
        "marks": [
            {
                "kind": kind,
                "name": name,
                "value": _short(facts[kind]),
                "at": percent(min(facts[kind], facts["max_score"]), facts["max_score"]),
            }
            for kind, name in marks
        ],
    }


def _bin(entry: Document, most: int, is_last: bool, tr: Translate) -> Document:
    """Return one bar; the last also holds what a bonus adds, so it has no end."""
    start, end = number(entry["from"]), number(entry["to"])
    height = round(_TALLEST * percent(entry["count"], most) / 100, 2)
    span = f"{start} {'' if is_last else end}"
    name = fill(tr("{from} to {to} {to:point|points}"), {"from": start, "to": end}, tr)
    return {
        "count": entry["count"],
        "height": height,
        "top": round(100 - height, 2),
        "name": name,
        "label": tr("submissions with {range}: {count}").format(range=name, count=entry["count"]),
        "range": span,
        "href": link(range=span),
    }
