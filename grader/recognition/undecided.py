"""What names and behaviour leave open: a person decides."""

from __future__ import annotations

from typing import NamedTuple

from grader.recognition.inventory import Definition


class Undecided(NamedTuple):
    """A role that may be played in several ways.

    Parameters
    ----------
    name
        The lab's name.
    definitions
        What may play it.
    reason
        ``several`` classes fit; the ``rate`` of one cannot be set; the ``order`` of arguments is
        not known; a ``step`` is no multiple of the gradient; the gradient of a loss is
        ``combined`` with that of an activation.
    """

    name: str
    definitions: tuple[Definition, ...]
    reason: str
