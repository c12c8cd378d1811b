"""A page of text: columns, gutters and marks, for a console of any width and encoding."""

from __future__ import annotations

from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from grader.reports.language import Translate, english
from grader.reports.wrapping import wrap

WIDEST = 110
_NARROW = 60
_LABEL = 10


class Glyphs(NamedTuple):
    """The signs of a page; a meaning is never told by colour alone."""

    passed: str = "✓"
    failed: str = "✗"
    blocked: str = "–"
    review: str = "?"
    broken: str = "!"
    gutter: str = "│"
    earned: str = "━"
    open: str = "╍"
    lost: str = "─"
    dot: str = "·"


PLAIN = Glyphs("+", "x", "-", "?", "!", "|", "=", "~", ".", "-")


class Page:
    """Writes rows and notes to a console, never wider than it and never more than 110 cells.

    Every text is inert: it is set as ``rich.text.Text``, so markup in it is only text.
    """

    def __init__(self, console: Console, tr: Translate = english) -> None:
        self._console, self._tr = console, tr
        self._encoding = console.encoding
        self.width = min(console.width, WIDEST)
        self.glyphs = Glyphs() if self._can("".join(Glyphs())) else PLAIN

    def blank(self) -> None:
        """Leave a line empty."""
        self._console.print()

    def row(self, left: Text, right: Text, mark: Text | None = None) -> None:
        """Set one text left, wrapped where it must be, and one right on its first line."""
        head, tail = mark or Text(), self._safe(right)
        first, *others = self._wrap(left, self.width - head.cell_len - tail.cell_len - 2)
        gap = self.width - head.cell_len - first.cell_len - tail.cell_len
        self._put(head, first, Text(" " * gap), tail)
        for line in others:
            self._put(Text(" " * head.cell_len), line)

    def text(self, text: Text) -> None:
        """Set a text of ours over the whole width."""
        for line in self._wrap(text, self.width):
            self._put(line)

    def note(self, text: str, style: str = "", label: str = "", sign: str = "") -> None:
        """Set a text behind a gutter, so that no line of it begins as its author likes."""
        narrow = self.width < _NARROW
        head = Text("" if narrow else _pad(self._safe(Text(label)).plain), "dim")
        labelled = self._tr("{label}: {text}").format(label=label, text=text)
        body = labelled if narrow and label else text
        edge = Text(f"    {self.glyphs.gutter} ", "dim")
        first = Text(f"    {sign} ", "bold yellow") if sign else edge
        lines = self._wrap(Text(body, style), self.width - edge.cell_len - head.cell_len)
        self._put(first, head, lines[0])
        for line in lines[1:]:
            self._put(edge, Text(" " * head.cell_len), line)

    def code(self, number: int, text: str, *, is_marked: bool) -> None:
        """Set a line of source behind a gutter with its number, cut at the edge; a caret marks it."""
        head = Text(f"    {self.glyphs.gutter} {number:>5} ", "dim")
        line = self._safe(Text(text, "" if is_marked else "dim"))
        line.truncate(max(8, self.width - head.cell_len), overflow="crop")
        self._put(head, line)
        plain = line.plain.lstrip()
        if is_marked and plain:
            gap = " " * (line.cell_len - cell_len(plain))
            under = Text(f"    {self.glyphs.gutter} {'':>5} ", "dim")
            self._put(under, Text(gap), Text("^" * cell_len(plain.rstrip()), "bold red"))

    def bar(self, earned: float, owed: float, worth: float) -> None:
        """Draw which share was earned, which is open and which was lost."""
        share = self.width / worth if worth > 0 else 0
        have = min(self.width, int(earned * share))
        wait = min(self.width - have, round(owed * share))
        signs = self.glyphs
        rest = self.width - have - wait
        self._put(
            Text(signs.earned * have, "green"),
            Text(signs.open * wait, "yellow"),
            Text(signs.lost * rest, "dim"),
        )

    def _wrap(self, text: Text, room: int) -> list[Text]:
        """Break a text into lines; a word that is too long is folded."""
        return wrap(self._safe(text), self._console, max(room, 8)) or [Text()]

    def _safe(self, text: Text) -> Text:
        """Replace what the console cannot encode; the style stays."""
        if self._can(text.plain):
            return text
        simple = text.plain.replace("…", "...").replace("·", self.glyphs.dot)
        known = simple.encode(self._encoding, "replace").decode(self._encoding)
        return Text(known, text.style)

    def _can(self, text: str) -> bool:
        try:
            text.encode(self._encoding)
        except UnicodeEncodeError:
            return False
        return True

    def _put(self, *pieces: Text) -> None:
        line = Text.assemble(*pieces)
        line.rstrip()
        self._console.print(line, soft_wrap=True, highlight=False)


def _pad(label: str) -> str:
    """Fill a label up to the width of its column, in cells: a wide character takes two."""
    return label + " " * max(1, _LABEL - cell_len(label)) if label else ""
