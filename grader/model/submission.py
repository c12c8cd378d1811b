"""What a student handed in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grader.model.values import NOTHING, Message


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was left out on the way in, and why."""

    path: str
    reason: Message


@dataclass(frozen=True, slots=True)
class Submission:
    """What a student handed in.

    Parameters
    ----------
    name
        What the report calls it: the last part of its path, cleaned.
    files
        Contents by path; paths use ``/``, are relative, and never leave the submission.
    digest
        SHA-256 over paths and contents, hexadecimal.
    refused
        What was left out on the way in.
    invalid
        Why nothing of it can be examined, or None where something can.
    images
        Pictures that came with it, by path; nobody has looked into them yet.
    notebooks
        Notebooks by path, from which the sources are still to be taken, in a child. A submission
        has files or notebooks, not both: what is exported beside its notebook counts once.
    cells
        File that was taken out of a notebook -> the notebook's path, and ``(line of the file, number of
        the cell)`` of the line before the code of each cell.
    """

    name: str
    files: Mapping[str, bytes]
    digest: str
    refused: tuple[Refused, ...] = ()
    invalid: Message | None = None
    images: Mapping[str, bytes] = NOTHING
    notebooks: Mapping[str, bytes] = NOTHING
    cells: Mapping[str, tuple[str, tuple[tuple[int, int], ...]]] = NOTHING
