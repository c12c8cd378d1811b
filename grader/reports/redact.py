"""What a student may read of a document. Staff read all of it."""

from __future__ import annotations

from collections.abc import Iterable

from grader.model import LADDER, LOOK_UP_FAILED, Document, tidy
from grader.reports.final_score import with_sums
from grader.reports.messages import SENTENCES
from grader.reports.previous import for_reader

_UNSEEN = "report.needs_unseen"
_FOR_STAFF = ("standins_unread",)
"""Remarks on a check that tell of items which the reader of the check may not see."""


def for_student(document: Document, *, due_passed: bool = False) -> Document:
    """Leave out what a student may not see, and make the totals those of the rest.

    Parameters
    ----------
    document
        What staff read. It stays as it is.
    due_passed
        Whether items of visibility ``after_due`` may be shown by now.

    Notes
    -----
    The total over hidden items cannot be derived: the score is that of what is
    shown, and ``hidden_items`` says that there is more. The seed and the digest of
    the rubric (a seed may follow from it) and the flags for staff go too. Where a person
    decided the whole, its points count, of all that there are to be had.
    """
    allowed = ("visible", "after_due") if due_passed else ("visible",)
    for_feedback = apply_feedback(document, allowed)
    checks = [check for check in for_feedback["checks"] if check["visibility"] in allowed]
    worth = tuple(for_feedback["rubric"]["points"]) if document.get("decision") else allowed
    rubric = _rubric(for_feedback["rubric"], checks, worth)
    shown = {
        **for_feedback,
        "rubric": rubric,
        "seed": None,
        "max_score": _total(rubric["points"].values()),
        "hidden_items": _is_less(document, checks, rubric),
        "needs_review": [],
        "batch": None,
        "previous": for_reader(document.get("previous"), checks, document["rubric"]["feedback"]),
        "figures": _figures(document, checks),
        "seconds": round(sum(check["seconds"] for check in checks), 3),
    }
    return with_sums(shown, checks)


def apply_feedback(document: Document, allowed: tuple[str, ...] = ("visible",)) -> Document:
    """Keep every check, but tell of mistakes only as much as the rubric's feedback wants.

    A message that names a check which the student may not see is made general, and a remark
    about such checks is left out.
    """
    secrets = [check for check in document["checks"] if check["visibility"] not in allowed]
    names = {check[key] for check in secrets for key in ("id", "title")}
    default = document["rubric"]["feedback"]
    checks = [_apply_to_check(c, c.get("feedback") or default, names) for c in document["checks"]]
    return {**document, "checks": checks}


def _apply_to_check(check: Document, feedback: str, secrets: set[str]) -> Document:
    remarks = [remark for remark in check["remarks"] if remark["id"] not in _FOR_STAFF]
    diagnosis = _diagnosis(check["diagnosis"], feedback)
    location = check.get("location") if _tells_place(check.get("location"), feedback) else None
    copy = {**check, "remarks": remarks, "diagnosis": diagnosis, "location": location}
    copy["repair"] = check.get("repair", []) if feedback == "repair" else []
    if check["verdict"] == "blocked" and any(_mentions(check, name) for name in secrets):
        general = {"message": SENTENCES[_UNSEEN], "message_id": _UNSEEN, "message_values": {}}
        return copy | general
    return copy


def _tells_place(location: Document | None, feedback: str) -> bool:
    """Whether a student sees a place; a line that an error left from stands in its message anyway."""
    return feedback in LADDER[1:] or bool(location and location["kind"] == "line")


def _mentions(check: Document, name: str) -> bool:
    return name in str(check["message"]) or name in str(check["message_values"])


def _diagnosis(findings: list[Document], feedback: str) -> list[Document]:
    """Tell as much as the step says; that the search failed is told to staff alone."""
    findings = [finding for finding in findings if finding["mistake"] != LOOK_UP_FAILED]
    if feedback == "hint":
        blank: Document = {
            "mistake": None, "explanation": None, "evidence": None, "values": {}, "location": None,
        }  # fmt: skip
        return [{**finding, **blank} for finding in findings]
    if feedback == "name":
        return [{**finding, "evidence": None, "values": {}} for finding in findings]
    return findings if feedback in LADDER[3:] else []


def _rubric(rubric: Document, checks: list[Document], allowed: tuple[str, ...]) -> Document:
    shown_groups = {check["group"] for check in checks}
    points = {key: worth if key in allowed else 0.0 for key, worth in rubric["points"].items()}
    groups = [group for group in rubric["groups"] if group in shown_groups]
    return {**rubric, "digest": None, "groups": groups, "points": points}


def _figures(document: Document, checks: list[Document]) -> list[Document]:
    """Keep the figures of the checks that are shown."""
    shown_ids = {check["id"] for check in checks}
    return [figure for figure in document.get("figures", []) if figure["check"] in shown_ids]


def _is_less(document: Document, checks: list[Document], rubric: Document) -> bool:
    fewer = len(checks) < len(document["checks"])
    return fewer or rubric["points"] != document["rubric"]["points"] or document["hidden_items"]


def _total(points: Iterable[float]) -> float:
    return tidy(sum(points))
