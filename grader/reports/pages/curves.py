"""Curves of training: the student's loss or accuracy against the step, and the reference's.

The reference is dashed. A gap is where a number was none; what is far above the reference
leaves the picture at its top.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from markupsafe import Markup

from grader.reports.language import Translate
from grader.reports.messages import fill
from grader.reports.pages import evidence
from grader.reports.pages.evidence import Row
from grader.reports.pages.svg import path, picture, tag

_WIDE, _HIGH = 340, 138
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 4, 8, 22
_SMALLEST = 1e-300
_HIGHER = 8
"""A curve so many times above the reference is cut, so that the reference can still be seen."""


class Curve(NamedTuple):
    """A heading, its picture, and whether the reference stands in it."""

    heading: str
    svg: Markup
    is_compared: bool


class _Plot(NamedTuple):
    """The ranges of both axes, each from zero, and whether values are shares of one."""

    steps: int
    top: float
    is_share: bool

    def x(self, step: float) -> float:
        return _LEFT + (_WIDE - _LEFT - _RIGHT) * step / max(self.steps, 1)

    def y(self, value: float) -> float:
        height = _HIGH - _TOP - _BOTTOM
        return _TOP + height * (1 - min(max(value / self.top, -0.2), 1.2))

    def text(self, value: float) -> str:
        return f"{100 * value:.0f} %" if self.is_share else f"{value:.3g}"


def curves(facts: dict[str, Any], tr: Translate) -> list[Curve]:
    """Draw loss and accuracy, where the evidence of a check has them."""
    words = {
        "loss": (
            tr("Loss"),
            tr("The loss goes from {first} to {last} in {steps} {steps:step|steps}."),
        ),
        "accuracy": (
            tr("Accuracy"),
            tr("The accuracy goes from {first} to {last} in {steps} {steps:step|steps}."),
        ),
    }
    all_curves = (_curve(facts, key, *texts, tr) for key, texts in words.items())
    return [curve for curve in all_curves if curve is not None]


def course(facts: dict[str, Any], tr: Translate) -> str | None:
    """Say how long training took, where the evidence of a check tells."""
    steps, reference_steps = (
        evidence.steps(facts, "steps"),
        evidence.steps(facts, "reference_steps"),
    )
    if steps is None or reference_steps is None:
        return None
    if facts.get("arrived") is True:
        template = tr(
            "Your network converged after {steps} {steps:step|steps}, the reference after "
            "{reference}."
        )
    else:
        template = tr(
            "Your network did not converge in {steps} {steps:step|steps}; the reference needs "
            "{reference}."
        )
    return fill(template, {"steps": steps, "reference": reference_steps}, tr)


def _curve(facts: dict[str, Any], key: str, heading: str, say: str, tr: Translate) -> Curve | None:
    student, steps = evidence.numbers(facts.get(key)), evidence.steps(facts, "steps")
    known = [value for value in student or () if value is not None]
    if student is None or steps is None or not known:
        return None
    reference, reference_steps = _reference(facts, key)
    is_share = key == "accuracy"
    plot = _Plot(
        max(steps, reference_steps), 1.0 if is_share else _top(student, reference), is_share
    )
    lines = (
        *_line(plot, reference, reference_steps, "theirs"),
        *_line(plot, student, steps, "mine"),
    )
    ends = {"first": plot.text(known[0]), "last": plot.text(known[-1])}
    name = fill(say, {**ends, "steps": steps}, tr)
    inside = (*_levels(plot), *_ends(plot, tr), *lines)
    return Curve(heading, picture(_WIDE, _HIGH, name, *inside, look="plot"), bool(reference))


def _reference(facts: dict[str, Any], key: str) -> tuple[Row, int]:
    """Return the reference's curve and its steps; an empty one where there is none."""
    values = evidence.numbers(facts.get(f"reference_{key}"))
    steps = evidence.steps(facts, "reference_steps")
    return (values, steps) if values is not None and steps is not None else ((), 1)


def _top(student: Row, reference: Row) -> float:
    """Return the end of the axis: a round number above both curves."""
    highest = max((value for value in student if value is not None), default=0.0)
    known = max((value for value in reference if value is not None), default=0.0)
    if known > 0:
        highest = min(max(highest, known), _HIGHER * known)
    return _round_up(highest) if highest > _SMALLEST else 1.0


def _round_up(value: float) -> float:
    """Return the next of 1, 1.5, 2, 3, 4, 6, 8 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    factors = (1, 1.5, 2, 3, 4, 6, 8, 10)
    return power * next((f for f in factors if f * power >= value * (1 - 1e-9)), 10)


def _line(plot: _Plot, values: Row, steps: int, look: str) -> Iterator[Markup]:
    """Draw a curve, in pieces where numbers are missing."""
    last = max(len(values) - 1, 1)
    piece: list[tuple[float, float]] = []
    for k, value in enumerate((*values, None)):
        if value is not None:
            piece.append((plot.x(steps * k / last), plot.y(value)))
        elif piece:
            yield tag("path", class_=look, d=path(piece if len(piece) > 1 else piece * 2))
            piece = []


def _levels(plot: _Plot) -> Iterator[Markup]:
    """Draw three levels with their numbers."""
    for share in (0.0, 0.5, 1.0):
        y = plot.y(plot.top * share)
        yield tag("line", class_="level", x1=_LEFT, x2=_WIDE - _RIGHT, y1=y, y2=y)
        yield tag("text", plot.text(plot.top * share), class_="before", x=_LEFT - 6, y=y + 4)


def _ends(plot: _Plot, tr: Translate) -> Iterator[Markup]:
    """Write where the steps begin and end."""
    last = fill(tr("{steps} {steps:step|steps}"), {"steps": plot.steps}, tr)
    yield tag("text", "0", x=plot.x(0), y=_HIGH - 6)
    yield tag("text", last, class_="before", x=plot.x(plot.steps), y=_HIGH - 6)
