"""Whole functions, line by line, held against the ways in which a right one is written.

A form is a depth, in ``>``, and the ways to write a line, apart by `` | ``; a name in it that begins with
``_`` is any name of the student's, one for each place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product

from grader.diagnosis.outline import Statement

Line = tuple[int, Sequence[str]]
"""A depth and the tokens of a line."""
MOST_EXTRA = 4
"""Lines, one below the other, that may be too many."""
_TOKEN = re.compile(r"[A-Za-z_]\w*|\d+\.?\d*(?:e-?\d+)?|[-+*/<>=!]=|//|\S")


def is_silent(entry: Statement) -> bool:
    """Whether a statement computes nothing: a text, or something that is printed."""
    return entry.kind == "Expr" and entry.text.startswith(('"', "'", "print(", "super()"))


def line_of(entry: Statement, names: Mapping[str, str]) -> Line:
    """Return a statement with other names: the student's name -> that of the forms, or ``?NAME`` for its own."""
    text = re.sub(r"\b0\.0\b", "0", entry.text)
    parts = _TOKEN.findall(text.replace("numpy.", "np."))
    plain = [
        part if k and parts[k - 1] == "." else names.get(part, part) for k, part in enumerate(parts)
    ]
    keyword = [k for k, part in enumerate(parts) if parts[k + 1 : k + 2] == ["="] and k > 0]
    return len(entry.within), [parts[k] if k in keyword else one for k, one in enumerate(plain)]


def odd_ones(functions: Sequence[Sequence[str]], lines: Sequence[Line]) -> slice | None:
    """Return the line that alone differs from a right function, or the lines that are too many, as a slice.

    None where several can be meant, and where all agree with one.

    Parameters
    ----------
    functions
        Right functions, each a sequence of forms.
    lines
        Those of the student's.
    """
    odd: set[tuple[int, int]] = set()
    for function in functions:
        forms = [_forms(text) for text in function]
        if len(forms) == len(lines) and _agree(forms, lines, -1):
            return None
        odd |= set(_odd(forms, lines))
    return slice(*odd.pop()) if len(odd) == 1 else None


def joined(entries: Sequence[Statement]) -> Statement:
    """Return statements that stand one below the other as one place."""
    return replace(entries[0], end_line=max(entry.end_line for entry in entries))


def _forms(text: str) -> list[Line]:
    """Return the ways in which a line of a loop may be written."""
    depth = len(text) - len(text.lstrip(">"))
    ways = text[depth:].replace("0.0", "0").split(" | ")
    return [(depth, _TOKEN.findall(way)) for way in ways]


def _odd(forms: Sequence[Sequence[Line]], lines: Sequence[Line]) -> Iterator[tuple[int, int]]:
    """Yield the numbers, first and behind the last, of lines that alone differ or are too many."""
    count = len(lines) - len(forms)
    if not count:
        yield from ((k, k + 1) for k in range(len(lines)) if _agree(forms, lines, k))
    elif 0 < count <= MOST_EXTRA:
        extra = [
            k for k in range(len(forms) + 1) if _agree(forms, [*lines[:k], *lines[k + count :]], -1)
        ]
        alike = {tuple(sorted(map(repr, lines[k : k + count]))) for k in extra}
        # Of lines that come twice, the second ones are too many.
        yield from ((k, k + count) for k in (extra[-1:] if len(alike) == 1 else extra))


def _agree(forms: Sequence[Sequence[Line]], lines: Sequence[Line], odd: int) -> bool:
    """Whether all lines but an odd one agree with some ways to write them, with one name for each place.

    What an odd line sets must have the same name: what follows reads it.
    """
    if any(
        all(not _matches(way, line, {}) for way in ways)
        for k, (ways, line) in enumerate(zip(forms, lines, strict=True))
        if k != odd
    ):
        return False
    return any(_agree_as(some, lines, odd) for some in product(*forms))


def _agree_as(forms: Sequence[Line], lines: Sequence[Line], odd: int) -> bool:
    bound: dict[str, str] = {}
    for k, (form, line) in enumerate(zip(forms, lines, strict=True)):
        if k != odd and not _matches(form, line, bound):
            return False
    if odd >= 0:
        form, line = forms[odd], lines[odd]
        is_set = form[1][1:2] == ["="] or form[1][:1] == ["for"]
        shown = 2 if form[1][:1] == ["for"] else 1
        if is_set and not _matches((0, form[1][:shown]), (0, line[1][:shown]), bound):
            return False
    return len(set(bound.values())) == len(bound)


def _matches(form: Line, line: Line, bound: dict[str, str]) -> bool:
    """Whether a line is written in one way, with the names that are bound already."""
    if form[0] != line[0] or len(form[1]) != len(line[1]):
        return False
    for part, own in zip(form[1], line[1], strict=True):
        if part.startswith("_"):
            if not own.startswith("?") or bound.setdefault(part, own) != own:
                return False
        elif part != own:
            return False
    return True
