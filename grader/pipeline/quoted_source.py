"""The lines of a student's file around a place, as they were handed in."""

from __future__ import annotations

import re
from dataclasses import replace

from grader.diagnosis.outline import Block
from grader.model import Location, Message, Submission, frozen

AROUND = 3
"""Lines above and below a statement that are quoted with it."""
MOST_LINES = 40
"""Of a whole method that are quoted."""
WIDEST = 200
"""Characters of a line."""


def quote(
    submission: Submission, block: Block, line: int, end_line: int, kind: str
) -> Location | None:
    """Return the place of some lines of a file, with those around them; None where it has no such lines.

    Parameters
    ----------
    block
        The method in which they stand; a block without a name is none.
    line, end_line, kind
        See ``Location``; of the file as the child was given it.
    """
    lines = _lines(submission.files[block.file])
    end_line = min(end_line, len(lines))
    if not 1 <= line <= end_line:
        return None
    first, last = line, end_line
    if kind in ("statement", "line"):
        inside = block.line if block.name else 1, block.end_line if block.name else len(lines)
        first, last = max(line - AROUND, inside[0]), min(end_line + AROUND, inside[1])
    path, cell, offset, bounds = _handed_in(submission, block.file, line, len(lines))
    first, last = max(first, bounds[0]), min(last, bounds[1], first + MOST_LINES - 1)
    source = tuple(text.expandtabs(4).rstrip()[:WIDEST] for text in lines[first - 1 : last])
    return Location(
        path, line - offset, min(end_line, bounds[1]) - offset, block.name, kind, cell, source,
        first - offset,
    )  # fmt: skip


def main_program(submission: Submission) -> Location | None:
    """Return the whole of the main program; None where there is none."""
    for file, content in sorted(submission.files.items()):
        if file.rpartition("/")[2] in ("main.py", "__main__.py"):
            block = Block(file, "", 1, content.count(b"\n") + 1)
            return quote(submission, block, 1, block.end_line, "file")
    return None


def plain(text: str) -> str:
    """Return a line of code without its spaces, brackets and comment: as one writes it, so another."""
    return re.sub(r"[\s()]|#.*", "", text)


def as_handed_in(submission: Submission, message: Message) -> Message:
    """Return a message that names file and line as the student knows them: the notebook, its cell, the line."""
    file, line = message.values.get("file"), message.values.get("line")
    if not isinstance(file, str) or file not in submission.cells or not isinstance(line, int):
        return message
    path, cell, offset, _ = _handed_in(submission, file, line, line)
    if cell is None:
        return message
    values = {**message.values, "file": f"{path} (cell {cell})", "line": line - offset}
    return replace(message, values=frozen(**values))


def _handed_in(
    submission: Submission, file: str, line: int, length: int
) -> tuple[str, int | None, int, tuple[int, int]]:
    """Return the path, the cell, the line before the cell's first, and first and last line of the cell."""
    notebook, starts = submission.cells.get(file, (file, ()))
    before = [start for start in starts if start[0] < line]
    if not before:
        return file, None, 0, (1, length)
    start, cell = before[-1]
    nexts = [other for other, _ in starts if other > start]
    # An empty line stands between two cells of the file.
    last = min(nexts) - 2 if nexts else length
    return notebook, cell, start, (max(start + 1, 1), max(last, line))


def _lines(raw: bytes) -> list[str]:
    """Return the lines of a source text as Python counts them."""
    text = raw.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
    return text.split("\n")
