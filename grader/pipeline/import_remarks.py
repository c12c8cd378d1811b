"""What is said of a submission's import: names defined twice, and files that failed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from grader.model import Message, frozen
from grader.remote import Connection, wants_arguments

SENTENCES: dict[str, str] = {
    "import_trouble": "{file} raised {kind} in line {line} when it was imported ({text}). "
    "That line was skipped, and of the code below it only the definitions were used.",
    "import_passed_over": "{file} raised {kind} in line {line} when it was imported ({text}); "
    "that line was skipped, and the rest of the file was run and checked.",
    "import_went_on": "{file} raised {kind} in line {line} when it was imported ({text}); that "
    "line was skipped. Line {stopped} could not be run either, and of the code below it only the "
    "definitions were used.",
    "import_waited": "{file} waits for input in line {line} when it is imported (input() or "
    "breakpoint()), and nobody can type anything during grading; of the code below that line "
    "only the definitions were used.",
    "import_opened_file": "{file} opens a file in line {line} when it is imported ({text}). "
    "The code cannot read any file during grading; of the code below that line only the "
    "definitions were used.",
    "import_arguments": "{file} needs arguments of the command line in line {line} when it is "
    "imported, and during grading there are none; of the code below that line only the "
    'definitions were used. Move this code below if __name__ == "__main__".',
    "import_left_out": "{file} trains, or waits for input, in line {line} when it is imported. "
    "To find its classes and functions, only its imports, definitions and constants were run from "
    'that line on. Move such code below if __name__ == "__main__".',
    "import_ended": "{file} did not finish running when it was imported, or ended Python. Only its "
    "imports, definitions and constants were used.",
    "import_unread": "Line {line} of {file} cannot be read as {text}, so nothing in this file "
    "could be checked. Save it as UTF-8 in your editor and hand it in again.",
    "package_replaced": "{file} imports {package} in line {line}. During grading a simple version "
    "takes its place: the loop runs, and no progress bar is drawn.",
    "package_absent": "{file} imports {package} in line {line}, which is not installed during "
    "grading. Code that only logs or draws with it runs on; code that computes with it ends in an "
    "error.",
    "replaced_by_nothing": "{who} is defined in line {earlier} of {file}, and again in line "
    "{line}, where it does nothing. Python uses the later definition.",
    "import_syntax": "{file} is not valid Python ({kind} in line {line}: {text}), so nothing "
    "in this file could be checked.",
    "import_unfinished": "{file} was still running line {line} when it was imported; that line "
    "was interrupted, and of the code below it only the definitions were used. Does it "
    "train, or wait for input? Move that code below if __name__ == '__main__':.",
    "course_cannot_draw": "The Python {python} that the course uses has no matplotlib: no figure "
    "could be drawn, and what failed for that reason is not your fault.",
    "template_untouched": "This is the template as it was handed out; nothing was written yet.",
}
"""What is said: id -> template."""

PROGRESS_BARS = frozenset({"tqdm", "alive_progress", "progressbar"})
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
        yield _import_error(error, connection)
    for file, line in connection.left_out.items():
        id_ = "import_left_out" if line else "import_ended"
        yield Message(id_, frozen(file=file, line=line))
    yield from _replaced_packages(connection)
    for redefinition in connection.import_result.redefinitions if connection.definitions else ():
        yield Message("replaced_by_nothing", frozen(**redefinition))


def _replaced_packages(connection: Connection) -> Iterator[Message]:
    """Say once which package something simple took the place of."""
    if not connection.is_imported:
        return
    result = connection.import_result
    for package in result.replaced_packages:
        places = [
            {"file": path, "line": entry["line"]}
            for path, entries in sorted(result.imports.items())
            for entry in entries
            if entry["module"] == package
        ]
        if places:
            id_ = "package_replaced" if package in PROGRESS_BARS else "package_absent"
            yield Message(id_, frozen(package=package, **places[0]))


def _import_error(error: Mapping[str, Any], connection: Connection) -> Message:
    """Say what the import of a file met, and how much of the file was run all the same."""
    id_ = TROUBLES.get(error["kind"], "import_trouble")
    if id_ == "import_trouble" and not error["stopped"]:
        id_ = "import_passed_over"
    elif id_ == "import_trouble" and error["stopped"] != error["line"]:
        id_ = "import_went_on"
    elif id_ == "import_trouble" and wants_arguments({**error, "type": error["kind"]}, connection):
        id_ = "import_arguments"
    return Message(id_, frozen(**error))
