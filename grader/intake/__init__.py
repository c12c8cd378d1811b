"""Whatever a student hands in -> `Submission`: bytes by path; none of it is ever imported.

A way in is a module with `accepts(path) -> bool` and `read(path, limits) -> Submission`.
The first of `READERS` that accepts a path reads it; `single` takes every file that
is left, so it stays last.
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
        """Say whether this way can read what is at the path."""

    def read(self, path: Path, limits: Limits, /) -> Submission:
        """Take it in."""


READERS: tuple[Reader, ...] = (folder, single_file)


def read(path: Path, limits: Limits) -> Submission:
    """Take in a submission.

    Parameters
    ----------
    limits
        Of which the number of files and their KiB matter here.

    Raises
    ------
    PathError
        Where there is nothing at the path, or nothing that could be a submission.
    """
    try:
        return next(way.read(path, limits) for way in READERS if way.accepts(path))
    except StopIteration:
        raise PathError(f"{path}: {_what_else(path)}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise PathError(f"{path}: this cannot be read ({reason})") from None


def _what_else(path: Path) -> str:
    """Say what a path is that is neither a file nor a folder."""
    if os.path.lexists(path) and not path.exists():
        return "this link leads nowhere; expected a folder, .py, .zip or .ipynb"
    if path.exists():
        return "this is neither a file nor a folder; expected a folder, .py, .zip or .ipynb"
    return "there is nothing here; expected a folder, .py, .zip or .ipynb"
