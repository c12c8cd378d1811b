"""The results of an audit: one plain document, and its tables on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.audit.results import Audit, Chain, Payment, Trial
from grader.model import Document
from grader.version import __version__

SCHEMA_VERSION = 1


def document(audit: Audit) -> Document:
    """Return the document of an audit; equal audits give equal documents but for the seconds."""
    return {
        "schema_version": SCHEMA_VERSION,
        "rubric": {"title": audit.rubric.title, "digest": audit.rubric.digest},
        "grader": {"version": __version__},
        "seed": audit.seed,
        "sound": audit.sound,
        "wrong_programs": len(audit.wrongs),
        "right_programs": len(audit.rights),
        "let_through": [_wrong(trial) for trial in audit.let_through],
        "not_examined": [_wrong(trial) for trial in audit.not_examined],
        "blamed": [
            {"program": trial.name, "says": trial.description, "checks": list(trial.cost)}
            for trial in audit.blamed
        ],
        "empty_programs": [_payment(payment) for payment in audit.empties],
        "repairs": [_chain(chain) for chain in audit.chains],
        "broken": [{"program": name, "checks": list(checks)} for name, checks in audit.broken],
        "checks": [
            {"id": use.check, "points": use.points, "catches": use.catches, "alone": use.alone}
            for use in audit.check_uses
        ],
        "seconds": round(audit.seconds, 3),
    }


def _wrong(trial: Trial) -> Document:
    return {
        "bug": trial.name,
        "subject": trial.subject,
        "says": trial.description,
        "noticed_without_points": list(trial.noticed),
    }


def _payment(payment: Payment) -> Document:
    return {
        "program": payment.program.name,
        "says": payment.program.description,
        "points": payment.points,
        "allowed": payment.allowed,
    }


def _chain(chain: Chain) -> Document:
    return {
        "steps": [
            {"repaired": step.program.repaired_part, **_payment(step)} for step in chain.steps
        ],
        "falls": [{"part": part, "points": points} for part, points in chain.losses],
    }


def show(audit: Audit, console: Console) -> None:
    """Print what each check catches, what gets through, who is blamed, what nothing earns, and the sum."""
    console.print(_check_table(audit))
    if audit.let_through:
        console.print(_mistake_table(audit.let_through))
    if audit.blamed:
        rows = ((t.name, t.description, ", ".join(t.cost)) for t in audit.blamed)
        console.print(
            _table("Right programs that lose points", rows, "program", "what it is", "checks")
        )
    if audit.empties:
        console.print(_payment_table(audit))
    if audit.chains:
        console.print(_chain_table(audit.chains))
    for line in _summary(audit):
        console.print(Text(line), soft_wrap=True)


def _check_table(audit: Audit) -> Table:
    rows = (
        (use.check, f"{use.points:g}", str(use.catches), str(use.alone)) for use in audit.check_uses
    )
    table = _table(
        "What each check catches", rows, "check", "points", "mistakes", "it alone", right=3
    )
    table.caption = "Each mistake is tried on the checks of its own class."
    table.caption_justify = "left"
    return table


def _mistake_table(trials: Sequence[Trial]) -> Table:
    rows = []
    for trial in trials:
        noticed = f" (noticed by {', '.join(trial.noticed)}, without points)"
        description = trial.description + (noticed if trial.noticed else "")
        rows.append((trial.subject, trial.name, description))
    return _table("Mistakes that cost nothing", rows, "class", "mistake", "what it is")


def _payment_table(audit: Audit) -> Table:
    """Return the table of the empty programs, and of those of a chain that earned too much."""
    rows = []
    for payment in (*audit.empties, *(p for p in audit.overpaid if p not in audit.empties)):
        program, excess = payment.program, f"{payment.excess:g}" if payment.excess else ""
        numbers = f"{payment.points:g}", f"{payment.allowed:g}", excess
        rows.append((program.name, program.description, *numbers))
    headings = ("program", "what it is", "points", "allowed", "too much")
    return _table("What empty programs earn", rows, *headings, right=3)


def _chain_table(chains: Sequence[Chain]) -> Table:
    rows = []
    for number, chain in enumerate(chains, 1):
        points = ", ".join(f"{payment.points:g}" for payment in chain.steps)
        parts = ", ".join(payment.program.repaired_part for payment in chain.steps[1:])
        loss = chain.largest_loss
        rows.append((str(number), points, parts, f"{loss[1]:g}: {loss[0]}" if loss else "none"))
    headings = ("chain", "points before and after", "repairs", "largest fall")
    return _table("What repairs earn", rows, *headings)


def _table(title: str, rows: Iterable[Sequence[str]], *headings: str, right: int = 0) -> Table:
    """Return a table whose last columns, ``right`` of them, are numbers."""
    table = Table(title=title, title_justify="left", title_style="bold")
    for index, heading in enumerate(headings):
        is_number = index >= len(headings) - right
        table.add_column(heading, overflow="fold", justify="right" if is_number else "left")
    for row in rows:
        table.add_row(*row)
    return table


def _summary(audit: Audit) -> Iterator[str]:
    count = len(audit.wrongs) - len(audit.not_examined)
    noticed_count = count - len(audit.let_through)
    through, blamed = len(audit.let_through), len(audit.blamed)
    get, are = "gets" if through == 1 else "get", "is" if blamed == 1 else "are"
    yield f"{noticed_count} of {count} wrong programs lose points; {through} {get} through."
    yield f"{blamed} of {len(audit.rights)} right programs {are} blamed."
    if audit.partials:
        repairs = sum(len(chain.steps) - 1 for chain in audit.chains)
        losses = sum(len(chain.losses) for chain in audit.chains)
        yield (
            f"{len(audit.overpaid)} of {len(audit.partials)} empty and half-empty programs earn more "
            f"than they may; {losses} of {repairs} repairs cost points."
        )
    if audit.not_examined:
        subjects = ", ".join(dict.fromkeys(trial.subject for trial in audit.not_examined))
        mistakes = (
            "1 mistake" if len(audit.not_examined) == 1 else f"{len(audit.not_examined)} mistakes"
        )
        noticed = sum(bool(trial.noticed) for trial in audit.not_examined)
        more = f" ({noticed} of them are noticed without points)" if noticed else ""
        yield f"Not examined by this rubric: {mistakes} in {subjects}{more}."
    for name, checks in audit.broken:
        yield f"The grader itself failed on {name}: {', '.join(checks)}."
