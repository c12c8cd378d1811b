"""A repair that is proven: an edit of the student's source with which what failed holds."""

from __future__ import annotations

from dataclasses import dataclass

from grader.model.location import Location


@dataclass(frozen=True, slots=True)
class Repair:
    """One edit of a method in a submission, as it was handed in.

    Parameters
    ----------
    location
        What is edited: a statement, or several next to each other.
    kind
        What the edit changes: ``sign``, ``transpose``, ``axis``, ... (see the child's edits).
    before, after
        The lines as the student wrote them, and what stands in their place; none where they go.
    is_alone
        Whether no edit as small as this one repairs the same in other lines.
    """

    location: Location
    kind: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    is_alone: bool = True
