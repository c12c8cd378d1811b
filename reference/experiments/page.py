"""The results as a page of Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .result import Result

VERDICTS = {True: "yes", False: "no", None: "in part"}


def escape(text: str) -> str:
    """Return text that Markdown shows as it is, in a cell of a table as well."""
    return re.sub(r"([\\`*_{}\[\]<>#|~$])", r"\\\1", text).replace("\n", " ")


def page(results: Sequence[Result], *, seeds: int, how: str) -> str:
    """Return the whole page; the figures lie beside it."""
    head = [
        "# The experiments of the lab",
        f"Written by `python -m reference`: {escape(how)}, {seeds} seeds.",
        "\n".join(_summary(results)),
    ]
    return "\n\n".join(head + [section(result) for result in results]) + "\n"


def _summary(results: Sequence[Result]) -> list[str]:
    rows = ["| # | experiment | the write-up says | reproduced |", "|--:|---|---|---|"]
    for one in results:
        cells = (one.title, one.claim, VERDICTS[one.agrees])
        rows.append(f"| {one.number} | {' | '.join(map(escape, cells))} |")
    return rows


def section(result: Result) -> str:
    """Return what there is to say about one experiment."""
    lines = {
        "Setting": result.setting,
        "The write-up says": result.claim,
        "We measured": result.measured,
        "Reproduced": VERDICTS[result.agrees],
        "Why": result.reason,
    }
    parts = [f"## {result.number}. {escape(result.title)}"]
    parts += [f"**{name}:** {escape(text)}" for name, text in lines.items() if text]
    parts.append(f"![{escape(result.title)}]({result.figure})")
    return "\n\n".join(parts)
