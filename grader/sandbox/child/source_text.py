"""Source texts of a submission: decoded as Python decodes them, and compiled statement by statement."""

from __future__ import annotations
import __future__

import ast
import functools
import io
import operator
import tokenize
from types import CodeType
from typing import Iterator, Tuple

FUTURE_FLAGS = functools.reduce(
    operator.or_, (getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
)
HIDING_ENCODINGS = ("utf-7", "utf7", "unicode-escape", "raw-unicode-escape")
"""Encodings in which a reader does not see the code that runs."""


class Undecodable(SyntaxError):
    """A source text is not in the encoding that it declares.

    ``msg`` names the encoding, ``lineno`` the line where the first wrong byte stands.
    """

    def __init__(self, encoding: str, line: int) -> None:
        super().__init__(encoding)
        self.lineno = line


def decode_source(raw: bytes) -> str:
    """Decode Python source by its own cookie or byte order mark, else as UTF-8, as Python does.

    Python does not read the bytes of a comment: there, bytes that do not fit are replaced.

    Raises
    ------
    SyntaxError
        ``Undecodable``, or for an encoding that hides code.
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Undecodable("UTF-8 (it is UTF-16)", 1)
    encoding = _detect_encoding(raw)
    if encoding.lower().replace("_", "-") in HIDING_ENCODINGS:
        raise SyntaxError("the encoding " + encoding + " hides code")
    try:
        return io.TextIOWrapper(io.BytesIO(raw), encoding).read()
    except LookupError:
        raise Undecodable(encoding, 1) from None
    except UnicodeDecodeError:
        if _compiles(raw):
            return io.TextIOWrapper(io.BytesIO(raw), encoding, errors="replace").read()
    line = 1
    try:
        raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
    raise Undecodable(encoding, line)


def _detect_encoding(raw: bytes) -> str:
    try:
        return tokenize.detect_encoding(io.BytesIO(raw).readline)[0]
    except SyntaxError:  # the first two lines are not UTF-8, or declare an unknown encoding
        ascii_start = bytes(byte if byte < 128 else ord("?") for byte in raw[:1000])
        try:
            return tokenize.detect_encoding(io.BytesIO(ascii_start).readline)[0]
        except SyntaxError as error:
            raise Undecodable(str(error).rpartition(" ")[2], 1) from None


def _compiles(raw: bytes) -> bool:
    """Return whether this Python reads these bytes, as it would read the file."""
    try:
        compile(raw, "<bytes>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return False
    return True


def first_line(node: ast.stmt) -> int:
    """Return the line where a statement begins, its decorators included."""
    decorators = getattr(node, "decorator_list", [])
    return int(min([node.lineno, *(decorator.lineno for decorator in decorators)]))


@functools.lru_cache(maxsize=64)
def parse(text: str) -> ast.Module:
    """Return the syntax tree of a source text, which is scanned first and compiled later."""
    return ast.parse(text)


def compile_statements(text: str, file: str) -> Iterator[Tuple[ast.stmt, CodeType]]:
    """Yield each statement of a source text and its code, with the future imports of the whole."""
    flags = compile(text, file, "exec", dont_inherit=True).co_flags & FUTURE_FLAGS
    for node in parse(text).body:
        yield node, compile(ast.Module([node], []), file, "exec", flags, dont_inherit=True)
