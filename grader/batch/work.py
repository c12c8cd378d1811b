"""What a worker does: one submission in, one document out; it never throws for a submission's sake.

Everything that crosses over is a frozen noun of bytes and numbers, so a worker may be
a process of this machine, a thread, or somewhere on a cluster without a shared disk.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grader.batch.environment import Environment, current_environment
from grader.model import NOTHING, Document, Limits, Rubric, Submission
from grader.sandbox.zygote_process import ZygoteProcess


@dataclass(frozen=True, slots=True)
class Task:
    """One submission to be examined, with all that is needed for it."""

    id: str
    key: str
    submission: Submission
    rubric: Rubric
    seed: int
    unsafe: bool = False
    repairs: Mapping[str, Any] = NOTHING
    """Those that were found for submissions before (see ``pipeline.repair_memory``)."""


@dataclass(frozen=True, slots=True)
class TaskResult:
    """A document with its figures by their files' names and its new repairs, or the trouble had in its place."""

    id: str
    key: str
    document: Document | None = None
    trouble: str = ""
    figures: Mapping[str, bytes] = NOTHING
    repairs: Mapping[str, Any] = NOTHING


_thread = threading.local()
"""One sandbox a thread: a zygote dies with the thread that made it."""


def read_environment(limits: Limits, unsafe: bool, python: str = "") -> Environment:
    """Return the environment of this worker, and start its sandbox.

    Raise `WallsTooWeak` if this machine cannot confine untrusted code, and `TheirFault` if the
    Python at the path cannot run it.
    """
    sandbox = _sandbox(limits, unsafe, python)
    return current_environment(sandbox.walls, sandbox.official, sandbox.interpreter)


def examine(task: Task) -> TaskResult:
    """Examine one submission with this worker's warm sandbox."""
    try:
        sandbox = _sandbox(task.rubric.limits, task.unsafe, task.rubric.python, task)
        from grader import reports  # noqa: PLC0415 - the parent needs none of it
        from grader.pipeline import grading  # noqa: PLC0415 - see above
        from grader.pipeline.repair_memory import RepairMemory  # noqa: PLC0415 - see above
        from grader.reports import figure_files  # noqa: PLC0415 - see above

        memory = vars(_thread).setdefault("memory", RepairMemory())
        memory.update(task.repairs)
        report = grading.grade(
            task.submission, task.rubric, seed=task.seed, sandbox=sandbox, memory=memory
        )
        document = reports.document(report)
        reports.validate(document)
    except Exception as error:  # noqa: BLE001 - a value for the parent, which ends with 4 because of it
        close_sandbox()
        return TaskResult(task.id, task.key, trouble=f"{type(error).__name__}: {error}"[:500])
    figures = figure_files.contents(report)
    return TaskResult(task.id, task.key, document, figures=figures, repairs=memory.take_new())


def close_sandbox() -> None:
    """End this thread's sandbox, if it has one."""
    sandbox_entry = vars(_thread).pop("sandbox_entry", None)
    if sandbox_entry is not None:
        sandbox_entry[1].__exit__(None, None, None)


def _sandbox(limits: Limits, unsafe: bool, python: str, task: Task | None = None) -> Any:
    """Return this thread's sandbox, entered; another one where other limits or another Python are asked for.

    While its zygote becomes warm, this process imports what it needs itself, and computes what
    the task's rubric and seed need.
    """
    sandbox_entry = getattr(_thread, "sandbox_entry", None)
    if sandbox_entry is None or sandbox_entry[0] != (limits, unsafe, python):
        close_sandbox()
        with contextlib.ExitStack() as stack:
            process = None
            if hasattr(os, "fork"):
                process = stack.enter_context(ZygoteProcess(python or sys.executable))
            from grader import reports  # noqa: F401, PLC0415 - see above
            from grader.pipeline import grading  # noqa: PLC0415 - see above
            from grader.sandbox import host  # noqa: PLC0415 - see above

            if task is not None:
                grading.prepare(task.rubric, task.seed)
            sandbox = host.create_sandbox(limits, python, unsafe=unsafe, process=process)
            sandbox.__enter__()
            stack.pop_all()  # the sandbox closes the process
        _thread.sandbox_entry = (limits, unsafe, python), sandbox
    return _thread.sandbox_entry[1]
