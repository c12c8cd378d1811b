"""The text of a submission on which the outcomes of one class depend: its own, and that of what it names.

More is taken than is needed, never less: a word in a comment counts as a name, and where names are made
of other texts, everything counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from grader.diagnosis.outline import Block, Outlines

DYNAMIC = re.compile(
    rb"\b(getattr|setattr|delattr|globals|vars|locals|eval|exec|compile|__import__|importlib|inspect|sys"
    rb"|__dict__|__class__|__subclasses__|gc|builtins|__builtins__|ctypes)\b"
)
"""Words by which a program reaches what it does not name."""
HARMLESS = re.compile(
    r"""(import|from)\s[\w\s.,*]+$|[A-Za-z_]\w*\s*=\s*(-?[\d._e]+|'[^'\\]*'|"[^"\\]*")\s*$"""
)
"""A line of another file that changes nothing in this one: it imports, or names a constant."""
MAIN = re.compile(r"""if\s+__name__\s*==\s*['"]__main__['"]\s*:""")


def needed_text(files: Mapping[str, bytes], outlines: Outlines, subject: Block) -> list[str] | None:
    """Return the texts on which what a class or function does depends; None where that is everything.

    Parameters
    ----------
    files
        The source files by path.
    outlines
        Their outlines.
    subject
        The class or function, at the top level of its file.

    Returns
    -------
    list of str
        Its text first, then those of the classes and functions of the submission that it names, or that
        these name, and what else the files run when they are imported.
    """
    if any(DYNAMIC.search(raw) for raw in files.values()) or set(files) != set(outlines.files):
        return None
    lines = {file: _lines(raw) for file, raw in files.items()}
    blocks = _top_level(outlines)
    visited: list[Block] = []
    waiting = [subject]
    while waiting:
        block = waiting.pop(0)
        if block not in visited:
            visited.append(block)
            words = set(re.findall(r"\w+", _text(lines, block)))
            waiting += [other for other in blocks if other.name in words]
    own = {block.file for block in visited}
    rest = [
        "\n".join(_outside(lines[file], blocks, file, is_own=file in own)) for file in sorted(lines)
    ]
    return [*(_text(lines, block) for block in visited), *sorted(filter(None, rest))]


def _lines(raw: bytes) -> list[str]:
    text = raw.decode("utf-8-sig", "surrogateescape")
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _top_level(outlines: Outlines) -> list[Block]:
    blocks = [block for outline in outlines.files.values() for block in outline.blocks.values()]
    return sorted((b for b in blocks if "." not in b.name), key=lambda b: (b.name, b.file, b.line))


def _text(lines: Mapping[str, list[str]], block: Block) -> str:
    return "\n".join(lines[block.file][block.line - 1 : block.end_line])


def _outside(lines: list[str], blocks: list[Block], file: str, *, is_own: bool) -> Iterator[str]:
    """Yield the lines that stand in no class or function, and may change what these do."""
    within = {n for b in blocks if b.file == file for n in range(b.line, b.end_line + 1)}
    is_main = False
    for number, line in enumerate(lines, 1):
        text = line.strip()
        is_main = is_main and (not text or line[:1].isspace())
        is_main = is_main or MAIN.match(line) is not None
        if number in within or is_main or not text or text.startswith("#"):
            continue
        if is_own or line[:1].isspace() or not HARMLESS.match(line):
            yield line
