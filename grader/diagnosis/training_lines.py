"""Right loops of training, as people write them, to tell which one of a student's lines differs.

A function that agrees with one of these in every line but one would be right with that line, so the
mistake is in it. Where it depends on which of them was meant, none is told. Nothing of this is shown to anybody.
"""

from __future__ import annotations

from grader.diagnosis.dependence import statements_of
from grader.diagnosis.outline import Block, Statement
from grader.diagnosis.whole_functions import is_silent, joined, line_of, odd_ones

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
    statements = statements_of(function)
    own = {name for entry in statements if entry.kind != "Expr" for name in entry.sets}
    roles = dict(zip(function.parameters, _PARAMETERS, strict=False))
    names = {**{name: f"?{name}" for name in own - set(roles)}, **roles}
    entries = [entry for entry in statements if not is_silent(entry)]
    odd = odd_ones(LOOPS, [line_of(entry, names) for entry in entries])
    return None if odd is None else joined(entries[odd])
