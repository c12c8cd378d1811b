"""YAML as plain data that remembers the line of every key and of every list entry.

Only the part of YAML that people write by hand is read: mappings, lists, text, numbers, true,
false and nothing. Anchors, aliases and tags are refused, so that a few lines cannot unfold
into gigabytes; so are numbers that JSON could not hold.
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

KeyPath = tuple[str | int, ...]
"""The way to a value: keys of mappings and 0-based positions in lists."""

MAX_DEPTH = 16
"""A rubric has six levels; deeper ones would exhaust the stack of the recursive reader."""
MAX_LENGTH = 1000
"""Characters of one value; a title has at most 200."""


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """Plain data, and the 1-based line of every place in it.

    Parameters
    ----------
    source
        The file's name, as the user knows it.
    data
        The content of the file; None where it is empty.
    lines
        Line by place: of the key in a mapping, of the first line of an entry in a list.
    """

    source: str
    data: Any
    lines: Mapping[KeyPath, int]

    def line(self, path: KeyPath) -> int | None:
        """Return the line of a place, or of the nearest place around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path)

    def fail(self, path: KeyPath, sentence: str) -> NoReturn:
        """Raise the `RubricError` with this sentence about this place."""
        raise RubricError(self.source, self.line(path), sentence)


def read(text: str, source: str) -> YamlDocument:
    """Read one document; raise `RubricError` where it is not YAML, or uses more than is read here."""
    try:
        _check_events(YAML().parse(text), source)
        root = YAML().compose(text)
    except MarkedYAMLError as error:
        raise _syntax_error(error, text, source) from None
    except YAMLError as error:
        line = text.count("\n", 0, int(getattr(error, "position", 0))) + 1
        raise RubricError(source, line, "found a control character; expected plain text") from None
    if root is None:
        return YamlDocument(source, None, {})
    reader = _Reader(source)
    return YamlDocument(source, reader.convert(root, ()), reader.lines)


def _check_events(events: Iterable[Any], source: str) -> None:
    """Refuse anchors, aliases, tags and deep nesting, before any of them is followed."""
    depth = 0
    for event in events:
        kind = type(event).__name__
        depth += kind.endswith("StartEvent") - kind.endswith("EndEvent")
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if depth > MAX_DEPTH:
            problem = f"nested too deep; expected at most {MAX_DEPTH} levels"
        elif anchor is not None:
            problem = (
                f"found the anchor or alias {describe(anchor)}; "
                "expected every value to be written out (or in quotes, if & or * is meant)"
            )
        elif tag is not None:
            problem = f"found the tag {describe(tag)}; expected a value without a tag"
        else:
            continue
        raise RubricError(source, event.start_mark.line + 1, problem)


@dataclass(slots=True)
class _Reader:
    """Turns nodes into plain data, and records their lines."""

    source: str
    lines: dict[KeyPath, int] = field(default_factory=dict)

    def convert(self, node: Any, path: KeyPath) -> Any:
        """Return the data of a node; remember its line unless its key has one already."""
        self.lines.setdefault(path, node.start_mark.line + 1)
        kind = node.tag.rpartition(":")[2]
        if kind == "map":
            return self._mapping(node, path)
        if kind == "seq":
            return [self.convert(entry, (*path, at)) for at, entry in enumerate(node.value)]
        return self._scalar(kind, node)

    def _mapping(self, node: Any, path: KeyPath) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value in node.value:
            if not isinstance(key_node.value, str):
                self._fail(
                    key_node,
                    "found a list or a mapping before a colon; expected a word as key",
                )
            key = str(self._scalar("str", key_node))
            key_path = (*path, key)
            if key in data:
                first = self.lines[key_path]
                self._fail(
                    key_node,
                    f"found the key {describe(key)} twice (before in line {first}); "
                    "expected it once",
                )
            self.lines[key_path] = key_node.start_mark.line + 1
            data[key] = self.convert(value, key_path)
        return data

    def _scalar(self, kind: str, node: Any) -> Any:
        """Return the value of a scalar; a number that JSON could not hold stays text."""
        text = str(node.value)
        if len(text) > MAX_LENGTH:
            self._fail(
                node, f"found a value of {len(text)} characters; expected at most {MAX_LENGTH}"
            )
        if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text):
            self._fail(
                node, f"found a control character in {describe(text)}; expected text on one line"
            )
        if kind == "null":
            return None
        if kind == "bool":
            return text.lower() == "true"
        return _number(text) if kind in ("int", "float") else text

    def _fail(self, node: Any, sentence: str) -> NoReturn:
        raise RubricError(self.source, node.start_mark.line + 1, sentence)


def _number(text: str) -> float | int | str:
    try:
        number = float(text)
    except ValueError:
        return text
    if not math.isfinite(number):
        return text
    return int(text) if text.lstrip("+-").isdigit() else number


def _syntax_error(error: MarkedYAMLError, text: str, source: str) -> RubricError:
    """Say what the YAML reader could not read; the line of an open bracket is where it opens."""
    problem = str(error.problem or "something that it cannot read")
    at_end = "end of stream" in problem or "stream end" in problem
    mark = (at_end and error.context_mark) or error.problem_mark
    if mark is not None:
        row = (text.split("\n") + [""] * (mark.line + 1))[mark.line]
        if "\t" in row[: len(row) - len(row.lstrip())]:
            return RubricError(
                source, mark.line + 1, "found a tab at the beginning; expected spaces"
            )
    line = None if mark is None else mark.line + 1
    if "another document" in problem:
        return RubricError(source, line, "found a second document (---); expected one")
    expected = "lines such as `key: value` or `- entry`, with equal spaces before them"
    return RubricError(source, line, f"this is not YAML ({problem}); expected {expected}")


_KINDS: Mapping[type, str] = {dict: "mapping", list: "list", str: "text"}


def describe(value: Any) -> str:
    """Describe a value of a rubric for a sentence: short, and in YAML's words."""
    if value is None:
        return "nothing"
    if isinstance(value, dict | list | str) and not value:
        return f"an empty {_KINDS[type(value)]}"
    if isinstance(value, dict | list):
        return f"a {_KINDS[type(value)]}"
    if not isinstance(value, str):
        return str(value).lower() if isinstance(value, bool) else str(value)
    # Quotes make a text of a number, which is a frequent mistake.
    kind = "the text " if value.strip("+-.").isdigit() else ""
    return f"{kind}'{_visible(value)}'"


def _visible(text: str, limit: int = 60) -> str:
    """Return at most ``limit`` characters of a text, control characters as their numbers."""
    short_text = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(
        letter if unicodedata.category(letter)[0] != "C" else f"\\u{ord(letter):04x}"
        for letter in short_text
    )
