"""Right loops of training, as people write them, to tell which one of a student's lines differs.

A function that agrees with one of these in every line but one would be right with that line, so the
mistake is in it. Where it depends on which of them was meant, none is told. Nothing of this is shown to anybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import product

from grader.diagnosis.dependence import statements_of
from grader.diagnosis.outline import Block, Statement

MESSAGES = frozenset({"train_differs", "rows_not_used", "loss_count", "losses_differ"})
"""Messages that say that a loop of training computes something else."""
_TOKEN = re.compile(r"[A-Za-z_]\w*|\d+\.?\d*(?:e-?\d+)?|[-+*/<>=!]=|//|\S")
_PARAMETERS = ("NET", "X", "Y", "LR", "EPOCHS", "SIZE")

_LOSSES = ("_losses = []", "for _epoch in range(EPOCHS)")
_BATCHES = (
    "_n = len(X) | _n = X.shape[0]",
    "_size = _n if SIZE is None else SIZE | _size = SIZE or _n | _size = SIZE if SIZE is not None else _n"
    " | _size = SIZE if SIZE else _n",
    *_LOSSES,
    "> _order = np.random.permutation(_n) if _size < _n else np.arange(_n) | _order = np.random.permutation(_n)"
    " | _order = np.arange(_n)",
)
_TOTAL = "> _total = 0.0"
_STARTS = "> for _start in range(0, _n, _size)"
_STEP = (
    ">> _rows = _order[_start:_start + _size]",
    ">> _pred = NET.forward(X[_rows])",
    ">> _loss = NET.cal_loss(_pred, Y[_rows])",
    ">> NET.backward(LR) | NET.backward(lr=LR)",
)
_RETURNED = "return _losses"
LOOPS: tuple[tuple[str, ...], ...] = (
    (
        *_LOSSES,
        "> _pred = NET.forward(X)",
        "> _loss = NET.cal_loss(_pred, Y)",
        "> NET.backward(LR) | NET.backward(lr=LR)",
        "> _losses.append(_loss)",
        _RETURNED,
    ),
    (
        *_BATCHES, _TOTAL, _STARTS, *_STEP, ">> _total += _loss * len(_rows)", "> _losses.append(_total / _n)",
        _RETURNED,
    ),
    (
        *_BATCHES, _TOTAL, _STARTS, *_STEP, ">> _total += _loss * len(_rows) / _n", "> _losses.append(_total)",
        _RETURNED,
    ),
)  # fmt: skip
"""Each line with its depth, and the ways to write it; a name that begins with ``_`` is any name of the student's."""


def odd_line(function: Block) -> Statement | None:
    """Return the statement of ``train`` that alone differs from a right loop; None where several can be meant."""
    entries = [
        entry
        for entry in statements_of(function)
        if not (entry.kind == "Expr" and entry.text.startswith(('"', "'", "print(")))
    ]
    lines = [_line(function, entry) for entry in entries]
    odd: set[int] = set()
    for loop in LOOPS:
        forms = [_forms(text) for text in loop]
        numbers = set(_odd(forms, lines))
        if -1 in numbers:
            return None
        odd |= numbers
    return entries[odd.pop()] if len(odd) == 1 else None


Line = tuple[int, Sequence[str]]
"""A depth and the tokens of a line."""


def _line(function: Block, entry: Statement) -> Line:
    roles = dict(zip(function.parameters, _PARAMETERS, strict=False))
    own = {name for other in statements_of(function) if other.kind != "Expr" for name in other.sets}
    names = {**{name: f"?{name}" for name in own - set(roles)}, **roles}
    text = re.sub(r"\b0\.0\b", "0", entry.text)
    parts = _TOKEN.findall(text.replace("numpy.", "np."))
    plain = [
        part if k and parts[k - 1] == "." else names.get(part, part) for k, part in enumerate(parts)
    ]
    keyword = [k for k, part in enumerate(parts) if parts[k + 1 : k + 2] == ["="] and k > 0]
    return len(entry.within), [parts[k] if k in keyword else one for k, one in enumerate(plain)]


def _forms(text: str) -> list[Line]:
    """Return the ways in which a line of a loop may be written."""
    depth = len(text) - len(text.lstrip(">"))
    ways = text[depth:].replace("0.0", "0").split(" | ")
    return [(depth, _TOKEN.findall(way)) for way in ways]


def _odd(forms: Sequence[Sequence[Line]], lines: Sequence[Line]) -> Iterator[int]:
    """Yield the numbers of the lines of which each alone differs or is one too many; -1 where all agree."""
    if len(forms) == len(lines):
        if _agree(forms, lines, -1):
            yield -1
            return
        yield from (k for k in range(len(lines)) if _agree(forms, lines, k))
    elif len(forms) + 1 == len(lines):
        extra = [k for k in range(len(lines)) if _agree(forms, [*lines[:k], *lines[k + 1 :]], -1)]
        # Of two lines that are the same, the second one is too many.
        if extra and all(lines[k] == lines[extra[-1]] for k in extra):
            yield extra[-1]
        else:
            yield from extra


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
