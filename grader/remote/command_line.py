"""Whether an error means that a program wants arguments of a command line, which it has not here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.remote.connection import Connection

PARSERS = frozenset({"argparse", "optparse", "getopt", "click", "fire"})
"""Packages whose parsers end a program with the status 2 where an argument is missing."""


def wants_arguments(error: Mapping[str, Any], connection: Connection) -> bool:
    """Return whether a program ended for want of arguments.

    Parameters
    ----------
    error
        ``type``, ``text`` and, where they are known, ``file`` and ``line``.
    connection
        Where the submission is imported already.
    """
    path = str(error.get("file", ""))
    if error["type"] == "SystemExit":
        entries = connection.import_result.imports.get(path, ())
        return error["text"] == "2" and any(entry["module"] in PARSERS for entry in entries)
    lines = connection.sources.get(path, b"").splitlines()[error.get("line", 0) - 1 :]
    return error["type"] == "IndexError" and b"argv" in b"".join(lines[:1])
