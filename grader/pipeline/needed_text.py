"""The text of a submission on which the outcomes of one class depend: its own, and that of what it names.

More is taken than is needed, never less: a word in a comment counts as a name, and where names are made
of other texts, everything counts.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from grader.diagnosis.outline import Block, FileOutline, Outlines

DYNAMIC = re.compile(
    rb"\b(getattr|setattr|delattr|globals|vars|locals|eval|exec|compile|__import__|importlib|inspect|sys"
    rb"|__dict__|__class__|__subclasses__|gc|builtins|__builtins__|ctypes)\b"
)
"""Words by which a program reaches what it does not name."""
HARMLESS = re.compile(
    r"""(import|from)\s[\w\s.,*]+$|([A-Za-z_]\w*)\s*=\s*(-?[\d._e]+|'[^'\\]*'|"[^"\\]*")\s*$"""
)
"""A line of another file that changes nothing in this one: it imports, or names a constant."""
MAIN = re.compile(r"""if\s+__name__\s*==\s*['"]__main__['"]\s*:\s*(#.*)?$""")
LONG_TEXT = re.compile(r"""\"{3}|'{3}""")
"""What may end a text over several lines: what looked like a comment, or like the main part, was that text."""


DEFINES = re.compile(
    r"^\s*(@(staticmethod|classmethod|property)\s*$|(async\s+)?(def|class)\s+\w+\s*\(?)"
)
"""How a line of a definition begins that does nothing else."""
MOST_BYTES, MOST_ROUNDS = 100_000, 8
"""Of larger submissions, and where one thing leads to another for ever, everything counts."""
RUNS = re.compile(r"@|\w\s*\(|\.\w+\s*[^\w\s=]*=[^=]|\]\s*[^\w\s=]*=[^=]|=\s*[A-Za-z_]")
"""A line that calls something, or changes something that has another name."""


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
    is_small = sum(map(len, files.values())) <= MOST_BYTES
    if not is_small or any(DYNAMIC.search(raw) for raw in files.values()):
        return None
    if set(files) != set(outlines.files):
        return None
    lines = {file: _lines(raw) for file, raw in files.items()}
    blocks = _top_level(outlines)
    defining = {file: list(_defining(lines[file], outlines.files[file])) for file in sorted(lines)}
    visited: dict[tuple[str, str], str] = {}
    words: set[str] = set()
    rest: list[list[str]] = []
    waiting = [subject]
    for _ in range(MOST_ROUNDS):
        while waiting:
            block = waiting.pop()
            if (block.file, block.name) not in visited:
                text = visited[block.file, block.name] = _text(lines, block)
                words |= _words(text)
                waiting += [other for name in _words(text) for other in blocks.get(name, ())]
        own = {file for file, _ in visited}
        rest = [
            [
                *_outside(lines[file], outlines.files[file], words, is_own=file in own),
                *(line for name, line in defining[file] if (file, name) not in visited),
            ]
            for file in sorted(lines)
        ]
        # What runs at import may change the class by what it names.
        running = (line for some in rest for line in some if RUNS.search(line))
        named = {b for line in running for name in _words(line) for b in blocks.get(name, ())}
        waiting = [b for b in named if (b.file, b.name) not in visited]
        if not waiting:
            first, *others = visited.values()
            return [first, *sorted(others), *sorted(map("\n".join, filter(None, rest)))]
    return None


def _defining(lines: list[str], outline: FileOutline) -> Iterator[tuple[str, str]]:
    """Yield the lines of classes and functions that may do something when they are defined.

    These are decorators, defaults and what stands in a class outside of its methods, each with the name
    of the class or function at the top level.
    """
    innermost: dict[int, Block] = {}
    for block in sorted(outline.blocks.values(), key=lambda b: b.line - b.end_line):
        innermost.update(dict.fromkeys(range(block.line, block.end_line + 1), block))
    for number, block in innermost.items():
        line = DEFINES.sub("", lines[number - 1])
        if number <= _last_defining(block) and RUNS.search(line):
            yield block.name.partition(".")[0], line


def _last_defining(block: Block) -> int:
    """Return the last line of a block that may run when it is defined: of a function, that of its head."""
    if not block.statements or block.statements[0].line <= block.line:
        return block.end_line
    return block.statements[0].line - 1


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text))


def _lines(raw: bytes) -> list[str]:
    text = raw.decode("utf-8-sig", "surrogateescape")
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _top_level(outlines: Outlines) -> dict[str, list[Block]]:
    """Return the classes and functions at the top level of the files by name."""
    blocks: dict[str, list[Block]] = {}
    for outline in outlines.files.values():
        for name, block in outline.blocks.items():
            if "." not in name:
                blocks.setdefault(name, []).append(block)
    return blocks


def _text(lines: Mapping[str, list[str]], block: Block) -> str:
    return "\n".join(lines[block.file][block.line - 1 : block.end_line])


def _outside(
    lines: list[str], outline: FileOutline, words: Collection[str], *, is_own: bool
) -> Iterator[str]:
    """Yield the lines that stand in no class or function, and may change what has these words."""
    blocks = (block for name, block in outline.blocks.items() if "." not in name)
    within = {n for block in blocks for n in range(block.line, block.end_line + 1)}
    is_main = False
    for number, line in enumerate(lines, 1):
        text, is_long = line.strip(), LONG_TEXT.search(line) is not None
        is_main = is_main and not is_long and (not text or line[:1].isspace())
        is_main = is_main or MAIN.match(line) is not None
        is_comment = text.startswith("#") and not is_long
        if number in within or is_main or not text or is_comment:
            continue
        if is_own or line[:1].isspace() or not _is_harmless(line, words):
            yield line


def _is_harmless(line: str, words: Collection[str]) -> bool:
    """Whether a line of another file imports something, or names a constant that nobody here uses."""
    match = HARMLESS.match(line)
    return match is not None and match.group(2) not in words
