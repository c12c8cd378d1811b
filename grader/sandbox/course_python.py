"""The Python that the course uses: which one it is, and why it cannot run the child side."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from grader.errors import PathError, TheirFault
from grader.sentence import Sentence

OLDEST = (3, 9)
"""The child side is written for this Python and newer ones."""
SECONDS = 60.0
"""How long a Python may take to say which one it is; a cold disk takes ten."""
MARK = "interpreter:"
QUESTION = """
import sys
sys.path[:] = [entry for entry in sys.path if entry]
try:
    import numpy
    version = numpy.__version__
except ImportError:
    version = "none"
numbers = "%d.%d.%d" % sys.version_info[:3]
sys.stdout.write("\\n%s %s %s\\n" % ({mark!r}, numbers, version))
"""
"""What any Python answers, an old one too: the mark, its version and that of its numpy."""


def find(name: str, folder: Path | None = None, submissions: Path | None = None) -> str:
    """Return the absolute path of a Python that a person named.

    Parameters
    ----------
    name
        A path; or a command without a slash, such as ``python3.9``, which is looked up as a shell does.
    folder
        What a relative path is relative to; the current folder without it.
    submissions
        What is graded: no Python that came with it may be run.

    Raises
    ------
    PathError
        If there is no such file, it is none that can be run, or it came with a submission.
    """
    command = None if os.sep in name else shutil.which(name)
    path = Path(command or (folder or Path.cwd()) / Path(name).expanduser())
    # A link in a virtual environment must stay one: where it stands says which packages it has.
    if not path.exists():
        raise PathError("{path}: there is no such Python; expected its path", path=name)
    if path.is_dir():
        raise PathError(
            "{path}: this is a folder; expected the path of a Python, such as {example}",
            path=name,
            example=Path(name) / "bin" / "python",
        )
    if not os.access(path, os.X_OK):
        raise PathError("{path}: this is no program; expected the path of a Python", path=name)
    python = Path(os.path.normpath(path.absolute()))
    if submissions is not None and submissions.is_dir():
        folders = (submissions.resolve(), submissions.absolute())
        if any(each in (*python.parents, *python.resolve().parents) for each in folders):
            raise PathError("{path}: this Python came with a submission", path=name)
    return str(python)


def require_usable(python: str) -> None:
    """Raise `TheirFault` if a Python cannot run the child side: with one sentence that says why."""
    answer = _ask(python)
    if answer is None:
        raise TheirFault("{path}: this is not a Python; expected the path of one", path=python)
    version, numpy = answer
    if tuple(map(int, version.split(".")[:2])) < OLDEST:
        raise TheirFault(
            "{path}: this is Python {version}; expected {oldest} or newer",
            path=python, version=version, oldest=".".join(map(str, OLDEST)),
        )  # fmt: skip
    if numpy == "none":
        raise TheirFault(
            Sentence(
                "{path}: this Python has no numpy; to install it: {path} -m pip install numpy",
                path=python,
            )
        )


def _ask(python: str) -> tuple[str, str] | None:
    """Return the versions of a Python and of its numpy; None for what does not answer as one."""
    try:
        answer = subprocess.run(  # noqa: S603  a constant question, no shell
            [python, "-s", "-B", "-c", QUESTION.format(mark=MARK)],
            capture_output=True, stdin=subprocess.DEVNULL, timeout=SECONDS, check=False, cwd="/",
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    for line in answer.stdout.decode("utf-8", "replace").splitlines():
        words = line.split()
        if len(words) == 3 and words[0] == MARK and words[1][:1].isdigit():
            return words[1], words[2]
    return None
