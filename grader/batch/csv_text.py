"""What a CSV says, whichever program saved it: its encoding, its delimiter, where it begins.

Excel saves UTF-8 with or without a mark, UTF-16 with tabs, or the code page of the machine;
with commas or semicolons, as the country writes numbers; sometimes with a first line ``sep=;``.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from pathlib import Path

from grader import files
from grader.errors import PathError

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How files of Excel itself begin: .xlsx and .xls."""
_PAIR = re.compile(rb"[\x81-\xfe][\x40-\x7e\xa1-\xfe]")
_SEP = re.compile(
    r"\ufeff?[ \t]*\"?sep=(?P<sign>[^\r\n\"])\"?[,;\t]*(?:\r\n|\r|\n|\Z)", re.IGNORECASE
)
_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class CsvText:
    """The text of a CSV.

    Parameters
    ----------
    text
        All of it, with its mark as the first character where it has one.
    encoding
        In which it was written, and `written` writes.
    delimiter
        A comma, a semicolon or a tab.
    start
        Where its first line of cells begins, past a mark, ``sep=;`` and blank lines.
    """

    text: str
    encoding: str
    delimiter: str
    start: int

    def line(self, at: int) -> int:
        """Return the number of the line (1-based) on which a place lies."""
        return len(re.findall(r"\r\n|\r|\n", self.text[:at])) + 1

    def encode(self, text: str) -> bytes:
        """Return the bytes of a changed text; UTF-8 where its own encoding lacks a character."""
        try:
            return text.encode(self.encoding)
        except UnicodeEncodeError:
            return ("\ufeff" + text.removeprefix("\ufeff")).encode()


def read(path: Path, limit: int) -> CsvText:
    """Read a CSV from the disk.

    Raise `PathError` if there is nothing, it cannot be read, or is no text.

    Parameters
    ----------
    limit
        The most bytes that it may have.
    """
    try:
        content = files.read_regular(path, limit, follow=True)
    except FileNotFoundError:
        raise PathError("{file}: there is nothing here; expected a CSV", file=path) from None
    except OSError as error:
        raise PathError(
            "{file}: this cannot be read ({why})", file=path, why=error.strerror or error
        ) from None
    if content.startswith(_WORKBOOKS):
        raise PathError(
            "{file}: this is a workbook of Excel; save it as CSV, and name that", file=path
        )
    try:
        return parse(content)
    except ValueError:
        raise PathError(
            "{file}: this is not the text of a CSV; expected UTF-8", file=path
        ) from None


def parse(content: bytes) -> CsvText:
    """Tell how a CSV was written.

    Raise `ValueError` if it is not in the encoding that its first bytes tell.
    """
    text, encoding = _decode(content)
    at, delimiter = 1 if text.startswith("\ufeff") else 0, ""
    if declaration := _SEP.match(text):
        at, delimiter = declaration.end(), declaration["sign"]
    blank = re.compile(r"(?:[ \t,;\"]*(?:\r\n|\r|\n))*").match(text, at)
    start = blank.end() if blank else at
    return CsvText(text, encoding, delimiter or _delimiter(text, start), start)


def _decode(content: bytes) -> tuple[str, str]:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return content.decode(encoding), encoding
    for at, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        if content[at:8:2] == b"\0" * 4:  # plain letters, each with its zero byte
            return content.decode(encoding), encoding
    for encoding in ("utf-8", *_code_pages(content)):
        with contextlib.suppress(UnicodeDecodeError):
            return content.decode(encoding), encoding
    return content.decode("latin-1"), "latin-1"  # there every byte is a letter


def _code_pages(content: bytes) -> tuple[str, ...]:
    """Return the code pages to be tried: that of Taiwan first where the bytes look Chinese.

    Common characters of Big5 begin with A4 to C6. The same bytes may be Latin letters with
    accents, but those are beside plain letters of the same word.
    """
    chinese = latin = 0
    for match in _PAIR.finditer(content):
        before, after = (
            content[match.start() - 1 : match.start()],
            content[match.end() : match.end() + 1],
        )
        if match[0][1:].isalpha() and (before.isalpha() or after.isalpha()):
            latin += 1
        elif 0xA4 <= match[0][0] <= 0xC6:
            chinese += 1
    return ("cp950", "cp1252") if chinese > latin else ("cp1252",)


def _delimiter(text: str, start: int) -> str:
    """Return the sign that parts the cells of the first line; signs within quotes part nothing."""
    first = re.compile(r'(?:"(?:[^"]|"")*"|[^"\r\n])*').match(text, start)
    unquoted = re.sub(r'"(?:[^"]|"")*"', "", first[0] if first else "")
    return max(_DELIMITERS, key=unquoted.count)
