"""What an audit says: one plain document, and its tables on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.audit import Audit, Tried
from grader.reports.facts import version

Document = dict[str, Any]
SCHEMA_VERSION = 1
BEST = 5
"""So many of the best paid empty programs are listed where none is paid too much."""


def document(audit: Audit) -> Document:
    """Make the plain document of an audit; equal audits give equal documents but for the seconds."""
    return {
        "schema_version": SCHEMA_VERSION,
        "rubric": {"title": audit.rubric.title, "digest": audit.rubric.digest},
        "grader": {"version": version()},
        "seed": audit.seed,
        "sound": audit.sound,
        "wrong_programs": len(audit.wrongs),
        "right_programs": len(audit.rights),
        "let_through": [_wrong(tried) for tried in audit.let_through],
        "not_examined": [_wrong(tried) for tried in audit.not_examined],
        "blamed": [_right(tried) for tried in audit.blamed],
        "broken": [{"program": t.name, "checks": list(t.broken)} for t in audit.broken],
        "checks": [
            {"id": c.check, "points": c.points, "catches": c.catches, "alone": c.alone}
            for c in audit.catches
        ],
        "partial_programs": len(audit.partials),
        "overpaid": [{"program": p.name, "score": p.score, "most": p.most} for p in audit.overpaid],
        "costly_repairs": [
            {"program": p.name, "part": p.repaired, "before": p.before, "score": p.score}
            for p in audit.costly_repairs
        ],
        "seconds": round(audit.seconds, 3),
    }


def _wrong(tried: Tried) -> Document:
    facts = {"bug": tried.name, "subject": tried.subject, "says": tried.says}
    return facts | {"noticed_without_points": list(tried.noticed)}


def _right(tried: Tried) -> Document:
    return {"program": tried.name, "says": tried.says, "checks": list(tried.cost)}


def show(audit: Audit, console: Console) -> None:
    """Print what each check catches, what gets through, who is blamed, and the sum of it."""
    console.print(_catches(audit))
    if audit.let_through:
        console.print(_through(audit.let_through))
    if audit.blamed:
        console.print(_blamed(audit.blamed))
    if audit.partials:
        console.print(_partials(audit))
    for line in _sums(audit):
        console.print(Text(line), soft_wrap=True)


def _catches(audit: Audit) -> Table:
    table = _table("What each check catches", "check", "points", "mistakes", "it alone")
    table.caption = "Each mistake is tried on the checks of its own class."
    table.caption_justify = "left"
    for column in table.columns[1:]:
        column.justify = "right"
    for catch in audit.catches:
        table.add_row(catch.check, f"{catch.points:g}", str(catch.catches), str(catch.alone))
    return table


def _through(tried: Sequence[Tried]) -> Table:
    table = _table("Mistakes that cost nothing", "class", "mistake", "what it is")
    for one in tried:
        noticed = f" (noticed by {', '.join(one.noticed)}, without points)" if one.noticed else ""
        table.add_row(one.subject, one.name, one.says + noticed)
    return table


def _blamed(tried: Sequence[Tried]) -> Table:
    table = _table("Right programs that lose points", "program", "what it is", "checks")
    for one in tried:
        table.add_row(one.name, one.says, ", ".join(one.cost))
    return table


def _partials(audit: Audit) -> Table:
    """What is wrong with the pay of empty programs; where nothing is, the best paid of each kind."""
    table = _table("What empty programs earn", "program", "score", "at most", "what is wrong")
    wrong = {p.name: "more than what is right in it" for p in audit.overpaid}
    wrong |= {
        p.name: f"{p.before:g} points before {p.repaired} became right"
        for p in audit.costly_repairs
    }
    alone = [p for p in audit.partials if not p.repaired]
    best = sorted(alone, key=lambda p: p.score / (p.most or 1.0), reverse=True)[:BEST]
    for column in table.columns[1:3]:
        column.justify = "right"
    for p in [p for p in audit.partials if p.name in wrong] or best:
        table.add_row(p.name, f"{p.score:g}", f"{p.most:g}", wrong.get(p.name, ""))
    return table


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _sums(audit: Audit) -> Iterable[str]:
    priced = len(audit.wrongs) - len(audit.not_examined)
    caught = priced - len(audit.let_through)
    yield f"{caught} of {priced} wrong programs lose points; {len(audit.let_through)} get through."
    yield f"{len(audit.blamed)} of {len(audit.rights)} right programs are blamed."
    if audit.partials:
        repairs = sum(bool(p.repaired) for p in audit.partials)
        yield (
            f"{len(audit.overpaid)} of {len(audit.partials)} programs of right and empty parts earn "
            "more than what is right in them."
        )
        yield f"{len(audit.costly_repairs)} of {repairs} repairs cost points."
    if audit.not_examined:
        yield _unpriced(audit.not_examined)
    for tried in audit.broken:
        yield f"The grader itself failed on {tried.name}: {', '.join(tried.broken)}."


def _unpriced(tried: Sequence[Tried]) -> str:
    subjects = ", ".join(dict.fromkeys(one.subject for one in tried))
    noticed = sum(bool(one.noticed) for one in tried)
    more = f" ({noticed} of them are noticed without points)" if noticed else ""
    return f"Not examined by this rubric: {len(tried)} mistakes in {subjects}{more}."
