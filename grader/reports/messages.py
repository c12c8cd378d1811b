"""English: every message id with its template, and the filler of templates.

A template may hold ``{name}`` and, for numbers, ``{name:.2g}`` and ``{name:step|steps}``,
which is the form of a word that goes with the number; nothing else. There is no
``{name.attribute}``, ``{name[0]}`` or ``{name!r}``, because what fills a template came
from a student.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import reduce
from string import Formatter
from typing import Any

from grader.errors import ReportBroken
from grader.model import Message
from grader.reports.jsonable import plain
from grader.reports.language import Translate, english
from grader.reports.sanitize import LONG, clean

SENTENCES: dict[str, str] = {
    "report.needs_unseen": "It depends on a part that does not work yet.",
}

_SPEC = re.compile(r",?(\.\d{1,2})?[efg%]?|[a-z ]+\|[a-z ]+")
_LISTED = 10
_WIDE = re.compile("[\u3000-\u9fff\uff00-\uffef]")
"""Chinese characters and their punctuation."""


def say(message: Message, sentences: Mapping[str, str] = SENTENCES) -> str:
    """Make the sentence of a message.

    Raises
    ------
    ReportBroken
        If the id is unknown, or a value that its template names is missing.
    """
    if message.id not in sentences:
        raise ReportBroken(f"There is no sentence for the message {message.id!r}.")
    return fill(sentences[message.id], message.values)


def fill(template: str, values: Mapping[str, Any], tr: Translate = english) -> str:
    """Put cleaned values into the named fields of a template of the reader's language."""
    pieces: list[str] = []
    try:
        for literal, field, spec, conversion in Formatter().parse(template):
            pieces.append(literal)
            if field is not None:
                _demand(not conversion and _SPEC.fullmatch(spec or ""), template)
                _demand(field.isidentifier(), template)
                pieces.append(text_of(plain(values[field]), spec or "", tr))
    except ValueError as error:
        raise ReportBroken(f"The sentence {template!r} cannot be filled: {error}.") from error
    except KeyError as error:
        raise ReportBroken(f"The sentence {template!r} lacks its value {error}.") from error
    whole = "".join(pieces) if tr is english else reduce(_beside, pieces, "")
    return clean(whole, LONG, lines=True)


def _beside(text: str, piece: str) -> str:
    """Join two pieces; between Chinese characters there is no space, whatever is filled in."""
    before, after = text.rstrip(" "), piece.lstrip(" ")
    if _WIDE.fullmatch(before[-1:]) and _WIDE.fullmatch(after[:1]):
        return before + after
    return text + piece


def _round(value: float) -> str:
    """Write a number with four digits; with more, nine at most, where it would seem to be 1."""
    texts = (format(value, f".{digits}g") for digits in range(4, 10))
    return next((text for text in texts if text not in {"1", "-1"}), format(value, ".4g"))


def text_of(value: Any, spec: str = "", tr: Translate = english) -> str:
    """Write a plain value as a reader expects it in a sentence, or the word that goes with it."""
    if "|" in spec:
        one, many = spec.split("|")
        return one if str(value) in {"1", "1.0"} else many
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return str(value)
    if isinstance(value, float):
        return format(value, spec) if spec else _round(value)
    if isinstance(value, int):
        return format(value, spec)
    entries = (
        [f"{k}: {text_of(v, spec, tr)}" for k, v in value.items()]
        if isinstance(value, dict)
        else [text_of(entry, spec, tr) for entry in value]
    )
    more = tr("and {count} more").format(count=len(entries) - _LISTED)
    rest = [more] if len(entries) > _LISTED else []
    return ", ".join(entries[:_LISTED] + rest)


def merge_sentences(*modules: Mapping[str, str]) -> dict[str, str]:
    """Join the dictionaries of several modules; an id belongs to one of them.

    Raises
    ------
    ReportBroken
        If two modules have a sentence for the same id.
    """
    together: dict[str, str] = {}
    for module in modules:
        twice = sorted(together.keys() & module.keys())
        if twice:
            raise ReportBroken(f"Two modules have a sentence for {', '.join(twice)}.")
        together.update(module)
    return together


def _demand(holds: object, template: str) -> None:
    """Refuse a template that asks for more than plain names and formats of numbers."""
    if not holds:
        raise ReportBroken(f"The sentence {template!r} may hold plain names only.")
