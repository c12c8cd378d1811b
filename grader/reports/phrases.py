"""Words of ours that fill sentences: names of trials and parts, formulas in prose.

A report stores them in English among its values. Most are whole texts of the
catalogue; those that are put together of pieces follow one of the ``PATTERNS``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from string import Formatter
from typing import Any

from grader.reports.language import Translate

OURS = frozenset({"array", "but", "factor", "formula", "how", "name", "names", "part", "ratio", "title",
                  "trial", "what", "who"})  # fmt: skip
"""The values that may hold such words. The others are code, numbers, or what a student wrote."""

LOOSE = (
    "inputs from -1000 to 1000", "a step of training", "the layers one by one",
    "another learning rate", "a learning rate of zero", "a large learning rate",
    "one step", "a second step with other data", "loss_func.forward called on its own",
    "columns", "rows", "whole",
    "the right one", "the right formula", "nothing at all", "the right one, as float16 has it",
    "dw / sqrt(the sum of dw ** 2 over all calls)",
    "prev_grad @ another matrix than w.T, in trials with more samples than outputs",
)  # fmt: skip
"""Words that stand in no place of the code where a tool would find them."""

PATTERNS = (
    "a batch of {n}, {inputs} inputs, {outputs} outputs",
    "a batch of {n} with {entries} entries",
    "step of {parameter}",
    "of {parameter}",
    "exit code {code}",
    "signal {code}",
    "; wrong for: {trials}; right for: {parameters}",
    "; wrong for: {trials}",
    "; right for: {parameters}",
    "{number} times as much",
    "{factor} * the number of backwards so far",
    "{factor} * 1/(the number of backwards so far)",
    "min({limit}, the right one)",
    "round(the right one, {places})",
    "the right one, clipped to {low} ... {high}",
    "the right one, cut down to a length of {limit}",
    "the right one + {constant}",
    "the right one * ({rate} / lr): the first call had lr = {first}",
    "the right one in the first call, and {factor} times it in the second",
    "the right step, and w times {factor} besides",
    "the right step, and at lr = 0 a step with {rate}",
    "what leads to weights clipped to {low} ... {high}",
    "what leads to weights of length one ({sides})",
    "{formula} with prev_grad clipped to {low} ... {high}",
    "the sigmoid of x clipped to {low} ... {high}",
    "the sigmoid clipped to {low} ... {high}",
    "prev_grad * max({floor}, the derivative)",
    "prev_grad * r * (1 - r) with r = round(y, {places})",
    "prev_grad, times {slope} where x is negative",
    "x, times {slope} where it is negative",
    "prev_grad where x is above a border between {low} and {high}, else 0",
    "x where it is above a border between {low} and {high}, else 0",
    "prev_grad where x lies between 0 and a border between {low} and {high}, else 0",
    "exp(x - max) / (their sum + {eps})",
    "2 * e / size with e = y - ground_truth clipped to {low} ... {high}",
    "-mean(y log t + (1 - y) log(1 - t)), with log({eps}) for log(0)",
    "the cross-entropy of round(y), with log({eps}) for log(0)",
    "the cross-entropy with y clipped to {low} ... {high}",
    "the cross-entropy with {eps} added to y and to 1 - y",
    "the cross-entropy with log(y + {eps})",
    "the cross-entropy with log of y, at least {eps}",
    "{step}: {parameter}",
)
"""How the code puts words together; the first that fits counts."""

_LONGEST = 3
"""A name of ours has two commas at most; so many entries of a list may belong together."""


def in_words(values: Mapping[str, Any], tr: Translate) -> dict[str, Any]:
    """Return the values of a message with the words of ours in the reader's language."""
    return {
        name: said(value, tr) if name in OURS and isinstance(value, str) else value
        for name, value in values.items()
    }


def said(text: str, tr: Translate) -> str:
    """Say a word of ours in the reader's language; what is none of them stays."""
    whole = _known(text, tr)
    return _listed(text, tr) if whole is None else whole


def _known(text: str, tr: Translate) -> str | None:
    """Translate a text that is known, or that follows a pattern; None for any other."""
    if tr(text) != text:
        return tr(text)
    found = follows(text)
    if found is None:
        return None
    pattern, pieces = found
    return tr(pattern).format(**{name: said(piece, tr) for name, piece in pieces.items()})


def follows(text: str) -> tuple[str, dict[str, str]] | None:
    """Return the pattern that a text follows, with what stands in its places; None for none."""
    for pattern in PATTERNS:
        found = _shape(pattern).fullmatch(text)
        if found:
            return pattern, found.groupdict()
    return None


def _listed(text: str, tr: Translate) -> str:
    """Translate the entries of a list; a comma may also stand within one of them."""
    told, entries, found = [], text.split(", "), False
    while entries:
        for count in range(min(_LONGEST, len(entries)), 0, -1):
            head = _known(", ".join(entries[:count]), tr)
            if head is not None:
                break
        told.append(entries[0] if head is None else head)
        entries, found = entries[count:], found or head is not None
    return tr(", ").join(told) if found else text


@cache
def _shape(pattern: str) -> re.Pattern[str]:
    """Return what a pattern matches: its own letters, and anything in its places."""
    pieces = (
        re.escape(literal) + (f"(?P<{name}>.+?)" if name else "")
        for literal, name, _, _ in Formatter().parse(pattern)
    )
    return re.compile("".join(pieces))
