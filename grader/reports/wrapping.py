"""Breaking text into lines where Chinese and Latin stand side by side.

Latin breaks between words. Chinese has no spaces: it breaks between any two characters,
but no line begins with a closing sign or ends with an opening one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import accumulate

from rich.cells import cell_len, chop_cells
from rich.console import Console
from rich.text import Text

_OPENING = re.escape("（「『《【〔([{")
_CLOSING = re.escape("，。、；：？！）」』》】〕…％)]},.;:?!%")
_WIDE = "\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uffef"
_UNIT = re.compile(f"[{_OPENING}]*(?:[{_WIDE}]|[^\\s{_WIDE}]+)?[{_CLOSING}]*\\s*")
"""What stays on one line: a word or a wide character, with the signs that belong to it."""

_HAS_WIDE = re.compile(f"[{_WIDE}]")


def wrap(text: Text, console: Console, width: int) -> list[Text]:
    """Break a text into lines of so many cells; a word that is too long is folded."""
    if not _HAS_WIDE.search(text.plain):
        return list(text.wrap(console, width, overflow="fold"))
    lines = []
    for whole in text.split(allow_blank=True):
        for line in whole.divide(list(_breaks(whole.plain, width))):
            line.rstrip()
            lines.append(line)
    return lines


def _breaks(text: str, width: int) -> Iterator[int]:
    """Yield where a new line begins, as offsets into the text."""
    used = 0
    for unit in _UNIT.finditer(text):
        word = unit[0].rstrip()
        if used and used + cell_len(word) > width:
            yield unit.start()
            used = 0
        *folded, last = chop_cells(unit[0], width) if cell_len(word) > width else [unit[0]]
        yield from (unit.start() + end for end in accumulate(map(len, folded)))
        used += cell_len(last)
