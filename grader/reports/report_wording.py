"""What is said of a whole report: what to know before the score is believed, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator

from grader.model import Document
from grader.reports.final_score import settle
from grader.reports.language import Translate, english
from grader.reports.messages import fill
from grader.reports.wording import number, ratio


def conditions(document: Document, tr: Translate = english) -> list[str]:
    """Return what a reader must know before the score is believed."""
    sentences = []
    if not document["official"]:
        sentences.append(tr("This result is not official: the code ran without a sandbox."))
    if document.get("decision"):
        sentences.append(_whole_decision(document, tr))
    if document["open_points"] > 0:
        sentences.append(_waiting(number(document["open_points"]), tr))
    if document["late"]:
        sentences.append(_lateness(document, tr))
    if document["hidden_items"]:
        sentences.append(tr("Some items are hidden here; the points count only the items shown."))
    return sentences


def _whole_decision(document: Document, tr: Translate) -> str:
    """Say that a person decided the whole submission, and why."""
    decided = document["decision"]
    by = tr(" ({who})").format(who=decided["who"]) if decided["who"] else ""
    return tr("A teaching assistant graded the whole submission: {points}: {reason}{by}").format(
        points=ratio(decided["points"], document["max_score"]), reason=decided["reason"], by=by
    )


def _waiting(points: str, tr: Translate) -> str:
    """Say how many points are open."""
    return fill(tr("{points} {points:point is|points are} not graded yet."), {"points": points}, tr)


def _lateness(document: Document, tr: Translate) -> str:
    """Say how late it was, what that costs, and how the points that count come about."""
    days, final_score = document["late"]["days"], settle(document)
    if days is None:
        return tr("Handed in late; how late is unknown, so there is no deduction.")
    late = fill(tr("Handed in {days} {days:day|days} late"), {"days": number(days)}, tr)
    if final_score.total is None:
        template = tr("{late}: {taken} {taken:point|points} deducted so far.")
    else:
        template = tr(
            "{late}: {earned} {earned:point|points} earned, {taken} deducted, {total} in total."
        )
    values = {
        "late": late,
        "earned": number(final_score.score),
        "taken": number(final_score.late_points),
        "total": number(final_score.least),
    }
    return fill(template, values, tr)


def refused(document: Document, tr: Translate = english) -> list[str]:
    """Tell which files were left out on the way in, and why."""
    template, entries = tr("{label}: {text}"), document["submission"]["refused"]
    return [template.format(label=e["path"], text=e["reason"]["text"]) for e in entries]


def origin(document: Document, tr: Translate = english) -> str:
    """Tell in one line what produced the report."""
    seed, walls = document["seed"], ", ".join(document["sandbox"]["walls"])
    parts = (
        tr("grader {version}").format(version=document["grader"]["version"]),
        "" if seed is None else tr("seed {seed}").format(seed=seed),
        *_interpreters(document.get("interpreters"), tr),
        tr("sandbox: {walls}").format(walls=walls or tr("none")),
        tr("{seconds} s").format(seconds=f"{document['seconds']:.1f}"),
    )
    return " · ".join(part for part in parts if part)


def _interpreters(facts: Document | None, tr: Translate) -> Iterator[str]:
    """Name the Python that the code ran under, and the grader's own where that is another."""
    if not facts:
        return
    examiner, submission = facts["examiner"], facts["submission"]
    yield tr("Python {python}, numpy {numpy}").format(**submission)
    if examiner != submission:
        yield tr("grader's own: Python {python}, numpy {numpy}").format(**examiner)
