"""Bars of points: a block for what was earned, a thin line for what was lost, dashes for what is open.

The three differ in shape, not only in colour. Widths are shares of the place that a page gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from markupsafe import Markup

from grader.model import Document
from grader.reports.final_score import settle
from grader.reports.pages.svg import join_tags, tag
from grader.reports.wording import Group

_HIGH = 10
_THIN = 2


class Piece(NamedTuple):
    """A part of a bar, in points: of ``worth``, so many were earned; the rest is lost or open."""

    earned: float
    worth: float
    is_open: bool


def whole(document: Document, name: str) -> Markup:
    """Draw the score of a document as one bar over the whole width."""
    final_score = settle(document)
    owed, worth = final_score.open_points, final_score.max_score
    closed = Piece(final_score.least, max(worth - owed, 0.0), False)
    return _bar([closed, Piece(0.0, owed, True)], worth, name)


def group(group_of_checks: Group, widest: float, name: str) -> Markup:
    """Draw a group, a piece a check; the whole width is that of the group that is worth most."""
    pieces = [
        Piece(check["points"], check["max_points"], check["verdict"] in ("review", "broken"))
        for check in group_of_checks.checks
        if not check["bonus"]
    ]
    return _bar(pieces, widest, name)


def _bar(pieces: Iterable[Piece], worth: float, name: str) -> Markup:
    pieces_svg = join_tags(_pieces(pieces, worth)) if worth > 0 else Markup()
    return tag(
        "svg", pieces_svg, class_="bar", role="img", aria_label=name, width="100%", height=_HIGH
    )


def _pieces(pieces: Iterable[Piece], worth: float) -> Iterator[Markup]:
    at = 0.0
    for piece in pieces:
        wide = min(piece.worth / worth, 1 - at)
        have = min(piece.earned / piece.worth, 1.0) * wide if piece.worth > 0 else 0.0
        if have < wide:
            yield _unearned(at + have, wide - have, piece.is_open)
        if have > 0:
            yield _block(at, have, "earned", _HIGH)
        at += wide


def _unearned(at: float, wide: float, is_open: bool) -> Markup:
    if is_open:
        return _line(at, wide)
    return _block(at, wide, "lost", _THIN)


def _block(at: float, wide: float, look: str, high: int) -> Markup:
    return tag(
        "rect", class_=look, x=f"{100 * at:.3f}%", y=(_HIGH - high) / 2,
        width=f"{100 * wide:.3f}%", height=high,
    )  # fmt: skip


def _line(at: float, wide: float) -> Markup:
    middle = _HIGH / 2
    start, end = f"{100 * at:.3f}%", f"{100 * (at + wide):.3f}%"
    return tag("line", class_="owed", x1=start, x2=end, y1=middle, y2=middle)
