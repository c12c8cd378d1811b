"""The one place that cuts and cleans text which came from a student.

What leaves here is inert wherever it is printed: no terminal sequences, nothing
invisible, nothing that turns the direction of reading, no lone surrogates, and
nothing that the log of a build server takes for a command. Each format still
escapes what is special in itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

SHORT = 300
LONG = 4000

_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|(?:\x1b[]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x80-\x9f]*(?:\x07|\x1b\\|\x9c)"  # OSC, DCS...
    r"|\x1b[ -/]*[0-~]?"  # every other escape, and what was cut off
)
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_MARKS_IN_A_ROW = 3
_COMMAND = re.compile(r"(?m)^ *:(?=:)|##(?=\w*\[)")
"""GitHub reads ``::error::`` at the start of a line, and ``##[error]`` anywhere."""


def clean(text: str, limit: int = SHORT, *, lines: bool = False) -> str:
    """Make text of a stranger harmless and short.

    Parameters
    ----------
    text
        Anything, lone surrogates included.
    limit
        The most characters to keep; a text that was cut ends in an ellipsis.
    lines
        Whether line breaks and indentation stay; otherwise one line comes back.
    """
    bare = _SEQUENCE.sub("", text)
    visible = bare if _is_simple(bare) else "".join(_visible_chars("\n".join(bare.splitlines())))
    tidy = _block(visible) if lines else " ".join(visible.split())
    return cut(_COMMAND.sub(_split_command, tidy), limit)


def cut(text: str, limit: int) -> str:
    """Shorten a text to so many characters, the ellipsis included."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def scrub(value: Any) -> Any:
    """Clean every string of a stored document once more: a file may have been edited."""
    if isinstance(value, str):
        return clean(value, LONG, lines=True)
    if isinstance(value, dict):
        return {clean(str(key)): scrub(entry) for key, entry in value.items()}
    return [scrub(entry) for entry in value] if isinstance(value, list) else value


def _is_simple(text: str) -> bool:
    """Whether a text is nothing but visible ASCII and line feeds, as most are."""
    return text.isascii() and text.replace("\n", "").isprintable()


def _visible_chars(text: str) -> Iterator[str]:
    """Yield what a reader can see; heaps of combining marks are levelled."""
    marks = 0
    for char in text:
        if char.isspace():
            marks = 0
            yield "\n" if char == "\n" else "    " if char == "\t" else " "
        elif not _is_unseen(char):
            marks = marks + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
            if marks <= _MARKS_IN_A_ROW:
                yield char


def _is_unseen(char: str) -> bool:
    """Whether a character shows nothing or acts on its neighbours."""
    selector = "\U000e0100" <= char <= "\U000e01ef"
    return selector or char in _BLANK or unicodedata.category(char) in _UNSEEN


def _split_command(command: re.Match[str]) -> str:
    """Put a space into what a build server would obey."""
    return f"{command[0]} "


def _block(text: str) -> str:
    """Keep the lines, without trailing blanks and with one empty line at most between two."""
    block = "\n".join(line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", block).strip("\n")
