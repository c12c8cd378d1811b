"""What is said of a submission's import: names defined twice, and files that failed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from grader.model import Message, frozen
from grader.remote import Connection

_OPENS = "import_opened_file"
TROUBLES = {
    "Late": "import_unfinished",
    "EOFError": "import_waited",
    "Undecodable": "import_unread",
    "FileNotFoundError": _OPENS,
    "PermissionError": _OPENS,
    **dict.fromkeys(("SyntaxError", "IndentationError", "TabError"), "import_syntax"),
}
"""What is said of a file whose import failed so; of others what stands above the line was run."""


def import_remarks(connection: Connection) -> Iterator[Message]:
    """Yield what is worth saying about the import of a submission as a whole."""
    for name, places in connection.definitions.items():
        files = list(dict.fromkeys(file for _, file in places))
        if len(files) > 1:
            yield Message("defined_twice", frozen(who=name, file=files[0], other=files[1]))
    for error in connection.import_errors:
        yield _import_error(error)
    for redefinition in connection.import_result.redefinitions if connection.definitions else ():
        yield Message("replaced_by_nothing", frozen(**redefinition))


def _import_error(error: Mapping[str, Any]) -> Message:
    """Say what the import of a file met, and how much of the file was run all the same."""
    id_ = TROUBLES.get(error["kind"], "import_trouble")
    if id_ == "import_trouble" and not error["stopped"]:
        id_ = "import_passed_over"
    elif id_ == "import_trouble" and error["stopped"] != error["line"]:
        id_ = "import_went_on"
    return Message(id_, frozen(**error))
