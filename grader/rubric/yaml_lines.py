"""YAML as plain data that remembers the line of every key and of every list entry.

Only the part of YAML that people write by hand is read: mappings, lists, text,
numbers, true, false and nothing. Anchors, aliases and tags are refused, so that a
few lines cannot unfold into gigabytes; so are numbers that JSON could not hold.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from grader.errors import RubricError

Place = tuple[str | int, ...]
"""The way to a value: keys of mappings and 0-based positions in lists."""

DEEPEST = 16
LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Located:
    """Plain data, and the 1-based line of every place in it.

    Parameters
    ----------
    source
        The file's name, as the user knows it.
    data
        What stands in the file; None where it is empty.
    lines
        Line by place: of the key in a mapping, of the first line of an entry in a list.
    """

    source: str
    data: Any
    lines: Mapping[Place, int]

    def line(self, place: Place) -> int | None:
        """Return the line of a place, or of the nearest place around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place)

    def wrong(self, place: Place, sentence: str) -> NoReturn:
        """Raise the `RubricError` that says this sentence about this place."""
        raise RubricError(self.source, self.line(place), sentence)


def read(text: str, source: str) -> Located:
    """Read one YAML document.

    Raises
    ------
    RubricError
        Where the text is not YAML, or uses more of it than is read here.
    """
    try:
        _refuse_tricks(YAML().parse(text), source)
        root = YAML().compose(text)
    except MarkedYAMLError as error:
        raise _syntax(error, text, source) from None
    except YAMLError as error:
        raise _unreadable(error, text, source) from None
    if root is None:
        return Located(source, None, {})
    reader = _Reader(source)
    return Located(source, reader.plain(root, ()), reader.lines)


def _refuse_tricks(events: Iterable[Any], source: str) -> None:
    """Refuse what unfolds, what constructs, and what nests without an end."""
    depth = 0
    for event in events:
        kind, line = type(event).__name__, event.start_mark.line + 1
        depth += kind.endswith("StartEvent") - kind.endswith("EndEvent")
        if depth > DEEPEST:
            raise RubricError(source, line, f"nested too deep; expected at most {DEEPEST} levels")
        if getattr(event, "anchor", None) is not None:
            raise RubricError(
                source,
                line,
                f"found the anchor or alias {shown(event.anchor)}; "
                "expected every value to be written out (or in quotes, if & or * is meant)",
            )
        if getattr(event, "tag", None) is not None:
            raise RubricError(
                source, line, f"found the tag {shown(event.tag)}; expected a value without a tag"
            )


@dataclass(slots=True)
class _Reader:
    """Turns nodes into plain data, and keeps the lines on the way."""

    source: str
    lines: dict[Place, int] = field(default_factory=dict)

    def plain(self, node: Any, place: Place) -> Any:
        """Return the data of a node; remember its line unless its key has one already."""
        self.lines.setdefault(place, node.start_mark.line + 1)
        kind = node.tag.rpartition(":")[2]
        if kind == "map":
            return self._mapping(node, place)
        if kind == "seq":
            return [self.plain(entry, (*place, at)) for at, entry in enumerate(node.value)]
        return self._scalar(kind, node)

    def _mapping(self, node: Any, place: Place) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for name, value in node.value:
            key = self._key(name)
            here, line = (*place, key), name.start_mark.line + 1
            if key in data:
                raise RubricError(
                    self.source,
                    line,
                    f"found the key {shown(key)} twice (before in line {self.lines[here]}); "
                    "expected it once",
                )
            self.lines[here] = line
            data[key] = self.plain(value, here)
        return data

    def _key(self, node: Any) -> str:
        if not isinstance(node.value, str):
            raise RubricError(
                self.source,
                node.start_mark.line + 1,
                "found a list or a mapping before a colon; expected a word as key",
            )
        return str(self._scalar("str", node))

    def _scalar(self, kind: str, node: Any) -> Any:
        text = str(node.value)
        line = node.start_mark.line + 1
        if len(text) > LONGEST:
            raise RubricError(
                self.source,
                line,
                f"found a value of {len(text)} characters; expected at most {LONGEST}",
            )
        if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text):
            raise RubricError(
                self.source,
                line,
                f"found a control character in {shown(text)}; expected text on one line",
            )
        return _value(kind, text)


def _value(kind: str, text: str) -> Any:
    """Return what a scalar means; a number that JSON could not hold stays text."""
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    if kind in ("int", "float"):
        return _number(text)
    return text


def _number(text: str) -> float | int | str:
    try:
        number = float(text)
    except ValueError:
        return text
    if not math.isfinite(number):
        return text
    return int(text) if text.lstrip("+-").isdigit() else number


def _syntax(error: MarkedYAMLError, text: str, source: str) -> RubricError:
    """Say what the YAML reader stumbled over; an open bracket is shown where it opens."""
    problem = str(error.problem or "something that it cannot read")
    at_end = "end of stream" in problem or "stream end" in problem
    mark = (at_end and error.context_mark) or error.problem_mark
    line = None if mark is None else mark.line + 1
    if line is not None and "\t" in _indentation(text, line):
        return RubricError(source, line, "found a tab at the beginning; expected spaces")
    if "another document" in problem:
        return RubricError(source, line, "found a second document (---); expected one")
    asked = "; expected lines such as `key: value` or `- entry`, with equal spaces before them"
    return RubricError(source, line, f"this is not YAML ({problem}){asked}")


def _indentation(text: str, line: int) -> str:
    row = (text.split("\n") + [""] * line)[line - 1]
    return row[: len(row) - len(row.lstrip())]


def _unreadable(error: YAMLError, text: str, source: str) -> RubricError:
    position = int(getattr(error, "position", 0))
    line = text.count("\n", 0, position) + 1
    return RubricError(source, line, "found a control character; expected plain text")


def shown(value: Any) -> str:
    """Describe a value found in a rubric, for a sentence: short, and in YAML's words."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a mapping" if value else "an empty mapping"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    if isinstance(value, str):
        return f"{_kind(value)}'{_visible(value)}'" if value else "an empty text"
    return str(value)


def _kind(text: str) -> str:
    """Tell a number in quotes from a number."""
    return "the text " if text.strip("+-.").isdigit() else ""


def _visible(text: str, limit: int = 60) -> str:
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(
        letter if unicodedata.category(letter)[0] != "C" else f"\\u{ord(letter):04x}"
        for letter in cut
    )
