"""How the command ends: each error's exit code and its one sentence."""

from __future__ import annotations

import errno
from collections.abc import Callable

import click

from grader.errors import GradeError
from grader.files import clean_name

OK, MISSED, WRONG_USE, WEAK, FAULT, DISK_FULL, INTERRUPTED, NO_READER = 0, 1, 2, 3, 4, 74, 130, 141
NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


def explain(error: BaseException, tr: Callable[[str], str]) -> tuple[int, str]:
    """Return the exit code for an error, and a sentence that explains it, or an empty text.

    ``tr`` translates into the language of the terminal.
    """
    explanation: tuple[int, str]
    match error:
        case click.exceptions.Exit():
            explanation = error.exit_code, ""
        case click.Abort() | KeyboardInterrupt():
            explanation = INTERRUPTED, tr("interrupted")
        case click.ClickException():
            explanation = WRONG_USE, error.format_message()
        case GradeError():
            explanation = error.exit_code, error.sentence.translate(tr)
        case BrokenPipeError():
            explanation = NO_READER, ""
        case OSError() if error.errno in NO_SPACE:
            explanation = DISK_FULL, tr("the disk is full ({reason})").format(reason=error.strerror)
        case _:
            text = tr("the grader itself failed ({error}); run again with --traceback to see where")
            explanation = FAULT, text.format(error=f"{type(error).__name__}: {error}")
    code, text = explanation
    return code, clean_name(" ".join(text.split()), 1000)
