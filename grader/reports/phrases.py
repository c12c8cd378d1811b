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

from grader.reports.jsonable import plain
from grader.reports.language import Translate
from grader.reports.messages import fill

OURS = frozenset({"array", "at", "but", "factor", "formula", "how", "inner", "name", "names", "other", "part", "ratio",
                  "title", "trial", "trials", "what", "who"})  # fmt: skip
"""The values that may hold such words. The others are code, numbers, or what a student wrote."""

LOOSE = (
    "inputs from -1000 to 1000", "a step of training", "the layers one by one",
    "another learning rate", "a learning rate of zero", "a large learning rate",
    "one step", "a second step with other data", "loss_func.forward called on its own",
    "the right one", "step of {parameter}", "nothing at all", "{number} times as much",
    ", in its worst entry, at {where} of shape {shape},",
    "; wrong for: {trials}; right for: {parameters}", "; wrong for: {trials}", "; right for: {parameters}",
)  # fmt: skip
"""Words that stand in no place of the code where a tool would find them."""

PATTERNS = (
    "a batch of {n} (in_features {inputs}, out_features {outputs})",
    "a batch of shape ({n}, {entries})",
    "of {parameter}",
    "and {count} more",
    "exit code {code}",
    "signal {code}",
    "{step}: {parameter}",
)
"""How the code puts words together; the first that fits counts."""

_LONGEST = 3
"""A name of ours has two commas at most; so many entries of a list may belong together."""


COMPOSED = ("at", "but", "factor", "formula", "inner", "name", "other", "ratio")
"""The values of a finding that are sentences themselves, with places for the other values."""


def in_words(values: Mapping[str, Any], tr: Translate) -> dict[str, Any]:
    """Return the values of a message with the words of ours in the reader's language."""
    return {
        name: _translate_value(value, tr) if name in OURS else value
        for name, value in values.items()
    }


def compose(values: Mapping[str, Any], tr: Translate) -> dict[str, Any]:
    """Return the values of a finding in the reader's language, each whole: ``min(2, ...)``.

    The values of an older version, which are whole already, come back in words.
    """
    words = in_words(plain(values), tr)
    if isinstance(values.get("factor"), list | tuple):
        words["factor"] = " * ".join(phrase(factor, tr) for factor in values["factor"])
    texts = {name: words[name] for name in COMPOSED if isinstance(words.get(name), str)}
    return {**words, **{name: fill(text, words, tr) for name, text in texts.items()}}


def _translate_value(value: Any, tr: Translate) -> Any:
    if isinstance(value, list | tuple):
        return tr(", ").join(str(_translate_value(entry, tr)) for entry in value)
    return phrase(value, tr) if isinstance(value, str) else value


def phrase(text: str, tr: Translate) -> str:
    """Say a word of ours in the reader's language; what is none of them stays."""
    whole = _translate_whole(text, tr)
    return _translate_list(text, tr) if whole is None else whole


def _translate_whole(text: str, tr: Translate) -> str | None:
    """Translate a text that is known, or that follows a pattern; None for any other."""
    if tr(text) != text:
        return tr(text)
    match = match_pattern(text)
    if match is None:
        return None
    pattern, pieces = match
    return tr(pattern).format(**{name: phrase(piece, tr) for name, piece in pieces.items()})


def match_pattern(text: str) -> tuple[str, dict[str, str]] | None:
    """Return the pattern that a text follows, with what stands in its places; None for none."""
    for pattern in PATTERNS:
        match = _shape(pattern).fullmatch(text)
        if match:
            return pattern, match.groupdict()
    return None


def _translate_list(text: str, tr: Translate) -> str:
    """Translate the entries of a list; a comma may also stand within one of them."""
    phrases, entries, any_known = [], text.split(", "), False
    while entries:
        for count in range(min(_LONGEST, len(entries)), 0, -1):
            head = _translate_whole(", ".join(entries[:count]), tr)
            if head is not None:
                break
        phrases.append(entries[0] if head is None else head)
        entries, any_known = entries[count:], any_known or head is not None
    return tr(", ").join(phrases) if any_known else text


@cache
def _shape(pattern: str) -> re.Pattern[str]:
    """Return what a pattern matches: its own letters, and anything in its places."""
    pieces = (
        re.escape(literal) + (f"(?P<{name}>.+?)" if name else "")
        for literal, name, _, _ in Formatter().parse(pattern)
    )
    return re.compile("".join(pieces))
