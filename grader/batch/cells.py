r"""Cells of a CSV: written so that a spreadsheet runs nothing, and changed without touching others.

A cell that begins with ``= + - @``, a tab or a carriage return may be run as a formula, so
it gets an apostrophe in front; a plain number needs none, and ids such as ``-17`` stay.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_FORMULA = "=+-@\t\r\n＝＋－＠"
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?\Z", re.ASCII)
BOM = "\ufeff"


def inert(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula.

    Examples
    --------
    >>> inert("=1+1"), inert("-17"), inert("Doe, Jane")
    ("'=1+1", '-17', 'Doe, Jane')
    """
    shown = text.lstrip(" \u00a0")
    risky = shown[:1] in tuple(_FORMULA) and not _NUMBER.match(text)
    return f"'{text}" if risky else text


def bare(text: str) -> str:
    """Return what `inert` was given."""
    return text[1:] if text[:1] == "'" and inert(text[1:]) == text else text


def table(rows: Iterable[Sequence[str | float | None]]) -> str:
    """Write rows of texts and numbers; texts are quoted, for some spreadsheets part at semicolons.

    A mark at the beginning tells spreadsheets that this is UTF-8.
    """
    return BOM + lines(rows)


def lines(rows: Iterable[Sequence[str | float | None]]) -> str:
    """Write rows as `table` does, to be added to a file that is there already."""
    paper = io.StringIO()
    writer = csv.writer(paper, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return paper.getvalue()


def _cell(value: str | float | None) -> str | float:
    if value is None or isinstance(value, str):
        return inert(value or "")
    return int(value) if value == int(value) else value


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a sheet: where its bytes lie, and what it says."""

    start: int
    end: int
    text: str


class Sheet:
    """A CSV as bytes, cell by cell; what is not changed stays as it is, byte for byte.

    Parameters
    ----------
    content
        UTF-8, with or without a mark; any line ends; cells quoted or not. Comma or
        semicolon, whichever the first line has more of.
    """

    def __init__(self, content: bytes) -> None:
        self._text = content.decode("utf-8")
        first = self._text.partition("\n")[0]
        self._delimiter = ";" if first.count(";") > first.count(",") else ","
        self.rows = self._parsed()
        self._new: dict[Cell, str] = {}

    def _parsed(self) -> list[list[Cell]]:
        at = len(BOM) if self._text.startswith(BOM) else 0
        rows: list[list[Cell]] = []
        while at < len(self._text):
            row, at = self._row(at)
            rows.append(row)
        return rows

    def _row(self, at: int) -> tuple[list[Cell], int]:
        row = []
        while True:
            cell = self._cell(at)
            row.append(cell)
            at = cell.end
            if self._text[at : at + 1] != self._delimiter:
                break
            at += 1
        ended = self._text[at : at + 2] == "\r\n"
        return row, at + (2 if ended else 1)

    def _cell(self, at: int) -> Cell:
        if self._text[at : at + 1] != '"':
            end = self._unquoted(at)
            return Cell(at, end, self._text[at:end])
        closing = self._closing_quote(at + 1)
        end = self._unquoted(closing + 1)
        plain = self._text[at + 1 : closing].replace('""', '"')
        return Cell(at, end, plain + self._text[closing + 1 : end])

    def _closing_quote(self, at: int) -> int:
        """Return where the quote stands that is not doubled; the end of the text without one."""
        found = re.compile(r'(?:[^"]|"")*').match(self._text, at)
        return found.end() if found else len(self._text)

    def _unquoted(self, at: int) -> int:
        """Return where an unquoted cell, or what follows a closing quote, ends."""
        found = re.compile(rf"[{self._delimiter}\r\n]").search(self._text, at)
        return found.start() if found else len(self._text)

    def put(self, cell: Cell, text: str) -> None:
        """Change what a cell says."""
        self._new[cell] = text

    def content(self) -> bytes:
        """Return the sheet with its changes."""
        pieces, at = [], 0
        for cell in sorted(self._new, key=lambda cell: cell.start):
            pieces += [self._text[at : cell.start], self._written(inert(self._new[cell]))]
            at = cell.end
        return "".join([*pieces, self._text[at:]]).encode()

    def _written(self, text: str) -> str:
        special = any(sign in text for sign in (self._delimiter, '"', "\r", "\n"))
        return '"' + text.replace('"', '""') + '"' if special else text
