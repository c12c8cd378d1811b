"""What an audit says: one plain document, and its tables on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.audit.trials import Audit, Chain, Paid, Tried
from grader.reports.report_document import version

Document = dict[str, Any]
SCHEMA_VERSION = 1


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
        "empty_programs": [_paid(paid) for paid in audit.empties],
        "repairs": [_chain(chain) for chain in audit.chains],
        "broken": [{"program": name, "checks": list(checks)} for name, checks in audit.broken],
        "checks": [
            {"id": c.check, "points": c.points, "catches": c.catches, "alone": c.alone}
            for c in audit.catches
        ],
        "seconds": round(audit.seconds, 3),
    }


def _wrong(tried: Tried) -> Document:
    facts = {"bug": tried.name, "subject": tried.subject, "says": tried.says}
    return facts | {"noticed_without_points": list(tried.noticed)}


def _right(tried: Tried) -> Document:
    return {"program": tried.name, "says": tried.says, "checks": list(tried.cost)}


def _paid(paid: Paid) -> Document:
    facts = {"program": paid.program.name, "says": paid.program.says}
    return facts | {"points": paid.points, "allowed": paid.allowed}


def _chain(chain: Chain) -> Document:
    falls = [{"part": part, "points": points} for part, points in chain.falls]
    steps = [{"repaired": paid.program.repaired, **_paid(paid)} for paid in chain.steps]
    return {"steps": steps, "falls": falls}


def show(audit: Audit, console: Console) -> None:
    """Print what each check catches, what gets through, who is blamed, what nothing earns, and the sum."""
    console.print(_catches(audit))
    if audit.let_through:
        console.print(_through(audit.let_through))
    if audit.blamed:
        console.print(_blamed(audit.blamed))
    if audit.empties:
        console.print(_empties(audit))
    if audit.chains:
        console.print(_repairs(audit.chains))
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


def _empties(audit: Audit) -> Table:
    """List the empty programs, and those of a chain of repairs that earned too much."""
    table = _table(
        "What empty programs earn", "program", "what it is", "points", "allowed", "too much"
    )
    for column in table.columns[2:]:
        column.justify = "right"
    for paid in (*audit.empties, *(p for p in audit.overpaid if p not in audit.empties)):
        excess = f"{paid.excess:g}" if paid.excess else ""
        program = paid.program
        numbers = (f"{paid.points:g}", f"{paid.allowed:g}", excess)
        table.add_row(program.name, program.says, *numbers)
    return table


def _repairs(chains: Sequence[Chain]) -> Table:
    table = _table(
        "What repairs earn", "chain", "points before and after", "repairs", "largest fall"
    )
    for number, chain in enumerate(chains, 1):
        points = ", ".join(f"{paid.points:g}" for paid in chain.steps)
        parts = ", ".join(paid.program.repaired for paid in chain.steps[1:])
        fall = chain.largest_fall
        table.add_row(str(number), points, parts, f"{fall[1]:g}: {fall[0]}" if fall else "none")
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
        yield _pay(audit)
    if audit.not_examined:
        yield _unpriced(audit.not_examined)
    for name, checks in audit.broken:
        yield f"The grader itself failed on {name}: {', '.join(checks)}."


def _pay(audit: Audit) -> str:
    repairs = sum(len(chain.steps) - 1 for chain in audit.chains)
    costly = sum(len(chain.falls) for chain in audit.chains)
    return (
        f"{len(audit.overpaid)} of {len(audit.partials)} empty and half-empty programs earn more than "
        f"they may; {costly} of {repairs} repairs cost points."
    )


def _unpriced(tried: Sequence[Tried]) -> str:
    subjects = ", ".join(dict.fromkeys(one.subject for one in tried))
    noticed = sum(bool(one.noticed) for one in tried)
    more = f" ({noticed} of them are noticed without points)" if noticed else ""
    return f"Not examined by this rubric: {len(tried)} mistakes in {subjects}{more}."
