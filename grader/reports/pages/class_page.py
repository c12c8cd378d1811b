"""The page of a class: facts of a batch become one HTML file that stands alone.

What is told stands in ``class.html.j2``, how it looks in ``class.css``, and what moves in
the scripts ``class_*.js``; the numbers and words for all of them are made here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from markupsafe import Markup

from grader.model import Document
from grader.reports.language import Translate
from grader.reports.pages import class_parts as parts
from grader.reports.pages import class_phrases as words
from grader.reports.pages import templates
from grader.reports.sanitize import scrub

_STYLES = ("theme.css", "class.css")
_SCRIPTS = ("folding.js", "class_students.js", "class_list.js", "class_matrix.js")


def render_class(facts: Document, tr: Translate) -> str:
    """Write the page of a class; every text is escaped, for students name themselves.

    Parameters
    ----------
    facts
        Those of ``summary.json``, and beside them

        ``language``
            Of the page, as HTML names it.
        ``columns``
            One a check: ``id``, ``title``, ``group``, ``points``, ``bonus``, ``visibility``.
        ``rows``
            One a student: ``id``, ``name``, ``email``, ``page`` (its address, or None),
            ``status`` (``missing`` without a submission), ``on_roster``, ``late``, ``days``,
            ``late_points``, ``total`` (or None), ``open_points``, ``flags``, ``bugs``, and
            ``verdicts`` and ``points`` in the order of the columns.
        ``waiting``
            One a submission, worst first: ``id``, ``name``, ``page``, ``open_points``,
            ``fault``, and ``reasons`` of ``check`` (or None) and ``text``.
        ``undecided``
            Lines for ``decisions.csv``, one an open check.
        ``meanings``
            What the named mistakes mean.
    tr
        Into the reader's language.
    """
    clean = scrub(facts)
    return templates.page(
        "class.html.j2",
        tr,
        styles=_STYLES,
        scripts=_SCRIPTS,
        facts=clean,
        data=_data(clean, tr),
        outcomes=words.outcomes(tr),
        signs=words.SIGNS,
        verdicts=words.VERDICTS,
        **parts.template_values(clean, tr),
    )


def _data(facts: Document, tr: Translate) -> Markup:
    """Write what the scripts need as JSON, in which no sign begins or ends an element."""
    columns = facts["columns"]
    data = {
        "language": facts["language"].replace("_", "-"),
        "words": words.script_words(tr),
        "signs": words.SIGNS,
        "checks": [{key: c[key] for key in ("id", "title", "group", "points")} for c in columns],
        "bugs": [mistake["bug"] for mistake in facts["mistakes"]],
        "students": list(_students(facts)),
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 - every sign that means something was just replaced


def _students(facts: Document) -> Iterator[list[Any]]:
    """Yield a student as a short list, in the order in which `class_students.js` takes it apart."""
    place = {mistake["bug"]: at for at, mistake in enumerate(facts["mistakes"])}
    worth = [column["points"] for column in facts["columns"]]
    for row in facts["rows"]:
        letters = "".join(map(words.letter, row["verdicts"], row["points"]))
        yield [
            row["name"], row["id"], row["email"], row["page"], row["status"], row["total"],
            words.lateness(row), row["open_points"], row["flags"], words.kinds(row), letters,
            _odd(row["points"], letters, worth), [place[bug] for bug in row["bugs"]],
        ]  # fmt: skip


def _odd(points: list[float | None], letters: str, worth: list[float]) -> dict[int, float]:
    """Return the points that do not follow from the letter: all for a pass, else none."""
    usual = [all_ if sign == "p" else 0 for sign, all_ in zip(letters, worth, strict=True)]
    pairs = enumerate(zip(points, usual, strict=True))
    return {
        at: earned
        for at, (earned, usual_points) in pairs
        if earned is not None and earned != usual_points
    }
