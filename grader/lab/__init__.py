"""The student's classes as a check sees them, over any wire.

A check writes a ``Script``; ``Lab.run`` sends it to the child that a ``Room`` keeps.
"""

from __future__ import annotations

from grader.lab.clock import Clock, OutOfTime
from grader.lab.lab import Lab, floats, missing
from grader.lab.names import CONVENTION
from grader.lab.room import Imported, Room, is_aside, modules_of
from grader.lab.script import Lost, Ref, Reply, Script, failure_of
from grader.lab.seeds import derived

__all__ = [
    "CONVENTION",
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
