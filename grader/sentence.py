"""A sentence for the person at the terminal: an English text and its values, said in their language.

``tools/messages.py`` collects every text that `Sentence` is called with. An error of
``grader.errors`` may carry one; it then reads in English as any other error does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


class Sentence:
    """One text with its values.

    Parameters
    ----------
    text
        English, with a ``{name}`` for each value.
    values
        Texts, numbers, paths, or sentences.

    Examples
    --------
    >>> str(Sentence("{file}: there is no line {line}", file="a.csv", line=3))
    'a.csv: there is no line 3'
    """

    __slots__ = ("text", "values")

    def __init__(self, text: str, /, **values: Any) -> None:
        self.text: str = text
        self.values: Mapping[str, Any] = values

    def translate(self, tr: Callable[[str], str]) -> str:
        """Return it in the language that ``tr`` translates into."""
        values = {
            name: value.translate(tr) if isinstance(value, Sentence) else value
            for name, value in self.values.items()
        }
        text = tr(self.text)
        return text.format(**values) if values else text  # a path in a text may hold braces

    def __str__(self) -> str:
        """Return it in English."""
        return self.translate(lambda text: text)

    def __repr__(self) -> str:
        """Return what it says, for a failing test."""
        return f"Sentence({str(self)!r})"
