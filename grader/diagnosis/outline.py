"""Where the classes and methods of a submission stand, and what their statements use: read, never run."""

from __future__ import annotations

import builtins
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

PACKAGES = frozenset({"numpy", "math", "typing", "abc", "__future__", "copy"})
"""Packages whose names a mistake cannot be in."""
MIN_GUARD, MAX_GUARD = 1e-15, 1e-9
"""What keeps a logarithm finite is between these."""
BUILTIN_NAMES = frozenset(vars(builtins))


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of a method, or the head of a loop or a condition (see the child's ``source_outline``)."""

    line: int
    end_line: int
    kind: str
    sets: frozenset[str]
    uses: frozenset[str]
    within: tuple[int, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """A class, a method or a function.

    Parameters
    ----------
    file, name
        Where it stands, and its qualified name: ``Linear.backward``.
    line, end_line
        Its first line, decorators included, and its last.
    bases
        The last names of a class's bases.
    parameters
        Names of a function's parameters; the first one of a method is its object.
    statements
        Those of a function, in the order of the text; None where they cannot be told apart.
    """

    file: str
    name: str
    line: int
    end_line: int
    bases: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    statements: tuple[Statement, ...] | None = None


@dataclass(frozen=True, slots=True)
class FileOutline:
    """The blocks of a file by name (of two, the later one), and what else it gives a name."""

    file: str
    blocks: Mapping[str, Block]
    foreign: frozenset[str] = frozenset()
    """Names that are not of a package in which no mistake can be."""
    safe: frozenset[str] = frozenset()
    """Names of packages in which no mistake can be."""
    guards: frozenset[str] = frozenset()
    """Names of constants that are small enough to keep a logarithm finite and change nothing else."""


@dataclass(frozen=True, slots=True)
class Members:
    """A class with the methods that it has, its own and those of its bases within the submission.

    Parameters
    ----------
    block
        The class; None for the members of a function.
    methods
        Name -> the method that a call reaches.
    outlines
        Outlines of the submission by file.
    complete
        Whether all bases are known, and nothing replaces the class or a method of it from outside.
    subject
        The name by which the lab knows it.
    """

    block: Block | None
    methods: Mapping[str, Block]
    outlines: Mapping[str, FileOutline]
    complete: bool = True
    subject: str = ""

    @property
    def sites(self) -> Iterator[tuple[Block, int]]:
        """Every statement of every method."""
        for method in self.methods.values():
            for number in range(len(method.statements or ())):
                yield method, number

    def is_harmless(self, name: str, block: Block) -> bool:
        """Whether a name that a function reads, and does not set itself, can hold no mistake."""
        outline = self.outlines[block.file]
        if name in outline.guards:
            return True
        if name in outline.foreign or name in outline.blocks:
            return False
        return name in block.parameters or name in outline.safe or name in BUILTIN_NAMES


@dataclass(frozen=True, slots=True)
class Outlines:
    """Outlines of all files of a submission."""

    files: Mapping[str, FileOutline] = field(default_factory=dict)

    def block(self, name: str, file: str) -> Block | None:
        """Return a class or function of a file, or None."""
        outline = self.files.get(file)
        return outline.blocks.get(name) if outline else None

    def around(self, file: str, line: int) -> Block | None:
        """Return the innermost class, method or function that a line stands in."""
        outline = self.files.get(file)
        blocks = [
            b for b in (outline.blocks.values() if outline else ()) if b.line <= line <= b.end_line
        ]
        return min(blocks, key=lambda b: b.end_line - b.line, default=None)

    def members(self, name: str, file: str, subject: str = "") -> Members:
        """Return the members of a class, or of a function, which has no methods.

        ``subject`` is the name by which the lab knows it, where that is another.
        """
        block = self.block(name, file)
        methods: dict[str, Block] = {}
        complete = block is not None
        for klass in self._lineage(block) if block else ():
            outline = self.files[klass.file]
            own = [b for key, b in outline.blocks.items() if key.startswith(f"{klass.name}.")]
            for method in own:
                methods.setdefault(method.name.partition(".")[2], method)
            known = all(self._base(b, klass.file) or b in ("object", "ABC") for b in klass.bases)
            complete = complete and known and klass.name not in outline.foreign
        return Members(block, methods, self.files, complete, subject or name)

    def _lineage(self, block: Block) -> Iterator[Block]:
        """Yield a class and its bases in the submission, as a call looks for a method in them."""
        waiting, visited = [block], set()
        while waiting:
            klass = waiting.pop(0)
            if (klass.file, klass.name) in visited:
                continue
            visited.add((klass.file, klass.name))
            yield klass
            bases = (self._base(base, klass.file) for base in klass.bases)
            waiting = [base for base in bases if base is not None] + waiting

    def _base(self, name: str, file: str) -> Block | None:
        """Return a class of the same file, else the only one of that name."""
        own = self.block(name, file)
        others = [b for path in self.files if (b := self.block(name, path)) is not None]
        return own or (others[0] if len(others) == 1 else None)


def read(scans: Iterable[tuple[str, Mapping[str, Any] | None]]) -> Outlines:
    """Read the outlines of files from what the child sent of each; None where a file is no Python."""
    return Outlines(
        {file: _file(file, scan["outline"]) for file, scan in scans if scan is not None}
    )


def _file(file: str, outline: Mapping[str, Any]) -> FileOutline:
    blocks = {entry["name"]: _block(file, entry) for entry in outline["blocks"]}
    names = {
        entry["name"]: entry["module"].partition(".")[0] in PACKAGES for entry in outline["names"]
    }
    guards = [entry["name"] for entry in outline["names"] if _is_guard(entry["value"])]
    once = Counter(entry["name"] for entry in outline["names"])
    safe = frozenset(name for name, is_safe in names.items() if is_safe)
    alone = frozenset(name for name in guards if once[name] == 1)
    return FileOutline(file, blocks, frozenset(names) - safe, safe, alone)


def _is_guard(value: str) -> bool:
    """Whether the text of a constant is a number from 1e-16 to 1e-9."""
    try:
        return MIN_GUARD <= float(value) <= MAX_GUARD
    except ValueError:
        return False


def _block(file: str, entry: Mapping[str, Any]) -> Block:
    statements = entry["statements"]
    return Block(
        file, entry["name"], entry["line"], entry["end_line"], tuple(entry["bases"]),
        tuple(entry["parameters"]),
        None if statements is None else tuple(_statement(part) for part in statements),
    )  # fmt: skip


def _statement(entry: Mapping[str, Any]) -> Statement:
    return Statement(
        entry["line"], entry["end_line"], entry["kind"], frozenset(entry["sets"]),
        frozenset(entry["uses"]), tuple(entry["within"]), entry["text"],
    )  # fmt: skip
