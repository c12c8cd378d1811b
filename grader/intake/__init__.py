"""Whatever a student hands in -> `Submission`: bytes by path; none of it is ever imported.

A way in is a module with `accepts(path) -> bool` and `read(path, limits) -> Submission`. The
first of `READERS` that accepts a path reads it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

from grader.errors import PathError
from grader.intake import folder, single_file
from grader.model import Limits, Submission


class Reader(Protocol):
    """What a module must offer to be a way in."""

    def accepts(self, path: Path, /) -> bool:
        """Whether this module can read what is at the path."""

    def read(self, path: Path, limits: Limits, /) -> Submission:
        """Read it."""


READERS: tuple[Reader, ...] = (folder, single_file)


def read(path: Path, limits: Limits) -> Submission:
    """Read a submission; raise `PathError` if there is nothing at the path that could be one.

    Of the limits, the number of files and their KiB matter here.
    """
    try:
        for reader in READERS:
            if reader.accepts(path):
                return reader.read(path, limits)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise PathError(f"{path}: this cannot be read ({reason})") from None
    problem = "there is nothing here"
    if path.exists():
        problem = "this is neither a file nor a folder"
    elif os.path.lexists(path):
        problem = "this link leads nowhere"
    raise PathError(f"{path}: {problem}; expected a folder, .py, .zip or .ipynb")
