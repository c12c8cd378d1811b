"""A check as a page shows it: its verdict in a sign and a word, what it cost, and its pictures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from grader.model import Document, tidy
from grader.reports import wording
from grader.reports.language import Translate
from grader.reports.pages import figures
from grader.reports.pages.curves import Curve, course, curves
from grader.reports.pages.figures import Figure
from grader.reports.pages.heatmap import Heat, heats
from grader.reports.pages.surface import Surface, surface

_OPEN = ("review", "broken")
_TONES = {"passed": "good", "blocked": "muted", "review": "open", "broken": "open"}
_SIGNS = {"passed": "✓", "blocked": "–", "review": "?", "broken": "!"}


class Pictures(NamedTuple):
    """What there is to look at."""

    heats: list[Heat]
    curves: list[Curve]
    course: str | None
    surface: Surface | None
    figures: list[Figure]


class SourceLine(NamedTuple):
    """A line of the student's own code, and whether it is the one that is meant."""

    number: int
    text: str
    is_marked: bool


class Entry(NamedTuple):
    """A check, ready to be set.

    ``lost_points`` are the points that are gone; ``behind`` are the checks that could not be
    examined because of this one, and ``held_up`` their points.
    """

    check: Document
    title: str
    sign: str
    word: str
    tone: str
    lost_points: float
    behind: list[Document]
    held_up: float
    lines: list[wording.Line]
    source: list[SourceLine]
    pictures: Pictures

    @property
    def points(self) -> str:
        """The points earned, of those to be had."""
        return wording.points(self.check)

    @property
    def anchor(self) -> str:
        """The name by which a link finds it."""
        return f"check-{self.check['id']}"

    @property
    def has_picture(self) -> bool:
        """Whether there is anything to look at."""
        return any(self.pictures)

    @property
    def has_more(self) -> bool:
        """Whether there is anything to unfold."""
        return bool(self.has_picture or self.lines or self.check["parts"] or self.check["hint"])


def entries(document: Document, tr: Translate) -> dict[str, Entry]:
    """Prepare every check of a document, by its id."""
    behind, figures_of = waiting(document["checks"]), figures.by_check(document)
    return {
        check["id"]: _entry(check, behind[check["id"]], figures_of.get(check["id"], []), tr)
        for check in document["checks"]
    }


def waiting(checks: Iterable[Document]) -> dict[str, list[Document]]:
    """Return, for each check, those that are blocked by it, directly or through others."""
    by_id = {check["id"]: check for check in checks}
    behind: dict[str, list[Document]] = {key: [] for key in by_id}
    for check in by_id.values():
        cause = _cause(check, by_id)
        if cause["verdict"] != "blocked":
            behind[cause["id"]] += [check] if check is not cause else []
    return behind


def _cause(check: Document, by_id: dict[str, Document]) -> Document:
    """Follow what a blocked check waits for, as far as this reader may see."""
    visited: set[str] = set()
    while check["verdict"] == "blocked" and check["id"] not in visited:
        visited.add(check["id"])
        check = by_id.get(str(check["message_values"].get("check")), check)
    return check


def lost_points(check: Document) -> float:
    """Return the points that are gone; a bonus that was missed costs nothing."""
    if check["verdict"] in _OPEN or check["bonus"]:
        return 0.0
    return tidy(max(check["max_points"] - check["points"], 0.0))


def _entry(
    check: Document, behind: list[Document], check_figures: list[Figure], tr: Translate
) -> Entry:
    return Entry(
        check=check,
        title=wording.title(check, tr),
        sign=_SIGNS.get(check["verdict"], "✗"),
        word=_word(check, tr),
        tone=_TONES.get(check["verdict"], "bad"),
        lost_points=lost_points(check),
        behind=behind,
        held_up=tidy(sum(lost_points(other) for other in behind)),
        lines=[line for line in wording.lines(check, tr) if line.role != "parts"],
        source=_source(check.get("location")),
        pictures=_pictures(check["evidence"], check_figures, tr),
    )


def _source(location: Document | None) -> list[SourceLine]:
    """Return the code around a place; a whole method has no line of its own to mark."""
    if location is None:
        return []
    is_narrow = location["kind"] in ("statement", "line")
    return [
        SourceLine(number, text, is_narrow and location["line"] <= number <= location["end_line"])
        for number, text in enumerate(location["source"], location["source_line"])
    ]


def _pictures(evidence: Document, check_figures: list[Figure], tr: Translate) -> Pictures:
    return Pictures(
        heats=heats(evidence, tr),
        curves=curves(evidence, tr),
        course=course(evidence, tr),
        surface=surface(evidence, tr),
        figures=check_figures,
    )


def _word(check: Document, tr: Translate) -> str:
    """Say in a word or two how a check ended."""
    in_part = check["verdict"] == "failed" and check["points"] > 0
    return {
        "passed": tr("passed"),
        "failed": tr("partly passed") if in_part else tr("failed"),
        "crashed": tr("crashed"),
        "timed_out": tr("timed out"),
        "blocked": tr("not checked"),
        "review": tr("open"),
        "broken": tr("grader error"),
    }[check["verdict"]]
