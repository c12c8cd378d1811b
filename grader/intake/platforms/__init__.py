"""Whose download it is: each course platform is one file, tried in this order.

A platform is a module with ``NAME``, ``recognises(names) -> bool`` and
``read(shelf) -> Class``. The last one, a plain folder, takes whatever is left.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Protocol

from grader.errors import PathError
from grader.intake.handins import Class
from grader.intake.platforms import canvas, gradescope, moodle, plain
from grader.intake.sources import Shelf, shelf


class Platform(Protocol):
    """What a module must offer to be a platform."""

    NAME: str

    def recognises(self, names: tuple[str, ...], /) -> bool:
        """Say whether these names, at the top of a download, are this platform's."""

    def read(self, shelf: Shelf, /) -> Class:
        """Say who handed in what."""


PLATFORMS: tuple[Platform, ...] = (gradescope, moodle, canvas, plain)


def read(path: Path) -> Class:
    """Find out whose download lies at a path, and who handed in what.

    Raises
    ------
    PathError
        Where there is neither a folder nor a zip, or it holds no submission.
    """
    top = shelf(path)
    try:
        names = top.names()
        found = next(p for p in PLATFORMS if p.recognises(names)).read(top)
    except OSError as error:
        raise PathError(f"{path}: this cannot be read ({error.strerror or error})") from None
    if not found.handins:
        raise PathError(f"{path}: there is no submission here; expected folders, zips or files")
    _demand_unique(found)
    return found


def _demand_unique(found: Class) -> None:
    twice = [id_ for id_, times in Counter(h.id for h in found.handins).items() if times > 1]
    if twice:
        raise PathError(f"two submissions have the id {twice[0]!r}; expected every id once")
