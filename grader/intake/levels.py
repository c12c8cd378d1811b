"""Whether a path is one submission or a class: its names tell, before anything is graded.

The wrong level of a folder is an easy slip: a download of 120 students can be read as one
submission, and the folder of one student as a class of eight. What is certain enough is refused
with the command that was meant; an option lets the command continue all the same.
"""

from __future__ import annotations

import contextlib
from pathlib import Path

from grader.errors import PathError
from grader.intake import platforms
from grader.intake.locations import DownloadFolder, ZipFolder, open_folder
from grader.intake.separate_submissions import LAB_FILES, separate_submissions
from grader.sentence import Sentence


def require_submission(path: Path) -> None:
    """Raise `PathError` for the submissions of several people, with the command that was meant."""
    try:
        top = platforms.open_download(path)
        platform, names = platforms.platform_of(top), separate_submissions(top)
    except (PathError, OSError):
        return  # `intake.read` says what it cannot read
    if platform:
        problem = Sentence("this is a download of {platform}", platform=platform.capitalize())
    elif names:
        problem = Sentence(
            "this folder contains several submissions, such as {first} and {second}",
            first=names[0].rstrip("/"),
            second=names[1].rstrip("/"),
        )
    else:
        return
    raise PathError(
        "{path}: {what}; to grade them all: grade batch {path} -o OUT; "
        "to grade it as one submission all the same: --as-one",
        path=path,
        what=problem,
    )


def require_class(path: Path) -> None:
    """Raise `PathError` for one submission, and for classes instead of students.

    It names the command that was meant.
    """
    top = platforms.open_download(path)
    names = top.names()
    if platforms.platform_of(top):
        return
    lab_files = [name for name in names if name in LAB_FILES]
    if len(lab_files) > 1:
        raise PathError(
            "{path}: this is one submission ({first} is beside {second}); to grade it: "
            "grade {path}; a class is a folder with one entry for each student. To continue all "
            "the same: --as-class",
            path=path,
            first=lab_files[0],
            second=lab_files[1],
        )
    entries = [name for name in names if name.lower().endswith(("/", ".zip"))]
    classes = [name for name in entries if _is_class(top, name)]
    if classes and 2 * len(classes) >= len(entries):
        raise PathError(
            "{path}: {name} is not one student but a class of its own; to grade it: "
            "grade batch {inner} -o OUT. To continue all the same: --as-class",
            path=path,
            name=classes[0].rstrip("/"),
            inner=path / classes[0].rstrip("/"),
        )


def _is_class(top: DownloadFolder, name: str) -> bool:
    """Whether an entry is a download of a platform, or contains several submissions."""
    if isinstance(top, ZipFolder) and not name.endswith("/"):
        return False  # a zip within a zip is not opened for its names
    with contextlib.suppress(PathError, OSError):
        inner = top.inner(name) if name.endswith("/") else open_folder(top.path / name)
        return bool(platforms.platform_of(inner) or separate_submissions(inner))
    return False
