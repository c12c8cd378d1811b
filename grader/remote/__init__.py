"""The student's classes as a check sees them, over any wire.

A check writes a ``Script``; ``Lab.run`` sends it over a ``Connection`` to a child, which has the
submission imported in it, and stores the answers in the script.
"""

from __future__ import annotations

from grader.remote.clock import Clock, OutOfTime
from grader.remote.command_line import wants_arguments
from grader.remote.connection import Connection, may_draw
from grader.remote.lab import Lab, floats
from grader.remote.script import LostReply, Ref, Reply, Script, failure_of
from grader.remote.seeds import derive_seed
from grader.remote.submission_import import (
    FileRecords,
    ImportResult,
    SourceScan,
    is_auxiliary,
    module_paths,
)

__all__ = [
    "Clock",
    "Connection",
    "FileRecords",
    "ImportResult",
    "Lab",
    "LostReply",
    "OutOfTime",
    "Ref",
    "Reply",
    "Script",
    "SourceScan",
    "derive_seed",
    "failure_of",
    "floats",
    "is_auxiliary",
    "may_draw",
    "module_paths",
    "wants_arguments",
]
