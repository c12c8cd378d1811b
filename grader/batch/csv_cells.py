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
from pathlib import Path

from grader.batch import csv_text
from grader.batch.csv_text import CsvText
from grader.errors import PathError

_FORMULA = "=+-@\t\r\n＝＋－＠"
_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?\Z", re.ASCII)
BOM = "\ufeff"


def escape(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula.

    Examples
    --------
    >>> escape("=1+1"), escape("-17"), escape("Doe, Jane")
    ("'=1+1", '-17', 'Doe, Jane')
    """
    start = text.lstrip(" \u00a0")
    is_risky = start[:1] in tuple(_FORMULA) and not _NUMBER.match(text)
    return f"'{text}" if is_risky else text


def unescape(text: str) -> str:
    """Return the text that `escape` was called with."""
    return text[1:] if text[:1] == "'" and escape(text[1:]) == text else text


def table(rows: Iterable[Sequence[str | float | None]]) -> str:
    """Write rows of texts and numbers; texts are quoted, for some spreadsheets part at semicolons.

    A mark at the beginning tells spreadsheets that this is UTF-8.
    """
    return BOM + lines(rows)


def lines(rows: Iterable[Sequence[str | float | None]]) -> str:
    """Write rows as `table` does, to be added to a file that is there already."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return buffer.getvalue()


def _cell(value: str | float | None) -> str | float:
    if value is None or isinstance(value, str):
        return escape(value or "")
    return int(value) if value == int(value) else value


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a sheet: where its bytes lie, and what it says."""

    start: int
    end: int
    text: str


class UnclosedQuoteError(ValueError):
    """A cell that begins with a quotation mark and does not end with one; it stands on `line`."""

    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(f"line {line}: a quotation mark opens a cell and does not close it")


class Sheet:
    """A CSV as bytes, cell by cell; what is not changed stays as it is, byte for byte.

    Parameters
    ----------
    source
        Its bytes, or what `csv_text` made of them; any line ends; cells quoted or not.

    Raises
    ------
    UnclosedQuoteError
        Where a quote swallows the cells that follow it.
    ValueError
        Where it is no text.
    """

    def __init__(self, source: bytes | CsvText) -> None:
        self._csv_text = csv_text.parse(source) if isinstance(source, bytes) else source
        self._text, self.delimiter = self._csv_text.text, self._csv_text.delimiter
        self._end = re.compile(rf"[{re.escape(self.delimiter)}\r\n]")
        self.rows = self._parse()
        self._changes: dict[Cell, str] = {}

    def line(self, row: Sequence[Cell]) -> int:
        """Return the number of the line (1-based) on which a row begins."""
        return self._csv_text.line(row[0].start)

    def _parse(self) -> list[list[Cell]]:
        at, rows = self._csv_text.start, []
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
            if self._text[at : at + 1] != self.delimiter:
                break
            at += 1
        is_crlf = self._text[at : at + 2] == "\r\n"
        return row, at + (2 if is_crlf else 1)

    def _cell(self, at: int) -> Cell:
        if self._text[at : at + 1] != '"':
            end = self._cell_end(at)
            return Cell(at, end, self._text[at:end])
        closing = self._closing_quote(at + 1)
        end = self._cell_end(closing + 1)
        if closing == len(self._text) or self._text[closing + 1 : end].strip():
            raise UnclosedQuoteError(self._csv_text.line(at))
        return Cell(at, end, self._text[at + 1 : closing].replace('""', '"'))

    def _closing_quote(self, at: int) -> int:
        """Return where the quote stands that is not doubled; the end of the text without one."""
        while (at := self._text.find('"', at)) >= 0:
            if self._text[at + 1 : at + 2] != '"':
                return at
            at += 2
        return len(self._text)

    def _cell_end(self, at: int) -> int:
        """Return where an unquoted cell, or what follows a closing quote, ends."""
        match = self._end.search(self._text, at)
        return match.start() if match else len(self._text)

    def put(self, cell: Cell, text: str) -> None:
        """Change what a cell says."""
        self._changes[cell] = text

    def content(self) -> bytes:
        """Return the sheet with its changes."""
        pieces, at = [], 0
        for cell in sorted(self._changes, key=lambda cell: cell.start):
            pieces += [self._text[at : cell.start], self._quote(escape(self._changes[cell]))]
            at = cell.end
        return self._csv_text.encode("".join([*pieces, self._text[at:]]))

    def _quote(self, text: str) -> str:
        special = any(sign in text for sign in (self.delimiter, '"', "\r", "\n"))
        return '"' + text.replace('"', '""') + '"' if special else text


def read(path: Path, limit: int) -> Sheet:
    """Read a CSV from the disk, cell by cell.

    Raise `PathError` if there is nothing, it cannot be read, is no text, or a quote in it swallows
    what follows.
    """
    try:
        return Sheet(csv_text.read(path, limit))
    except UnclosedQuoteError as error:
        raise PathError(
            "{file}, line {line}: a cell begins with a quotation mark and does not end with "
            "one; expected one at its end, and two for each within it",
            file=path,
            line=error.line,
        ) from None
