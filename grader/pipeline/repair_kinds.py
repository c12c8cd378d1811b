"""Which edits are tried first for a mistake that has a name."""

from __future__ import annotations

from collections.abc import Iterable

PREFERRED = 0.7  # by so much an edit is cheaper that the name of the mistake suggests
ENTRYWISE = ("complement", "upstream")
"""Kinds of edits that multiply entry by entry: a linear layer has no such product."""
KINDS = {
    "transpos": ("transpose", "order"), "reshaped": ("transpose",), "sign": ("sign", "order"),
    "negat": ("sign",), "ascent": ("sign",), "mean": ("mean", "factor"), "averag": ("mean", "factor"),
    "sum": ("mean", "axis", "sum", "call"), "axis": ("axis", "keepdims"), "keepdims": ("keepdims",),
    "factor": ("factor", "constant"), "twice": ("factor", "constant", "statement"), "half": ("factor", "constant"),
    "scale": ("factor", "constant"), "lr": ("argument", "factor", "name", "constant"),
    "rate": ("factor", "name", "argument"),
    "upstream": ("upstream", "name", "factor"), "after_update": ("order",), "before": ("order",),
    "order": ("order", "argument", "exchange"), "swap": ("argument", "exchange", "order", "name"), "returns": ("name",),
    "is_": ("name", "upstream"), "of_": ("name",), "stale": ("copy", "statement"), "shared": ("copy",),
    "changed": ("copy",), "alias": ("copy",), "without": ("term", "upstream", "factor", "complement"),
    "missing": ("term", "upstream", "factor"), "bias": ("term", "sign"), "mask": ("comparison", "upstream"),
    "strict": ("comparison",), "square": ("power", "constant"), "not_updated": ("sign", "name", "statement"),
    "first": ("index",), "last": ("index",), "left_out": ("index", "term"), "log": ("function", "sign", "complement"),
}  # fmt: skip
"""A part of a slug -> kinds of edits."""


def first_kinds(slugs: Iterable[str]) -> frozenset[str]:
    """Return the kinds of edits that the names of a mistake suggest; none where they say nothing."""
    return frozenset(
        kind for slug in slugs for part, kinds in KINDS.items() if part in slug for kind in kinds
    )
