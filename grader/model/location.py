"""A place in what a student handed in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a submission, as it was handed in.

    Parameters
    ----------
    file
        The path of the file, or of the notebook.
    line, end_line
        The first line and the last; in a notebook, of the cell.
    method
        The class, method or function that it is or stands in: ``Linear.backward``; "" in none.
    kind
        ``statement``, where only that one can be meant; ``line``, which a message names, such as the
        one that an error left from; else the whole ``method`` (or function), ``class`` or ``file``.
    cell
        The number of the notebook's cell, or None.
    source, source_line
        The lines around it, and the number of the first.
    """

    file: str
    line: int
    end_line: int
    method: str
    kind: str
    cell: int | None = None
    source: tuple[str, ...] = ()
    source_line: int = 1
