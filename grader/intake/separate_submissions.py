"""Several submissions beside each other in a folder or a zip, where one was expected."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from grader.files import TooBigError
from grader.intake.locations import DownloadFolder

LAB_FILES = frozenset(
    {"data.py", "layers.py", "losses.py", "network.py", "plots.py", "training.py"}
)
"""The files of the student template that contain the lab."""
_REQUIRED = "layers.py"
"""The file without which nothing is a submission in several files."""
_WHOLE_LAB = (re.compile(rb"class\s+Linear\b"), re.compile(rb"class\s+TLNN\b"))
"""What a file contains that is a submission by itself."""
_SEVERAL = 3
"""So many files that are whole submissions, or zips without a source beside them: one student
may hand in two parts, or an older version, hardly three."""
_MAX_BYTES = 4 * 1024 * 1024
"""A notebook with its figures may have some MiB; a larger file is not looked into."""


def separate_submissions(folder: DownloadFolder, depth: int = 0) -> list[str]:
    """Return the first entries that are submissions of their own; none if there is only one.

    Raise OSError if a folder cannot be read.
    """
    names = folder.names()
    sources = [name for name in names if name.lower().endswith((".py", ".ipynb"))]
    if sources:
        is_one = LAB_FILES & set(sources)
        labs = [] if is_one else [name for name in sources if _is_whole_lab(folder, name)]
        return labs if len(labs) >= _SEVERAL else []
    if len(names) == 1 and names[0].endswith("/"):
        return separate_submissions(folder.inner(names[0]), depth + 1) if depth < 2 else []
    zips = [name for name in names if name.lower().endswith(".zip")]
    if len(zips) >= _SEVERAL:
        return zips
    folders = (name for name in names if name.endswith("/"))
    labs = list(islice((name for name in folders if _REQUIRED in _names(folder.inner(name))), 2))
    return labs if len(labs) > 1 else []


def _is_whole_lab(folder: DownloadFolder, name: str) -> bool:
    try:
        content = folder.read(name, _MAX_BYTES)
    except TooBigError:
        return False
    return all(pattern.search(content) for pattern in _WHOLE_LAB)


def _names(folder: DownloadFolder) -> Iterator[str]:
    """Yield the names in a folder, and in the folders within it."""
    for name in folder.names():
        yield name
        if name.endswith("/"):
            yield from folder.inner(name).names()
