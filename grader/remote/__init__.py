"""The student's classes as a check sees them, over any wire.

A check writes a ``Script``; ``Lab.run`` sends it to the child that a ``Room`` keeps.
"""

from __future__ import annotations

from grader.remote.clock import Clock, OutOfTime
from grader.remote.connection import Imported, Room, is_aside, modules_of
from grader.remote.lab import Lab, floats, missing
from grader.remote.script import Lost, Ref, Reply, Script, failure_of
from grader.remote.seeds import derived

__all__ = [
    "Clock",
    "Imported",
    "Lab",
    "Lost",
    "OutOfTime",
    "Ref",
    "Reply",
    "Room",
    "Script",
    "derived",
    "failure_of",
    "floats",
    "is_aside",
    "missing",
    "modules_of",
]
