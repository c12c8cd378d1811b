"""How the command ends: each error's exit code and its one sentence."""

from __future__ import annotations

import errno
from collections.abc import Callable

import click

from grader.errors import GradeError
from grader.files import cleaned
from grader.sentence import Sentence

OK, MISSED, WRONG_USE, WEAK, FAULT, DISK_FULL, INTERRUPTED, NO_READER = 0, 1, 2, 3, 4, 74, 130, 141
NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


def explained(error: BaseException, tr: Callable[[str], str] = str) -> tuple[int, str]:
    """Return the exit code for an error, and one line that explains it, or an empty text.

    Parameters
    ----------
    tr
        Translates the sentences of errors that carry one; the others are English.
    """
    code, sentence = _explained(error, tr)
    return code, cleaned(" ".join(sentence.split()), 1000)


def _explained(error: BaseException, tr: Callable[[str], str]) -> tuple[int, str]:
    end: tuple[int, str]
    match error:
        case click.exceptions.Exit():
            end = error.exit_code, ""
        case click.Abort() | KeyboardInterrupt():
            end = INTERRUPTED, tr("interrupted")
        case click.ClickException():
            end = WRONG_USE, error.format_message()
        case GradeError():
            said = error.args[0] if error.args else ""
            end = error.exit_code, said.told(tr) if isinstance(said, Sentence) else str(error)
        case BrokenPipeError():
            end = NO_READER, ""
        case OSError() if error.errno in NO_SPACE:
            end = DISK_FULL, tr("the disk is full ({reason})").format(reason=error.strerror)
        case _:
            text = tr("the grader itself failed ({error}); run again with --traceback to see where")
            end = FAULT, text.format(error=f"{type(error).__name__}: {error}")
    return end
