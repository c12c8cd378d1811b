"""A submission's notebooks as source, taken out of them in a child behind all walls.

A notebook is megabytes of a stranger's JSON around the code, and deciding what in a cell is Python
means parsing it: neither is done by the process that holds the rubric and the grades of a class.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from grader.model import Frozen, Limits, Message, Refused, Submission, frozen
from grader.remote.clock import Clock
from grader.sandbox.host import ChildGone, Sandbox

_PART = 8 * 1024 * 1024
"""Bytes of a notebook in one frame: half of what a frame may have."""
_GONE = {"trouble": "not_notebook", "files": [], "texts": [], "starts": [], "written": []}
_REFUSALS = {
    "not_notebook": ("refused_not_notebook", "file_not_notebook"),
    "language": ("refused_language", "file_language"),
    "too_big": ("refused_too_big", "file_too_big"),
}
"""Why a notebook is left out -> what is said of that, and what where nothing else is there."""

Conversion = Mapping[str, Any]


def convert_notebooks(submission: Submission, limits: Limits, sandbox: Sandbox) -> Submission:
    """Return a submission with the sources of its notebooks; one without notebooks as it is.

    Parameters
    ----------
    limits
        Of which the KiB of source text and the seconds, for imports and in all, matter here. What
        is still unread when all seconds are used up is left out.
    sandbox
        Where the notebooks are parsed.

    Raises
    ------
    OurFault
        If no child can be started.
    """
    if not submission.notebooks:
        return submission
    files: dict[str, bytes] = {}
    cells: dict[str, tuple[str, tuple[tuple[int, int], ...]]] = {}
    refused = list(submission.refused)
    clock = Clock(limits.total_seconds)
    for path, raw in submission.notebooks.items():
        conversion = _convert(sandbox, raw, path, limits, clock)
        refused += [Refused(path, reason) for reason in _reasons(conversion, limits)]
        for name, text in conversion["files"]:
            content = text.tobytes()
            size = len(content) + sum(map(len, files.values()))
            if size > limits.total_kb * 1024 or len(files) >= limits.files:
                too_much = Message("refused_total", frozen(limit_kb=limits.total_kb))
                refused.append(Refused(name, too_much))
                break
            if name not in files:
                files[name], cells[name] = content, (path, _cell_starts(conversion, name))
    return replace(
        submission,
        files=Frozen(dict(sorted(files.items()))),
        refused=tuple(refused),
        invalid=submission.invalid or (None if files else _why_invalid(submission, refused)),
        notebooks=Frozen({}),
        cells=Frozen(cells),
    )


def _cell_starts(conversion: Conversion, name: str) -> tuple[tuple[int, int], ...]:
    """Return the line before the code of each cell in a file, and the cell's number.

    The text of a file that a cell writes begins in the second line of the cell.
    """
    written = dict(conversion["written"])
    if name in written:
        return ((-1, written[name]),)
    return tuple((line, number) for line, number in conversion["starts"])


def _convert(sandbox: Sandbox, raw: bytes, path: str, limits: Limits, clock: Clock) -> Conversion:
    wire = sandbox.open()
    parts = [raw[at : at + _PART] for at in range(0, len(raw), _PART)]
    try:
        for number, part in enumerate(parts):
            with clock.charge(limits.import_seconds) as seconds:
                wire.exchange([["put", f"part{number}", part]], seconds)
        registers = [{"$": f"part{number}"} for number in range(len(parts))]
        line = ["notebook", "_", registers, path, limits.file_kb * 1024]
        with clock.charge(limits.import_seconds) as seconds:
            answer = wire.exchange([line], seconds)[0] or {}
    except ChildGone:  # parsing it took too long, too much memory, or killed the interpreter
        return _GONE
    finally:
        wire.close()
    conversion: Conversion = answer.get("value", _GONE)
    return conversion


def _reasons(conversion: Conversion, limits: Limits) -> list[Message]:
    """Why the notebook, or a part of it, was left out."""
    if conversion["trouble"]:
        message_id, _ = _REFUSALS.get(conversion["trouble"], _REFUSALS["not_notebook"])
        return [Message(message_id, frozen(limit_kb=limits.file_kb))]
    return [
        Message("refused_text_cell", frozen(cell=cell, what=f"{kind} {name}"))
        for cell, kind, name in conversion["texts"]
    ]


def _why_invalid(submission: Submission, refused: list[Refused]) -> Message:
    path, *_ = submission.notebooks
    names = tuple(submission.notebooks)
    first = next((entry.reason for entry in refused if entry.path == path), None)
    if first is not None:
        for message_id, alone in _REFUSALS.values():
            if first.id == message_id:
                return Message(alone, frozen(**{**first.values, "file": path, "found": names}))
    return Message("notebook_without_code", frozen(file=path))
