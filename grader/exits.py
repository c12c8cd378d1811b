"""How the command ends: each error's exit code and its one sentence."""

from __future__ import annotations

import errno

import click

from grader.errors import GradeError
from grader.files import cleaned

OK, MISSED, WRONG_USE, WEAK, FAULT, DISK_FULL, INTERRUPTED, NO_READER = 0, 1, 2, 3, 4, 74, 130, 141
NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


def explained(error: BaseException) -> tuple[int, str]:
    """Return the exit code for an error and what to say about it: one line, or nothing."""
    code, sentence = _explained(error)
    return code, cleaned(" ".join(sentence.split()), 1000)


def _explained(error: BaseException) -> tuple[int, str]:
    end: tuple[int, str]
    match error:
        case click.exceptions.Exit():
            end = error.exit_code, ""
        case click.Abort() | KeyboardInterrupt():
            end = INTERRUPTED, "interrupted"
        case click.ClickException():
            end = WRONG_USE, error.format_message()
        case GradeError():
            end = error.exit_code, str(error)
        case BrokenPipeError():
            end = NO_READER, ""
        case OSError() if error.errno in NO_SPACE:
            end = DISK_FULL, f"the disk is full ({error.strerror})"
        case _:
            fault = f"the grader itself failed ({type(error).__name__}: {error})"
            end = FAULT, f"{fault}; run again with --traceback to see it"
    return end
