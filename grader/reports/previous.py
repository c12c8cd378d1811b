"""An earlier report of the same student beside a later one: what was gained, and which mistakes went.

A report keeps of its predecessor only what is needed for that (``snapshot``), check by check, so that
each reader is told about the checks that they may see, and no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from grader.model import LADDER, LOOK_UP_FAILED, Document, tidy
from grader.reports import wording
from grader.reports.language import Translate, english

_NAMELESS = (None, "unexplained", LOOK_UP_FAILED)


class CheckChange(NamedTuple):
    """A check whose verdict or points are not the same; None where a report does not have it."""

    id: str
    title: str
    verdicts: tuple[str | None, str | None]
    points: tuple[float | None, float | None]


class Comparison(NamedTuple):
    """What changed from one report to another.

    Parameters
    ----------
    before, after
        The points of all checks that are shown; what is open counts nothing yet.
    checks
        Those that changed, in the order of the later report.
    gone, came
        Mistakes, as their explanations with the slug.
    same_rubric, same_files
        Whether both follow from one rubric, and from the same files.
    """

    before: float
    after: float
    checks: tuple[CheckChange, ...]
    gone: tuple[str, ...]
    came: tuple[str, ...]
    same_rubric: bool
    same_files: bool


def snapshot(document: Document) -> Document:
    """Return what a later report keeps of this one."""
    return {
        "digest": document["submission"]["digest"],
        "rubric_digest": document["rubric"]["digest"],
        "checks": [
            {
                "id": check["id"],
                "title": check["title"],
                "verdict": check["verdict"],
                "points": check["points"],
                "mistakes": [
                    {"mistake": finding["mistake"], "explanation": finding["explanation"]}
                    for finding in check["diagnosis"]
                    if finding["mistake"] not in _NAMELESS
                ],
            }
            for check in document["checks"]
        ],
    }


def for_reader(
    previous: Document | None, checks: Iterable[Document], feedback: str
) -> Document | None:
    """Leave out of a snapshot what the reader of some checks may not see.

    Parameters
    ----------
    checks
        Those of the later report that are shown.
    feedback
        The rubric's; a check may have its own.
    """
    if previous is None:
        return None
    steps = {check["id"]: check.get("feedback") or feedback for check in checks}
    shown = [
        {**check, "mistakes": check["mistakes"] if steps[check["id"]] in LADDER[2:] else []}
        for check in previous["checks"]
        if check["id"] in steps
    ]
    return {**previous, "rubric_digest": None, "checks": shown}


def compare(previous: Document, document: Document) -> Comparison:
    """Compare a snapshot with a later report."""
    old = {check["id"]: check for check in previous["checks"]}
    new = {check["id"]: check for check in document["checks"]}
    changes = tuple(
        CheckChange(id_, (new.get(id_) or old[id_])["title"], *_pair(old.get(id_), new.get(id_)))
        for id_ in dict.fromkeys([*new, *old])
        if _result(old.get(id_)) != _result(new.get(id_))
    )
    before, after = _mistakes(previous["checks"]), _mistakes(snapshot(document)["checks"])
    digest, rubric_digest = document["submission"]["digest"], document["rubric"]["digest"]
    return Comparison(
        before=tidy(sum(check["points"] for check in old.values())),
        after=tidy(sum(check["points"] for check in new.values())),
        checks=changes,
        gone=tuple(text for slug, text in before.items() if slug not in after),
        came=tuple(text for slug, text in after.items() if slug not in before),
        same_rubric=None in (previous["rubric_digest"], rubric_digest)
        or previous["rubric_digest"] == rubric_digest,
        same_files=previous["digest"] == digest,
    )


def since(document: Document, tr: Translate = english) -> list[str]:
    """Say what changed since the report before, a sentence each; nothing where none is known."""
    previous = document.get("previous")
    return sentences(compare(previous, document), tr) if previous else []


def sentences(comparison: Comparison, tr: Translate = english) -> list[str]:
    """Say what changed: the points, the checks, the mistakes."""
    by = tidy(comparison.after - comparison.before)
    values = {
        "before": wording.number(comparison.before),
        "after": wording.number(comparison.after),
        "by": f"{'+' if by > 0 else '−' if by < 0 else '±'}{wording.number(abs(by))}",
    }
    texts = [tr("Points: {before} before, {after} now ({by})").format(**values)]
    if not comparison.same_rubric:
        texts.append(tr("The two reports follow from different rubrics."))
    passed = [c.title for c in comparison.checks if c.verdicts[1] == "passed" != c.verdicts[0]]
    lost = [c.title for c in comparison.checks if c.verdicts[0] == "passed" != c.verdicts[1]]
    for label, entries in (
        (tr("Passed now"), _bare(passed)),
        (tr("No longer passed"), _bare(lost)),
        (tr("Mistakes that are gone"), comparison.gone),
        (tr("New mistakes"), comparison.came),
    ):
        if entries:
            text = tr("; ").join(entries)
            texts.append(tr("{label}: {text}").format(label=label, text=text))
    if not (comparison.checks or comparison.gone or comparison.came):
        same = tr("The files are the same.") if comparison.same_files else tr("No check changed.")
        texts.append(same)
    return texts


def as_json(comparison: Comparison) -> Document:
    """Return a comparison as JSON has it."""
    return {
        "points": {"before": comparison.before, "after": comparison.after},
        "same_rubric": comparison.same_rubric,
        "same_files": comparison.same_files,
        "checks": [
            {
                "id": change.id,
                "title": change.title,
                "verdict": dict(zip(("before", "after"), change.verdicts, strict=True)),
                "points": dict(zip(("before", "after"), change.points, strict=True)),
            }
            for change in comparison.checks
        ],
        "mistakes": {"gone": list(comparison.gone), "came": list(comparison.came)},
    }


def _bare(titles: Sequence[str]) -> list[str]:
    return [title.rstrip(".。") for title in titles]


def _pair(
    old: Document | None, new: Document | None
) -> tuple[tuple[str | None, str | None], tuple[float | None, float | None]]:
    (old_verdict, old_points), (new_verdict, new_points) = _result(old), _result(new)
    return (old_verdict, new_verdict), (old_points, new_points)


def _result(check: Document | None) -> tuple[str | None, float | None]:
    return (check["verdict"], check["points"]) if check else (None, None)


def _mistakes(checks: Iterable[Document]) -> dict[str, str]:
    """Return each mistake once: its slug, and what a reader is told of it."""
    return {
        m["mistake"]: f"{m['explanation']} [{m['mistake']}]"
        for check in checks
        for m in check["mistakes"]
    }
