"""Submissions that lie side by side in a folder or a zip, where one submission was expected."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from grader.files import TooBigError
from grader.intake.locations import DiskFolder, ZipFolder

LAB_FILES = frozenset(
    {"data.py", "layers.py", "losses.py", "network.py", "plots.py", "training.py"}
)
"""The files of the student template that hold the lab."""
_ONE = "layers.py"
"""The file without which nothing is a submission in several files."""
_WHOLE = (re.compile(rb"class\s+Linear\b"), re.compile(rb"class\s+TLNN\b"))
"""What a file says that is a submission by itself."""
_MANY = 3
"""So many files that are whole submissions, or zips without a source beside them: one student
may hand in two parts, or an older version, hardly three."""
_LARGEST = 4 * 1024 * 1024

AnyFolder = DiskFolder | ZipFolder


def side_by_side(top: AnyFolder, depth: int = 0) -> list[str]:
    """Return the first entries that are submissions of their own; none where there is only one.

    Raises
    ------
    OSError
        Where a folder cannot be read.
    """
    names = top.names()
    sources = [name for name in names if name.lower().endswith((".py", ".ipynb"))]
    if sources:
        found = [] if LAB_FILES & set(sources) else [n for n in sources if _is_whole(top, n)]
        return found if len(found) >= _MANY else []
    if len(names) == 1 and names[0].endswith("/"):
        return side_by_side(top.inner(names[0]), depth + 1) if depth < 2 else []
    zips = [name for name in names if name.lower().endswith(".zip")]
    if len(zips) >= _MANY:
        return zips
    folders = (name for name in names if name.endswith("/") and _holds_lab(top.inner(name)))
    found = list(islice(folders, 2))
    return found if len(found) > 1 else []


def _is_whole(top: AnyFolder, name: str) -> bool:
    try:
        content = top.read(name, _LARGEST)
    except TooBigError:
        return False
    return all(sign.search(content) for sign in _WHOLE)


def _holds_lab(folder: AnyFolder) -> bool:
    return any(name == _ONE for name in _names_within(folder))


def _names_within(folder: AnyFolder) -> Iterator[str]:
    """Yield the names in a folder, and in the folders within it."""
    for name in folder.names():
        yield name
        if name.endswith("/"):
            yield from folder.inner(name).names()
